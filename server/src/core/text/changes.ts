/** Edits of a text. */
import type { Span } from './place';

/** Replaces `span` (the whole text where it is absent) by `text`. */
export interface Change {
  readonly span: Span | undefined;
  readonly text: string;
}

/** The text after the changes, each of which counts in the text that the one before it left. Spans are clamped. */
export function applyChanges(text: string, changes: readonly Change[]): string {
  let result = text;
  for (const change of changes) {
    if (change.span === undefined) {
      result = change.text;
      continue;
    }
    const start = Math.max(0, Math.min(change.span.start, result.length));
    const end = Math.max(start, Math.min(change.span.end, result.length));
    result = result.slice(0, start) + change.text + result.slice(end);
  }
  return result;
}
