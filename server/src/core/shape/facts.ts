/**
 * The facts of one path: what is known of sizes and of stretches of unknown length.
 *
 * Facts never change; what learns returns new ones. An answer other than 'maybe', a proof and a
 * refutation are certain: they hold for all values of the symbols that the facts allow.
 */
import { mod } from './division';
import { joined } from './joining';
import {
  type Cause,
  type Knowledge,
  type Reason,
  type Reasons,
  filledIn,
  isMultipleOf,
  isZero,
  knownRange,
  nothing,
  relationKey,
} from './knowledge';
import { Draft } from './learning';
import { type Dim, type Sym, constantOf, sub } from './polynomial';
import type { Range } from './range';
import { describe } from './relations-text';
import type { Segment, Shape } from './shape';
import { expose, filledShape, learnMinRank, learnRank, learnSameShape, lengthsOf, ranksOf } from './stretches';

export type { Cause } from './knowledge';
export type Answer = 'yes' | 'no' | 'maybe';
/** A refutation names the facts that it used, oldest first, without the requirement itself. */
export type Learned =
  | { readonly verdict: 'proved' }
  | { readonly verdict: 'learned'; readonly facts: Facts }
  | { readonly verdict: 'refuted'; readonly because: readonly Cause[] };

const proved: Learned = { verdict: 'proved' };
const refutedAtOnce: Learned = { verdict: 'refuted', because: [] };

let turns = 0;
const reasonOf = (cause: Cause): Reason => ({ turn: ++turns, cause });

export class Facts {
  /** Knows nothing beyond what symbols say of themselves. */
  static readonly none = new Facts(nothing);

  private constructor(
    /** What is known, as plain data. */
    readonly known: Knowledge,
  ) {}

  /** The size with everything known filled in. */
  dim(d: Dim): Dim {
    return filledIn(this.known, d);
  }

  /** The shape with sizes and stretches filled in. */
  shape(s: Shape): Shape {
    return filledShape(this.known, s);
  }

  /** The least and greatest value that the size can have. */
  range(d: Dim): Range {
    return knownRange(this.known, this.dim(d));
  }

  equal(a: Dim, b: Dim): Answer {
    if (a === b) return 'yes';
    if (a.terms.length === 0 && b.terms.length === 0) return a.constant === b.constant ? 'yes' : 'no';
    return isZero(this.known, this.dim(sub(a, b)));
  }

  /** Whether a < b. */
  less(a: Dim, b: Dim): Answer {
    if (a.terms.length === 0 && b.terms.length === 0) return a.constant < b.constant ? 'yes' : 'no';
    const { low, high } = this.range(sub(b, a));
    return low > 0 ? 'yes' : high <= 0 ? 'no' : 'maybe';
  }

  /** Whether k divides d without remainder; 0 divides nothing. Where k may be 0, the answer is for when it isn't. */
  divides(k: Dim, d: Dim): Answer {
    return isMultipleOf(this.known, this.dim(k), this.dim(d));
  }

  requireEqual(a: Dim, b: Dim, cause: Cause): Learned {
    if (a.terms.length === 0 && b.terms.length === 0) return a.constant === b.constant ? proved : refutedAtOnce;
    const difference = sub(a, b);
    const n = constantOf(difference);
    if (n !== undefined) return n === 0 ? proved : refutedAtOnce;
    return this.learn(cause, (draft, why) => draft.require('zero', [difference], why));
  }

  requireDifferent(a: Dim, b: Dim, cause: Cause): Learned {
    const n = constantOf(sub(a, b));
    if (n !== undefined) return n === 0 ? refutedAtOnce : proved;
    return this.learn(cause, (draft, why) => draft.require('differ', [sub(a, b)], why));
  }

  /** Requires a >= b. */
  requireAtLeast(a: Dim, b: Dim, cause: Cause): Learned {
    const n = constantOf(sub(a, b));
    if (n !== undefined) return n >= 0 ? proved : refutedAtOnce;
    return this.learn(cause, (draft, why) => draft.require('least', [sub(a, b)], why));
  }

  /** Requires that k isn't 0 and divides d. */
  requireDivides(k: Dim, d: Dim, cause: Cause): Learned {
    if (constantOf(k) === 0) return refutedAtOnce;
    const rest = mod(d, k);
    return this.learn(cause, (draft, why) => {
      if (constantOf(k) === undefined) draft.require('differ', [k], why);
      if (draft.refuted === undefined) draft.require('zero', [rest], why);
    });
  }

  /** Requires that one of the pairs is equal. */
  requireAnyEqual(pairs: readonly (readonly [Dim, Dim])[], cause: Cause): Learned {
    const differences = pairs.map(([a, b]) => sub(a, b));
    return this.learn(cause, (draft, why) => draft.require('any', differences, why));
  }

  /** The possible lengths of a stretch: listed where they are few, else between two ends. */
  lengths(segment: Segment): Range | readonly number[] {
    const { low, lengths } = lengthsOf(this.known, segment);
    return lengths ?? { low, high: Infinity };
  }

