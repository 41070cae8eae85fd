/** Stretches of unknown length: their ranks, their dims, and that nothing true is refuted. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import '../harness/properties';
import { type Dim, freshSym, num, sym } from '../../server/src/core/shape/dim';
import { Facts, type Learned } from '../../server/src/core/shape/facts';
import {
  type Segment,
  type Shape,
  anyShape,
  concat,
  freshSegment,
  rankOf,
  shapeOf,
  showShape,
  withLast,
} from '../../server/src/core/shape/shape';

const cause = { text: 'a layer needs it' };
const after = (facts: Facts, learned: Learned): Facts => {
  ok(learned.verdict !== 'refuted');
  return learned.verdict === 'learned' ? learned.facts : facts;
};
const shown = (facts: Facts, shape: Shape): string => showShape(facts.shape(shape), (s) => facts.nameOf(s));

describe('shape: text', () => {
  const [b, h] = [sym(freshSym('B')), sym(freshSym('H'))];
  for (const [shape, text] of [
    [shapeOf([]), '()'],
    [shapeOf([num(5)]), '(5,)'],
    [shapeOf([b, num(3), h]), '(B, 3, H)'],
    [anyShape('x'), '(*x,)'],
    [withLast(anyShape('batch'), [num(768)]), '(*batch, 768)'],
    [concat(shapeOf([b]), withLast(anyShape('x'), [h])), '(B, *x, H)'],
  ] as const)
    it(text, () => equal(shape === undefined ? '' : showShape(shape), text));
  it('two stretches do not join', () => equal(concat(anyShape('a'), anyShape('b')), undefined));
});

describe('stretch: rank', () => {
  it('few ranks', () => {
    const x = anyShape('x');
    const facts = after(Facts.none, Facts.none.requireRank(x, [3, 4], cause));
    deepEqual(facts.ranks(x), [3, 4]);
    equal(facts.requireRank(x, [4, 3, 5], cause).verdict, 'proved');
    const refuted = facts.requireRank(x, [2], cause);
    deepEqual(refuted.verdict === 'refuted' && refuted.because, [cause]);
    equal(shown(after(facts, facts.requireRank(x, [4, 5], cause)), x), '(x0, x1, x2, x3)');
  });
  it('a known rank', () => {
    const x = shapeOf([num(1), num(2)]);
    deepEqual(Facts.none.ranks(x), [2]);
    equal(Facts.none.requireRank(x, [2], cause).verdict, 'proved');
    equal(Facts.none.requireRank(x, [1, 3], cause).verdict, 'refuted');
    equal(Facts.none.requireMinRank(x, 3, cause).verdict, 'refuted');
  });
  it('an open rank', () => {
    const x = anyShape('x');
    equal(Facts.none.ranks(x), undefined);
    const facts = after(Facts.none, Facts.none.requireMinRank(x, 2, cause));
    equal(facts.requireMinRank(x, 2, cause).verdict, 'proved');
    equal(facts.requireRank(x, [0, 1], cause).verdict, 'refuted');
    equal(shown(after(facts, facts.requireRank(x, [1, 2], cause)), x), '(x0, x1)');
  });
});

describe('stretch: dims', () => {
  it('the last ones get names', () => {
    const x = anyShape('x');
    const facts = after(Facts.none, Facts.none.requireMinRank(x, 3, cause));
    const { facts: more, shape } = facts.expose(x, 0, 3, ['C', 'H', 'W']);
    equal(showShape(shape), '(*x, C, H, W)');
    equal(shown(more, x), '(*x, C, H, W)');
    const whole = after(more, more.requireRank(x, [3, 4], cause));
    deepEqual(whole.ranks(x), [3, 4]);
    equal(shown(after(whole, whole.requireRank(x, [4], cause)), x), '(x, C, H, W)');
  });
  it('first and last ones', () => {
    const x = anyShape('x');
    const facts = after(Facts.none, Facts.none.requireMinRank(x, 2, cause));
    equal(showShape(facts.expose(x, 1, 1, ['B', 'C']).shape), '(B, *x, C)');
  });
  it('only as far as the stretch is known to reach', () => {
    const x = withLast(anyShape('x'), [num(5)]);
    equal(showShape(Facts.none.expose(x, 1, 1, ['B', 'C']).shape), '(*x, 5)');
  });
  it('nothing new where all are there', () => {
    const x = shapeOf([num(2), num(3)]);
    equal(Facts.none.expose(x, 1, 1).facts, Facts.none);
  });
});

describe('stretch: found to be', () => {
  it('dims', () => {
    const x = freshSegment('x');
    const shape = { lead: [num(1)], rest: x, tail: [num(9)] };
    const facts = after(Facts.none, Facts.none.bindSegment(x, shapeOf([num(2), num(3)]), cause));
    equal(shown(facts, shape), '(1, 2, 3, 9)');
    deepEqual(facts.lengths(x), [2]);
    equal(facts.bindSegment(x, shapeOf([num(2), num(3)]), cause).verdict, 'proved');
    equal(facts.bindSegment(x, shapeOf([num(2), num(4)]), cause).verdict, 'refuted');
    equal(facts.bindSegment(x, shapeOf([num(2)]), cause).verdict, 'refuted');
  });
  it('another shape with a stretch', () => {
    const [x, y] = [freshSegment('x'), freshSegment('y')];
    const known = after(Facts.none, Facts.none.requireMinRank({ lead: [], rest: x, tail: [] }, 3, cause));
    const facts = after(known, known.bindSegment(x, { lead: [], rest: y, tail: [num(5)] }, cause));
    equal(shown(facts, { lead: [], rest: x, tail: [] }), '(*y, 5)');
    deepEqual(facts.lengths(y), { low: 2, high: Infinity });
  });
  it('itself and more is no shape', () => {
    const x = freshSegment('x');
    equal(Facts.none.bindSegment(x, { lead: [], rest: x, tail: [num(5)] }, cause).verdict, 'refuted');
    equal(Facts.none.bindSegment(x, { lead: [], rest: x, tail: [] }, cause).verdict, 'proved');
  });
  it('two paths keep what both know', () => {
    const x = anyShape('x');
    const a = after(Facts.none, Facts.none.requireRank(x, [2, 3], cause));
    const b = after(Facts.none, Facts.none.requireRank(x, [4], cause));
    equal(a.join(b).requireRank(x, [0, 1], cause).verdict, 'refuted');
    equal(a.join(b).requireRank(x, [3], cause).verdict, 'learned');
    equal(a.join(Facts.none).requireRank(x, [0], cause).verdict, 'learned');
    ok(!a.sameAs(b));
  });
});

/** Patterns such as `[2, *x, 3]`: numbers stand for sizes, letters for stretches. */
type Pattern = readonly (number | 'x' | 'y')[];
const patternOf: fc.Arbitrary<Pattern> = fc
  .tuple(
    fc.array(fc.integer({ min: 1, max: 2 }), { maxLength: 2 }),
    fc.constantFrom<'x' | 'y' | undefined>('x', 'y', 'x', 'y', undefined),
    fc.array(fc.integer({ min: 1, max: 2 }), { maxLength: 2 }),
  )
  .map(([lead, rest, tail]) => [...lead, ...(rest === undefined ? [] : [rest]), ...tail]);

