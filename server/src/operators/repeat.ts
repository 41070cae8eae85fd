/**
 * Copies of a tensor along its axes: repeat, tile, repeat_interleave.
 *
 * Shapes: repeat(r0, r1): (n, m) -> (r0 * n, r1 * m), new axes come first; repeat_interleave(k, dim): n -> k * n.
 * Errors: `repeat-rank-mismatch`, `negative-size`, `axis-out-of-range`, `index-size-mismatch`.
 * Source: torch.Tensor.repeat, torch.tile, torch.repeat_interleave, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import type { TensorValue } from '../core/infer/value';
import { shownDims } from '../core/shape/axis';
import { mul, num, type Dim } from '../core/shape/dim';
import { dimsOf, type Shape } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { atAxis, joined } from './common/axes';
import { isMethod, shortName, subjectOf } from './common/names';
import { countOf, needs, notNegative, reshaped, result } from './common/results';
import { signatures } from './signature';

/** Sizes times counts, aligned at the end. Of an open rank no more is known than the last sizes that are shown. */
function repeated(solve: Solve, t: TensorValue, counts: readonly Dim[]): readonly Dim[] {
  const shown = shownDims(solve.shape(t));
  const possible = counts.map((_, i) => i + 1).filter((rank) => rank >= shown);
  if (shown > counts.length || !solve.rank(t, shown === 0 ? [0, ...possible] : possible))
    refuse(
      'repeat-rank-mismatch',
      'Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor',
    );
  const { lead, rest, tail } = solve.shape(t);
  const dims = rest === undefined ? lead : tail;
  const extra = counts.length - dims.length;
  const inFront = (count: Dim): Dim => (rest === undefined ? count : solve.fresh('size'));
  const sizes = counts.map((count, i) => (i < extra ? inFront(count) : mul(count, solve.dim(dims[i - extra] as Dim))));
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
  if (value.kind === 'tensor' && !solve.rank(value, [0, 1]))
    refuse('input-rank-mismatch', 'repeats must be 0-dim or 1-dim tensor', { argument: 'repeats' });
  const axis = call.given('dim') ? call.numberOrNone('dim') : null;
  const cut = axis === null ? undefined : atAxis(solve, t, axis);
  if (axis !== null && cut === undefined) return giveUp('a tensor without dims');
  const total = cut?.size ?? countOf(solve, t);
  const output = call.given('output_size') ? call.intOrNone('output_size') : null;
  const size = value.kind === 'tensor' ? counted(solve, value, total, axis, output) : times(call, solve, total, output);
  const shape: Shape = cut === undefined ? { lead: [size], tail: [] } : joined(cut.before, [size], cut.after);
  return reshaped(t, shape);
}

/** One count for all. */
function times(call: Call, solve: Solve, total: Dim | undefined, output: Dim | null): Dim {
  const count = call.int('repeats');
  if (solve.less(count, num(0)) === 'yes') refuse('negative-size', 'Repeats must be non-negative');
  if (total === undefined) return output ?? solve.fresh('size');
  const size = solve.dim(mul(total, count));
  if (output !== null && !solve.same(size, output))
    refuse(
      'index-size-mismatch',
      `repeat_interleave: Invalid output_size, expected ${solve.text(size)} but got ${solve.text(output)}`,
      { argument: 'output_size' },
    );
  return size;
}

/** A count for each index, in a tensor: the sum is data. */
function counted(
  solve: Solve,
  repeats: TensorValue,
  total: Dim | undefined,
  axis: number | null,
  output: Dim | null,
): Dim {
  const dims = dimsOf(solve.shape(repeats));
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
      `repeats must have the same size as input along dim, but got repeats.size(0) = ${solve.text(count)} and input.size(${axis ?? 0}) = ${solve.text(total)}`,
    );
  countsAreInts(repeats);
  if (output === null) return solve.fresh('size');
  // One count for all: the result is a multiple of the tensor.
  const [whole, asked] = [total && solve.number(total), solve.number(output)];
  const one = dims?.length === 0 || (count !== undefined && solve.equal(count, num(1)) === 'yes');
  if (one && whole !== undefined && asked !== undefined && (whole === 0 ? asked !== 0 : asked % whole !== 0))
    refuse('index-size-mismatch', 'allocated size does not match required size', { argument: 'output_size' });
  return output;
}

const countsAreInts = (repeats: TensorValue): void =>
  needs('repeat_interleave_cpu', repeats.dtype, (dtype) => dtype === 'int64' || dtype === 'int32');

/** Without a tensor: as many of each index as `repeats` says. */
function indices(call: Call, solve: Solve): TensorValue {
  const repeats = call.tensor('repeats');
  countsAreInts(repeats);
  if (!solve.rank(repeats, [1]))
    refuse('input-rank-mismatch', 'repeat_interleave only accept 1D vector as repeat', { argument: 'repeats' });
  const output = call.given('output_size') ? call.intOrNone('output_size') : null;
  return result([output ?? solve.fresh('size')], repeats.dtype);
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
      return !isMethod(name) && !call.given('input') ? indices(call, solve) : interleaved(call, solve, name);
    const t = call.tensor(subjectOf(name));
    return reshaped(
      t,
      kind === 'repeat' ? repeated(solve, t, call.ints('repeats')) : tiled(solve, t, call.ints('dims')),
    );
  }),
});
