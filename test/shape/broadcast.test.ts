/** Broadcasting: by table, and against PyTorch's rule on all small shapes. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import '../harness/properties';
import { broadcast, broadcastAll } from '../../server/src/core/shape/broadcast';
import { type Dim, constantOf, freshSym, num, showDim, sym } from '../../server/src/core/shape/dim';
import { Facts } from '../../server/src/core/shape/facts';
import { type Shape, freshSegment, shapeOf, showShape } from '../../server/src/core/shape/shape';
import { type Assignment, assignments, symbols, valueOfDim } from './expression';

const [H, W, K] = [freshSym('H'), freshSym('W'), freshSym('K', 1)];
const [x, y] = [freshSegment('x'), freshSegment('y')];
const items: Readonly<Record<string, Dim>> = { H: sym(H), W: sym(W), K: sym(K) };

/** `H 3 *x 1` as a shape. */
const shape = (text: string): Shape => {
  const words = text.split(' ').filter((word) => word !== '');
  const at = words.findIndex((word) => word.startsWith('*'));
  const dims = (part: readonly string[]): readonly Dim[] => part.map((word) => items[word] ?? num(Number(word)));
  if (at < 0) return shapeOf(dims(words));
  return { lead: dims(words.slice(0, at)), rest: words[at] === '*x' ? x : y, tail: dims(words.slice(at + 1)) };
};

describe('broadcast: the common shape', () => {
  for (const [a, b, expected] of [
    ['2 3', '2 3', '(2, 3)'],
    ['2 3', '3', '(2, 3)'],
    ['2 1', '3', '(2, 3)'],
    ['', '2 3', '(2, 3)'],
    ['5 1 4', '3 1', '(5, 3, 4)'],
    ['0 3', '1 3', '(0, 3)'],
    ['H W', 'H W', '(H, W)'],
    ['H 1', 'W', '(H, W)'],
    ['H', '1', '(H,)'],
    ['H', '7', '(7,)'],
    ['H', 'W', '(broadcast(H, W),)'],
    ['*x', '', '(*x,)'],
    ['*x 5', '5', '(*x, 5)'],
    ['*x 5', '1', '(*x, 5)'],
    ['*x H', '5', '(*x, 5)'],
    ['5', '*x H 1', '(*x, H, 5)'],
    ['*x 5', '*x 5', '(*x, 5)'],
    ['*x 5', '*x 1', '(*x, 5)'],
    ['2 *x 5', '1 *x 1', '(2, *x, 5)'],
    ['2 *x', '*x', '(2, *x)'],
    ['3 *x 5', '1 5', '(3, *x, 5)'],
  ] as const)
    it(`${a} and ${b}`, () => {
      const result = broadcast(shape(a), shape(b), Facts.none);
      equal(result.verdict === 'yes' ? showShape(result.facts.shape(result.shape)) : result.verdict, expected);
    });
});

describe('broadcast: not certain', () => {
  for (const [a, b] of [
    ['*x', '5'],
    ['*x 5', '3 5'],
    ['*x', '*y'],
    ['*x 5', '*x'],
    ['*x 2 5', '*x 5'],
  ] as const)
    it(`${a} and ${b}`, () => equal(broadcast(shape(a), shape(b), Facts.none).verdict, 'maybe'));
});

describe('broadcast: sizes that do not match', () => {
  for (const [a, b, axis, sizes] of [
    ['2 3', '2 4', 1, ['3', '4']],
    ['2 3', '4', 1, ['3', '4']],
    ['2 3 4', '3 3 4', 0, ['2', '3']],
    // the last one that disagrees
    ['2 3', '3 2', 1, ['3', '2']],
    ['0', '2', 0, ['0', '2']],
    ['*x 3', '4', -1, ['3', '4']],
    ['4', '*x 3', -1, ['4', '3']],
    ['*x 3 1', '*y 4 1', -2, ['3', '4']],
    ['*x 3', '2 4', -1, ['3', '4']],
  ] as const)
    it(`${a} and ${b}`, () => {
      const result = broadcast(shape(a), shape(b), Facts.none);
      ok(result.verdict === 'no');
      deepEqual([result.axis, [showDim(result.a), showDim(result.b)]], [axis, sizes]);
    });
  it('says which facts were used', () => {
    const known = Facts.none.requireEqual(sym(H), num(3), { text: 'H is 3' });
    ok(known.verdict === 'learned');
    const result = broadcast(shape('H'), shape('4'), known.facts);
    ok(result.verdict === 'no');
  });
});

describe('broadcast: what it teaches', () => {
  it('a size against a number is the number or 1', () => {
    const result = broadcast(shape('H'), shape('7'), Facts.none);
    ok(result.verdict === 'yes');
    deepEqual(result.facts.constraintsOn([H]), ['H == 1 or H == 7']);
    equal(result.facts.requireEqual(sym(H), num(3), { text: '' }).verdict, 'refuted');
  });
  it('several shapes', () => {
    const result = broadcastAll([shape('3 1'), shape('1 4'), shape('2 1 1')], Facts.none);
    equal(result.verdict === 'yes' && showShape(result.shape), '(2, 3, 4)');
    equal(broadcastAll([], Facts.none).verdict, 'yes');
    equal(broadcastAll([shape('2'), shape('3'), shape('2')], Facts.none).verdict, 'no');
  });
  it('a stretch that reaches far enough gives its dims', () => {
    const open = { lead: [], rest: freshSegment('batch'), tail: [] };
    const known = Facts.none.requireMinRank(open, 2, { text: '' });
    ok(known.verdict === 'learned');
    const result = broadcast(open, shape('3 5'), known.facts);
    ok(result.verdict === 'yes');
    equal(showShape(result.shape), '(*batch, 3, 5)');
  });
});

