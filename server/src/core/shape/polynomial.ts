/**
 * Polynomials with integer coefficients over atoms, in one normal form.
 *
 * Terms are sorted by the key of their product of atoms, products are sorted lists of atoms (`H*H`
 * is the list H, H), zero terms are dropped. Two sizes are the same polynomial iff their keys are equal.
 */
import { fresh } from './fresh';

/** A symbol: an integer that isn't known, at least `lower`. */
export interface Sym {
  readonly id: number;
  readonly name: string;
  /** Least possible value; -Infinity for any int. */
  readonly lower: number;
  /** The symbol stands for `of // by`, which leaves no remainder; shown to the user as that. */
  readonly part?: { readonly of: Dim; readonly by: Dim };
}

/** `over // under`, not reducible any more. */
export interface Quotient {
  readonly kind: 'floordiv';
  readonly key: string;
  readonly over: Dim;
  readonly under: Dim;
}
/** `min`, `max`, or the size that broadcasting these sizes gives. Arguments are sorted by key. */
export interface Choice {
  readonly kind: 'min' | 'max' | 'broadcast';
  readonly key: string;
  readonly args: readonly Dim[];
}
/** The result of an operation that isn't represented (too large a number, division by zero). */
export interface Opaque {
  readonly kind: 'opaque';
  readonly key: string;
  readonly op: string;
  readonly args: readonly Dim[];
}
export interface SymAtom {
  readonly kind: 'sym';
  readonly key: string;
  readonly sym: Sym;
}
export type Atom = SymAtom | Quotient | Choice | Opaque;

export interface Term {
  readonly coef: number;
  /** Sorted by key, with repetition; never empty. */
  readonly factors: readonly Atom[];
  /** The factors' keys joined with `*`. */
  readonly key: string;
}

/** A size: constant plus terms. Make one with the functions of this module only. */
export class Dim {
  private text: string | undefined;
  private symbols: readonly Sym[] | undefined;
  private nodes = 0;

  /** Takes terms already in normal form. */
  constructor(
    readonly constant: number,
    readonly terms: readonly Term[],
  ) {}

  /** Equal iff the normal forms are equal. */
  get key(): string {
    if (this.text === undefined) {
      let text = this.terms.length === 0 || this.constant !== 0 ? String(this.constant) : '';
      for (const term of this.terms)
        text += (text === '' ? '' : '+') + (term.coef === 1 ? term.key : `${term.coef}*${term.key}`);
      this.text = text;
    }
    return this.text;
  }

  /** Every symbol in it, also inside atoms, each once. */
  get syms(): readonly Sym[] {
    if (this.symbols === undefined) {
      if (this.terms.length === 0) this.symbols = [];
      else {
        const found = new Set<Sym>();
        for (const term of this.terms) for (const atom of term.factors) for (const s of atomSymbols(atom)) found.add(s);
        this.symbols = [...found];
      }
    }
    return this.symbols;
  }

  /** How many atoms it is written with, counting those inside atoms. */
  get size(): number {
    if (this.nodes === 0) {
      this.nodes = 1;
      for (const term of this.terms) for (const atom of term.factors) this.nodes += atomSize(atom);
    }
    return this.nodes;
  }
}

/** The sizes inside an atom. */
export const argumentsOf = (atom: Atom): readonly Dim[] =>
  atom.kind === 'sym' ? [] : atom.kind === 'floordiv' ? [atom.over, atom.under] : atom.args;

const atomSymbols = (atom: Atom): readonly Sym[] =>
  atom.kind === 'sym' ? [atom.sym] : argumentsOf(atom).flatMap((d) => d.syms);

const atomSize = (atom: Atom): number => (atom.kind === 'sym' ? 1 : argumentsOf(atom).reduce((n, d) => n + d.size, 1));

/** Whether a size has a value for all values of its symbols: it divides by numbers only. */
export const isTotal = (d: Dim): boolean =>
  d.terms.every((t) => t.factors.every((f) => f.kind === 'sym' || (isTotalAtom(f) && argumentsOf(f).every(isTotal))));

const isTotalAtom = (atom: Atom): boolean =>
  atom.kind === 'floordiv' ? atom.under.terms.length === 0 : atom.kind === 'min' || atom.kind === 'max';

/** Past this many atoms an expression is a new symbol: loops can double expressions at every turn. */
const largestSize = 200;
/** Past this many products a multiplication is opaque. */
const mostProducts = 256;

const smallest = -256;
const smallInts: Dim[] = [];
for (let n = smallest; n <= 4096; n++) smallInts.push(new Dim(n, []));

/** The number n; opaque where n is fractional or past 2**53. */
export const num = (n: number): Dim => {
  const small = smallInts[n - smallest];
  if (small !== undefined) return small;
  // `n + 0` turns -0 into 0
  return Number.isSafeInteger(n) ? new Dim(n + 0, []) : opaque(`number ${n}`, []);
};
export const zero = num(0);
export const one = num(1);

