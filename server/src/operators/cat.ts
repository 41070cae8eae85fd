/**
 * Tensors side by side along an axis: cat, concat, concatenate, hstack, vstack, dstack, column_stack.
 *
 * Shapes: (*a, n, *b), (*a, m, *b) -> (*a, n + m, *b).
 * Errors: `cat-size-mismatch`, `cat-rank-mismatch`, `axis-out-of-range`, `empty-sequence`.
 * Source: torch.cat, PyTorch 2.13.
 */
import { operator, type Solve } from '../core/infer/operator';
import type { TensorValue } from '../core/infer/value';
import { shownDims, splitAt } from '../core/shape/axis';
import { num, sum, type Dim } from '../core/shape/dim';
import { dimsOf, shapeOf, type Shape } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { axisIndex, closed, showing } from './common/axes';
import { shortName } from './common/names';
import { resultType } from './common/promotion';
import { reshaped, result } from './common/results';
import { signatures } from './signature';

/** A tensor of shape (0) is skipped, whatever the others are. */
function isSkipped(solve: Solve, t: TensorValue, others: readonly TensorValue[]): boolean {
  const dims = dimsOf(solve.shape(t));
  if (dims?.length !== 1) return false;
  const empty = solve.equal(dims[0] as Dim, num(0));
  if (empty === 'maybe' && others.some((other) => dimsOf(solve.shape(other))?.length !== 1))
    giveUp('a vector that may be empty is concatenated');
  return empty === 'yes';
}

/** The rank of the first tensor that has one; the others get it where theirs is open. */
function commonRank(solve: Solve, tensors: readonly TensorValue[]): number | undefined {
  const known = tensors.map((t) => dimsOf(solve.shape(t))?.length).find((rank) => rank !== undefined);
  if (known !== undefined) for (const t of tensors) if (dimsOf(solve.shape(t)) === undefined) solve.rank(t, [known]);
  return known;
}

function refuseScalars(solve: Solve, tensors: readonly TensorValue[], positions: readonly number[]): void {
  for (const [at, t] of tensors.entries())
    if (dimsOf(solve.shape(t))?.length === 0)
      refuse(
        'cat-rank-mismatch',
        `zero-dimensional tensor (at position ${positions[at] ?? at}) cannot be concatenated`,
        { argument: 'tensors' },
      );
}

function sameRank(solve: Solve, first: TensorValue, other: TensorValue): void {
  const [a, b] = [first, other].map((t) => dimsOf(solve.shape(t))?.length);
  if (a !== undefined && b !== undefined && a !== b)
    refuse('cat-rank-mismatch', `Tensors must have same number of dimensions: got ${a} and ${b}`, {
      argument: 'tensors',
    });
}

/** Concatenation along an axis, of tensors that are at least one. */
export function concatenate(solve: Solve, all: readonly TensorValue[], axis: number): TensorValue {
  const dtype = resultType(
    solve,
    all.map((tensor) => ({ tensor })),
  );
  const kept = all.filter((t) => !isSkipped(solve, t, all));
  const first = kept[0];
  if (first === undefined) return result([num(0)], dtype);
  const rank = commonRank(solve, kept);
  const positions = kept.map((t) => all.indexOf(t));
  refuseScalars(solve, kept, positions);
  if (rank !== undefined) axisIndex(axis, rank, 'dim');
  const whole = showing(solve, first, [axis], 'dim');
  const index = whole.rest === undefined ? axisIndex(axis, whole.lead.length) : axis;
  // One tensor after the other: its rank, then its sizes.
  const others = kept.slice(1).map((t, i) => {
    sameRank(solve, first, t);
    const shape = likeFirst(solve, whole, showing(solve, t, [axis], 'dim'), t);
    sameBeside(solve, whole, shape, index, positions[i + 1] ?? i + 1);
    return shape;
  });
  return result(pasted(solve, whole, others, axis), dtype);
}

/** An open shape beside a known one has its rank. */
const likeFirst = (solve: Solve, first: Shape, shape: Shape, t: TensorValue): Shape =>
  (first.rest === undefined) === (shape.rest === undefined) ? shape : closed(solve, { ...t, shape }).shape;

