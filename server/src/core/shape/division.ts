/**
 * Floor division and remainder with Python's meaning (rounding down), in normal form.
 *
 * A remainder is no atom of its own: `p % c` is `p - c * (p // c)`, so that `c * (p // c) + p % c`
 * is p and a size padded up to a multiple of c is seen to be one.
 * A division that a path has got past had a divisor other than 0, hence `(H * W) // W` is H.
 */
import {
  type Atom,
  type Dim,
  type Quotient,
  type Term,
  add,
  atomOf,
  constantOf,
  contentOf,
  floorOf,
  fromTerms,
  gcd,
  inOrderOf,
  modOf,
  monomial,
  mul,
  neg,
  num,
  ofAtom,
  opaque,
  sub,
  termOf,
  withoutTerm,
  zero,
} from './polynomial';
import { plainRange } from './range';

/** `a // b`, rounding down. */
export const floorDiv = (a: Dim, b: Dim): Dim => {
  const c = constantOf(b);
  if (c === undefined) return bySize(a, b);
  if (c === 0) return opaque('//', [a, b]);
  const n = constantOf(a);
  if (n !== undefined) return num(floorOf(n, c));
  return c < 0 ? byNumber(neg(a), -c) : byNumber(a, c);
};

/** `a % b`; has the sign of b. */
export const mod = (a: Dim, b: Dim): Dim => {
  const [n, c] = [constantOf(a), constantOf(b)];
  if (c === 0) return opaque('%', [a, b]);
  if (n !== undefined && c !== undefined) return num(modOf(n, c));
  return sub(a, mul(b, floorDiv(a, b)));
};

/** `a / b` rounded up. */
export const ceilDiv = (a: Dim, b: Dim): Dim => neg(floorDiv(neg(a), b));

const quotient = (over: Dim, under: Dim): Dim =>
  ofAtom({ kind: 'floordiv', over, under, key: `(${over.key})//(${under.key})` });

/** Division by a number c >= 1. */
const byNumber = (a: Dim, c: number): Dim => {
  if (c === 1) return a;
  // Whole multiples of c leave the division; what remains has coefficients below c in size.
  const whole: Term[] = [];
  const inside: Term[] = [];
  for (const term of a.terms) {
    const rest = term.coef % c;
    if (rest !== 0) inside.push({ ...term, coef: rest });
    if (rest !== term.coef) whole.push({ ...term, coef: (term.coef - rest) / c });
  }
  const shared = inside.reduce((g, t) => gcd(g, t.coef), c);
  const divisor = c / shared;
  const constant = floorOf(a.constant, shared);
  const shift = floorOf(constant, divisor);
  const outside = inOrderOf(shift, whole);
  if (inside.length === 0) return outside;
  const reduced = shared === 1 ? inside : inside.map((t) => ({ ...t, coef: t.coef / shared }));
  if (divisor === 1) return add(outside, inOrderOf(0, reduced));
  return add(outside, reducedByNumber(inOrderOf(constant - shift * divisor, reduced), divisor));
};

/** Division by c of a size with coefficients below c and a constant in [0, c). */
const reducedByNumber = (a: Dim, c: number): Dim => {
  const inner = onlyUnitQuotient(a);
  if (inner !== undefined) {
    const joined = joinNested(a, inner.term, inner.quotient, c);
    if (joined !== undefined) return joined;
  }
  // (-p) // c is -((p + c - 1) // c): one of the two is the normal form.
  if (isMostlyNegative(a)) return neg(quotient(sub(num(c - 1), a), num(c)));
  return quotient(a, num(c));
};

const quotientOf = (term: Term): Quotient | undefined => {
  const factor = term.factors.length === 1 ? term.factors[0] : undefined;
  return factor?.kind === 'floordiv' ? factor : undefined;
};

/** The division among the terms with coefficient 1 or -1 where there is exactly one. */
const onlyUnitQuotient = (a: Dim): { term: Term; quotient: Quotient } | undefined => {
  let found: { term: Term; quotient: Quotient } | undefined;
  for (const term of a.terms) {
    const inner = Math.abs(term.coef) === 1 ? quotientOf(term) : undefined;
    if (inner === undefined) continue;
    if (found !== undefined) return undefined;
    found = { term, quotient: inner };
  }
  return found;
};

/** (x // d + y) // c is (x + d*y) // (c*d). */
const joinNested = (a: Dim, term: Term, inner: Quotient, c: number): Dim | undefined => {
  const rest = withoutTerm(a, term);
  const d = constantOf(inner.under);
  if (d === undefined)
    return rest === zero && term.coef === 1 ? floorDiv(inner.over, mul(inner.under, num(c))) : undefined;
  if (!Number.isSafeInteger(c * d)) return undefined;
  const over = term.coef === 1 ? inner.over : sub(num(d - 1), inner.over);
  return floorDiv(add(over, mul(num(d), rest)), num(c * d));
};

const isMostlyNegative = (a: Dim): boolean => {
  const negative = a.terms.filter((t) => t.coef < 0).length;
  return negative * 2 > a.terms.length || (negative * 2 === a.terms.length && (a.terms[0]?.coef ?? 0) < 0);
};

