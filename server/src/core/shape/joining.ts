/** Facts that are true on both of two paths. */
import {
  type Knowledge,
  type Relation,
  allOf,
  filledIn,
  isMultipleOf,
  isZero,
  knownRange,
  nothing,
  relationKey,
} from './knowledge';
import { Draft } from './learning';
import { type Dim, type Sym, isTotal, mul, num, sub, sym } from './polynomial';
import type { Shape } from './shape';
import type { Stretch } from './knowledge';

export const joined = (a: Knowledge, b: Knowledge): Knowledge => {
  const draft = new Draft(shared(a, b));
  for (const [mine, theirs] of [
    [a, b],
    [b, a],
  ] as const) {
    joinReplaced(draft, mine, theirs);
    joinRelations(draft, mine, theirs);
  }
  joinEqual(draft, a, b);
  joinBounds(draft, a, b);
  const { replaced, bounds, open } = draft;
  return { replaced, bounds, open, stretches: joinedStretches(a, b), names: joinedNames(a, b) };
};

/** What both have learned in the same way: most of it, where the paths have parted lately. */
const shared = (a: Knowledge, b: Knowledge): Knowledge => {
  const there = new Set(a.open === b.open ? [] : b.open.map(relationKey));
  return {
    ...nothing,
    replaced: common(a.replaced, b.replaced, (x, y) => x.by.key === y.by.key),
    bounds: common(a.bounds, b.bounds, (x, y) => x.low === y.low && x.high === y.high),
    open: a.open === b.open ? a.open : a.open.filter((r) => there.has(relationKey(r))),
  };
};

const common = <T>(
  a: ReadonlyMap<number, T>,
  b: ReadonlyMap<number, T>,
  same: (x: T, y: T) => boolean,
): ReadonlyMap<number, T> =>
  a === b
    ? a
    : new Map(
        [...a].filter(([id, x]) => {
          const y = b.get(id);
          return y !== undefined && (x === y || same(x, y));
        }),
      );

const zeroIn = (k: Knowledge, d: Dim): boolean => isZero(k, filledIn(k, d)) === 'yes';

const joinReplaced = (draft: Draft, mine: Knowledge, theirs: Knowledge): void => {
  for (const { sym: s, by, why } of mine.replaced.values()) {
    if (draft.replaced.get(s.id)?.by.key === by.key) continue;
    const difference = sub(sym(s), by);
    const reasons = allOf(why, theirs.replaced.get(s.id)?.why ?? []);
    // A division that one path only has done says nothing of the other path's divisor.
    if (isTotal(by) && zeroIn(theirs, difference)) draft.require('zero', [difference], reasons);
    else joinMultiple(draft, mine, theirs, s, by);
  }
};

/** Symbols that are the same as each other on either path, whatever they are there. */
const joinEqual = (draft: Draft, a: Knowledge, b: Knowledge): void => {
  const found = new Map<string, Sym>();
  for (const { sym: s, why } of a.replaced.values()) {
    const other = b.replaced.get(s.id);
    if (other === undefined || draft.replaced.has(s.id)) continue;
    const key = `${a.replaced.get(s.id)?.by.key ?? ''} | ${other.by.key}`;
    const first = found.get(key);
    if (first === undefined) found.set(key, s);
    else draft.require('zero', [sub(sym(s), sym(first))], allOf(why, other.why));
  }
};

/** `s := k*t` here and `s := k*u` there: k divides s in both. */
const joinMultiple = (draft: Draft, mine: Knowledge, theirs: Knowledge, s: Sym, by: Dim): void => {
  const t = by.syms.find((x) => x.part?.of.syms.includes(s));
  if (t?.part === undefined || filledIn(draft, sym(s)) !== sym(s)) return;
  const { part } = t;
  const [of, k] = [filledIn(theirs, part.of), filledIn(theirs, part.by)];
  if (knownRange(theirs, k).low < 1 || !isTotal(part.by) || isMultipleOf(theirs, k, of) !== 'yes') return;
  // As it was learned: `by` may speak of what only this path knows of k.
  const difference = sub(part.of, mul(part.by, sym(t)));
  if (!zeroIn(mine, difference)) return;
  draft.require('zero', [difference], allOf(mine.replaced.get(s.id)?.why ?? [], theirs.replaced.get(s.id)?.why ?? []));
};

