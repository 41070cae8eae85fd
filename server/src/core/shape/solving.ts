/** What `d == 0` and `d >= 0` say of the symbols of d. Every rule keeps exactly the solutions there were. */
import { commonFactors, dividedBy, mod, withoutAtoms } from './division';
import { asProduct } from './gathering';
import type { Reasons } from './knowledge';
import { type Relation, allOf, isZero, knownRange, normalZero, rangesOf, reasonsFor } from './knowledge';
import type { Draft } from './learning';
import {
  type Choice,
  type Dim,
  type Quotient,
  type Sym,
  type Term,
  add,
  atomOf,
  constantOf,
  contentOf,
  floorOf,
  freshSym,
  gcd,
  inOrderOf,
  modOf,
  mul,
  neg,
  num,
  ofAtom,
  one,
  sub,
  sym,
  symOf,
  withoutTerm,
} from './polynomial';
import { rangeOf } from './range';

type Rule = (draft: Draft, d: Dim, why: Reasons) => boolean;

/** Learns `d == 0`; d is filled in. */
export const solveZero = (draft: Draft, d: Dim, why: Reasons): void => {
  const n = constantOf(d);
  if (n !== undefined) return n === 0 ? undefined : draft.refute(why);
  if (d.constant % contentOf(d) !== 0) return draft.refute(why);
  const normal = normalZero(d);
  const answer = isZero(draft, normal);
  if (answer === 'yes') return;
  if (answer === 'no') return draft.refute(allOf(why, draft.reasonsAbout(normal)));
  if (zeroRules.some((rule) => rule(draft, normal, why))) return;
  // Kept as it was said, for the user to read: 8*x*y == 1800, not x*y == 225.
  draft.keep({ kind: 'zero', dims: [d], why });
  boundFactors(draft, normal, why);
  draft.passOnBounds(normal, why, true);
};

/** `x*y*(z - 3) == 0`: one of the factors is 0. */
const splitFactors: Rule = (draft, d, why) => {
  if (d.constant !== 0 || atomOf(d) !== undefined) return false;
  const common = commonFactors(d.terms.map((t) => t.factors));
  if (common.length === 0) return false;
  const factors = [...new Map(common.map((atom) => [atom.key, ofAtom(atom)])).values()];
  draft.also('any', [...factors, withoutAtoms(d, common)], why);
  return true;
};

/** `s + rest == 0` with no s in the rest: s is -rest. The youngest such symbol goes. */
const replaceUnitSymbol: Rule = (draft, d, why) => {
  let best: { term: Term; sym: Sym } | undefined;
  for (const term of d.terms) {
    const s = linearSymbol(term);
    if (s === undefined || Math.abs(term.coef) !== 1 || s.id < (best?.sym.id ?? 0)) continue;
    if (!d.terms.some((other) => other !== term && holds(other, s))) best = { term, sym: s };
  }
  if (best === undefined) return false;
  const rest = withoutTerm(d, best.term);
  draft.replace(best.sym, best.term.coef === 1 ? neg(rest) : rest, why);
  return true;
};

const linearSymbol = (term: Term): Sym | undefined => {
  const [atom] = term.factors;
  return atom?.kind === 'sym' && term.factors.length === 1 ? atom.sym : undefined;
};

const holds = (term: Term, s: Sym): boolean => inOrderOf(0, [term]).syms.includes(s);

/** `3*s + 4*rest + 2 == 0`: s is 4*t + 2 for some t. With `4*(s // 4) - s == 0` this learns that 4 divides s. */
const replaceByResidue: Rule = (draft, d, why) => {
  for (const term of d.terms) {
    const s = linearSymbol(term);
    if (s === undefined) continue;
    const modulus = d.terms.reduce((g, other) => (other === term ? g : gcd(g, other.coef)), 0);
    if (modulus < 2 || modulus > 2 ** 26) continue;
    const residue = modOf(modOf(-d.constant, modulus) * inverse(modOf(term.coef, modulus), modulus), modulus);
    const part = { of: sub(sym(s), num(residue)), by: num(modulus) };
    const lower = s.lower === -Infinity ? -Infinity : -floorOf(residue - s.lower, modulus);
    const t = freshSym(s.name, lower, part);
    draft.replace(s, add(mul(num(modulus), sym(t)), num(residue)), why);
    draft.also('zero', [d], why);
    return true;
  }
  return false;
};