/** A new symbol; no other one is equal to it. */
export const freshSym = (name: string, lower = 0, part?: Sym['part']): Sym =>
  fresh(`size ${name}`, (id) => (part === undefined ? { id, name, lower } : { id, name, lower, part }));

const symbolDims = new WeakMap<Sym, Dim>();
/** The size that a symbol stands for. */
export const sym = (s: Sym): Dim => {
  let dim = symbolDims.get(s);
  if (dim === undefined) symbolDims.set(s, (dim = ofAtom({ kind: 'sym', key: `s${s.id}`, sym: s })));
  return dim;
};

/** The size that is exactly this atom. A new symbol where the expression has grown out of hand. */
export const ofAtom = (atom: Atom): Dim => {
  const dim = new Dim(0, [{ coef: 1, factors: [atom], key: atom.key }]);
  return dim.size <= largestSize ? dim : sym(freshSym('?', -Infinity));
};

/** The result of an operation that isn't represented; equal operations on equal sizes are equal. */
export const opaque = (op: string, args: readonly Dim[]): Dim =>
  ofAtom({ kind: 'opaque', op, args, key: `?${op}(${args.map((d) => d.key).join(',')})` });

/** The number that a size is, if it is one. */
export const constantOf = (d: Dim): number | undefined => (d.terms.length === 0 ? d.constant : undefined);

/** The symbols of a size, also those inside divisions. */
export const symbolsOf = (d: Dim): readonly Sym[] => d.syms;

/** The atom that a size is, if it is nothing but one. */
export const atomOf = (d: Dim): Atom | undefined => {
  const term = d.constant === 0 && d.terms.length === 1 ? d.terms[0] : undefined;
  return term?.coef === 1 && term.factors.length === 1 ? term.factors[0] : undefined;
};

/** The symbol that a size is, if it is nothing but one. */
export const symOf = (d: Dim): Sym | undefined => {
  const atom = atomOf(d);
  return atom?.kind === 'sym' ? atom.sym : undefined;
};

/** A size of terms in normal form; undefined where a coefficient is past 2**53. */
const checked = (constant: number, terms: readonly Term[]): Dim | undefined => {
  if (!Number.isSafeInteger(constant)) return undefined;
  for (const term of terms) if (!Number.isSafeInteger(term.coef)) return undefined;
  return terms.length === 0 ? num(constant) : new Dim(constant, terms);
};

/** Adds `scale` times the terms of b to those of a. */
const merge = (a: readonly Term[], b: readonly Term[], scale: number): Term[] => {
  const out: Term[] = [];
  let [i, j] = [0, 0];
  for (;;) {
    const [x, y] = [a[i], b[j]];
    if (x === undefined && y === undefined) return out;
    if (y === undefined || (x !== undefined && x.key < y.key)) {
      out.push(x as Term);
      i++;
    } else if (x === undefined || x.key > y.key) {
      out.push(scale === 1 ? y : { ...y, coef: y.coef * scale });
      j++;
    } else {
      const coef = x.coef + y.coef * scale;
      if (coef !== 0) out.push({ ...x, coef });
      i++;
      j++;
    }
  }
};

/** The number that an operation on two numbers gives; past 2**53 it isn't exact, hence opaque. */
const exact = (n: number, op: string, a: Dim, b: Dim): Dim => (Number.isSafeInteger(n) ? num(n) : opaque(op, [a, b]));

export const add = (a: Dim, b: Dim): Dim => {
  if (a.terms.length === 0 && b.terms.length === 0) return exact(a.constant + b.constant, '+', a, b);
  if (a.terms.length === 0 && a.constant === 0) return b;
  if (b.terms.length === 0 && b.constant === 0) return a;
  return checked(a.constant + b.constant, merge(a.terms, b.terms, 1)) ?? opaque('+', [a, b]);
};

export const sub = (a: Dim, b: Dim): Dim => {
  if (a.terms.length === 0 && b.terms.length === 0) return exact(a.constant - b.constant, '-', a, b);
  if (b.terms.length === 0 && b.constant === 0) return a;
  return checked(a.constant - b.constant, merge(a.terms, b.terms, -1)) ?? opaque('-', [a, b]);
};

/** `n * d` for a number n. */
const scaled = (d: Dim, n: number): Dim => {
  if (n === 1) return d;
  if (n === 0) return zero;
  const terms = d.terms.map((term) => ({ ...term, coef: term.coef * n }));
  return checked(d.constant * n + 0, terms) ?? opaque('*', [num(n), d]);
};

export const neg = (a: Dim): Dim => (a.terms.length === 0 ? num(-a.constant) : scaled(a, -1));

