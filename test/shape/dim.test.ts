/** Sizes: the normal form, and that it means what the integers mean. */
import { equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import '../harness/properties';
import {
  type Dim,
  type Sym,
  add,
  broadcastDim,
  constantOf,
  evaluate,
  floorDiv,
  freshSym,
  mul,
  neg,
  num,
  parseDim,
  power,
  product,
  showDim,
  sub,
  substitute,
  sum,
  sym,
  symbolsOf,
} from '../../server/src/core/shape/dim';
import { plainRange } from '../../server/src/core/shape/range';
import { assignments, build, expressions, meaning, symbols, text, valueOfDim } from './expression';

const names = new Map<string, Sym>(['B', 'C', 'H', 'W', 'heads'].map((name) => [name, freshSym(name)]));
names.set('n', freshSym('n', -Infinity));
const get = (name: string): Dim => {
  const s = names.get(name) ?? symbols.find((x) => x.name === name);
  if (s === undefined) throw new Error(`no symbol ${name}`);
  return sym(s);
};
const parse = (written: string): Dim => parseDim(written, get) ?? num(NaN);

describe('dim: what the user reads', () => {
  for (const [written, shown] of [
    ['(2*H + 3) // 2', 'H + 1'],
    ['(H - 1) // 2', '(H - 1)//2'],
    ['(H + 1) // 2 - 1', '(H - 1)//2'],
    ['H // 2 + 1', 'H//2 + 1'],
    ['(H // 2) // 2', 'H//4'],
    ['((H - 3) // 2 + 1 - 3) // 2 + 1', '(H - 3)//4'],
    ['8 * ((H - 2) // 260) * ((W - 2) // 260)', '8*((H - 2)//260)*((W - 2)//260)'],
    ['(H * W) // W', 'H'],
    ['(H * W + W) // W', 'H + 1'],
    ['(H + W) * (H - 1) // (H - 1)', 'H + W'],
    ['C // heads // 2', 'C//(2*heads)'],
    ['3 * C * H * W', '3*C*H*W'],
    ['C * (H + 2) * (W + 2)', 'C*(H + 2)*(W + 2)'],
    ['C * H + 2 * H', 'H*(C + 2)'],
    ['3 * H // 4', '3*H//4'],
    ['-(H // 2)', '-(H//2)'],
    ['W - H // 2', 'W - H//2'],
    ['12 - H', '12 - H'],
    ['-H', '-H'],
    ['H % 7', 'H % 7'],
    ['2 * (H % 7)', '2*(H % 7)'],
    ['-(H % 4)', '-(H % 4)'],
    ['H % heads', 'H % heads'],
    ['heads * (C // heads)', 'heads*(C//heads)'],
    ['H + (7 - H % 7) % 7', '7*((H + 6)//7)'],
    ['(H + (7 - H % 7) % 7) % 7', '0'],
    ['ceil_div(H, 7)', '(H + 6)//7'],
    ['max(H - 3, 0)', 'max(H, 3) - 3'],
    ['max(H, 0)', 'H'],
    ['max(H + 2, H)', 'H + 2'],
    ['min(H, 512)', 'min(H, 512)'],
    ['max(H, W) + 1', 'max(H, W) + 1'],
    ['max(max(H, W), 5)', 'max(H, W, 5)'],
    ['max(n, 0)', 'max(n, 0)'],
    ['0 // H', '0'],
    ['2 ** 10', '1024'],
    ['H ** 2', 'H*H'],
  ] as const)
    it(`${written} is ${shown}`, () => equal(showDim(parse(written)), shown));
});

describe('dim: the normal form', () => {
  for (const [one, other] of [
    ['H + W', 'W + H'],
    ['(H + 1) * (H - 1)', 'H*H - 1'],
    ['(H - 1) // 2', '(H + 1)//2 - 1'],
    ['H // 2 // 3', 'H // 6'],
    ['(H // 2 + 3) // 2', '(H + 6) // 4'],
    ['(4 * H + 2) // 6', '(2*H + 1) // 3'],
    ['-(-H // 7)', '(H + 6) // 7'],
    ['H // 7 + H', '8*H // 7'],
    ['7 * (H // 7) + H % 7', 'H'],
    ['2 * H // (2 * W)', 'H // W'],
    ['C * H // (C * W)', 'H // W'],
    ['-H // -W', 'H // W'],
    ['max(H, W)', 'max(W, H)'],
    ['max(H + 1, W + 1)', 'max(H, W) + 1'],
    ['min(H, W) + max(H, W) - max(W, H)', 'min(W, H)'],
    ['(H + 4) % 4', 'H % 4'],
    ['5 * H % 4', 'H % 4'],
  ] as const)
    it(`${one} is ${other}`, () => equal(parse(one).key, parse(other).key));
  for (const [one, other] of [
    ['H', 'W'],
    ['H // 2', 'H // 3'],
    ['H * W', 'H + W'],
    ['max(H, W)', 'min(H, W)'],
  ] as const)
    it(`${one} is not ${other}`, () => ok(parse(one).key !== parse(other).key));
});

describe('dim: broadcasting two sizes', () => {
  for (const [one, other, shown] of [
    ['H', 'H', 'H'],
    ['H', '1', 'H'],
    ['1', '1', '1'],
    ['H', '5', '5'],
    ['0', 'H', '0'],
    ['H + 2', 'W', 'H + 2'],
    ['H', 'W', 'broadcast(H, W)'],
  ] as const)
    it(`${one} and ${other} give ${shown}`, () => {
      equal(showDim(broadcastDim(parse(one), parse(other))), shown);
      equal(broadcastDim(parse(one), parse(other)).key, broadcastDim(parse(other), parse(one)).key);
    });
  it('learns more when a size is filled in', () => {
    const both = broadcastDim(get('H'), get('W'));
    const filled = (n: number): Dim => substitute(both, (s) => (s === names.get('W') ? num(n) : undefined));
    equal(showDim(filled(1)), 'H');
    equal(showDim(filled(7)), '7');
  });
});

describe('dim: numbers', () => {
  it('past 2**53 are opaque, equal when made the same way', () => {
    const big = num(2 ** 53 - 1);
    equal(constantOf(add(big, num(1))), undefined);
    equal(add(big, num(1)).key, add(big, num(1)).key);
    ok(add(big, num(1)).key !== add(big, num(2)).key);
    equal(constantOf(mul(big, num(2))), undefined);
    equal(constantOf(mul(mul(get('H'), big), num(2))), undefined);
    equal(constantOf(num(0.5)), undefined);
    equal(constantOf(sub(big, big)), 0);
  });
  it('opaque products are made again when their factors are filled in', () => {
    const much = mul(mul(get('H'), num(2 ** 52)), num(4));
    equal(constantOf(substitute(much, () => num(0))), 0);
    equal(
      evaluate(much, () => 1),
      undefined,
    );
  });
  it('division rounds down, as Python does', () => {
    for (const [a, b, quotient] of [
      [7, 2, 3],
      [-7, 2, -4],
      [7, -2, -4],
      [-7, -2, 3],
      [9007199254740991, 2, 4503599627370495],
      [-9007199254740991, 9007199254740990, -2],
      [0, 5, 0],
    ] as const)
      equal(constantOf(floorDiv(num(a), num(b))), quotient, `${a} // ${b}`);
  });
  it('division by 0 has no number', () => equal(constantOf(floorDiv(num(4), num(0))), undefined));
  it('sums and products of lists', () => {
    equal(showDim(sum([get('H'), num(2), get('H')])), '2*H + 2');
    equal(showDim(product([])), '1');
    equal(showDim(product([num(3), get('H')])), '3*H');
    equal(showDim(power(add(get('H'), num(1)), 2)), 'H*H + 2*H + 1');
    equal(constantOf(power(get('H'), -1)), undefined);
    equal(constantOf(neg(num(0))), 0);
    ok(Object.is(constantOf(neg(num(0))), 0));
  });
  it('a loop that doubles an expression ends', () => {
    let d = get('H');
    for (let i = 0; i < 200; i++) d = add(floorDiv(mul(d, d), add(d, get('W'))), d);
    ok(d.key.length < 100_000);
  });
});

describe('dim: text that says no size', () => {
  for (const written of ['', 'H +', '(H', 'H)', '2 ** H', 'H / 2', 'H H', `${'-'.repeat(5000)}H`, 'min(H', '"a"'])
    it(JSON.stringify(written.slice(0, 20)), () => equal(parseDim(written, get), undefined));
});

describe('dim: agrees with integers', () => {
  const values = assignments(3, 9);
  it('when built', () =>
    fc.assert(
      fc.property(expressions(3), fc.constantFrom(...values), (e, a) => {
        const expected = meaning(e, a);
        if (expected !== undefined) equal(valueOfDim(build(e), a), expected, text(e));
      }),
      { numRuns: 2000 },
    ));
  it('when a symbol is replaced', () =>
    fc.assert(
      fc.property(expressions(3), expressions(3, 1), fc.constantFrom(...values), (e, inner, a) => {
        const c = meaning(inner, a);
        if (c === undefined || c < 1) return;
        const expected = meaning(e, [a[0] ?? 0, a[1] ?? 0, c]);
        const replaced = substitute(build(e), (s) => (s === symbols[2] ? build(inner) : undefined));
        if (expected !== undefined) equal(valueOfDim(replaced, a), expected);
      }),
      { numRuns: 2000 },
    ));
  it('when shown and read again', () =>
    fc.assert(
      fc.property(expressions(3), (e) => {
        const d = build(e);
        const shown = showDim(d);
        if (!shown.includes('?')) equal(parse(shown).key, d.key, `${text(e)} shown as ${shown}`);
      }),
      { numRuns: 2000 },
    ));
  it('in the ends of its range', () =>
    fc.assert(
      fc.property(expressions(3), fc.constantFrom(...values), (e, a) => {
        const value = meaning(e, a);
        const { low, high } = plainRange(build(e));
        if (value !== undefined) ok(low <= value && value <= high, `${text(e)} = ${value} outside of ${low}..${high}`);
      }),
      { numRuns: 2000 },
    ));
  it('names its symbols', () => {
    equal(symbolsOf(parse('H // W + H')).length, 2);
    equal(symbolsOf(num(3)).length, 0);
  });
});
