/** Facts against brute force: no answer is wrong, and learning neither loses nor invents solutions. */
import { equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import '../harness/properties';
import { type Dim, showDim, sym, symbolsOf } from '../../server/src/core/shape/dim';
import { type Answer, Facts, type Learned } from '../../server/src/core/shape/facts';
import {
  type Assignment,
  type Expression,
  type Operator,
  assignments,
  build,
  expressions,
  meaning,
  text,
  valueOfDim,
} from './expression';

type Kind = 'equal' | 'differ' | 'least' | 'divides';
interface Requirement {
  readonly kind: Kind;
  readonly a: Expression;
  readonly b: Expression;
}

const requirementOf = (count: number, depth: number): fc.Arbitrary<Requirement> =>
  fc.record({
    kind: fc.constantFrom<Kind>('equal', 'equal', 'equal', 'differ', 'least', 'least', 'divides'),
    a: expressions(count, depth),
    b: expressions(count, depth - 1),
  });

/** Whether an assignment fulfils a requirement; undefined where something in it is divided by 0. */
const fulfils = ({ kind, a, b }: Requirement, values: Assignment): boolean | undefined => {
  const [x, y] = [meaning(a, values), meaning(b, values)];
  if (x === undefined || y === undefined) return undefined;
  if (kind === 'equal') return x === y;
  if (kind === 'differ') return x !== y;
  if (kind === 'least') return x >= y;
  return y !== 0 && x % y === 0;
};

const require = (facts: Facts, { kind, a, b }: Requirement): Learned => {
  const [x, y] = [build(a), build(b)];
  const cause = { text: `${kind} ${text(a)}, ${text(b)}` };
  if (kind === 'equal') return facts.requireEqual(x, y, cause);
  if (kind === 'differ') return facts.requireDifferent(x, y, cause);
  if (kind === 'least') return facts.requireAtLeast(x, y, cause);
  return facts.requireDivides(y, x, cause);
};

/** An expression grown out of hand has become a symbol that stands for something unknown. */
const hasOutgrown = (d: Dim): boolean => symbolsOf(d).some((s) => s.name === '?');

/** Whether an assignment agrees with all that the facts hold. */
const agrees = (facts: Facts, values: Assignment): boolean => {
  const { replaced, bounds, open } = facts.known;
  const value = (d: Dim): number | undefined => valueOfDim(d, values);
  return (
    [...replaced.values()].every(
      (r) => hasOutgrown(r.by) || (value(r.by) === value(sym(r.sym)) && value(r.by) !== undefined),
    ) &&
    [...bounds.values()].every((b) => {
      const n = value(sym(b.sym));
      return n !== undefined && b.low <= n && n <= b.high;
    }) &&
    open.every(({ kind, dims }) => {
      if (dims.some(hasOutgrown)) return true;
      const numbers = dims.map(value);
      const [first] = numbers;
      // One factor of 0 is enough, whatever the others are.
      if (kind === 'any') return numbers.includes(0);
      if (first === undefined) return false;
      return kind === 'zero' ? first === 0 : kind === 'least' ? first >= 0 : first !== 0;
    })
  );
};

const shown = (requirements: readonly Requirement[]): string =>
  requirements.map((r) => `${r.kind}(${text(r.a)}, ${text(r.b)})`).join('; ');

/** Learns the requirements one by one, comparing with what is left of the assignments at every step. */
const learnAll = (
  requirements: readonly Requirement[],
  box: readonly Assignment[],
): { facts: Facts; left: readonly Assignment[] } | undefined => {
  let facts = Facts.none;
  let left = box;
  for (const [i, requirement] of requirements.entries()) {
    const context = (): string => shown(requirements.slice(0, i + 1));
    left = left.filter((values) => fulfils(requirement, values) !== undefined);
    const fulfilling = left.filter((values) => fulfils(requirement, values) === true);
    const learned = require(facts, requirement);
    if (learned.verdict === 'refuted') {
      equal(fulfilling.length, 0, `refuted, though ${String(fulfilling[0])} fulfils ${context()}`);
      return undefined;
    }
    if (learned.verdict === 'proved')
      equal(fulfilling.length, left.length, `proved, though not always true: ${context()}`);
    else facts = learned.facts;
    left = fulfilling;
  }
  return { facts, left };
};

const boxes = { two: assignments(2, 14), three: assignments(3, 8) };
const runs = Number(process.env['FACTS_RUNS'] ?? 600);
/** More runs than usual may take as long as they need. */
const patience = runs > 600 ? 0 : 300_000;

for (const [name, count, box] of [
  ['two symbols', 2, boxes.two],
  ['three symbols', 3, boxes.three],
] as const)
  describe(`facts against brute force: ${name}`, () => {
    const lists = fc.array(requirementOf(count, 2), { minLength: 1, maxLength: 4 });

    it('refuted and proved are never wrong, no solution is lost or invented', () =>
      fc.assert(
        fc.property(lists, (requirements) => {
          const learned = learnAll(requirements, box);
          if (learned === undefined) return;
          const { facts, left } = learned;
          const kept = new Set(left);
          for (const values of box) {
            const defined = requirements.every((r) => fulfils(r, values) !== undefined);
            if (defined) equal(agrees(facts, values), kept.has(values), `${String(values)} and ${shown(requirements)}`);
          }
        }),
        { numRuns: runs },
      )).timeout(patience);

    it('answers hold for every solution', () =>
      fc.assert(
        fc.property(lists, expressions(count, 2), expressions(count, 1), (requirements, a, b) => {
          const learned = learnAll(requirements, box);
          if (learned === undefined) return;
          const { facts, left } = learned;
          const [x, y] = [build(a), build(b)];
          const answers: readonly (readonly [string, Answer, (m: number, n: number) => boolean])[] = [
            ['==', facts.equal(x, y), (m, n) => m === n],
            ['<', facts.less(x, y), (m, n) => m < n],
            ['divided by', facts.divides(y, x), (m, n) => n !== 0 && m % n === 0],
          ];
          const range = facts.range(x);
          const filled = facts.dim(x);
          for (const values of left) {
            const [m, n] = [meaning(a, values), meaning(b, values)];
            if (m === undefined) continue;
            const context = (): string =>
              `${text(a)} = ${m}, ${text(b)} = ${String(n)} with ${String(values)} and ${shown(requirements)}`;
            ok(range.low <= m && m <= range.high, `range ${range.low}..${range.high}: ${context()}`);
            if (!hasOutgrown(filled))
              equal(valueOfDim(filled, values), m, `filled in as ${showDim(filled)}: ${context()}`);
            if (n === undefined) continue;
            for (const [relation, answer, holds] of answers) {
              if (relation === 'divided by' && n === 0) continue;
              if (answer !== 'maybe') equal(answer === 'yes', holds(m, n), `${relation} is ${answer}: ${context()}`);
            }
          }
        }),
        { numRuns: runs },
      )).timeout(patience);

    it('what both of two paths know holds on either', () =>
      fc.assert(
        fc.property(lists, lists, lists, (shared, one, other) => {
          const a = learnAll([...shared, ...one], box);
          const b = learnAll([...shared, ...other], box);
          if (a === undefined || b === undefined) return;
          const both = a.facts.join(b.facts);
          for (const values of [...a.left, ...b.left])
            ok(
              agrees(both, values),
              `${String(values)} with ${shown([...shared, ...one])} or ${shown([...shared, ...other])}`,
            );
        }),
        { numRuns: runs / 2 },
      )).timeout(patience);
  });

describe('facts against brute force: met before', () => {
  const s = (symbol: number): Expression => ({ symbol });
  const of = (op: Operator, a: Expression, b: Expression): Expression => ({ op, of: [a, b] });

  it('a path whose facts leave a divisor no value', () => {
    const shared: readonly Requirement[] = [
      { kind: 'divides', a: of('-', of('-', s(0), 0), of('*', s(0), 2)), b: of('%', s(2), s(0)) },
      { kind: 'equal', a: of('-', of('max', s(0), 0), of('min', s(1), s(0))), b: s(0) },
    ];
    const paths: readonly (readonly Requirement[])[] = [
      [...shared, { kind: 'equal', a: of('//', of('min', s(1), 1), 2), b: s(0) }],
      [...shared, { kind: 'equal', a: s(0), b: of('+', 0, 0) }],
    ];
    const [a, b] = paths.map((path) => learnAll(path, boxes.three));
    if (a === undefined || b === undefined) return;
    const both = a.facts.join(b.facts);
    for (const values of [...a.left, ...b.left]) ok(agrees(both, values), String(values));
  });
});