/** The first shape with the lengths of all along the axis. */
function pasted(solve: Solve, first: Shape, others: readonly Shape[], axis: number): Shape {
  const lengths = [first, ...others].map(
    (shape) => (splitAt(shape, axis) ?? giveUp('the number of dims is not known')).size,
  );
  const cut = splitAt(first, axis) ?? giveUp('the number of dims is not known');
  const whole = sum(lengths.map((length) => solve.dim(length)));
  const { before, after } = cut;
  return before.rest === undefined
    ? { lead: [...before.lead, whole, ...after.lead], rest: after.rest, tail: after.tail }
    : { ...before, tail: [...before.tail, whole, ...after.lead] };
}

/** All sizes beside the axis are equal. */
function sameBeside(solve: Solve, first: Shape, other: Shape, axis: number, at: number): void {
  const clash = (expected: Dim, got: Dim): never =>
    refuse(
      'cat-size-mismatch',
      `Sizes of tensors must match except in dimension ${axis}. Expected size ${solve.text(expected)} but got size ${solve.text(got)} for tensor number ${at} in the list.`,
      { argument: 'tensors' },
    );
  const check = (a: Dim | undefined, b: Dim | undefined): void => {
    if (a !== undefined && b !== undefined && !solve.same(a, b, 'sizes beside the axis of a concatenation are equal'))
      clash(a, b);
  };
  if (first.rest === undefined || other.rest === undefined) {
    first.lead.forEach((size, i) => i !== axis && check(size, other.lead[i]));
    return;
  }
  // Open ranks: what both show at the same distance from an end.
  if (axis < 0 || first.rest === other.rest)
    for (let i = 0; i < Math.min(first.lead.length, other.lead.length); i++)
      if (i !== axis) check(first.lead[i], other.lead[i]);
  for (let back = 1; back <= Math.min(first.tail.length, other.tail.length); back++)
    if (back !== -axis) check(first.tail[first.tail.length - back], other.tail[other.tail.length - back]);
}

/** The tensor with at least so many dims: a vector becomes a row, a matrix a slice of the third axis. */
export function atLeast(solve: Solve, t: TensorValue, rank: 1 | 2 | 3): TensorValue {
  const shape = solve.shape(t);
  if (shownDims(shape) >= rank) return t;
  const dims = solve.dims(t);
  const one = num(1);
  if (dims.length >= rank) return { ...t, shape: shapeOf(dims) };
  const [a, b] = dims;
  if (rank === 1) return reshaped(t, [one]);
  if (rank === 2) return reshaped(t, [one, a ?? one]);
  return reshaped(t, [a !== undefined && b !== undefined ? a : one, b ?? a ?? one, one]);
}

export const cat = operator({
  id: 'cat',
  names: [
    'torch.cat',
    'torch.concat',
    'torch.concatenate',
    'torch.hstack',
    'torch.vstack',
    'torch.row_stack',
    'torch.dstack',
    'torch.column_stack',
  ],
  params: signatures,
  infer: answering((call, solve, name) => {
    const tensors = call.tensors('tensors');
    const kind = shortName(name);
    if (tensors.length === 0)
      refuse(
        'empty-sequence',
        kind.startsWith('c') && kind !== 'column_stack'
          ? 'torch.cat(): expected a non-empty list of Tensors'
          : `${kind.replace('row_stack', 'vstack')} expects a non-empty TensorList`,
      );
    switch (kind) {
      case 'hstack': {
        const raised = tensors.map((t) => atLeast(solve, t, 1));
        const first = solve.shape(raised[0] as TensorValue);
        const flat =
          first.rest === undefined ? first.lead.length === 1 : solve.dims(raised[0] as TensorValue).length === 1;
        return concatenate(solve, raised, flat ? 0 : 1);
      }
      case 'vstack':
      case 'row_stack':
        return concatenate(
          solve,
          tensors.map((t) => atLeast(solve, t, 2)),
          0,
        );
      case 'dstack':
        return concatenate(
          solve,
          tensors.map((t) => atLeast(solve, t, 3)),
          2,
        );
      case 'column_stack':
        return concatenate(
          solve,
          tensors.map((t) => asColumn(solve, t)),
          1,
        );
      default:
        return concatenate(solve, tensors, call.number('dim'));
    }
  }),
});

/** A vector as one column. */
function asColumn(solve: Solve, t: TensorValue): TensorValue {
  const dims = solve.dims(t);
  return dims.length >= 2 ? t : reshaped(t, [dims[0] ?? num(1), num(1)]);
}
