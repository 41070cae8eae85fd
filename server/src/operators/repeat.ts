/**
 * Copies of a tensor along its axes: repeat, tile, repeat_interleave.
 *
 * Shapes: repeat(r0, r1): (n, m) -> (r0 * n, r1 * m), new axes come first; repeat_interleave(k, dim): n -> k * n.
 * Errors: `repeat-rank-mismatch`, `negative-size`, `axis-out-of-range`, `index-size-mismatch`.
 * Source: torch.Tensor.repeat, torch.tile, torch.repeat_interleave, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import type { TensorValue } from '../core/infer/value';
import { mul, num, type Dim } from '../core/shape/dim';
import { dimsOf, type Shape } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { atAxis, joined } from './common/axes';
import { isMethod, shortName, subjectOf } from './common/names';
import { countOf, notNegative, reshaped, result } from './common/results';
import { signatures } from './signature';

/** Sizes times counts, aligned at the end. */
function repeated(solve: Solve, t: TensorValue, counts: readonly Dim[]): readonly Dim[] {
  const dims = solve.dims(t);
  if (counts.length < dims.length)
    refuse(
      'repeat-rank-mismatch',
      'Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor',
    );
  const extra = counts.length - dims.length;
  const sizes = counts.map((count, i) => (i < extra ? count : mul(count, solve.dim(dims[i - extra] as Dim))));
  notNegative(solve, sizes);
  return sizes;
}

/** Open ranks: where the counts are certain to cover the dims that are shown. */
function tiled(solve: Solve, t: TensorValue, counts: readonly Dim[]): readonly Dim[] {
  const dims = solve.dims(t);
  const missing = Math.max(0, dims.length - counts.length);
  return repeated(solve, t, [...new Array<Dim>(missing).fill(num(1)), ...counts]);
}

function interleaved(call: Call, solve: Solve, name: string): TensorValue {
  const t = call.tensor(subjectOf(name));
  const value = call.value('repeats');
  const axis = call.given('dim') ? call.numberOrNone('dim') : null;
  const cut = axis === null ? undefined : atAxis(solve, t, axis);
  if (axis !== null && cut === undefined) return giveUp('a tensor without dims');
  const total = cut?.size ?? countOf(solve, t);
  const output = call.given('output_size') ? call.intOrNone('output_size') : null;
  const size = output ?? (value.kind === 'tensor' ? counted(call, solve, total) : times(call, solve, total));
  const shape: Shape = cut === undefined ? { lead: [size], tail: [] } : joined(cut.before, [size], cut.after);
  return reshaped(t, shape);
}

/** One count for all. */
function times(call: Call, solve: Solve, total: Dim | undefined): Dim {
  const count = call.int('repeats');
  if (solve.less(count, num(0)) === 'yes') refuse('negative-size', 'Repeats must be non-negative');
  return total === undefined ? solve.fresh('size') : mul(total, count);
}

/** A count for each index, in a tensor: the sum is data. */
function counted(call: Call, solve: Solve, total: Dim | undefined): Dim {
  const dims = dimsOf(solve.shape(call.tensor('repeats')));
  const count = dims?.[0];
  if (
    dims?.length === 1 &&
    count !== undefined &&
    total !== undefined &&
    solve.equal(count, num(1)) === 'no' &&
    !solve.same(count, total)
  )
    refuse(
      'index-size-mismatch',
      `repeats must have the same size as input along dim, but got repeats.size(0) = ${solve.text(count)} and input.size(0) = ${solve.text(total)}`,
    );
  return solve.fresh('size');
}

export const repeat = operator({
  id: 'repeat',
  names: [
    'torch.Tensor.repeat',
    'torch.tile',
    'torch.Tensor.tile',
    'torch.repeat_interleave',
    'torch.Tensor.repeat_interleave',
  ],
  params: signatures,
  infer: answering((call, solve, name) => {
    const kind = shortName(name);
    if (kind === 'repeat_interleave')
      return !isMethod(name) && !call.given('input')
        ? result([solve.fresh('size')], 'int64')
        : interleaved(call, solve, name);
    const t = call.tensor(subjectOf(name));
    return reshaped(
      t,
      kind === 'repeat' ? repeated(solve, t, call.ints('repeats')) : tiled(solve, t, call.ints('dims')),
    );
  }),
});
