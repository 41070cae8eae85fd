/** Parsed configuration: messages with the places of what was written, and the same without places for what is filled in. */
import type { Span } from '../../core/text/place';
import { type Field, isEnum, isMessage, type MessageType } from '../schema/types';

export interface Scalar {
  readonly kind: 'scalar';
  /** Integers of 64 bits beyond 2^53 are rounded here; `exact` has them. Enums are their number. */
  readonly value: string | number | boolean;
  readonly exact: bigint | undefined;
  readonly span: Span | undefined;
}

/** One value of a field. */
export interface Item {
  readonly field: Field;
  /** The field's name where it was written. */
  readonly name: Span | undefined;
  readonly value: Scalar | Message;
}

/** A message: its fields in the order in which they were written. */
export class Message {
  private readonly list: Item[] = [];
  /** Items by the name of their field, made when first asked for in a message that has many. */
  private index: Map<string, Item[]> | undefined;
  /** Names of lists that were written without a value. */
  private empties: Map<string, Span> | undefined;
  /** From the first bracket or field to the last; undefined for what was filled in. */
  span: Span | undefined;

  constructor(readonly type: MessageType) {}

  get items(): readonly Item[] {
    return this.list;
  }

  push(item: Item): void {
    this.list.push(item);
    if (this.index) enter(this.index, item);
  }

  /** Notes a list without a value, `dims: [ ]`, by the place of its name. */
  setEmpty(name: string, span: Span): void {
    this.empties ??= new Map();
    this.empties.set(name, span);
  }

  /** Where a list without a value was written. */
  emptyList(name: string): Span | undefined {
    return this.empties?.get(name);
  }

  /** Every item of a field. */
  itemsOf(name: string): readonly Item[] {
    if (this.list.length <= FEW) return this.list.filter(({ field }) => field.name === name);
    if (!this.index) {
      this.index = new Map();
      for (const item of this.list) enter(this.index, item);
    }
    return this.index.get(name) ?? none;
  }

  /** The item that counts: the last. */
  item(name: string): Item | undefined {
    if (this.list.length > FEW) return this.itemsOf(name).at(-1);
    return this.list.findLast(({ field }) => field.name === name);
  }

  /** Whether a message field, or a member of a oneof, is there at all. */
  has(name: string): boolean {
    return this.item(name) !== undefined;
  }

  /** The message of a field that occurs once. */
  one(name: string): Message | undefined {
    const value = this.item(name)?.value;
    return value instanceof Message ? value : undefined;
  }

  /** The messages of a list. */
  all(name: string): readonly Message[] {
    const found: Message[] = [];
    for (const { value } of this.itemsOf(name)) if (value instanceof Message) found.push(value);
    return found;
  }

  /** The scalar of a field that occurs once. */
  scalar(name: string): Scalar | undefined {
    const value = this.item(name)?.value;
    return value === undefined || value instanceof Message ? undefined : value;
  }

  /** The scalars of a list. */
  scalars(name: string): readonly Scalar[] {
    const found: Scalar[] = [];
    for (const { value } of this.itemsOf(name)) if (!(value instanceof Message)) found.push(value);
    return found;
  }

  /** A string; '' where it is omitted. */
  text(name: string): string {
    const value = this.scalar(name)?.value;
    return typeof value === 'string' ? value : '';
  }

  /** A number or an enum; 0 where it is omitted. */
  number(name: string): number {
    const value = this.scalar(name)?.value;
    return typeof value === 'number' ? value : 0;
  }

  flag(name: string): boolean {
    return this.scalar(name)?.value === true;
  }

  numbers(name: string): readonly number[] {
    return this.scalars(name).map(({ value }) => (typeof value === 'number' ? value : 0));
  }

  texts(name: string): readonly string[] {
    return this.scalars(name).map(({ value }) => (typeof value === 'string' ? value : ''));
  }

  /** The name of an enum's value; '' for a number that has none, as the server prints it. */
  enumName(name: string): string {
    const type = this.type.fields.get(name)?.type;
    const number = this.number(name);
    if (type === undefined || !isEnum(type)) return '';
    return type.values.find((value) => value.number === number)?.name ?? '';
  }

  /** The entries of a map by key; of equal keys the last counts, as in the server. */
  entries(name: string): ReadonlyMap<string, Message> {
    return new Map(this.all(name).map((entry) => [String(entry.scalar('key')?.value ?? emptyKey(entry)), entry]));
  }

  /** Appends a value that nobody wrote. */
  add(name: string, value: string | number | boolean | Message): void {
    const field = this.type.fields.get(name);
    if (field === undefined) throw new Error(`${this.type.name} has no field ${name}`);
    this.push({
      field,
      name: undefined,
      value: value instanceof Message ? value : { kind: 'scalar', value, exact: undefined, span: undefined },
    });
  }

  /** Sets a value that nobody wrote in place of those that are there. */
  set(name: string, value: string | number | boolean | Message): void {
    this.remove(name);
    this.add(name, value);
  }

  remove(name: string): void {
    const kept = this.list.filter((item) => item.field.name !== name);
    this.list.splice(0, this.list.length, ...kept);
    this.index = undefined;
  }

  /** The message of a field, made where it is missing. */
  make(name: string): Message {
    const known = this.one(name);
    if (known) return known;
    return this.append(name);
  }

  /** A new message at the end of a list. */
  append(name: string): Message {
    const type = this.type.fields.get(name)?.type;
    if (type === undefined || !isMessage(type)) throw new Error(`${this.type.name}.${name} is no message`);
    const made = new Message(type);
    this.add(name, made);
    return made;
  }

  /** A copy that may be filled in; scalars and places are shared. */
  copy(): Message {
    const made = new Message(this.type);
    made.span = this.span;
    if (this.empties) made.empties = new Map(this.empties);
    for (const item of this.items)
      made.push({ ...item, value: item.value instanceof Message ? item.value.copy() : item.value });
    return made;
  }
}

/** Up to so many items are looked through. */
const FEW = 8;

const none: readonly Item[] = [];

function enter(index: Map<string, Item[]>, item: Item): void {
  const known = index.get(item.field.name);
  if (known) known.push(item);
  else index.set(item.field.name, [item]);
}

const emptyKey = (entry: Message): string => (entry.type.fields.get('key')?.type === 'string' ? '' : '0');
