/**
 * The same elements in another shape: view, reshape, view_as, reshape_as, resize-free; `view(dtype)` reads the bytes anew.
 *
 * Shapes: (*a) -> (*b) with equal numbers of elements; one -1 is what remains.
 * Errors: `reshape-size-mismatch`, `reshape-ambiguous`, `negative-size`.
 * Source: torch.Tensor.view, torch.reshape, at::infer_size, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import { tensor, type TensorValue } from '../core/infer/value';
import { floorDiv, mul, num, product, type Dim } from '../core/shape/dim';
import type { DType } from '../core/shape/dtype';
import { dimsOf, shapeOf, type Shape } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { scalarName } from './common/dtypes';
import { shortName, subjectOf } from './common/names';
import { countOf, reshaped, result } from './common/results';
import { brackets } from './common/sizes';
import { signatures } from './signature';

const isUnknownSize = (solve: Solve, dim: Dim): boolean => solve.number(dim) === -1;

/**
 * The sizes that `written` (with at most one -1) means for `total` elements.
 * @param total undefined where the number of elements is not known
 */
export function inferredSizes(solve: Solve, written: readonly Dim[], total: Dim | undefined): readonly Dim[] {
  const unknowns = written.filter((dim) => isUnknownSize(solve, dim)).length;
  const text = brackets(solve, written);
  if (unknowns > 1) refuse('reshape-ambiguous', 'only one dimension can be inferred');
  const negative = written.findIndex((dim) => !isUnknownSize(solve, dim) && solve.less(dim, num(0)) === 'yes');
  if (negative >= 0)
    refuse(
      'negative-size',
      `invalid shape dimension ${solve.text(written[negative] as Dim)} at index ${negative} of shape ${text}`,
    );
  const rest = product(written.filter((dim) => !isUnknownSize(solve, dim)).map((dim) => solve.dim(dim)));
  const invalid = (): never =>
    refuse(
      'reshape-size-mismatch',
      `shape '${text}' is invalid for input of size ${total === undefined ? '?' : solve.text(total)}`,
    );
  if (unknowns === 0) {
    if (total !== undefined && !solve.same(total, rest, 'a view has as many elements as its tensor')) invalid();
    return written;
  }
  if (solve.number(rest) === 0) {
    if (total !== undefined && solve.equal(total, num(0)) === 'no') invalid();
    refuse(
      'reshape-ambiguous',
      `cannot reshape tensor of 0 elements into shape ${text} because the unspecified dimension size -1 can be any value and is ambiguous`,
    );
  }
  return written.map((dim) => (isUnknownSize(solve, dim) ? quotient(solve, total, rest, invalid) : dim));
}

/** What -1 stands for: the number of elements over the product of the others. */
function quotient(solve: Solve, total: Dim | undefined, rest: Dim, invalid: () => never): Dim {
  if (total === undefined) return solve.fresh('size');
  if (!solve.divides(rest, total, 'the sizes of a view divide the number of elements')) invalid();
  const found = solve.dim(floorDiv(solve.dim(total), solve.dim(rest)));
  // H * W // W is H for every W > 0, which the algebra leaves to those who know that W isn't 0.
  return exactQuotient(solve, total, rest) ?? found;
}

/** The quotient where a multiplication proves it. */
function exactQuotient(solve: Solve, total: Dim, rest: Dim): Dim | undefined {
  const found = solve.dim(floorDiv(solve.dim(total), solve.dim(rest)));
  return solve.equal(mul(found, rest), total) === 'yes' ? found : undefined;
}

/** The tensor in the sizes of `written`. Sizes before an open stretch that stay the same cancel. */
function viewed(solve: Solve, t: TensorValue, written: readonly Dim[]): TensorValue {
  const shape = solve.shape(t);
  if (dimsOf(shape) === undefined) return reshaped(t, inferredSizes(solve, written, undefined));
  return reshaped(t, inferredSizes(solve, written, countOf(solve, t)));
}

/** Bytes per element. */
const width: Partial<Record<DType, number>> = {
  bool: 1,
  uint8: 1,
  int8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
  float16: 2,
  bfloat16: 2,
  float32: 4,
  float64: 8,
  complex32: 4,
  complex64: 8,
  complex128: 16,
  float8_e4m3fn: 1,
  float8_e5m2: 1,
};

/** `x.view(torch.int32)`: the last size grows or shrinks with the width of an element. */
function reread(solve: Solve, t: TensorValue, to: DType): TensorValue {
  const [old, next] = [t.dtype && width[t.dtype], width[to]];
  if (old === undefined || next === undefined || t.dtype === undefined) return giveUp('the element type is not known');
  const shape = solve.shape(t);
  if (old === next) return result(shape, to);
  const words = `to view ${scalarName(t.dtype)} as ${scalarName(to)} (different element sizes)`;
  if (shape.rest === undefined && shape.lead.length === 0)
    refuse('input-rank-mismatch', `self.dim() cannot be 0 ${words}`);
  if (!solve.minRank(t, 1)) return giveUp('the number of dims is not known');
  const { before, last } = solve.trailing(t, 1);
  const size = last[0] as Dim;
  const append = (dim: Dim): Shape =>
    before.rest === undefined ? shapeOf([...before.lead, dim]) : { ...before, tail: [...before.tail, dim] };
  if (old > next) return result(append(mul(size, num(old / next))), to);
  const ratio = num(next / old);
  if (!solve.divides(ratio, size))
    refuse(
      'reshape-size-mismatch',
      `self.size(-1) must be divisible by ${next / old} ${words}, but got ${solve.text(size)}`,
    );
  return result(append(floorDiv(size, ratio)), to);
}

/** The sizes that are asked for; `undefined` with the shape where their number is not known. */
function askedSizes(call: Call, solve: Solve, name: 'size' | 'shape'): readonly Dim[] | Shape {
  const value = call.value(name);
  return value.kind === 'shape' ? solve.shape(tensor(value.shape, undefined)) : call.ints(name);
}

export const view = operator({
  id: 'view',
  names: [
    'torch.Tensor.view',
    'torch.reshape',
    'torch.Tensor.reshape',
    'torch.Tensor.view_as',
    'torch.Tensor.reshape_as',
  ],
  params: signatures,
  infer: answering((call, solve, name) => {
    const t = call.tensor(subjectOf(name));
    const kind = shortName(name);
    if (kind === 'view' && call.given('dtype')) {
      const dtype = call.dtype('dtype');
      return dtype ? reread(solve, t, dtype) : giveUp('the element type is not known');
    }
    const asked = kind.endsWith('_as')
      ? solve.shape(call.tensor('other'))
      : askedSizes(call, solve, kind === 'view' ? 'size' : 'shape');
    if (!('lead' in asked)) return viewed(solve, t, asked);
    const dims = dimsOf(asked);
    return dims === undefined ? reshaped(t, asked) : viewed(solve, t, dims);
  }),
});