const joinRelations = (draft: Draft, mine: Knowledge, theirs: Knowledge): void => {
  const there = new Set(theirs.open.map(relationKey));
  for (const relation of mine.open)
    if (!there.has(relationKey(relation)) && hasMeaning(draft, relation) && holds(theirs, relation))
      draft.require(relation.kind, relation.dims, relation.why);
};

/** Whether the parts that a relation speaks of are parts on both paths. */
const hasMeaning = (draft: Draft, { dims }: Relation): boolean =>
  dims.every((d) =>
    d.syms.every((s) => s.part === undefined || [...draft.replaced.values()].some((r) => r.by.syms.includes(s))),
  );

const holds = (k: Knowledge, { kind, dims }: Relation): boolean => {
  if (!dims.every(isTotal)) return false;
  const filled = dims.map((d) => filledIn(k, d));
  if (kind === 'least') return filled.every((d) => knownRange(k, d).low >= 0);
  if (kind === 'differ') return filled.every((d) => isZero(k, d) === 'no');
  return filled.some((d) => isZero(k, d) === 'yes');
};

/** The wider of both bounds, for every symbol that one of them knows something of. */
const joinBounds = (draft: Draft, a: Knowledge, b: Knowledge): void => {
  const symbols = new Map<number, Sym>();
  for (const k of [a, b]) {
    for (const { sym: s } of k.bounds.values()) symbols.set(s.id, s);
    for (const { sym: s } of k.replaced.values()) symbols.set(s.id, s);
  }
  for (const s of symbols.values()) {
    if (draft.from.replaced.has(s.id) || draft.from.bounds.has(s.id)) continue;
    const [x, y] = [knownRange(a, filledIn(a, sym(s))), knownRange(b, filledIn(b, sym(s)))];
    const [low, high] = [Math.min(x.low, y.low), Math.max(x.high, y.high)];
    const why = allOf(
      ...[a, b].flatMap((k) => [
        k.bounds.get(s.id)?.whyLow ?? [],
        k.bounds.get(s.id)?.whyHigh ?? [],
        k.replaced.get(s.id)?.why ?? [],
      ]),
    );
    if (low > s.lower) draft.require('least', [sub(sym(s), num(low))], why);
    if (high < Infinity) draft.require('least', [sub(num(high), sym(s))], why);
  }
};

const joinedStretches = (a: Knowledge, b: Knowledge): ReadonlyMap<number, Stretch> => {
  const stretches = new Map<number, Stretch>();
  for (const [id, x] of a.stretches) {
    const y = b.stretches.get(id);
    if (y === undefined) continue;
    if (x === y || (x.bound !== undefined && y.bound !== undefined && sameShapeKey(x.bound, y.bound)))
      stretches.set(id, x);
    else if (x.bound === undefined && y.bound === undefined) {
      const lengths =
        x.lengths && y.lengths ? [...new Set([...x.lengths, ...y.lengths])].sort((p, q) => p - q) : undefined;
      stretches.set(id, { low: Math.min(x.low, y.low), lengths, why: allOf(x.why, y.why) });
    } else stretches.set(id, { low: Math.min(leastLength(a, x), leastLength(b, y)), why: allOf(x.why, y.why) });
  }
  return stretches;
};

const leastLength = (k: Knowledge, stretch: Stretch): number => {
  const { bound } = stretch;
  if (bound === undefined) return stretch.low;
  const inner = bound.rest === undefined ? undefined : k.stretches.get(bound.rest.id);
  return bound.lead.length + bound.tail.length + (inner === undefined ? 0 : leastLength(k, inner));
};

const sameShapeKey = (a: Shape, b: Shape): boolean =>
  a.rest?.id === b.rest?.id &&
  a.lead.length === b.lead.length &&
  a.tail.length === b.tail.length &&
  [...a.lead, ...a.tail].every((d, i) => d.key === [...b.lead, ...b.tail][i]?.key);

const joinedNames = (a: Knowledge, b: Knowledge): ReadonlyMap<number, string> =>
  a.names === b.names
    ? a.names
    : new Map(
        [...a.names]
          .filter(([id, name]) => (b.names.get(id) ?? name) === name)
          .concat([...b.names].filter(([id]) => !a.names.has(id))),
      );
