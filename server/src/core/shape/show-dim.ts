/**
 * Sizes as a user would write them.
 *
 * The normal form is made for comparing; here the same size gets its shortest writing: factors
 * gathered again (`8*((H - 2)//260)`), remainders as `H % 7`, and a symbol that was introduced as a
 * part of another one shown as that (`H//16`).
 */
import { dividedBy, floorDiv } from './division';
import { gathered, weight } from './gathering';
import {
  type Atom,
  type Dim,
  type Quotient,
  type Sym,
  type Term,
  add,
  argumentsOf,
  constantOf,
  contentOf,
  gcd,
  inOrderOf,
  monomial,
  mul,
  num,
  ofAtom,
  sub,
  termOf,
  withoutConstant,
  withoutTerm,
  zero,
} from './polynomial';

export type NameOf = (s: Sym) => string;

/** `8*((H - 2)//260)`: the size in the names of its symbols. */
export const showDim = (d: Dim, nameOf: NameOf = (s) => s.name): string => {
  const n = constantOf(d);
  return n === undefined ? new Writer(nameOf).whole(d) : String(n);
};

/** How tightly a text holds together: a sum needs brackets in a product, a product beside `//` too. */
type Binding = 'sum' | 'product' | 'atom';
interface Written {
  readonly text: string;
  readonly binding: Binding;
}

const bracketed = ({ text, binding }: Written, wanted: Binding): string => {
  const order: readonly Binding[] = ['sum', 'product', 'atom'];
  return order.indexOf(binding) < order.indexOf(wanted) ? `(${text})` : text;
};

class Writer {
  constructor(private readonly nameOf: NameOf) {}

  whole(d: Dim): string {
    return this.dim(d).text;
  }

  private dim(d: Dim): Written {
    const { over, under } = withoutParts(d);
    if (under === 1) return this.polynomial(over);
    // What the denominator divides stands outside, the rest is one exact division.
    const [outside, inside]: [Term[], Term[]] = [[], []];
    for (const term of over.terms) (term.coef % under === 0 ? outside : inside).push(term);
    const constant = over.constant % under === 0 ? over.constant / under : 0;
    const rest = inOrderOf(over.constant - constant * under, inside);
    const whole = inOrderOf(
      constant,
      outside.map((t) => ({ ...t, coef: t.coef / under })),
    );
    if (rest === zero) return this.polynomial(whole);
    const quotient: Quotient = { kind: 'floordiv', over: rest, under: num(under), key: `exact(${rest.key})//${under}` };
    return this.polynomial(add(whole, ofAtom(quotient)));
  }

  private polynomial(d: Dim): Written {
    const n = constantOf(d);
    if (n !== undefined) return { text: String(n), binding: n < 0 ? 'sum' : 'atom' };
    const gatheredDim = gathered(withRemainders(d));
    const terms = [...gatheredDim.terms].sort(byReading);
    if (terms.length === 1 && gatheredDim.constant === 0) return this.term(terms[0] as Term);
    const parts = terms.map((t) => ({
      negative: t.coef < 0,
      text: bracketed(this.term({ ...t, coef: Math.abs(t.coef) }), 'product'),
      first: this.term(t).text,
    }));
    const constant = {
      negative: gatheredDim.constant < 0,
      text: String(Math.abs(gatheredDim.constant)),
      first: String(gatheredDim.constant),
    };
    if (gatheredDim.constant > 0 && parts.every((p) => p.negative)) parts.unshift(constant);
    else if (gatheredDim.constant !== 0) parts.push(constant);
    const first = parts.findIndex((p) => !p.negative);
    if (first > 0) parts.unshift(...parts.splice(first, 1));
    const [head, ...others] = parts;
    const text = others.map((part) => (part.negative ? ' - ' : ' + ') + part.text).join('');
    return { text: (head?.first ?? '') + text, binding: 'sum' };
  }

