/**
 * Subscripts: `x[0]`, `x[:, 1:]`, `x[..., None]`, `x[mask]`, `x[rows, cols]`; reading, assigning, and index_put.
 *
 * Shapes: an int takes its axis away, a slice shortens it, None puts a 1, tensors of positions put
 * their broadcast shape where they stand together, or first where something stands between them.
 * Errors: `index-out-of-range`, `too-many-indices`, `index-type`, `mask-size-mismatch`,
 * `index-size-mismatch`, `assignment-size-mismatch`, `dtype-mismatch`.
 * Source: torch/csrc/autograd/python_variable_indexing.cpp, at::index, at::index_put, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import { none, type TensorValue } from '../core/infer/value';
import { num, type Dim } from '../core/shape/dim';
import { dimsOf } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { differ, isComplex, scalarName } from './common/dtypes';
import { subjectOf } from './common/names';
import { countOf, reshaped } from './common/results';
import { brackets } from './common/sizes';
import { chosen, type Chosen } from './common/subscripts';
import { expandedSizes } from './expand';

/** The sizes of a value without the 1s before them; undefined where one may be 1. */
function withoutLeadingOnes(solve: Solve, given: readonly Dim[], rank: number): readonly Dim[] | undefined {
  const firstReal = given.findIndex((dim) => solve.equal(dim, num(1)) !== 'yes');
  const stripped = firstReal < 0 ? [] : given.slice(firstReal);
  const surplus = stripped.slice(0, Math.max(0, stripped.length - rank));
  return surplus.some((dim) => solve.equal(dim, num(1)) === 'maybe') ? undefined : stripped;
}

/** Whether a tensor can be written where the lists and tensors of a subscript point to. */
function checkPut(solve: Solve, target: Chosen, given: readonly Dim[], t: TensorValue, value: TensorValue): void {
  const sizes = dimsOf(target.shape);
  if (sizes === undefined) return;
  const offset = sizes.length - given.length;
  const fits =
    offset >= 0 &&
    given.every(
      (size, i) =>
        solve.equal(size, num(1)) !== 'no' ||
        solve.same(size, sizes[i + offset] as Dim, 'what is assigned has the size of what is chosen'),
    );
  if (!fits)
    refuse(
      'assignment-size-mismatch',
      `shape mismatch: value tensor of shape ${brackets(solve, given)} cannot be broadcast to indexing result of shape ${brackets(solve, sizes)}`,
      { argument: 'value' },
    );
  if (differ(t.dtype, value.dtype))
    refuse(
      'dtype-mismatch',
      `Index put requires the source and destination dtypes match, got ${scalarName(t.dtype as NonNullable<typeof t.dtype>)} for the destination and ${scalarName(value.dtype as NonNullable<typeof value.dtype>)} for the source.`,
    );
}

/** One value for all that a mask chooses is filled in, whatever its shape and element type are. */
function isFilled(solve: Solve, target: Chosen, t: TensorValue, value: TensorValue): boolean {
  if (target.mask === undefined) return false;
  const count = countOf(solve, value);
  const isOne = count === undefined ? 'maybe' : solve.equal(count, num(1));
  if (isOne === 'no') return false;
  if (isOne === 'maybe' || target.mask === 'uint8' || (isComplex(value.dtype) && !isComplex(t.dtype)))
    giveUp('a value that may be filled in');
  return true;
}

/** `t[index] = value` */
function assign(call: Call, solve: Solve, t: TensorValue): void {
  const value = call.value('value');
  if (value.kind === 'none' || value.kind === 'str')
    refuse(
      'index-type',
      `can't assign a ${value.kind === 'none' ? 'NoneType' : 'str'} to a torch.${scalarName(t.dtype ?? 'float32')}Tensor`,
      { argument: 'value' },
    );
  const target = chosen(call, solve, t, call.value('index'));
  if (value.kind === 'tensor') {
    const [sizes, given] = [dimsOf(target.shape), dimsOf(solve.shape(value))];
    const stripped = given && withoutLeadingOnes(solve, given, sizes?.length ?? given.length);
    if (stripped !== undefined && !target.advanced && sizes !== undefined)
      expandedSizes(solve, reshaped(value, stripped), sizes);
    if (stripped !== undefined && target.advanced && !isFilled(solve, target, t, value))
      checkPut(solve, target, stripped, t, value);
  }
  target.checkPositions();
}

function put(call: Call, solve: Solve, t: TensorValue): TensorValue {
  const target = chosen(call, solve, t, call.value('indices'), 'positions');
  const value = call.value('values');
  if (value.kind !== 'tensor') return giveUp('values that are not a tensor');
  const given = dimsOf(solve.shape(value));
  const adds = call.given('accumulate') && call.bool('accumulate');
  if (given !== undefined && (adds || !isFilled(solve, target, t, value))) checkPut(solve, target, given, t, value);
  return reshaped(t, solve.shape(t));
}

export const getitem = operator({
  id: 'getitem',
  names: [
    'torch.Tensor.__getitem__',
    'torch.Tensor.__setitem__',
    'torch.index_put',
    'torch.index_put_',
    'torch.Tensor.index_put',
    'torch.Tensor.index_put_',
  ],
  params: (name) =>
    name.includes('index_put')
      ? [`${subjectOf(name)}: Tensor, indices: any, values: any, accumulate: bool = False`]
      : name.endsWith('__setitem__')
        ? ['self: Tensor, index: any, value: any']
        : ['self: Tensor, index: any'],
  infer: answering((call, solve, name) => {
    const t = call.tensor(subjectOf(name));
    if (name.includes('index_put')) return put(call, solve, t);
    if (name.endsWith('__setitem__')) {
      assign(call, solve, t);
      return none;
    }
    const { shape, checkPositions } = chosen(call, solve, t, call.value('index'));
    checkPositions();
    return reshaped(t, shape);
  }),
});
