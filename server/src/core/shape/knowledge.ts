/**
 * What is known of sizes on one path, and the questions it answers. Learning is in `learning.ts`.
 *
 * Known are: replacements of symbols by sizes (`H := 2*h`, never in terms of a replaced symbol),
 * bounds of single symbols, and open relations that could not be solved yet.
 */
import type { Place } from '../text/place';
import { choose } from './choice';
import { dividedBy, mod } from './division';
import { type Atom, type Dim, type Sym, constantOf, contentOf, neg, num } from './polynomial';
import { type Range, type RangeOf, rangeOf, rangeOfAtom, replaceAtoms, within } from './range';
import type { Shape } from './shape';
import { mapArguments, substitute } from './substitution';

/** Why a fact holds: a sentence, and where it was said. */
export interface Cause {
  readonly text: string;
  readonly place?: Place | undefined;
}
/** A cause with its turn: facts learned later have greater numbers. */
export interface Reason {
  readonly turn: number;
  readonly cause: Cause;
}
/** Sorted by turn, each once. */
export type Reasons = readonly Reason[];

export interface Replacement {
  readonly sym: Sym;
  readonly by: Dim;
  readonly why: Reasons;
}
export interface Bounds extends Range {
  readonly sym: Sym;
  readonly whyLow: Reasons;
  readonly whyHigh: Reasons;
}
/** zero: the size is 0. least: it is >= 0. differ: it isn't 0. any: one of the sizes is 0. */
export interface Relation {
  readonly kind: 'zero' | 'least' | 'differ' | 'any';
  readonly dims: readonly Dim[];
  readonly why: Reasons;
}
export interface Stretch {
  /** Least length. */
  readonly low: number;
  /** The possible lengths where they are few. */
  readonly lengths?: readonly number[] | undefined;
  /** What the stretch was found to be. */
  readonly bound?: Shape | undefined;
  readonly why: Reasons;
}

export interface Knowledge {
  readonly replaced: ReadonlyMap<number, Replacement>;
  readonly bounds: ReadonlyMap<number, Bounds>;
  readonly open: readonly Relation[];
  readonly stretches: ReadonlyMap<number, Stretch>;
  /** Names users have given to symbols. */
  readonly names: ReadonlyMap<number, string>;
}

export const nothing: Knowledge = {
  replaced: new Map(),
  bounds: new Map(),
  open: [],
  stretches: new Map(),
  names: new Map(),
};

/** All of the reasons, in order, each once. */
export const allOf = (...lists: readonly Reasons[]): Reasons => {
  const [first, ...others] = lists.filter((l) => l.length > 0);
  if (first === undefined) return [];
  if (others.every((l) => l === first)) return first;
  const found = new Map<number, Reason>();
  for (const list of lists) for (const reason of list) found.set(reason.turn, reason);
  return [...found.values()].sort((a, b) => a.turn - b.turn);
};

/** The relation's identity: equal keys say the same. */
export const relationKey = (r: Relation): string => `${r.kind} ${r.dims.map((d) => d.key).join(' | ')}`;

export const isAbout = (r: Relation, s: Sym): boolean => r.dims.some((d) => d.syms.includes(s));

/** The size with everything known filled in. */
export const filledIn = (k: Knowledge, d: Dim): Dim => {
  if (d.terms.length === 0) return d;
  const dim = k.replaced.size === 0 ? d : substitute(d, (s) => k.replaced.get(s.id)?.by);
  return k.bounds.size === 0 ? dim : decided(k, dim);
};

/** Divisions and choices that the bounds decide, decided. */
const decided = (k: Knowledge, d: Dim): Dim => {
  if (d.terms.every((t) => t.factors.every((f) => f.kind === 'sym'))) return d;
  if (!d.syms.some((s) => k.bounds.has(s.id))) return d;
  return replaceAtoms(d, (atom) => decidedAtom(k, atom));
};

const decidedAtom = (k: Knowledge, atom: Atom): Dim | undefined => {
  if (atom.kind === 'sym' || atom.kind === 'opaque') return undefined;
  const changed = mapArguments(atom, (d) => decided(k, d));
  if (changed !== undefined) return changed;
  const own = rangeOfAtom(atom, rangesOf(k));
  if (own.low === own.high) return num(own.low);
  return atom.kind === 'floordiv' ? undefined : choose(atom, (d) => rangeOf(d, rangesOf(k)));
};

