/** Sizes written as text: in annotations and in tests. */
import { max, min } from './choice';
import { ceilDiv, floorDiv, mod } from './division';
import { type Dim, add, constantOf, mul, neg, num, power, sub } from './polynomial';

/** The size that a text says, with `+ - * // % **`, brackets, `min`, `max` and `ceil_div`; undefined where it says none. */
export const parseDim = (text: string, get: (name: string) => Dim): Dim | undefined => {
  const tokens = text.match(/\d+|[\p{L}_][\p{L}\p{N}_.]*|\/\/|\*\*|[-+*%(),]|\S/gu) ?? [];
  const reader = new Reader(tokens, get);
  const dim = reader.sum();
  return dim !== undefined && reader.isAtEnd ? dim : undefined;
};

const functions: ReadonlyMap<string, (a: Dim, b: Dim) => Dim> = new Map([
  ['min', min],
  ['max', max],
  ['ceil_div', ceilDiv],
]);

type Binary = (a: Dim, b: Dim) => Dim;
const sums: ReadonlyMap<string, Binary> = new Map([
  ['+', add],
  ['-', sub],
]);
const products: ReadonlyMap<string, Binary> = new Map([
  ['*', mul],
  ['//', floorDiv],
  ['%', mod],
]);

class Reader {
  private at = 0;
  private depth = 0;

  constructor(
    private readonly tokens: readonly string[],
    private readonly get: (name: string) => Dim,
  ) {}

  get isAtEnd(): boolean {
    return this.at === this.tokens.length;
  }

  sum(): Dim | undefined {
    return this.chain(sums, () => this.term());
  }

  private term(): Dim | undefined {
    return this.chain(products, () => this.factor());
  }

  private chain(operators: ReadonlyMap<string, Binary>, operand: () => Dim | undefined): Dim | undefined {
    let left = operand();
    for (;;) {
      const operator = operators.get(this.tokens[this.at] ?? '');
      if (operator === undefined || left === undefined) return left;
      this.at++;
      const right = operand();
      if (right === undefined) return undefined;
      left = operator(left, right);
    }
  }

  private factor(): Dim | undefined {
    // Brackets and signs nest; a text of nothing but those must not use up the stack.
    if (++this.depth > 200) return undefined;
    const dim = this.take('-') ? negated(this.factor()) : this.take('+') ? this.factor() : this.raised();
    this.depth--;
    return dim;
  }

  private raised(): Dim | undefined {
    const base = this.atom();
    if (base === undefined || !this.take('**')) return base;
    const exponent = this.factor();
    const n = exponent === undefined ? undefined : constantOf(exponent);
    return n === undefined ? undefined : power(base, n);
  }

  private atom(): Dim | undefined {
    const token = this.tokens[this.at];
    if (token === undefined) return undefined;
    if (token === '(') {
      this.at++;
      const inner = this.sum();
      return this.take(')') ? inner : undefined;
    }
    if (/^\d/u.test(token)) {
      this.at++;
      return num(Number(token));
    }
    if (!/^[\p{L}_]/u.test(token)) return undefined;
    this.at++;
    const call = functions.get(token);
    return call !== undefined && this.take('(') ? this.arguments(call) : this.get(token);
  }

  private arguments(call: (a: Dim, b: Dim) => Dim): Dim | undefined {
    let result = this.sum();
    while (result !== undefined && this.take(',')) {
      const next = this.sum();
      if (next === undefined) return undefined;
      result = call(result, next);
    }
    return this.take(')') ? result : undefined;
  }

  private take(token: string): boolean {
    if (this.tokens[this.at] !== token) return false;
    this.at++;
    return true;
  }
}

const negated = (d: Dim | undefined): Dim | undefined => (d === undefined ? undefined : neg(d));
