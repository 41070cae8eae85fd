/** Sequences and mappings: what makes, joins, orders and measures them. */
import { at, type Builtin } from './builtin';
import type * as tree from '../../python/tree';
import { constantOf, freshSym, num, sym } from '../../shape/dim';
import type { Arguments } from '../bind';
import { callValue } from '../calls';
import { knownTruth, truth } from '../compare';
import { distinct, elementOf, iterate, sizeAt } from '../containers';
import type { Evaluator } from '../evaluator';
import { dictKey } from '../plain';
import { intOf, settle } from '../latent';
import { getAttribute, openRank } from '../objects';
import { bool, int, none, str, tuple, unknown, type Value } from '../value';
import { dataLength } from './data';

/** Items that a range is written out to. */
export const MAX_RANGE = 512;

export function range(ev: Evaluator, args: Arguments): Value {
  const bounds = args.positional
    .map((given) => intOf(ev, given.value))
    .map((value) => (value.kind === 'int' ? ev.machine.facts.dim(value.dim) : undefined));
  const [first, second, third] = bounds;
  const [start, end] = bounds.length === 1 ? [num(0), first] : [first, second];
  const step = bounds.length < 3 ? 1 : third && constantOf(third);
  const [low, high] = [start && constantOf(start), end && constantOf(end)];
  if (low !== undefined && high !== undefined && step !== undefined && step !== 0) {
    const count = Math.max(0, Math.ceil((high - low) / step));
    if (count <= MAX_RANGE)
      return ev.machine.newList(Array.from({ length: count }, (_, i) => int(num(low + i * step))));
  }
  const index = sym(freshSym('i', low !== undefined && (step ?? 1) > 0 ? low : -Infinity));
  return ev.machine.newList(undefined, 'list', int(index));
}

export function length(ev: Evaluator, args: Arguments, node: tree.Expr): Value {
  const value = at(ev, args, 0) ?? none;
  if (value.kind === 'tensor') {
    const first = sizeAt(ev, value.shape, 0);
    return first === undefined ? unknown('the length of this value', node) : int(first);
  }
  // Lists have a length, too: it says nothing of what an argument is.
  if (value.kind === 'latent') return unknown('the length of this value', node);
  const items = iterate(ev, value);
  if (items !== undefined) return int(num(items.length));
  if (value.kind === 'shape') return openRank(ev, value.shape);
  const object = value.kind === 'ref' ? ev.machine.read(value.id) : undefined;
  const ofData = object?.kind === 'instance' ? dataLength(ev, object, node) : undefined;
  if (ofData !== undefined) return int(ofData);
  if (object?.kind === 'instance') {
    const method = getAttribute(ev, value, '__len__', node);
    if (method.kind === 'method' && typeof method.target !== 'string')
      return callValue(ev, method, { positional: [], keywords: new Map() }, node);
  }
  if (object?.kind === 'list') return int(sym(freshSym('n')));
  return unknown('the length of this value', node);
}

/** zip, enumerate, reversed, map, filter ...: evaluated where they stand. */
export function zip(ev: Evaluator, args: Arguments, node: tree.Expr): Value {
  const lists = args.positional.map((given) => iterate(ev, given.value));
  if (args.openPositional === true) return ev.machine.newList(undefined);
  if (lists.includes(undefined))
    return ev.machine.newList(
      undefined,
      'list',
      tuple(args.positional.map((given, i) => lists[i]?.[0] ?? elementOf(ev, given.value, node))),
    );
  const known = lists as (readonly Value[])[];
  const shortest = Math.min(...known.map((list) => list.length));
  return ev.machine.newList(
    Array.from({ length: Number.isFinite(shortest) ? shortest : 0 }, (_, i) =>
      tuple(known.map((list) => list[i] ?? none)),
    ),
  );
}

export function enumerate(ev: Evaluator, args: Arguments, node: tree.Expr): Value {
  const value = at(ev, args, 0) ?? none;
  const start = at(ev, args, 1, 'start');
  const first = start === undefined ? 0 : start.kind === 'int' ? constantOf(start.dim) : undefined;
  const items = iterate(ev, value);
  if (items === undefined || first === undefined)
    return ev.machine.newList(undefined, 'list', tuple([int(sym(freshSym('i'))), elementOf(ev, value, node)]));
  return ev.machine.newList(items.map((item, i) => tuple([int(num(first + i)), item])));
}

export function mapCall(ev: Evaluator, args: Arguments, node: tree.Expr): Value {
  const [fn, ...lists] = args.positional.map((given) => given.value);
  const items = lists.map((list) => iterate(ev, list));
  const only = items[0];
  if (fn === undefined || items.length !== 1 || only === undefined) return ev.machine.newList(undefined);
  return ev.machine.newList(
    only.map((value) => callValue(ev, fn, { positional: [{ value }], keywords: new Map() }, node)),
  );
}