/** The range of each symbol: its own, narrowed by what was learned. */
export const rangesOf =
  (k: Knowledge): RangeOf =>
  (s) =>
    k.bounds.get(s.id) ?? { low: s.lower, high: Infinity };

/** The range of a size that is filled in already, open relations included. */
export const knownRange = (k: Knowledge, d: Dim): Range => {
  let range = rangeOf(d, rangesOf(k));
  if (range.low === range.high) return range;
  for (const relation of k.open) range = within(range, rangeBy(relation, d));
  return range;
};

/** What one open relation says of a size that differs from it by a number. */
const rangeBy = (relation: Relation, d: Dim): Range => {
  const [about] = relation.dims;
  const none = { low: -Infinity, high: Infinity };
  if (about === undefined || (relation.kind !== 'zero' && relation.kind !== 'least')) return none;
  const scale = scaleOf(d, about);
  if (scale === undefined) return none;
  const { top, bottom } = scale;
  // d = top/bottom * about + rest
  const rest = (d.constant * bottom - top * about.constant) / bottom;
  if (!Number.isSafeInteger(d.constant * bottom) || !Number.isSafeInteger(top * about.constant)) return none;
  if (relation.kind === 'zero') return { low: Math.ceil(rest), high: Math.floor(rest) };
  return top / bottom > 0 ? { low: Math.ceil(rest), high: Infinity } : { low: -Infinity, high: Math.floor(rest) };
};

/** The fraction with `d = top/bottom * about + a number`. */
const scaleOf = (d: Dim, about: Dim): { top: number; bottom: number } | undefined => {
  if (d.terms.length !== about.terms.length) return undefined;
  const [top, bottom] = [d.terms[0]?.coef ?? 1, about.terms[0]?.coef ?? 1];
  const agrees = d.terms.every(
    (t, i) => t.key === about.terms[i]?.key && t.coef * bottom === top * about.terms[i].coef,
  );
  return agrees ? { top, bottom } : undefined;
};

/** Whether the size is 0. The size is filled in already. */
export const isZero = (k: Knowledge, d: Dim): 'yes' | 'no' | 'maybe' => {
  const n = constantOf(d);
  if (n !== undefined) return n === 0 ? 'yes' : 'no';
  if (d.constant % contentOf(d) !== 0) return 'no';
  const { low, high } = knownRange(k, d);
  if (low > 0 || high < 0) return 'no';
  if (low === 0 && high === 0) return 'yes';
  return k.open.some((r) => r.kind === 'differ' && isMultiple(d, r.dims[0])) ? 'no' : 'maybe';
};

const isMultiple = (d: Dim, of: Dim | undefined): boolean => {
  const scale = of === undefined ? undefined : scaleOf(d, of);
  return of !== undefined && scale !== undefined && d.constant * scale.bottom === scale.top * of.constant;
};

/** Whether k divides d; both are filled in already. Where k may be 0, the answer is for when it isn't. */
export const isMultipleOf = (known: Knowledge, k: Dim, d: Dim): 'yes' | 'no' | 'maybe' => {
  return constantOf(k) === 0 ? 'no' : isZero(known, filledIn(known, mod(d, k)));
};

/** Why the symbols of a size are replaced and bounded as they are. */
export const reasonsFor = (k: Knowledge, dims: readonly Dim[]): Reasons => {
  const lists: Reasons[] = [];
  const visit = (s: Sym): void => {
    const replacement = k.replaced.get(s.id);
    if (replacement !== undefined) {
      lists.push(replacement.why);
      for (const inner of replacement.by.syms) visit(inner);
    }
    const bounds = k.bounds.get(s.id);
    if (bounds !== undefined) lists.push(bounds.whyLow, bounds.whyHigh);
  };
  for (const d of dims) for (const s of d.syms) visit(s);
  return allOf(...lists);
};

/** Why the symbols of a size are replaced as they are. */
export const reasonsReplaced = (k: Knowledge, d: Dim): Reasons =>
  k.replaced.size === 0 ? [] : allOf(...d.syms.map((s) => k.replaced.get(s.id)?.why ?? []));

/** A relation's size with a coefficient that isn't shared and a first term that isn't negative. */
export const normalZero = (d: Dim): Dim => {
  const content = contentOf(d);
  const positive = (d.terms[0]?.coef ?? 0) < 0 ? neg(d) : d;
  return content <= 1 || d.constant % content !== 0 ? positive : dividedBy(positive, content);
};
