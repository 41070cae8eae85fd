/**
 * A copy of a tensor with a part of it replaced: diagonal_scatter, select_scatter, slice_scatter.
 *
 * Shapes: as the input; `src` has the shape of the part.
 * Errors: `slice-size-mismatch`, `axis-out-of-range`, `index-out-of-range`, `duplicate-axis`, `argument-out-of-range`.
 * Source: torch.slice_scatter and relatives, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import type { TensorValue } from '../core/infer/value';
import { num } from '../core/shape/dim';
import { shapeOf, type Shape } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { axisIndex } from './common/axes';
import { everyForm, shortName, subjectOf } from './common/names';
import { result } from './common/results';
import { tensorBrackets } from './common/sizes';
import { mustFitSlice } from './common/slices';
import { diagonalOf } from './diagonal';
import { signatures } from './signature';

function selected(call: Call, solve: Solve, t: TensorValue): Shape {
  const dims = solve.dims(t);
  if (dims.length === 0) refuse('axis-out-of-range', 'select() cannot be applied to a 0-dim tensor.');
  const axis = axisIndex(call.number('dim'), dims.length, 'dim');
  const [size, index] = [solve.number(dims[axis] ?? num(0)), solve.number(call.int('index'))];
  if (size === undefined || index === undefined) giveUp('whether the index is inside');
  if (index < -size || index >= size)
    refuse(
      'index-out-of-range',
      `select(): index ${index} out of range for tensor of size ${tensorBrackets(solve, t)} at dimension ${axis}`,
      { argument: 'index' },
    );
  return shapeOf(dims.filter((_, i) => i !== axis));
}

/** Limits as Python counts them: from the end where negative, never outside. */
function sliced(call: Call, solve: Solve, t: TensorValue): Shape {
  const dims = solve.dims(t);
  if (dims.length === 0) giveUp('a tensor without dims');
  const axis = axisIndex(call.given('dim') ? call.number('dim') : 0, dims.length, 'dim');
  const size = solve.number(dims[axis] ?? num(0));
  const step = call.given('step') ? call.number('step') : 1;
  if (step <= 0) refuse('argument-out-of-range', 'slice step must be positive', { argument: 'step' });
  if (size === undefined) return giveUp('the size along the axis is not known');
  const limit = (name: string, otherwise: number): number => {
    const written = call.given(name) ? call.numberOrNone(name) : null;
    if (written === null) return otherwise;
    return Math.min(Math.max(written < 0 ? written + size : written, 0), size);
  };
  const [start, end] = [limit('start', 0), limit('end', size)];
  const length = Math.max(0, Math.ceil((end - start) / step));
  return shapeOf(dims.map((each, i) => (i === axis ? num(length) : each)));
}

export const sliceScatter = operator({
  id: 'slice-scatter',
  names: everyForm('diagonal_scatter', 'select_scatter', 'slice_scatter'),
  params: signatures,
  infer: answering((call, solve, name) => {
    const t = call.tensor(subjectOf(name));
    const parts: Readonly<Record<string, () => Shape>> = {
      diagonal_scatter: () => diagonalOf(call, solve, t).shape,
      select_scatter: () => selected(call, solve, t),
      slice_scatter: () => sliced(call, solve, t),
    };
    const part = parts[shortName(name)]?.() ?? giveUp('a part that is not known');
    mustFitSlice(solve, call.tensor('src'), part);
    return result(solve.shape(t), t.dtype);
  }),
});
