/**
 * Broadcasting of shapes with symbolic sizes and open ranks.
 *
 * Two sizes fit where they are equal or one of them is 1. Only what follows in every case is
 * claimed: a size that may be 1 teaches nothing about the other.
 */
import type { Solve } from '../../core/infer/operator';
import { broadcastDim, num, symbolsOf, type Dim } from '../../core/shape/dim';
import { anyShape, shapeOf, type Shape } from '../../core/shape/shape';
import { refuse } from './answer';
import { brackets } from './sizes';

const one = num(1);

/** The id of the finding, and the sentence for sizes `a` and `b` at an index of the result (negative where its rank is open). */
export interface Clash {
  readonly id: string;
  readonly sentence: (a: string, b: string, at: number) => string;
}

const sizesMustMatch: Clash = {
  id: 'broadcast-mismatch',
  sentence: (a, b, at) =>
    `The size of tensor a (${a}) must match the size of tensor b (${b}) at non-singleton dimension ${at}`,
};

/** The size that two broadcast to; `undefined` where they can't. */
export function broadcastDims(solve: Solve, a: Dim, b: Dim): Dim | undefined {
  if (solve.equal(a, b) === 'yes') return a;
  if (areTied(solve, a, b)) return solve.same(a, b, 'the sizes are broadcast together') ? solve.dim(a) : undefined;
  const [aIsOne, bIsOne] = [solve.equal(a, one), solve.equal(b, one)];
  if (aIsOne === 'yes') return b;
  if (bIsOne === 'yes') return a;
  if (aIsOne === 'no' && bIsOne === 'no') return solve.same(a, b, 'the sizes are broadcast together') ? a : undefined;
  if (aIsOne === 'no') return a;
  if (bIsOne === 'no') return b;
  return broadcastDim(solve.dim(a), solve.dim(b));
}

/**
 * Whether one of two sizes can only be 1 where the other is, so that they must be equal: `n` and the `min(n, 17)` of
 * `table[:, :n]`, which teaches n <= 17.
 */
function areTied(solve: Solve, a: Dim, b: Dim): boolean {
  const shared = symbolsOf(solve.dim(a)).some((symbol) => symbolsOf(solve.dim(b)).includes(symbol));
  return shared && solve.implies([a, one], [b, one]) && solve.implies([b, one], [a, one]);
}

/** The shape that two broadcast to; refuses where they can't. Judged from the last axis on, as PyTorch does. */
export function broadcastShapes(solve: Solve, a: Shape, b: Shape, clash: Clash = sizesMustMatch): Shape {
  if (a.rest !== undefined && a.rest === b.rest && a.lead.length === b.lead.length && a.tail.length === b.tail.length)
    return {
      lead: aligned(solve, a.lead, b.lead, undefined, clash),
      rest: a.rest,
      tail: aligned(solve, a.tail, b.tail, undefined, clash),
    };
  if (a.rest === undefined && b.rest === undefined)
    return shapeOf(aligned(solve, a.lead, b.lead, Math.max(a.lead.length, b.lead.length), clash));
  if (a.rest === undefined) return mixed(solve, b, a, (x, y) => broadcastOrRefuse(solve, y, x, clash));
  return mixed(solve, a, b, (x, y) => broadcastOrRefuse(solve, x, y, clash));
}

/** The shape that all broadcast to, one after the other. */
export const broadcastAll = (solve: Solve, shapes: readonly Shape[], clash: Clash = sizesMustMatch): Shape =>
  shapes.reduce((whole, shape) => broadcastShapes(solve, whole, shape, clash), shapeOf([]));

type Both = (a: Dim, b: Dim) => (at: number) => Dim;

const broadcastOrRefuse =
  (solve: Solve, a: Dim, b: Dim, clash: Clash) =>
  (at: number): Dim =>
    broadcastDims(solve, a, b) ?? refuse(clash.id, clash.sentence(solve.text(a), solve.text(b), at));

/** Dims aligned at their ends. `rank` counts indices of messages from the front. */
function aligned(
  solve: Solve,
  a: readonly Dim[],
  b: readonly Dim[],
  rank: number | undefined,
  clash: Clash,
): readonly Dim[] {
  const length = Math.max(a.length, b.length);
  const result: Dim[] = [];
  for (let back = 1; back <= length; back++) {
    const [x, y] = [a[a.length - back], b[b.length - back]];
    const at = rank === undefined ? -back : rank - back;
    if (x !== undefined && y !== undefined) result.unshift(broadcastOrRefuse(solve, x, y, clash)(at));
    else result.unshift((x ?? y) as Dim);
  }
  return result;
}

/**
 * An open shape with another one: exact where the other is covered by the dims that the open one
 * shows at its end; otherwise the dims at the end of the result that are certain.
 */
function mixed(solve: Solve, open: Shape, other: Shape, both: Both): Shape {
  const tail: Dim[] = [];
  const shown = open.tail;
  const others = other.rest === undefined ? other.lead : other.tail;
  const overlap = Math.min(shown.length, others.length);
  for (let back = 1; back <= overlap; back++)
    tail.unshift(both(shown[shown.length - back] as Dim, others[others.length - back] as Dim)(-back));
  if (other.rest === undefined && others.length <= shown.length)
    return { ...open, tail: [...shown.slice(0, shown.length - others.length), ...tail] };
  const longer = shown.length > others.length ? shown : others;
  for (let back = overlap + 1; back <= longer.length; back++) {
    const size = longer[longer.length - back] as Dim;
    // Whatever the other has here, a size that isn't 1 stays.
    if (solve.equal(size, one) !== 'no') break;
    tail.unshift(size);
  }
  return { ...anyShape('shape'), tail };
}

/** The shape of a tensor that is written in place; refuses a broadcast shape that is larger. */
export function fitInPlace(solve: Solve, own: Shape, whole: Shape): Shape {
  if (own.rest !== undefined || whole.rest !== undefined) return own;
  if (
    whole.lead.length !== own.lead.length ||
    whole.lead.some((size, i) => solve.equal(size, own.lead[i] as Dim) === 'no')
  )
    refuse(
      'inplace-shape-mismatch',
      `output with shape ${brackets(solve, own)} doesn't match the broadcast shape ${brackets(solve, whole)}`,
    );
  return own;
}
