import type { Span } from '../../../core/text/place';
import type { Message } from '../../textFormat/message';

/** A number as the server prints it, all its digits kept. */
export function exactly(message: Message, field: string): string {
  const scalar = message.scalar(field);
  return String(scalar?.exact ?? scalar?.value ?? 0);
}

/** The value of those of two fields that was written later. */
export function later(message: Message, one: string, other: string): Span | undefined {
  const spans = [one, other].flatMap((field) => message.scalar(field)?.span ?? []);
  return spans.sort((a, b) => b.start - a.start)[0];
}