/** The number x with a*x % m == 1; a and m have no common divisor. */
const inverse = (a: number, m: number): number => {
  let [r0, r1, x0, x1] = [m, a, 0, 1];
  while (r1 !== 0) {
    const q = Math.floor(r0 / r1);
    [r0, r1, x0, x1] = [r1, r0 - q * r1, x1, x0 - q * x1];
  }
  return modOf(x0, m);
};

/** `s - k*(s // k) == 0` for a size k: s is k*t for some t. */
const replaceByMultiple: Rule = (draft, d, why) => {
  for (const term of d.terms)
    for (const atom of term.factors) {
      if (atom.kind !== 'floordiv') continue;
      const s = symOf(atom.over);
      if (s === undefined || atom.under.syms.includes(s) || normalZero(mod(atom.over, atom.under)).key !== d.key)
        continue;
      const { low } = rangeOf(atom.under, rangesOf(draft));
      if (low < 0) continue;
      const t = freshSym(s.name, s.lower >= 1 ? 1 : s.lower === 0 ? 0 : -Infinity, { of: sym(s), by: atom.under });
      // Where s // k has a value k isn't 0.
      if (low === 0) draft.also('least', [sub(atom.under, one)], why);
      draft.replace(s, mul(atom.under, sym(t)), why);
      return true;
    }
  return false;
};

/** `q // c + n == 0` for a number n says between which sizes q is. */
const boundQuotient: Rule = (draft, d, why) => {
  const [term] = d.terms;
  const quotient = d.terms.length === 1 && term !== undefined ? quotientOf(term) : undefined;
  if (quotient === undefined || rangeOf(quotient.under, rangesOf(draft)).low < 0) return false;
  const rest = sub(quotient.over, mul(quotient.under, num(-d.constant)));
  draft.also('least', [rest], why);
  draft.also('least', [sub(sub(quotient.under, one), rest)], why);
  return true;
};

const quotientOf = (term: Term): Quotient | undefined => {
  const [atom] = term.factors;
  return atom?.kind === 'floordiv' && term.factors.length === 1 && Math.abs(term.coef) === 1 ? atom : undefined;
};

/** `max(x, y) == e` where only x can be e: x is e and y isn't greater. */
const pickChoice: Rule = (draft, d, why) => {
  for (const term of d.terms) {
    const [atom] = term.factors;
    if (term.factors.length > 1 || Math.abs(term.coef) !== 1 || (atom?.kind !== 'min' && atom?.kind !== 'max'))
      continue;
    const rest = withoutTerm(d, term);
    const value = term.coef === 1 ? neg(rest) : rest;
    const possible = atom.args.filter((x) => isZero(draft, sub(x, value)) !== 'no');
    const impossible = atom.args.filter((x) => !possible.includes(x));
    const reasons = allOf(why, ...impossible.map((x) => draft.reasonsAbout(sub(x, value))));
    const [only] = possible;
    // `min(x, y) == y` is `x >= y`.
    const certain = atom.args.find((x) => sub(x, value).terms.length === 0 && possible.includes(x));
    if (only === undefined) draft.refute(reasons);
    else if (certain !== undefined) {
      for (const other of atom.args) if (other !== certain) draft.also('least', [betterBy(atom, value, other)], why);
    } else if (possible.length > 1) continue;
    else {
      draft.also('zero', [sub(only, value)], reasons);
      for (const other of impossible) draft.also('least', [betterBy(atom, value, other)], why);
    }
    return true;
  }
  return false;
};

/** Not negative where `value` is the better choice of the two. */
const betterBy = (choice: Choice, value: Dim, other: Dim): Dim =>
  choice.kind === 'max' ? sub(value, other) : sub(other, value);

const zeroRules: readonly Rule[] = [
  splitFactors,
  replaceUnitSymbol,
  replaceByResidue,
  replaceByMultiple,
  boundQuotient,
  pickChoice,
];

