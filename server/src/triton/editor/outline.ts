/** The messages of a configuration as a tree: the outline, and what can be folded. */
import type { Span } from '../../core/text/place';
import { Message } from '../textFormat/message';

export interface OutlineEntry {
  readonly name: string;
  readonly detail: string;
  readonly span: Span;
  readonly nameSpan: Span;
  readonly children: readonly OutlineEntry[];
}

export function outlineOf(message: Message): readonly OutlineEntry[] {
  const { items } = message;
  return items.flatMap(({ field, name, value }, index): OutlineEntry[] => {
    if (!(value instanceof Message) || !value.span) return [];
    // All elements of one list share its name, so each is found by its own bracket.
    const neighbours = [items[index - 1], items[index + 1]];
    const inList = name !== undefined && neighbours.some((item) => item?.name?.start === name.start);
    const start = inList || !name ? value.span.start : name.start;
    const nameSpan = inList || !name ? { start, end: start + 1 } : name;
    const title = value.text('name') || value.text('model_name') || String(value.scalar('key')?.value ?? '');
    return [
      {
        name: title === '' ? field.name : `${field.name} ${title}`,
        detail: '',
        span: { start, end: value.span.end },
        nameSpan,
        children: outlineOf(value),
      },
    ];
  });
}
