/** What a diagnosis rule is: a pure fold over the records of a run, with its thresholds as data. */
import type { CodePlace, EventRecord, JournalRecord } from '../../../protocol/src/journal';
import type { Run } from './run';

export type AlertSeverity = 'error' | 'warning' | 'info';

/** An edit that fits any text of the line: it is resolved against the source when it is offered. */
export interface EditWish extends CodePlace {
  /** A line to put before the line, with its indentation. */
  readonly insertBefore?: string;
  /** A line to put after the line, with its indentation. */
  readonly insertAfter?: string;
  /** Text of the line that is replaced; the wish is dropped where it does not occur exactly once. */
  readonly replace?: { readonly find: string; readonly with: string };
}

export interface Suggestion {
  /** An order: "Call optimizer.zero_grad() before loss.backward()". */
  readonly title: string;
  readonly file?: string | null;
  readonly line?: number | null;
  readonly edit?: EditWish;
}

/** What a rule says of a run. */
export interface Alert {
  readonly severity: AlertSeverity;
  readonly layer?: string | null;
  readonly place?: CodePlace | undefined;
  /** First step at which the evidence was there; the step of the record where it is left out. */
  readonly since?: number;
  readonly message: string;
  readonly suggestions: readonly Suggestion[];
}

export type Thresholds = Readonly<Record<string, number>>;

/** Kinds of records and names of events that a rule looks at. */
export type Need = JournalRecord['kind'] | `event:${string}`;

export interface Rule<State = unknown, T extends Thresholds = Thresholds> {
  readonly id: string;
  /** Id in the catalogue of the field's rules, as A1. */
  readonly catalogue: string;
  /** What is wrong, in a sentence. */
  readonly summary: string;
  /** Why it matters, and when the rule is silent. */
  readonly why: string;
  /** Where signal and thresholds come from. */
  readonly source: string;
  readonly needs: readonly Need[];
  readonly thresholds: T;
  /** Ids of the symptoms that this cause explains: they are not told beside it. */
  readonly explains?: readonly string[];
  /** Place among alerts of one severity: causes before symptoms. */
  readonly rank: number;
  start(): State;
  /** The state after a record; it may be the one before, changed. `rank` is that of the process that wrote it. */
  step(state: State, record: JournalRecord, run: Run, rank: number, thresholds: T): State;
  /** What to say now; asked after each record that the rule needs, until it says something. */
  verdict(state: State, thresholds: T, run: Run): Alert | undefined;
}

/** A rule of any state, as the engine holds them. */
export type AnyRule = Rule;

/** Declares a rule; its state's type is inferred from `start`. */
export const diagnosis = <State, T extends Thresholds>(rule: Rule<State, T>): AnyRule => rule;

/** The record as the event of a name, or undefined. */
export const eventNamed = (record: JournalRecord, event: string): EventRecord | undefined =>
  record.kind === 'event' && record.event === event ? record : undefined;

/** A fact of an event as a number. */
export function fact(record: EventRecord | undefined, name: string): number | undefined {
  return toNumber(record?.[name]);
}

export function toNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return value === 'nan' ? NaN : value === 'inf' ? Infinity : value === '-inf' ? -Infinity : undefined;
}

/** A fact of an event as a list of numbers. */
export const facts = (record: EventRecord, name: string): readonly number[] | undefined => {
  const value = record[name];
  return Array.isArray(value) ? value.map((each) => toNumber(each) ?? NaN) : undefined;
};

/** A fact of an event as text. */
export const textFact = (record: EventRecord | undefined, name: string): string | undefined => {
  const value = record?.[name];
  return typeof value === 'string' ? value : undefined;
};

/** A fact of an event as an object. */
export const objectFact = (record: EventRecord | undefined, name: string): Readonly<Record<string, unknown>> => {
  const value = record?.[name];
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
};

/** A fact of an event as a list of objects or texts. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the record says what is in it
export const listFact = <T = Readonly<Record<string, unknown>>>(
  record: EventRecord | undefined,
  name: string,
): readonly T[] => {
  const value = record?.[name];
  return Array.isArray(value) ? (value as readonly T[]) : [];
};

/** A place in an object of facts. */
export function placeIn(value: unknown): CodePlace | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { file, line } = value as Partial<CodePlace>;
  return typeof file === 'string' && typeof line === 'number' ? { file, line } : undefined;
}