export const mul = (a: Dim, b: Dim): Dim => {
  if (a.terms.length === 0)
    return b.terms.length === 0 ? exact(a.constant * b.constant, '*', a, b) : scaled(b, a.constant);
  if (b.terms.length === 0) return scaled(a, b.constant);
  if ((a.terms.length + 1) * (b.terms.length + 1) > mostProducts) return opaqueProduct(a, b);
  const found = new Map<string, Term>();
  for (const x of a.terms) for (const y of b.terms) collect(found, timesTerm(x, y));
  if (b.constant !== 0) for (const x of a.terms) collect(found, { ...x, coef: x.coef * b.constant });
  if (a.constant !== 0) for (const y of b.terms) collect(found, { ...y, coef: y.coef * a.constant });
  const dim = checked(a.constant * b.constant + 0, inOrder(found));
  if (dim === undefined) return opaqueProduct(a, b);
  return dim.size <= largestSize ? dim : sym(freshSym('?', -Infinity));
};

const opaqueProduct = (a: Dim, b: Dim): Dim => opaque('*', a.key < b.key ? [a, b] : [b, a]);

const timesTerm = (x: Term, y: Term): Term => termOf(x.coef * y.coef, [...x.factors, ...y.factors]);

/** The term of a coefficient and atoms in any order. */
export const termOf = (coef: number, atoms: readonly Atom[]): Term => {
  const [only] = atoms;
  if (only !== undefined && atoms.length === 1) return { coef, factors: atoms, key: only.key };
  const factors = [...atoms].sort(byKey);
  return { coef, factors, key: factors.map((f) => f.key).join('*') };
};

const byKey = (a: { readonly key: string }, b: { readonly key: string }): number =>
  a.key < b.key ? -1 : a.key > b.key ? 1 : 0;

const collect = (into: Map<string, Term>, term: Term): void => {
  const before = into.get(term.key);
  into.set(term.key, before === undefined ? term : { ...term, coef: before.coef + term.coef });
};

const inOrder = (found: ReadonlyMap<string, Term>): readonly Term[] =>
  [...found.values()].filter((t) => t.coef !== 0).sort(byKey);

/** A constant and terms in any order; coefficients must be safe integers. */
export const fromTerms = (constant: number, terms: readonly Term[]): Dim => {
  const found = new Map<string, Term>();
  for (const term of terms) collect(found, term);
  const sorted = inOrder(found);
  return sorted.length === 0 ? num(constant) : new Dim(constant, sorted);
};

/** A constant and terms that stand in order already. */
export const inOrderOf = (constant: number, terms: readonly Term[]): Dim =>
  terms.length === 0 ? num(constant) : new Dim(constant, terms);

/** A coefficient times atoms. */
export const monomial = (coef: number, atoms: readonly Atom[]): Dim =>
  atoms.length === 0 ? num(coef) : new Dim(0, [termOf(coef, atoms)]);

/** The size without one of its terms. */
export const withoutTerm = (d: Dim, term: Term): Dim =>
  inOrderOf(
    d.constant,
    d.terms.filter((t) => t !== term),
  );

/** A size without its constant. */
export const withoutConstant = (d: Dim): Dim =>
  d.constant === 0 ? d : d.terms.length === 0 ? zero : new Dim(0, d.terms);

export const sum = (dims: readonly Dim[]): Dim => dims.reduce(add, zero);
/** The product of sizes, 1 for none. */
export const product = (dims: readonly Dim[]): Dim => dims.reduce(mul, one);

/** `a ** n` for a number n; opaque where n is negative or large. */
export const power = (a: Dim, n: number): Dim => {
  const base = constantOf(a);
  if (base !== undefined && n >= 0 && Number.isSafeInteger(base ** n)) return num(base ** n);
  if (base !== undefined || !Number.isInteger(n) || n < 0 || n > 8) return opaque(`power ${n}`, [a]);
  return product(Array.from({ length: n }, () => a));
};

export const gcd = (a: number, b: number): number => {
  let [x, y] = [Math.abs(a), Math.abs(b)];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
};

/** Greatest common divisor of the coefficients, without the constant; 0 where there are none. */
export const contentOf = (d: Dim): number => d.terms.reduce((g, t) => gcd(g, t.coef), 0);

/** Python's `a // c` for integers, exact up to 2**53; c isn't 0. */
export const floorOf = (a: number, c: number): number => {
  const rest = a % c;
  const quotient = (a - rest) / c;
  return (rest !== 0 && rest < 0 !== c < 0 ? quotient - 1 : quotient) + 0;
};
/** Python's `a % c` for integers. */
export const modOf = (a: number, c: number): number => {
  const rest = a % c;
  return (rest !== 0 && rest < 0 !== c < 0 ? rest + c : rest) + 0;
};
