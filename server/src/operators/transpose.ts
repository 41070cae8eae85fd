/**
 * Two axes swapped: transpose, swapaxes, swapdims, t, and the attributes T, mT, H, mH.
 *
 * Shapes: (*a, n, *b, m, *c) -> (*a, m, *b, n, *c).
 * Errors: `axis-out-of-range`, `input-rank-mismatch`.
 * Source: torch.transpose, PyTorch 2.13.
 */
import { operator, type Solve } from '../core/infer/operator';
import type { TensorValue } from '../core/infer/value';
import { shownDims, sizeAt } from '../core/shape/axis';
import { dimsOf, type Shape } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { replaced, showing } from './common/axes';
import { plainName, shortName, subjectOf } from './common/names';
import { reshaped } from './common/results';
import { signatures } from './signature';

/** The shape with two axes swapped. */
export function swapped(solve: Solve, t: TensorValue, axis0: number, axis1: number): Shape {
  const shape = showing(solve, t, [axis0, axis1]);
  if (dimsOf(shape)?.length === 0) return shape;
  const [a, b] = [sizeAt(shape, axis0), sizeAt(shape, axis1)];
  if (a === undefined || b === undefined) return giveUp('the number of dims is not known');
  return replaced(shape, [axis0, axis1], (_, at) => [at === 0 ? b : a]);
}

/** `x.t()`: a matrix transposed, a vector or number as it is. */
function transposed(solve: Solve, t: TensorValue, name: string): Shape {
  if (!solve.rank(t, [0, 1, 2])) {
    const rank = solve.dims(t).length;
    refuse('input-rank-mismatch', `${name}() expects a tensor with <= 2 dimensions, but self is ${rank}D`);
  }
  const dims = solve.dims(t);
  return { lead: [...dims].reverse(), tail: [] };
}

/** The attributes that transpose, and adjoint(). */
function attribute(solve: Solve, t: TensorValue, name: string): Shape {
  const shape = solve.shape(t);
  if (name === 'T') return { lead: [...solve.dims(t)].reverse(), tail: [] };
  const rank = dimsOf(shape)?.length;
  if (rank === 0) return shape;
  if (name === 'H' && rank !== undefined && rank !== 2)
    refuse(
      'input-rank-mismatch',
      `tensor.H is only supported on matrices (2-D tensors). Got ${rank}-D tensor.${rank > 2 ? ' For batches of matrices, consider using tensor.mH' : ''}`,
    );
  if (rank === 1)
    refuse(
      'input-rank-mismatch',
      `tensor.${name === 'H' ? 'mH' : name} is only supported on matrices or batches of matrices. Got 1-D tensor.`,
    );
  if (rank === undefined && shownDims(shape) < 2 && !solve.minRank(t, 2))
    return giveUp('the number of dims is not known');
  return swapped(solve, t, -2, -1);
}

export const transpose = operator({
  id: 'transpose',
  names: [
    ...['transpose', 'swapaxes', 'swapdims', 't'].flatMap((name) => [
      `torch.${name}`,
      `torch.Tensor.${name}`,
      `torch.Tensor.${name}_`,
    ]),
    'torch.adjoint',
    'torch.Tensor.adjoint',
    'torch.Tensor.T',
    'torch.Tensor.mT',
    'torch.Tensor.H',
    'torch.Tensor.mH',
  ],
  params: (name) => (/\.(T|mT|H|mH)$/.test(name) ? ['self: Tensor'] : signatures(name)),
  infer: answering((call, solve, name) => {
    const t = call.tensor(subjectOf(name));
    const kind = plainName(name);
    if (kind === 't') return reshaped(t, transposed(solve, t, shortName(name)));
    if (kind === 'adjoint') return reshaped(t, attribute(solve, t, 'adjoint()'));
    if (kind === 'transpose' || kind === 'swapaxes' || kind === 'swapdims') {
      const [first, second] = kind === 'swapaxes' ? ['axis0', 'axis1'] : ['dim0', 'dim1'];
      return reshaped(t, swapped(solve, t, call.number(first), call.number(second)));
    }
    return reshaped(t, attribute(solve, t, shortName(name)));
  }),
});
