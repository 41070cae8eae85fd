/**
 * Least and greatest possible values of a size, from those of its symbols.
 *
 * Ends are integers or infinite; an end past 2**53 moves outward to where it is certain.
 */
import {
  type Atom,
  type Dim,
  type Quotient,
  type Sym,
  type Term,
  add,
  argumentsOf,
  floorOf,
  inOrderOf,
  monomial,
  mul,
  num,
  sym,
  withoutTerm,
  zero,
} from './polynomial';

export interface Range {
  readonly low: number;
  readonly high: number;
}
export type RangeOf = (s: Sym) => Range;

export const anything: Range = { low: -Infinity, high: Infinity };

/** What a symbol says of itself. */
const ownRange: RangeOf = (s) => ({ low: s.lower, high: Infinity });

/** The range of a size where nothing is known beyond what its symbols say of themselves. */
export const plainRange = (d: Dim): Range => rangeOf(d, ownRange);

/** How often a size is rewritten to find closer ends. */
const rewrites = 2;

/** The range of a size whose symbols have these ranges. */
export const rangeOf = (d: Dim, of: RangeOf, depth = rewrites): Range => {
  if (d.terms.length === 0) return { low: d.constant, high: d.constant };
  let range = termwise(d, of, depth);
  if (depth === 0 || (d.terms.length === 1 && d.constant === 0)) return range;
  if (range.low === -Infinity || range.high === Infinity || d.terms.length > 1) {
    const moved = shiftedToZero(d, of, depth);
    if (moved !== undefined) range = within(range, termwise(moved.dim, moved.of, depth));
    const divided = withoutQuotient(d, of, depth);
    if (divided !== undefined) range = within(range, divided);
  }
  return range;
};

/** The part that two ranges have in common. */
export const within = (a: Range, b: Range): Range => ({ low: Math.max(a.low, b.low), high: Math.min(a.high, b.high) });

const lowEnd = (n: number): number =>
  n > Number.MAX_SAFE_INTEGER ? Number.MAX_SAFE_INTEGER : n < Number.MIN_SAFE_INTEGER ? -Infinity : n;
const highEnd = (n: number): number =>
  n > Number.MAX_SAFE_INTEGER ? Infinity : n < Number.MIN_SAFE_INTEGER ? Number.MIN_SAFE_INTEGER : n;
const range = (low: number, high: number): Range => ({ low: lowEnd(low), high: highEnd(high) });

const plus = (a: Range, b: Range): Range => range(a.low + b.low, a.high + b.high);

/** 0 * Infinity is 0: the infinite end is never reached. */
const times1 = (a: number, b: number): number => (a === 0 || b === 0 ? 0 : a * b);

const times = (a: Range, b: Range): Range => {
  const corners = [times1(a.low, b.low), times1(a.low, b.high), times1(a.high, b.low), times1(a.high, b.high)];
  return range(Math.min(...corners), Math.max(...corners));
};

const termwise = (d: Dim, of: RangeOf, depth: number): Range => {
  let total: Range = { low: d.constant, high: d.constant };
  for (const term of d.terms) total = plus(total, rangeOfTerm(term, of, depth));
  return total;
};

const rangeOfTerm = (term: Term, of: RangeOf, depth: number): Range => {
  let total: Range = { low: term.coef, high: term.coef };
  for (let i = 0; i < term.factors.length; i++) {
    const atom = term.factors[i] as Atom;
    const own = rangeOfAtom(atom, of, depth);
    const squared = term.factors[i + 1]?.key === atom.key;
    if (!squared) total = times(total, own);
    else {
      const square = times(own, own);
      total = times(total, {
        low: Math.max(square.low, own.low <= 0 && own.high >= 0 ? 0 : -Infinity),
        high: square.high,
      });
      i++;
    }
  }
  return total;
};

/** The range of one atom. */
export const rangeOfAtom = (atom: Atom, of: RangeOf, depth = rewrites): Range => {
  if (atom.kind === 'sym') return of(atom.sym);
  if (atom.kind === 'opaque') return anything;
  const args = argumentsOf(atom).map((d) => rangeOf(d, of, Math.max(depth - 1, 0)));
  const [lows, highs] = [args.map((r) => r.low), args.map((r) => r.high)];
  if (atom.kind === 'max') return { low: Math.max(...lows), high: Math.max(...highs) };
  if (atom.kind === 'min') return { low: Math.min(...lows), high: Math.min(...highs) };
  if (atom.kind === 'broadcast') return { low: Math.min(...lows), high: Math.max(...highs) };
  return divided(args[0] ?? anything, args[1] ?? anything);
};

/** The range of `x // y`; y isn't 0 where the division gave a result. Facts that contradict each other leave y no value. */
const divided = (x: Range, y: Range): Range => {
  if (y.low > y.high || (y.low === 0 && y.high === 0)) return anything;
  if (y.high <= 0) return divided({ low: -x.high, high: -x.low }, { low: -y.high, high: -y.low });
  if (y.low < 0) {
    const most = Math.max(Math.abs(x.low), Math.abs(x.high));
    return { low: -most, high: most };
  }
  const least = Math.max(y.low, 1);
  return {
    low: x.low >= 0 ? floorEnd(x.low, y.high) : floorEnd(x.low, least),
    high: x.high >= 0 ? floorEnd(x.high, least) : floorEnd(x.high, y.high),
  };
};