/** PyTorch's rule on numbers. */
const broadcastNumbers = (a: readonly number[], b: readonly number[]): readonly number[] | undefined => {
  const out: number[] = [];
  for (let i = 1; i <= Math.max(a.length, b.length); i++) {
    const [m, n] = [a.at(-i) ?? 1, b.at(-i) ?? 1];
    if (m !== n && m !== 1 && n !== 1) return undefined;
    out.unshift(m === 1 ? n : m);
  }
  return out;
};

type Item = number | { readonly symbol: number };
const itemOf: fc.Arbitrary<Item> = fc.oneof(
  fc.integer({ min: 0, max: 3 }),
  fc.nat(2).map((symbol) => ({ symbol })),
);
const dimOf = (item: Item): Dim => (typeof item === 'number' ? num(item) : sym(symbols[item.symbol] ?? H));
const itemIn = (item: Item, values: Assignment): number =>
  typeof item === 'number' ? item : (values[item.symbol] ?? 0);

interface Pattern {
  readonly lead: readonly Item[];
  readonly rest: 'x' | 'y' | undefined;
  readonly tail: readonly Item[];
}
const patternOf: fc.Arbitrary<Pattern> = fc.record({
  lead: fc.array(itemOf, { maxLength: 3 }),
  rest: fc.constantFrom<'x' | 'y' | undefined>('x', 'y', undefined, undefined),
  tail: fc.array(itemOf, { maxLength: 2 }),
});
const stretches: readonly (readonly number[])[] = [[], [1], [2], [3], [1, 2], [2, 1], [3, 2], [2, 2]];

describe('broadcast: against brute force', () => {
  const values = assignments(3, 3);
  const known = fc.array(fc.tuple(fc.constantFrom('equal', 'least'), itemOf, itemOf), { maxLength: 2 });
  it('no answer is wrong', () =>
    fc.assert(
      fc.property(patternOf, patternOf, known, fc.nat(2), (a, b, relations, least) => {
        let facts = Facts.none;
        for (const [kind, p, q] of relations) {
          const learned = facts[kind === 'equal' ? 'requireEqual' : 'requireAtLeast'](dimOf(p), dimOf(q), { text: '' });
          if (learned.verdict === 'refuted') return;
          if (learned.verdict === 'learned') facts = learned.facts;
        }
        const shapes = [a, b].map((p): Shape => {
          const [lead, tail] = [p.lead.map(dimOf), p.tail.map(dimOf)];
          return p.rest === undefined ? shapeOf([...lead, ...tail]) : { lead, rest: p.rest === 'x' ? x : y, tail };
        });
        const reach = facts.requireMinRank({ lead: [], rest: x, tail: [] }, least, { text: '' });
        if (reach.verdict === 'learned') facts = reach.facts;
        const result = broadcast(shapes[0] ?? shapeOf([]), shapes[1] ?? shapeOf([]), facts);
        if (result.verdict === 'maybe') return;
        const possible = values.filter((v) =>
          relations.every(([kind, p, q]) =>
            kind === 'equal' ? itemIn(p, v) === itemIn(q, v) : itemIn(p, v) >= itemIn(q, v),
          ),
        );
        for (const v of possible)
          for (const inX of a.rest === 'x' || b.rest === 'x' ? stretches.filter((s) => s.length >= least) : [[]])
            for (const inY of a.rest === 'y' || b.rest === 'y' ? stretches : [[]]) {
              const numbers = [a, b].map((p) => [
                ...p.lead.map((i) => itemIn(i, v)),
                ...(p.rest === undefined ? [] : p.rest === 'x' ? inX : inY),
                ...p.tail.map((i) => itemIn(i, v)),
              ]);
              const expected = broadcastNumbers(numbers[0] ?? [], numbers[1] ?? []);
              const context = (): string => JSON.stringify({ a, b, relations, v, inX, inY });
              if (result.verdict === 'no') equal(expected, undefined, context());
              else if (expected !== undefined) checkDims(result.facts.shape(result.shape), expected, v, context);
            }
      }),
      { numRuns: 1000 },
    ));

  /** Dims that are written out agree with the numbers; those named anew for a stretch aren't known here. */
  const checkDims = (result: Shape, expected: readonly number[], v: Assignment, context: () => string): void => {
    if (result.rest === undefined) equal(result.lead.length, expected.length, context());
    ok(result.lead.length + result.tail.length <= expected.length, context());
    for (const [d, n] of [
      ...result.lead.map((d, i) => [d, expected[i]] as const),
      ...result.tail.map((d, i) => [d, expected.at(i - result.tail.length)] as const),
    ]) {
      const value = constantOf(d) ?? valueOfDim(d, v);
      if (value !== undefined) equal(value, n, `${showShape(result)} ${context()}`);
    }
  };
});
