/** Random size expressions with their meaning in plain integers, for comparing against brute force. */
import fc from 'fast-check';
import {
  type Dim,
  type Sym,
  add,
  evaluate,
  floorDiv,
  freshSym,
  max,
  min,
  mod,
  mul,
  num,
  sub,
  sym,
  symbolsOf,
} from '../../server/src/core/shape/dim';

export type Operator = '+' | '-' | '*' | '//' | '%' | 'min' | 'max';
export type Expression =
  number | { readonly symbol: number } | { readonly op: Operator; readonly of: readonly [Expression, Expression] };
/** The value of each symbol. */
export type Assignment = readonly number[];

/** Three symbols: two that may be 0, one that may not. */
export const symbols: readonly Sym[] = [freshSym('a'), freshSym('b'), freshSym('c', 1)];

const operations: Readonly<Record<Operator, (a: Dim, b: Dim) => Dim>> = {
  '+': add,
  '-': sub,
  '*': mul,
  '//': floorDiv,
  '%': mod,
  min,
  max,
};

/** The size that the checker makes of it. */
export const build = (e: Expression): Dim => {
  if (typeof e === 'number') return num(e);
  if ('symbol' in e) return sym(symbols[e.symbol] as Sym);
  return operations[e.op](build(e.of[0]), build(e.of[1]));
};

/** What Python computes; undefined after a division by 0. */
export const meaning = (e: Expression, values: Assignment): number | undefined => {
  if (typeof e === 'number') return e;
  if ('symbol' in e) return values[e.symbol];
  const [x, y] = [meaning(e.of[0], values), meaning(e.of[1], values)];
  if (x === undefined || y === undefined) return undefined;
  if (e.op === '+') return x + y;
  if (e.op === '-') return x - y;
  if (e.op === '*') return x * y + 0; // not -0
  if (e.op === 'min') return Math.min(x, y);
  if (e.op === 'max') return Math.max(x, y);
  if (y === 0) return undefined;
  return e.op === '//' ? Math.floor(x / y) + 0 : x - y * Math.floor(x / y) + 0;
};

export const text = (e: Expression): string => {
  if (typeof e === 'number') return e < 0 ? `(${e})` : String(e);
  if ('symbol' in e) return symbols[e.symbol]?.name ?? '';
  const [x, y] = [text(e.of[0]), text(e.of[1])];
  return e.op === 'min' || e.op === 'max' ? `${e.op}(${x}, ${y})` : `(${x} ${e.op} ${y})`;
};

/** Expressions over the first `count` symbols; products and divisions mostly by small numbers, as in models. */
export const expressions = (count: number, depth = 3): fc.Arbitrary<Expression> => {
  const leaf: fc.Arbitrary<Expression> = fc.oneof(
    { weight: 3, arbitrary: fc.nat(count - 1).map((symbol) => ({ symbol })) },
    { weight: 2, arbitrary: fc.integer({ min: -6, max: 12 }) },
  );
  if (depth === 0) return leaf;
  const inner = expressions(count, depth - 1);
  const node = (op: Operator, right: fc.Arbitrary<Expression>): fc.Arbitrary<Expression> =>
    fc.tuple(inner, right).map(([x, y]) => ({ op, of: [x, y] }));
  const small = fc.integer({ min: 1, max: 6 });
  return fc.oneof(
    { weight: 2, arbitrary: leaf },
    { weight: 3, arbitrary: node('+', inner) },
    { weight: 3, arbitrary: node('-', inner) },
    { weight: 2, arbitrary: node('*', small) },
    { weight: 1, arbitrary: node('*', inner) },
    { weight: 2, arbitrary: node('//', small) },
    { weight: 1, arbitrary: node('//', inner) },
    { weight: 1, arbitrary: node('%', small) },
    { weight: 1, arbitrary: node('%', inner) },
    { weight: 1, arbitrary: node('min', inner) },
    { weight: 1, arbitrary: node('max', inner) },
  );
};

/** All values of the symbols from their least one to `most`. */
export const assignments = (count: number, most: number): readonly Assignment[] => {
  let all: number[][] = [[]];
  for (const s of symbols.slice(0, count)) {
    const next: number[][] = [];
    for (const values of all) for (let n = s.lower; n <= most; n++) next.push([...values, n]);
    all = next;
  }
  return all;
};

/** The value of a symbol, also of one that was introduced as a part of another; undefined where it has none. */
export const valueOf = (s: Sym, values: Assignment): number | undefined => {
  const at = symbols.indexOf(s);
  if (at >= 0) return values[at];
  if (s.part === undefined) return undefined;
  const [of, by] = [valueOfDim(s.part.of, values), valueOfDim(s.part.by, values)];
  return of === undefined || by === undefined || by === 0 || of % by !== 0 ? undefined : of / by;
};

/** The value of a size; undefined where one of its symbols or divisions has none. */
export const valueOfDim = (d: Dim, values: Assignment): number | undefined => {
  const numbers = new Map<Sym, number>();
  for (const s of symbolsOf(d)) {
    const n = valueOf(s, values);
    if (n === undefined) return undefined;
    numbers.set(s, n);
  }
  return evaluate(d, (s) => numbers.get(s) ?? NaN);
};
