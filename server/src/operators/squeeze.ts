/**
 * Axes of size 1 put in or taken out: unsqueeze, squeeze, atleast_1d, atleast_2d, atleast_3d.
 *
 * Shapes: unsqueeze(i) puts 1 at i of the result; squeeze(i) takes it away where the size is 1.
 * Errors: `axis-out-of-range`, `duplicate-axis`.
 * Source: torch.squeeze, torch.unsqueeze, PyTorch 2.13.
 */
import { operator, type Solve } from '../core/infer/operator';
import { tuple, type TensorValue } from '../core/infer/value';
import { sizeAt } from '../core/shape/axis';
import { num } from '../core/shape/dim';
import { dimsOf, shapeOf, type Shape } from '../core/shape/shape';
import { atLeast } from './cat';
import { answering, giveUp } from './common/answer';
import { axesGiven, axisIndex, distinct, inserted, rankOf, replaced, showing } from './common/axes';
import { everyForm, plainName, subjectOf } from './common/names';
import { reshaped } from './common/results';
import { signatures } from './signature';

const one = num(1);

/** The shape with a 1 at an axis of the result. */
function unsqueezed(solve: Solve, t: TensorValue, axis: number): Shape {
  const shape = solve.shape(t);
  const dims = dimsOf(shape);
  if (dims !== undefined) return inserted(shape, axisIndex(axis, dims.length + 1, 'dim'), [one]);
  const neighbour = axis < 0 ? axis + 1 : axis - 1;
  return inserted(axis === 0 || axis === -1 ? shape : showing(solve, t, [neighbour]), axis, [one]);
}

/** The shape without these axes where their size is 1. */
function squeezed(solve: Solve, t: TensorValue, axes: readonly number[]): Shape {
  const shape = showing(solve, t, axes, 'dim');
  distinct(axes, rankOf(solve, t));
  if (dimsOf(shape)?.length === 0) return shape;
  for (const axis of axes) {
    const size = sizeAt(shape, axis);
    if (size === undefined || solve.equal(size, one) === 'maybe') return giveUp('a size that may be 1 is squeezed');
  }
  return replaced(shape, axes, (size) => (solve.equal(size, one) === 'yes' ? [] : [size]));
}

/** The shape without any 1. */
function squeezedAll(solve: Solve, t: TensorValue): Shape {
  const dims = solve.dims(t);
  if (dims.some((dim) => solve.equal(dim, one) === 'maybe')) return giveUp('a size that may be 1 is squeezed');
  return shapeOf(dims.filter((dim) => solve.equal(dim, one) === 'no'));
}

export const squeeze = operator({
  id: 'squeeze',
  names: [...everyForm('squeeze', 'unsqueeze'), 'torch.atleast_1d', 'torch.atleast_2d', 'torch.atleast_3d'],
  params: (name) => (name.startsWith('torch.atleast') ? ['*tensors: any'] : signatures(name)),
  infer: answering((call, solve, name) => {
    if (name.startsWith('torch.atleast')) {
      const raised = call.tensors('tensors').map((t) => atLeast(solve, t, Number(name.at(-2)) as 1 | 2 | 3));
      return raised.length === 1 ? (raised[0] as TensorValue) : tuple(raised);
    }
    const t = call.tensor(subjectOf(name));
    if (plainName(name) === 'unsqueeze') return reshaped(t, unsqueezed(solve, t, call.number('dim')));
    const axes = axesGiven(call);
    return reshaped(t, axes === null ? squeezedAll(solve, t) : squeezed(solve, t, axes));
  }),
});