  /** The possible ranks where few are possible, least first. */
  ranks(s: Shape): readonly number[] | undefined {
    const ranks = ranksOf(this.known, s);
    return ranks !== undefined && ranks.length <= 4 ? ranks : undefined;
  }

  requireRank(s: Shape, ranks: readonly number[], cause: Cause): Learned {
    return this.learn(cause, (draft, why) => learnRank(draft, s, ranks, why));
  }

  /** Requires at least n dims. */
  requireMinRank(s: Shape, n: number, cause: Cause): Learned {
    return this.learn(cause, (draft, why) => learnMinRank(draft, s, n, why));
  }

  /**
   * Makes the first `lead` and the last `tail` dims explicit with new symbols, as far as the stretch
   * is known to reach: call `requireMinRank` before, and look at what came.
   * `names` are for the first dims, then for the last ones; `lower` is the new sizes' least value, without
   * one the stretch's.
   */
  expose(
    s: Shape,
    lead: number,
    tail: number,
    names: readonly string[] = [],
    lower = s.rest?.lower ?? 0,
  ): { facts: Facts; shape: Shape } {
    const draft = new Draft(this.known);
    const shape = expose(draft, s, lead, tail, names, lower);
    return { facts: draft.learned ? this.with(draft) : this, shape };
  }

  /** Requires that a stretch is these dims. */
  bindSegment(segment: Segment, to: Shape, cause: Cause): Learned {
    return this.requireSameShape({ lead: [], rest: segment, tail: [] }, to, cause);
  }

  /** Requires that two shapes have the same rank and the same sizes. */
  requireSameShape(a: Shape, b: Shape, cause: Cause): Learned {
    return this.learn(cause, (draft, why) => learnSameShape(draft, a, b, why));
  }

  /** Gives a symbol the name that the user has for it. */
  named(s: Sym, name: string): Facts {
    if (this.nameOf(s) === name) return this;
    return new Facts({ ...this.known, names: new Map(this.known.names).set(s.id, name) });
  }

  /** Whether some symbol was given this name. */
  hasName(name: string): boolean {
    for (const taken of this.known.names.values()) if (taken === name) return true;
    return false;
  }

  nameOf(s: Sym): string {
    return this.known.names.get(s.id) ?? s.name;
  }

  /** What is known of these symbols beyond their values, in the user's names: `H >= 262`, `16 divides H`. */
  constraintsOn(syms: readonly Sym[]): readonly string[] {
    return describe(this.known, syms, (s) => this.nameOf(s));
  }

  /** Whether both know the same. */
  sameAs(other: Facts): boolean {
    const [a, b] = [this.known, other.known];
    if (a === b) return true;
    return (
      sameMap(a.replaced, b.replaced, (x, y) => x.by.key === y.by.key) &&
      sameMap(a.bounds, b.bounds, (x, y) => x.low === y.low && x.high === y.high) &&
      sameMap(a.names, b.names, (x, y) => x === y) &&
      sameMap(a.stretches, b.stretches, sameStretch) &&
      sameRelations(a, b)
    );
  }

  /** What is true in both. */
  join(other: Facts): Facts {
    if (this === other || this.known === other.known) return this;
    return new Facts(joined(this.known, other.known));
  }

  private learn(cause: Cause, step: (draft: Draft, why: Reasons) => void): Learned {
    const reason = reasonOf(cause);
    const draft = new Draft(this.known);
    step(draft, [reason]);
    if (draft.refuted !== undefined) {
      const because = draft.refuted.filter((r) => r !== reason && r.turn !== reason.turn).map((r) => r.cause);
      return { verdict: 'refuted', because: [...new Set(because)] };
    }
    return draft.learned ? { verdict: 'learned', facts: this.with(draft) } : proved;
  }

  private with(draft: Draft): Facts {
    const { replaced, bounds, open, stretches, names } = draft;
    return new Facts({ replaced, bounds, open, stretches, names });
  }
}

const sameMap = <T>(a: ReadonlyMap<number, T>, b: ReadonlyMap<number, T>, same: (x: T, y: T) => boolean): boolean => {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const [id, x] of a) {
    const y = b.get(id);
    if (y === undefined || (x !== y && !same(x, y))) return false;
  }
  return true;
};

const sameStretch = (
  x: { readonly low: number; readonly lengths?: readonly number[] | undefined; readonly bound?: Shape | undefined },
  y: typeof x,
): boolean => x.low === y.low && String(x.lengths) === String(y.lengths) && shapeKey(x.bound) === shapeKey(y.bound);

const shapeKey = (s: Shape | undefined): string =>
  s === undefined ? '' : [...s.lead.map((d) => d.key), `*${s.rest?.id ?? ''}`, ...s.tail.map((d) => d.key)].join();

const sameRelations = (a: Knowledge, b: Knowledge): boolean => {
  if (a.open === b.open) return true;
  if (a.open.length !== b.open.length) return false;
  const keys = new Set(a.open.map(relationKey));
  return b.open.every((r) => keys.has(relationKey(r)));
};