const floorEnd = (n: number, by: number): number => {
  if (Math.abs(n) === Infinity) return n;
  if (by === Infinity) return n < 0 ? -1 : 0;
  return floorOf(n, by);
};

/** Stand for atoms while a range is computed. */
const localSyms: readonly Sym[] = Array.from({ length: 16 }, (_, i) => ({ id: -1 - i, name: '', lower: 0 }));

/**
 * The same size over atoms moved down to start at 0, where it has products: `H*W - H` with
 * W >= 1 is `H*w` with w >= 0, hence not negative.
 */
const shiftedToZero = (d: Dim, of: RangeOf, depth: number): { dim: Dim; of: RangeOf } | undefined => {
  if (d.terms.length < 2 || d.terms.length > 16 || d.terms.every((t) => t.factors.length === 1)) return undefined;
  const moved = new Map<string, Dim>();
  const ranges = new Map<number, Range>();
  let useful = false;
  for (const term of d.terms)
    for (const atom of term.factors) {
      if (moved.has(atom.key)) continue;
      const own = rangeOfAtom(atom, of, depth);
      if (own.low === -Infinity) return undefined;
      useful ||= own.low !== 0;
      const local = localSyms[moved.size];
      if (local === undefined) return undefined;
      ranges.set(local.id, { low: 0, high: own.high - own.low });
      moved.set(atom.key, add(sym(local), num(own.low)));
    }
  if (!useful) return undefined;
  const dim = replaceAtoms(d, (atom) => moved.get(atom.key));
  return { dim, of: (s) => ranges.get(s.id) ?? anything };
};

/** The size with atoms at its top level (not those inside divisions) replaced. */
export const replaceAtoms = (d: Dim, by: (atom: Atom) => Dim | undefined): Dim => {
  let total: Dim = zero;
  const kept: Term[] = [];
  for (const term of d.terms) {
    let changed: Dim | undefined;
    const left: Atom[] = [];
    for (const atom of term.factors) {
      const other = by(atom);
      if (other === undefined) left.push(atom);
      else changed = changed === undefined ? other : mul(changed, other);
    }
    if (changed === undefined) kept.push(term);
    else total = add(total, mul(monomial(term.coef, left), changed));
  }
  return kept.length === d.terms.length ? d : add(total, inOrderOf(d.constant, kept));
};

/** Uses `c * (q // c) = q - rest` with rest in [0, c) on the first division that allows it. */
const withoutQuotient = (d: Dim, of: RangeOf, depth: number): Range | undefined => {
  for (const term of d.terms)
    for (const atom of term.factors) {
      if (atom.kind !== 'floordiv') continue;
      const found =
        atom.under.terms.length === 0 ? overNumber(d, term, atom, of, depth) : overProduct(d, term, atom, of, depth);
      if (found !== undefined) return found;
    }
  return undefined;
};

/** `c * d` has no division left in this term; d is between its ends divided by c. */
const overNumber = (d: Dim, term: Term, atom: Quotient, of: RangeOf, depth: number): Range | undefined => {
  const c = atom.under.constant;
  if (term.factors.length !== 1) return undefined;
  const rest = withoutTerm(d, term);
  const whole = add(mul(num(c), rest), mul(num(term.coef), atom.over));
  const remainder = term.coef > 0 ? { low: -term.coef * (c - 1), high: 0 } : { low: 0, high: -term.coef * (c - 1) };
  const total = plus(rangeOf(whole, of, depth - 1), remainder);
  return {
    low: Math.abs(total.low) === Infinity ? total.low : -floorOf(-total.low, c),
    high: Math.abs(total.high) === Infinity ? total.high : floorOf(total.high, c),
  };
};

/** The same where the divisor is a product of atoms that the term has too. */
const overProduct = (d: Dim, term: Term, atom: Quotient, of: RangeOf, depth: number): Range | undefined => {
  const [divisor] = atom.under.terms;
  if (divisor === undefined || atom.under.terms.length !== 1 || atom.under.constant !== 0) return undefined;
  if (term.coef % divisor.coef !== 0) return undefined;
  const left = [...term.factors];
  for (const factor of [atom, ...divisor.factors]) {
    const at = left.findIndex((f) => f.key === factor.key);
    if (at < 0) return undefined;
    left.splice(at, 1);
  }
  const under = rangeOf(atom.under, of, depth - 1);
  if (under.low < 0) return undefined;
  const coef = term.coef / divisor.coef;
  const other = monomial(coef, left);
  const whole = add(withoutTerm(d, term), mul(other, atom.over));
  const remainder = times(rangeOf(other, of, depth - 1), { low: -(Math.max(under.high, 1) - 1), high: 0 });
  return plus(rangeOf(whole, of, depth - 1), remainder);
};
