/** A rule of the checker of configurations: what it looks at, when the server looks at it, and what it says. */
import type { Related, Severity } from '../core/finding';
import type { Span } from '../core/text/place';
import type { Model } from './repository/model';
import type { Message } from './textFormat/message';

/** When the server finds a problem, first to last; `ours` is what it never says. */
export const phases = [
  'parse',
  'backend',
  'config',
  'name',
  'graph',
  'versions',
  'library',
  'instances',
  'completion',
  'tensors',
  'labels',
  'start',
  'sequences',
  'ensemble',
  'ours',
] as const;
export type Phase = (typeof phases)[number];

/** A replacement in the configuration; an empty span inserts. */
export interface Change {
  readonly span: Span;
  readonly newText: string;
}

export interface Problem {
  /** The server's own sentence; for `ours` our own. */
  readonly message: string;
  /** Where; undefined for what is missing from the whole file. */
  readonly at: Span | undefined;
  readonly severity?: Severity;
  readonly related?: readonly { readonly at: Span | undefined; readonly message: string }[];
  /** Places in other files. */
  readonly elsewhere?: readonly Related[];
  readonly fixes?: readonly { readonly title: string; readonly changes: readonly Change[] }[];
}

export interface Subject {
  readonly model: Model;
  /** The configuration as the server has it in the rule's phase, places kept. */
  readonly config: Message;
  /** The model's name, which most sentences end in. */
  readonly name: string;
}

export interface Rule {
  /** Its file's name. */
  readonly id: string;
  readonly phase: Phase;
  readonly severity: Severity;
  /** Where in the server's sources the check is. */
  readonly source: string;
  /** One line: what is wrong. */
  readonly summary: string;
  /** Why it matters, and what to do. */
  readonly why: string;
  /** A configuration that has the mistake, and the same one mended. */
  readonly bad: string;
  readonly good: string;
  check(subject: Subject): Iterable<Problem>;
}

export const rule = (definition: Omit<Rule, 'severity'> & { readonly severity?: Severity }): Rule => ({
  severity: definition.phase === 'ours' ? 'warning' : 'error',
  ...definition,
});

/** Where a field's value was written, else its message. */
export function placeOf(message: Message, ...fields: readonly string[]): Span | undefined {
  for (const field of fields) {
    const item = message.item(field);
    const span = item && (item.value.span ?? item.name);
    if (span) return span;
  }
  return openingOf(message);
}

/** Where a message was opened: its first field, or its bracket. */
export function openingOf(message: Message): Span | undefined {
  const first = message.items.find(({ name }) => name !== undefined)?.name;
  return first ?? (message.span && { start: message.span.start, end: message.span.start + 1 });
}

/** The name of a field where it was written, else where it belongs: before the fields that usually follow it. */
export function nameOfField(message: Message, field: string): Span | undefined {
  const written = message.items.findLast((item) => item.field.name === field && item.name)?.name;
  if (written) return written;
  const empty = message.emptyList(field);
  if (empty) return empty;
  const order = [...message.type.fields.keys()];
  const rank = order.indexOf(field);
  const next = message.items.find((item) => item.name && order.indexOf(item.field.name) > rank)?.name;
  const { span } = message;
  if (next || !span || span.start === 0) return next ?? openingOf(message);
  return { start: span.end - 1, end: span.end };
}
