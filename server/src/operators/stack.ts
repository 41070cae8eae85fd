/**
 * Tensors of one shape along a new axis.
 *
 * Shapes: n of (*a, *b) -> (*a, n, *b).
 * Errors: `stack-size-mismatch`, `axis-out-of-range`, `empty-sequence`.
 * Source: torch.stack, PyTorch 2.13.
 */
import { operator, type Solve } from '../core/infer/operator';
import type { TensorValue } from '../core/infer/value';
import { num, type Dim } from '../core/shape/dim';
import { dimsOf, type Shape } from '../core/shape/shape';
import { answering, refuse } from './common/answer';
import { axisIndex, inserted } from './common/axes';
import { resultType } from './common/promotion';
import { result } from './common/results';
import { brackets } from './common/sizes';
import { signatures } from './signature';

/** The shape of all tensors; refuses those of another one. */
function oneShape(solve: Solve, first: TensorValue, tensors: readonly TensorValue[]): Shape {
  const known = tensors.find((t) => dimsOf(solve.shape(t)) !== undefined) ?? first;
  const rank = dimsOf(solve.shape(known))?.length;
  const clash = (at: number): never =>
    refuse(
      'stack-size-mismatch',
      `stack expects each tensor to be equal size, but got ${brackets(solve, solve.shape(first))} at entry 0 and ` +
        `${brackets(solve, solve.shape(tensors[at] as TensorValue))} at entry ${at}`,
      { argument: 'tensors' },
    );
  for (const [at, t] of tensors.entries()) {
    if (t === known) continue;
    if (rank !== undefined && !solve.rank(t, [rank])) clash(Math.max(at, tensors.indexOf(known)));
    const [a, b] = [solve.shape(known), solve.shape(t)];
    if (!sameShown(solve, a, b)) clash(Math.max(at, tensors.indexOf(known)));
  }
  return solve.shape(known);
}

/** Whether what both show can be equal. */
function sameShown(solve: Solve, a: Shape, b: Shape): boolean {
  const same = (x: Dim | undefined, y: Dim | undefined): boolean =>
    x === undefined || y === undefined || solve.same(x, y, 'stacked tensors have one shape');
  if (!a.lead.every((size, i) => same(size, b.lead[i]))) return false;
  return a.tail.every((size, i) => same(size, b.tail[b.tail.length - a.tail.length + i]));
}

/** Tensors of one shape along a new axis. */
export function stacked(solve: Solve, tensors: readonly TensorValue[], axis: number): TensorValue {
  const first = tensors[0] ?? refuse('empty-sequence', 'stack expects a non-empty TensorList');
  const firstDims = dimsOf(solve.shape(first));
  if (firstDims !== undefined) axisIndex(axis, firstDims.length + 1, 'dim');
  const shape = oneShape(solve, first, tensors);
  const dims = dimsOf(shape);
  const at = dims === undefined ? axis : axisIndex(axis, dims.length + 1, 'dim');
  return result(
    inserted(shape, at, [num(tensors.length)]),
    resultType(
      solve,
      tensors.map((tensor) => ({ tensor })),
    ),
  );
}

export const stack = operator({
  id: 'stack',
  names: ['torch.stack'],
  params: signatures,
  infer: answering((call, solve) => stacked(solve, call.tensors('tensors'), call.number('dim'))),
});