/** The factors of a product that is a number other than 0 aren't 0, and none is greater than the number. */
const boundFactors = (draft: Draft, d: Dim, why: Reasons): void => {
  const found = asProduct(d);
  if (found === undefined || found.constant === 0 || found.factors.length < 2) return;
  const most = Math.floor(Math.abs(found.constant / found.coef));
  for (const factor of found.factors) {
    const { low, high } = rangeOf(factor, rangesOf(draft));
    const reasons = allOf(why, reasonsFor(draft, [factor]));
    if (low === 0) draft.also('least', [sub(factor, one)], reasons);
    if (low >= 0 && high > most) draft.also('least', [sub(num(most), factor)], reasons);
  }
};

/** No factor of a product that is at least 1 is 0. */
const raiseFactors = (draft: Draft, d: Dim, why: Reasons): void => {
  const found = asProduct(d);
  if (found === undefined || found.constant >= 0 || found.coef < 0) return;
  const ranges = found.factors.map((factor) => rangeOf(factor, rangesOf(draft)));
  if (ranges.some(({ low }) => low < 0)) return;
  for (const [i, factor] of found.factors.entries())
    if (ranges[i]?.low === 0) draft.also('least', [sub(factor, one)], allOf(why, reasonsFor(draft, found.factors)));
};

/** Learns `d >= 0`; d is filled in. */
export const solveLeast = (draft: Draft, d: Dim, why: Reasons): void => {
  const n = constantOf(d);
  if (n !== undefined) return n >= 0 ? undefined : draft.refute(why);
  const content = contentOf(d);
  // Whole steps: 2*x - 3 >= 0 says x - 2 >= 0.
  const normal = content === 1 ? d : dividedBy(sub(d, num(modOf(d.constant, content))), content);
  const { low, high } = knownRange(draft, normal);
  if (low >= 0) return;
  const reasons = high > 0 ? why : allOf(why, draft.reasonsAbout(normal));
  if (high < 0) return draft.refute(reasons);
  if (high === 0) return draft.also('zero', [normal], reasons);
  if (leastRules.some((rule) => rule(draft, normal, why))) return;
  for (const weaker of draft.open.filter((r) => isWeaker(r, normal))) draft.drop(weaker);
  draft.keep({ kind: 'least', dims: [normal], why });
  raiseFactors(draft, normal, why);
  draft.passOnBounds(normal, why, false);
};

/** Whether the relation is `normal + n >= 0` with n > 0. */
const isWeaker = (r: Relation, normal: Dim): boolean => {
  const difference = r.kind === 'least' && r.dims[0] !== undefined ? constantOf(sub(r.dims[0], normal)) : undefined;
  return difference !== undefined && difference > 0;
};

const boundSymbol: Rule = (draft, d, why) => {
  const [term] = d.terms;
  const s = term === undefined || d.terms.length > 1 ? undefined : linearSymbol(term);
  if (s === undefined) return false;
  if (term?.coef === 1) draft.atLeast(s, -d.constant, why);
  else draft.atMost(s, d.constant, why);
  return true;
};

/** `q // c + e >= 0` is `q + c*e >= 0`; `e - q // c >= 0` is `c*e + c - 1 - q >= 0`. */
const openQuotient: Rule = (draft, d, why) => {
  for (const term of d.terms) {
    const quotient = quotientOf(term);
    if (quotient === undefined) continue;
    const rest = withoutTerm(d, term);
    const isNumber = constantOf(quotient.under) !== undefined;
    if (!isNumber && (constantOf(rest) === undefined || rangeOf(quotient.under, rangesOf(draft)).low < 0)) continue;
    const scaled = mul(quotient.under, rest);
    const opened =
      term.coef === 1 ? add(quotient.over, scaled) : sub(add(scaled, sub(quotient.under, one)), quotient.over);
    draft.also('least', [opened], why);
    return true;
  }
  return false;
};

/** `min(x, y) + e >= 0` says it of both; so does `e - max(x, y) >= 0`. */
const openChoice: Rule = (draft, d, why) => {
  for (const term of d.terms) {
    const [atom] = term.factors;
    if (term.factors.length > 1 || atom?.kind !== (term.coef > 0 ? 'min' : 'max')) continue;
    const rest = withoutTerm(d, term);
    for (const x of atom.args) draft.also('least', [add(mul(num(term.coef), x), rest)], why);
    return true;
  }
  return false;
};

const leastRules: readonly Rule[] = [boundSymbol, openQuotient, openChoice];