type Step =
  | { readonly kind: 'same'; readonly a: Pattern; readonly b: Pattern }
  | { readonly kind: 'rank'; readonly a: Pattern; readonly ranks: readonly number[] }
  | { readonly kind: 'minRank'; readonly a: Pattern; readonly n: number }
  | { readonly kind: 'expose'; readonly a: Pattern; readonly n: number };
const stepOf: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('same' as const), a: patternOf, b: patternOf }),
  fc.record({
    kind: fc.constant('rank' as const),
    a: patternOf,
    ranks: fc.uniqueArray(fc.nat(5), { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ kind: fc.constant('minRank' as const), a: patternOf, n: fc.nat(4) }),
  fc.record({ kind: fc.constant('expose' as const), a: patternOf, n: fc.nat(3) }),
);

/** All lists of 1 and 2 up to this length. */
const lists = (longest: number): readonly (readonly number[])[] => {
  let [all, last]: (readonly number[])[][] = [[[]], [[]]];
  for (let n = 1; n <= longest; n++) {
    last = (last ?? []).flatMap((l) => [
      [...l, 1],
      [...l, 2],
    ]);
    all = [...(all ?? []), ...last];
  }
  return all ?? [];
};
interface World {
  readonly x: readonly number[];
  readonly y: readonly number[];
}
const worlds: readonly World[] = lists(3).flatMap((x) => lists(3).map((y) => ({ x, y })));
const inWorld = (pattern: Pattern, world: World): readonly number[] =>
  pattern.flatMap((item) => (typeof item === 'number' ? [item] : world[item]));

describe('stretch: against brute force', () => {
  const fulfils = (step: Step, world: World): boolean => {
    const a = inWorld(step.a, world);
    if (step.kind === 'same') return String(a) === String(inWorld(step.b, world));
    if (step.kind === 'rank') return step.ranks.includes(a.length);
    return step.kind === 'minRank' ? a.length >= step.n : true;
  };

  it('refuted and proved are never wrong, no shape is lost', () =>
    fc.assert(
      fc.property(fc.array(stepOf, { minLength: 1, maxLength: 5 }), (steps) => {
        const segments: Record<'x' | 'y', Segment> = { x: freshSegment('x'), y: freshSegment('y') };
        const shape = (pattern: Pattern): Shape => {
          const at = pattern.findIndex((item) => typeof item === 'string');
          const dims = (part: Pattern): readonly Dim[] => part.map((item) => num(Number(item)));
          if (at < 0) return shapeOf(dims(pattern));
          return {
            lead: dims(pattern.slice(0, at)),
            rest: segments[pattern[at] as 'x'],
            tail: dims(pattern.slice(at + 1)),
          };
        };
        let facts = Facts.none;
        let left = worlds;
        for (const step of steps) {
          const fulfilling = left.filter((world) => fulfils(step, world));
          if (step.kind === 'expose') {
            facts = facts.expose(shape(step.a), step.n, 1).facts;
            continue;
          }
          const learned =
            step.kind === 'same'
              ? facts.requireSameShape(shape(step.a), shape(step.b), cause)
              : step.kind === 'rank'
                ? facts.requireRank(shape(step.a), step.ranks, cause)
                : facts.requireMinRank(shape(step.a), step.n, cause);
          if (learned.verdict === 'refuted') return equal(fulfilling.length, 0, `refuted: ${JSON.stringify(steps)}`);
          if (learned.verdict === 'proved') equal(fulfilling.length, left.length, `proved: ${JSON.stringify(steps)}`);
          else facts = learned.facts;
          left = fulfilling;
        }
        for (const name of ['x', 'y'] as const) {
          const known = facts.shape(shape([name]));
          const range = facts.lengths(segments[name]);
          for (const world of left) {
            const actual = world[name];
            ok(
              'low' in range ? actual.length >= range.low : range.includes(actual.length),
              `length: ${JSON.stringify(steps)}`,
            );
            const sizes = [
              ...known.lead.map((d, i) => [d, actual[i]] as const),
              ...known.tail.map((d, i) => [d, actual.at(i - known.tail.length)] as const),
            ];
            if (rankOf(known) !== undefined) equal(actual.length, rankOf(known));
            for (const [d, n] of sizes)
              ok(n !== undefined && facts.equal(d, num(n)) !== 'no', `sizes: ${JSON.stringify(steps)}`);
          }
        }
      }),
      { numRuns: 1500 },
    ));
});