  private term({ coef, factors }: Term): Written {
    if (coef < 0) {
      const rest = this.term({ coef: -coef, factors, key: '' });
      return { text: `-${this.holdsDivision(-coef, factors) ? `(${rest.text})` : rest.text}`, binding: 'sum' };
    }
    const written = [...factors].sort(byName).map((f) => this.atom(f));
    if (coef === 1 && written.length === 1) return written[0] as Written;
    const parts = written.map((w) => bracketed(w, 'atom'));
    if (coef !== 1) parts.unshift(String(coef));
    return { text: parts.join('*'), binding: 'product' };
  }

  /** `-H//2` would be read as `(-H)//2`. */
  private holdsDivision(coef: number, factors: readonly Atom[]): boolean {
    const [only] = factors;
    return coef === 1 && factors.length === 1 && only !== undefined && this.atom(only).binding !== 'atom';
  }

  private atom(atom: Atom): Written {
    if (atom.kind === 'sym') {
      const part = atom.sym.part;
      if (part === undefined) return { text: this.nameOf(atom.sym), binding: 'atom' };
      return this.division(part.of, part.by, '//');
    }
    if (atom.kind === 'floordiv') return this.division(atom.over, atom.under, '//');
    const [first, second] = atom.args;
    if (atom.kind === 'opaque') {
      if (atom.op === 'group' && first !== undefined) return this.dim(first);
      if (atom.op === 'remainder' && first !== undefined && second !== undefined)
        return this.division(first, second, ' % ');
      return { text: '?', binding: 'atom' };
    }
    const args = [...atom.args].sort((a, b) => b.terms.length - a.terms.length || youngest(a) - youngest(b));
    return { text: `${atom.kind}(${args.map((d) => this.whole(d)).join(', ')})`, binding: 'atom' };
  }

  private division(over: Dim, under: Dim, operator: string): Written {
    return {
      text: `${bracketed(this.dim(over), 'product')}${operator}${bracketed(this.dim(under), 'atom')}`,
      binding: 'product',
    };
  }
}

/** Products before single atoms, older symbols first. */
const byReading = (a: Term, b: Term): number => b.factors.length - a.factors.length || byAge(a, b);

const youngest = (d: Dim): number => Math.max(...d.syms.map((s) => s.id), 0);
/** The youngest symbol of an atom. */
const age = (atom: Atom): number => (atom.kind === 'sym' ? atom.sym.id : Math.max(...argumentsOf(atom).map(youngest)));
const isCompound = (atom: Atom): number => (atom.kind === 'sym' ? 0 : 1);
const byName = (a: Atom, b: Atom): number => isCompound(a) - isCompound(b) || age(a) - age(b);
const oldest = (term: Term): number => Math.min(...term.factors.map(age));
const byAge = (a: Term, b: Term): number =>
  oldest(a) - oldest(b) || isCompound(a.factors[0] as Atom) - isCompound(b.factors[0] as Atom);

/** `q - c*(q // c)` as `q % c`, wherever it stands in the size. */
const withRemainders = (d: Dim): Dim => {
  let current = d;
  for (const term of d.terms) {
    const quotient = term.factors.find((f): f is Quotient => f.kind === 'floordiv');
    if (quotient === undefined) continue;
    const times = timesOf(term, quotient);
    if (times === undefined) continue;
    // -(H % 4) is (3 - H) % 4 - 3 too; the shorter one is taken.
    const flipped = sub(sub(quotient.under, num(1)), quotient.over);
    for (const changed of [
      withRemainder(current, quotient.over, quotient.under, times),
      withRemainder(current, flipped, quotient.under, -times),
    ])
      if (weight(changed) < weight(current)) current = changed;
  }
  return current;
};

/** The size with `times * (over % under)` taken out of its terms and written as such. */
const withRemainder = (d: Dim, over: Dim, under: Dim, times: number): Dim => {
  const normal = sub(over, mul(under, floorDiv(over, under)));
  const key = `remainder(${over.key},${under.key})`;
  const remainder = ofAtom({ kind: 'opaque', op: 'remainder', args: [over, under], key });
  return add(sub(d, mul(num(times), normal)), mul(num(times), remainder));
};