/** Division by a size that isn't a number. */
const bySize = (a: Dim, b: Dim): Dim => {
  if (a === zero) return zero;
  if (isMostlyNegative(b)) return bySize(neg(a), neg(b));
  const shared = [a, b].reduce((g, d) => gcd(gcd(g, contentOf(d)), d.constant), 0);
  if (shared > 1) return floorDiv(dividedBy(a, shared), dividedBy(b, shared));
  const [divisor] = b.terms;
  if (divisor !== undefined && b.terms.length === 1 && b.constant === 0) return byProduct(a, divisor);
  return exactQuotient(a, b) ?? irreducible(a, b);
};

/** d / n where n divides every coefficient and the constant. */
export const dividedBy = (d: Dim, n: number): Dim =>
  inOrderOf(
    d.constant / n,
    d.terms.map((t) => ({ ...t, coef: t.coef / n })),
  );

const irreducible = (a: Dim, b: Dim): Dim => {
  const inner = atomOf(a);
  // Rounding twice is rounding once where the outer divisor is positive.
  if (inner?.kind === 'floordiv' && plainRange(b).low >= 0) return floorDiv(inner.over, mul(inner.under, b));
  return quotient(a, b);
};

/** Division by a single product of atoms: multiples leave the division, common factors cancel. */
const byProduct = (a: Dim, divisor: Term): Dim => {
  const whole: Term[] = [];
  const inside: Term[] = [];
  for (const term of a.terms) {
    const left = term.coef % divisor.coef === 0 ? withoutFactors(term.factors, divisor.factors) : undefined;
    if (left === undefined) inside.push(term);
    else whole.push(termOf(term.coef / divisor.coef, left));
  }
  // A product of no atoms is the constant 1.
  const number = whole.reduce((n, t) => (t.factors.length === 0 ? n + t.coef : n), 0);
  const outside = fromTerms(
    number,
    whole.filter((t) => t.factors.length > 0),
  );
  if (inside.length === 0 && a.constant === 0) return outside;
  const rest = inOrderOf(a.constant, inside);
  const common = a.constant === 0 ? commonFactors(inside.map((t) => t.factors)) : [];
  const cancel = sharedPart(common, divisor.factors);
  const under = inOrderOf(0, [divisor]);
  if (cancel.length === 0) return add(outside, irreducible(rest, under));
  return add(outside, floorDiv(withoutAtoms(rest, cancel), withoutAtoms(under, cancel)));
};

/** The atoms of `from` that remain when those of `what` are taken out; undefined where one is missing. */
const withoutFactors = (from: readonly Atom[], what: readonly Atom[]): readonly Atom[] | undefined => {
  const left = [...from];
  for (const atom of what) {
    const at = left.findIndex((f) => f.key === atom.key);
    if (at < 0) return undefined;
    left.splice(at, 1);
  }
  return left;
};

/** What two products of atoms have in common. */
const sharedPart = (a: readonly Atom[], b: readonly Atom[]): readonly Atom[] => {
  const left = [...b];
  return a.filter((atom) => {
    const at = left.findIndex((f) => f.key === atom.key);
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
};

/** What all of these products of atoms have in common. */
export const commonFactors = (products: readonly (readonly Atom[])[]): readonly Atom[] =>
  products.length === 0 ? [] : products.reduce((a, b) => sharedPart(a, b));

/** d divided by atoms that all its terms have; d has no constant. */
export const withoutAtoms = (d: Dim, atoms: readonly Atom[]): Dim => {
  let constant = 0;
  const terms: Term[] = [];
  for (const term of d.terms) {
    const left = withoutFactors(term.factors, atoms) ?? term.factors;
    if (left.length === 0) constant += term.coef;
    else terms.push(termOf(term.coef, left));
  }
  return fromTerms(constant, terms);
};

/** a / b where b is a factor of a; b has several terms. */
export const exactQuotient = (a: Dim, b: Dim): Dim | undefined => {
  const head = leading(b);
  if (head === undefined) return undefined;
  let rest = a;
  let found = zero;
  for (let steps = 0; steps < 64; steps++) {
    if (rest === zero) return found;
    const top = leading(rest);
    const factors = top === undefined ? undefined : withoutFactors(top.factors, head.factors);
    if (top === undefined || factors === undefined || top.coef % head.coef !== 0) return undefined;
    const coef = top.coef / head.coef;
    const step = monomial(coef, factors);
    found = add(found, step);
    rest = sub(rest, mul(step, b));
  }
  return undefined;
};

/** The greatest term in graded lexicographic order, an order that products keep. */
const leading = (d: Dim): Term | undefined =>
  d.terms.reduce<Term | undefined>((best, t) => (best === undefined || isGreater(t, best) ? t : best), undefined);

const isGreater = (a: Term, b: Term): boolean => {
  if (a.factors.length !== b.factors.length) return a.factors.length > b.factors.length;
  for (const [i, factor] of a.factors.entries()) {
    const other = b.factors[i];
    if (other !== undefined && factor.key !== other.key) return factor.key < other.key;
  }
  return false;
};