export function filterCall(ev: Evaluator, args: Arguments, node: tree.Expr): Value {
  const [fn, list] = args.positional.map((given) => given.value);
  const items = list === undefined ? undefined : iterate(ev, list);
  if (fn === undefined || items === undefined) return ev.machine.newList(undefined);
  const kept = items.filter((value) =>
    truth(
      ev,
      settle(ev, fn).kind === 'none'
        ? value
        : callValue(ev, fn, { positional: [{ value }], keywords: new Map() }, node),
      node,
    ),
  );
  return ev.machine.newList(kept);
}

export const toList =
  (form: 'list' | 'set' | 'tuple'): Builtin =>
  (ev, args, node) => {
    const value = at(ev, args, 0);
    if (value === undefined) return form === 'tuple' ? tuple([]) : ev.machine.newList([], form);
    if (form === 'tuple' && value.kind === 'shape') return value;
    const items = iterate(ev, value);
    if (items === undefined)
      return form === 'tuple'
        ? value.kind === 'shape'
          ? value
          : unknown('a tuple of unknown length', node)
        : ev.machine.newList(undefined, form, elementOf(ev, value, node));
    if (form === 'tuple') return tuple(items);
    return ev.machine.newList(form === 'set' ? distinct(ev, items) : [...items], form);
  };

export function toDict(ev: Evaluator, args: Arguments): Value {
  const entries = new Map<string, { readonly key: Value; readonly value: Value }>();
  const first = at(ev, args, 0);
  let open = args.openKeywords ?? false;
  const source = first?.kind === 'ref' ? ev.machine.read(first.id) : undefined;
  if (source?.kind === 'dict') {
    for (const [key, entry] of source.entries) entries.set(key, entry);
    open ||= source.open;
  } else if (first !== undefined) {
    const pairs = iterate(ev, first)?.map((pair) => iterate(ev, pair));
    if (pairs === undefined) open = true;
    for (const pair of pairs ?? []) {
      const key = pair?.[0] === undefined ? undefined : dictKey(settle(ev, pair[0]));
      if (key === undefined || pair?.[0] === undefined || pair[1] === undefined) open = true;
      else entries.set(key, { key: pair[0], value: pair[1] });
    }
  }
  for (const [name, given] of args.keywords) entries.set(`s${name}`, { key: str(name), value: given.value });
  return ev.machine.newDict(entries, open);
}

export const quantified =
  (all: boolean): Builtin =>
  (ev, args) => {
    const items = iterate(ev, at(ev, args, 0) ?? none);
    if (items === undefined) return bool(undefined);
    const answers = items.map((item) => knownTruth(ev, settle(ev, item)));
    if (answers.includes(!all)) return bool(!all);
    return bool(answers.includes(undefined) ? undefined : all);
  };

export const chain: Builtin = (ev, args) => {
  const lists = args.positional.map((given) => iterate(ev, given.value));
  return lists.includes(undefined)
    ? ev.machine.newList(undefined)
    : ev.machine.newList(lists.flatMap((list) => list ?? []));
};

export const sorted: Builtin = (ev, args, node) => {
  const items = iterate(ev, at(ev, args, 0) ?? none)?.map((item) => settle(ev, item));
  const key = args.keywords.get('key')?.value;
  const reverse = args.keywords.get('reverse')?.value;
  const downwards = reverse === undefined ? false : knownTruth(ev, settle(ev, reverse));
  const ranks = items
    ?.map((item) =>
      key === undefined
        ? item
        : settle(ev, callValue(ev, key, { positional: [{ value: item }], keywords: new Map() }, node)),
    )
    .map(rankOf);
  const numbers = ranks?.filter((rank) => typeof rank === 'number');
  const texts = ranks?.filter((rank) => typeof rank === 'string');
  if (
    items === undefined ||
    downwards === undefined ||
    (numbers?.length !== items.length && texts?.length !== items.length)
  )
    return ev.machine.newList(
      undefined,
      'list',
      items?.[0] !== undefined && items.every((item) => item === items[0])
        ? items[0]
        : unknown('an item of a sorted list', node),
    );
  const order = items.map((_, i) => i).sort((a, b) => (downwards ? -1 : 1) * before(ranks?.[a], ranks?.[b]) || a - b);
  return ev.machine.newList(order.map((i) => items[i] ?? none));
};

const rankOf = (value: Value): number | string | undefined =>
  value.kind === 'int'
    ? constantOf(value.dim)
    : value.kind === 'float' || value.kind === 'str'
      ? value.value
      : undefined;
const before = (a: number | string | undefined, b: number | string | undefined): number =>
  a === undefined || b === undefined || a === b ? 0 : a < b ? -1 : 1;