/** How many times `-divisor * quotient` the term is, where it is a number of times. */
const timesOf = (term: Term, quotient: Quotient): number | undefined => {
  const c = constantOf(quotient.under);
  if (c !== undefined) return term.factors.length === 1 && term.coef % c === 0 ? -term.coef / c : undefined;
  const [divisor] = quotient.under.terms;
  if (divisor === undefined || quotient.under.terms.length !== 1 || quotient.under.constant !== 0) return undefined;
  const key = termOf(1, [quotient, ...divisor.factors]).key;
  return term.key === key && term.coef % divisor.coef === 0 && term.coef < 0 ? -term.coef / divisor.coef : undefined;
};

/** The size over a common denominator with the symbols that stand for parts written out. */
const withoutParts = (d: Dim): { over: Dim; under: number } => {
  let over = d;
  let under = 1;
  for (let rounds = 0; rounds < 8; rounds++) {
    over = cancelledParts(over);
    const s = topSymbols(over).find((x) => x.part !== undefined && constantOf(x.part.by) !== undefined);
    if (s?.part === undefined) break;
    const by = s.part.by.constant;
    const degree = Math.max(...over.terms.map((t) => t.factors.filter((f) => f.kind === 'sym' && f.sym === s).length));
    // by**degree * over, with every `by * s` replaced by what s is a part of
    let scaled: Dim = num(over.constant * by ** degree);
    for (const term of over.terms) {
      const others = term.factors.filter((f) => !(f.kind === 'sym' && f.sym === s));
      const uses = term.factors.length - others.length;
      let piece = monomial(term.coef, others);
      piece = mul(piece, num(by ** (degree - uses)));
      for (let i = 0; i < uses; i++) piece = mul(piece, s.part.of);
      scaled = add(scaled, piece);
    }
    under *= by ** degree;
    const shared = gcd(gcd(contentOf(scaled), scaled.constant), under);
    under /= shared;
    over = dividedBy(scaled, shared);
  }
  return { over, under };
};

const topSymbols = (d: Dim): readonly Sym[] =>
  d.terms.flatMap((t) => t.factors.flatMap((f) => (f.kind === 'sym' ? [f.sym] : [])));

/** `heads * s` as `dim` where s was introduced as `dim // heads`. */
const cancelledParts = (d: Dim): Dim => {
  for (const term of d.terms)
    for (const factor of term.factors) {
      if (factor.kind !== 'sym' || factor.sym.part === undefined) continue;
      const [divisor] = factor.sym.part.by.terms;
      if (divisor === undefined || factor.sym.part.by.terms.length !== 1 || factor.sym.part.by.constant !== 0) continue;
      const left = [...term.factors];
      const isThere = [factor, ...divisor.factors].every((f) => {
        const at = left.findIndex((x) => x.key === f.key);
        if (at >= 0) left.splice(at, 1);
        return at >= 0;
      });
      if (!isThere || term.coef % divisor.coef !== 0) continue;
      const coef = term.coef / divisor.coef;
      const other = monomial(coef, left);
      return cancelledParts(add(withoutTerm(d, term), mul(other, factor.sym.part.of)));
    }
  return d;
};

/** `a == b` for `d == 0`, with the constant and negative terms on the right. */
export const showSides = (d: Dim, nameOf: NameOf, relation: string): string => {
  const { over } = withoutParts(d);
  const plain = withRemainders(over);
  const whole = gathered(plain);
  const body = gathered(withoutConstant(plain));
  // The constant may help to gather (8*x*y == 1800) or be in its way.
  const base = whole.terms.length < body.terms.length ? whole : add(body, num(plain.constant));
  const sides = [1, -1].map((sign) =>
    inOrderOf(
      Math.max(sign * base.constant, 0),
      base.terms.filter((t) => t.coef * sign > 0).map((t) => ({ ...t, coef: Math.abs(t.coef) })),
    ),
  );
  const [left, right] = sides.map((side) => showDim(side, nameOf));
  return `${left ?? ''} ${relation} ${right ?? ''}`;
};
