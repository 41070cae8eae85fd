/**
 * Tensors with strides of their own: as_strided, its scatter and copy, empty_strided, empty_permuted; and resize_.
 *
 * Shapes: the size that is asked for.
 * Errors: `strides-mismatch`, `negative-size`, `axis-out-of-range`, `duplicate-axis`, `slice-size-mismatch`.
 * Source: torch.as_strided, ATen/native/Resize.h, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import type { TensorValue } from '../core/infer/value';
import { num, type Dim } from '../core/shape/dim';
import type { DType } from '../core/shape/dtype';
import { shapeOf } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { isMethod, plainName, shortName, subjectOf } from './common/names';
import { DEFAULT_FLOAT } from './common/promotion';
import { countOf, notNegative, result } from './common/results';
import { mustFitSlice } from './common/slices';
import { brackets } from './common/sizes';
import { signatures } from './signature';

const zero = num(0);
const isNegative = (solve: Solve, dim: Dim): boolean => solve.less(dim, zero) === 'yes';

/** The size of a window into the tensor's memory; given up on where it may reach out of it. */
function strided(call: Call, solve: Solve, t: TensorValue): readonly Dim[] {
  const [size, stride] = [call.ints('size'), call.ints('stride')];
  if (size.length !== stride.length) refuse('strides-mismatch', 'mismatch in length of strides and shape');
  const offset = call.given('storage_offset') ? call.intOrNone('storage_offset') : null;
  if (stride.some((step) => isNegative(solve, step)))
    refuse(
      'strides-mismatch',
      `as_strided: Negative strides are not supported at the moment, got strides: ${brackets(solve, stride)}`,
    );
  const known = [size, stride].map((dims) => dims.map((dim) => solve.number(dim) ?? giveUp('sizes are not known')));
  const [sizes = [], steps = []] = known;
  const count = solve.number(countOf(solve, t) ?? giveUp('the number of elements is not known'));
  const first = offset === null ? 0 : solve.number(offset);
  if (sizes.some((n) => n < 0) || count === undefined || first === undefined || first < 0)
    giveUp('a window that is not known');
  // Without an offset a view begins where the tensor does: only what lies inside the tensor itself is certain.
  const reach = sizes.includes(0) ? 0 : first + 1 + sizes.reduce((sum, n, i) => sum + (n - 1) * (steps[i] ?? 0), 0);
  if (reach > count) giveUp('a window beyond the elements of the tensor');
  return size;
}

const typeOf = (call: Call, otherwise: DType | undefined): DType | undefined => {
  const asked = call.given('dtype') ? call.dtype('dtype') : null;
  return asked === null ? otherwise : asked;
};

function emptyStrided(call: Call, solve: Solve, otherwise: DType | undefined): TensorValue {
  const [size, stride] = [call.ints('size'), call.ints('stride')];
  notNegative(solve, size);
  if (size.length !== stride.length)
    refuse(
      'strides-mismatch',
      `dimensionality of sizes (${size.length}) must match dimensionality of strides (${stride.length})`,
    );
  if (stride.some((step) => solve.less(step, zero) !== 'no')) giveUp('strides that may be negative');
  return result(size, typeOf(call, otherwise));
}

function emptyPermuted(call: Call, solve: Solve): TensorValue {
  const size = call.ints('size');
  const layout = call.numbers('physical_layout') ?? [];
  if (size.length !== layout.length)
    refuse(
      'strides-mismatch',
      `Number of dimensions in size does not match the length of the physical_layout; i.e. len(size) = ${size.length} is not equal to len(physical_layout) = ${layout.length}`,
    );
  layout.forEach((axis, at) => {
    if (axis < 0 || axis >= size.length)
      refuse(
        'axis-out-of-range',
        `Dimension out of range (expected to be between 0 and ${size.length - 1}, but got ${axis} at index ${at}).  NB: negative dims not currently supported; file an issue if you want it.`,
      );
    if (layout.indexOf(axis) < at) refuse('duplicate-axis', 'Duplicate dim not allowed');
  });
  if (size.some((dim) => solve.less(dim, zero) !== 'no')) giveUp('sizes that may be negative');
  return result(size, typeOf(call, DEFAULT_FLOAT));
}

function resized(call: Call, solve: Solve, t: TensorValue): TensorValue {
  const size = call.ints('size');
  if (size.some((dim) => solve.less(dim, zero) !== 'no')) giveUp('sizes that may be negative');
  return result(size, t.dtype);
}

export const strides = operator({
  id: 'strides',
  names: [
    'torch.as_strided',
    'torch.as_strided_copy',
    'torch.as_strided_scatter',
    'torch.Tensor.as_strided',
    'torch.Tensor.as_strided_',
    'torch.Tensor.as_strided_scatter',
    'torch.empty_strided',
    'torch.empty_permuted',
    'torch.Tensor.new_empty_strided',
    'torch.Tensor.resize_',
    'torch.Tensor.resize_as_',
    'torch.resize_as_',
  ],
  params: signatures,
  infer: answering((call, solve, name) => {
    const kind = shortName(name);
    if (kind === 'empty_strided') return emptyStrided(call, solve, DEFAULT_FLOAT);
    if (kind === 'empty_permuted') return emptyPermuted(call, solve);
    const t = call.tensor(isMethod(name) ? 'self' : subjectOf(name));
    switch (plainName(name)) {
      case 'new_empty_strided':
        return emptyStrided(call, solve, t.dtype);
      case 'resize':
        return resized(call, solve, t);
      case 'resize_as':
        return result(solve.shape(call.tensor('the_template')), t.dtype);
      case 'as_strided_scatter': {
        mustFitSlice(solve, call.tensor('src'), shapeOf(strided(call, solve, t)));
        return result(solve.shape(t), t.dtype);
      }
      default:
        return result(strided(call, solve, t), t.dtype);
    }
  }),
});
