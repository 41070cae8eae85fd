/**
 * The text of a configuration with what the server adds to it, where it adds it: everything that was written stays as it
 * is, comments too, so that the two texts side by side show the additions and nothing else.
 */
import type { Field } from '../schema/types';
import { type Item, Message } from '../textFormat/message';
import { fieldsInline, inline, writtenField } from './write';

interface Insertion {
  readonly start: number;
  readonly end: number;
  readonly newText: string;
}

/** @param completed made from a copy of `root`: places tell what was written */
export function completedInPlace(text: string, root: Message, completed: Message): string {
  const changes: Insertion[] = [];
  compare(text, root, completed, changes);
  let result = '';
  let from = 0;
  for (const { start, end, newText } of changes.sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (start < from) continue;
    result += text.slice(from, start) + newText;
    from = end;
  }
  return result + text.slice(from);
}

function compare(text: string, before: Message, after: Message, changes: Insertion[]): void {
  const kept = new Set(after.items.map(keyOf));
  const gone = before.items.filter((item) => item.name && !kept.has(keyOf(item)));
  for (const item of gone) {
    const { name, value, field } = item;
    if (!name || !value.span) continue;
    const [now] = after.itemsOf(field.name).filter(isAdded);
    changes.push(
      now
        ? { start: value.span.start, end: value.span.end, newText: inline(field, now.value) }
        : { start: name.start, end: value.span.end, newText: '' },
    );
  }
  const replaced = new Set(gone.map(({ field }) => field));
  const added = [...after.type.fields.values()].filter(
    (of) => !replaced.has(of) && after.itemsOf(of.name).some(isAdded),
  );
  if (added.length > 0) changes.push(insertion(text, before, after, added));
  const written = new Map(before.items.map((item) => [keyOf(item), item.value]));
  for (const item of after.items) {
    const same = written.get(keyOf(item));
    if (item.value instanceof Message && same instanceof Message) compare(text, same, item.value, changes);
  }
}

/** Copies share scalars and spans with what they were made from. */
const keyOf = ({ value }: Item): unknown => (value instanceof Message ? (value.span ?? value) : value);
const isAdded = ({ name }: Item): boolean => name === undefined;

/** The fields that are new in a message, in front of its closing bracket. */
function insertion(text: string, before: Message, after: Message, fields: readonly Field[]): Insertion {
  const only = new Message(after.type);
  for (const item of after.items) if (isAdded(item)) only.push(item);
  const { span } = before;
  if (!span || (span.start === 0 && span.end === text.length)) {
    const end = text.length;
    const gap = text === '' || text.endsWith('\n') ? '' : '\n';
    return { start: end, end, newText: gap + fields.map(({ name }) => writtenField(only, name, '')).join('') };
  }
  const close = span.end - 1;
  const lineStart = text.lastIndexOf('\n', close - 1) + 1;
  const indent = text.slice(lineStart, close);
  if (indent.trim() === '' && lineStart > span.start) {
    const lines = fields.map(({ name }) => writtenField(only, name, `${indent}  `)).join('');
    return { start: lineStart, end: lineStart, newText: lines };
  }
  const gap = /\s/.test(text[close - 1] ?? '') ? '' : ' ';
  return { start: close, end: close, newText: `${gap}${fieldsInline(only, fields)} ` };
}
