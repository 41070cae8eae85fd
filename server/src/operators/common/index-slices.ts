/**
 * Slices put by their positions along an axis: what index_add, index_copy and index_fill check. `gather` declares them.
 *
 * Shapes: as the tensor; a source has one slice for each index, each as large as the tensor's.
 * Errors: `index-size-mismatch`, `input-rank-mismatch`, `axis-out-of-range`, `dtype-mismatch`.
 * Source: ATen/native/TensorAdvancedIndexing.cpp, PyTorch 2.13.
 */
import type { Call, Solve } from '../../core/infer/operator';
import type { TensorValue } from '../../core/infer/value';
import { num, type Dim } from '../../core/shape/dim';
import type { DType } from '../../core/shape/dtype';
import { giveUp, refuse } from './answer';
import { atAxis, axisIndex, rankOf } from './axes';
import { differ, isInteger, scalarName } from './dtypes';
import { pythonNumber } from './literals';
import { countOf, reshaped } from './results';
import { brackets, isZero } from './sizes';

export const isIndexType = (dtype: DType | undefined): boolean =>
  dtype === undefined || dtype === 'int64' || dtype === 'int32';

/** An axis of size 0 has no positions; the sentence depends on their values, or on the kernel. */
export const nothingThere = (): never => giveUp('positions on an axis of size 0');

/** The number of indices: a tensor without dims is one. */
const indexCount = (solve: Solve, index: TensorValue): Dim => solve.dims(index)[0] ?? num(1);

/** Tensor, source and index where all their ranks are known, else undefined. */
interface Slices {
  readonly own: readonly Dim[];
  readonly from: readonly Dim[];
  readonly count: Dim;
  readonly axis: number;
}

function slicesOf(call: Call, solve: Solve, t: TensorValue): Slices | undefined {
  const [index, source] = [call.tensor('index'), call.tensor('source')];
  if ([t, index, source].some((tensor) => rankOf(solve, tensor) === undefined)) return undefined;
  const [own, from] = [solve.dims(t), solve.dims(source)];
  return { own, from, count: indexCount(solve, index), axis: axisIndex(call.number('dim'), own.length) };
}

/** The tensor, unless positions are asked of an axis that has none. */
function unchanged(solve: Solve, t: TensorValue, slices: Slices | undefined): TensorValue {
  const size = slices?.own[slices.axis];
  if (slices !== undefined && size !== undefined && isZero(solve, size) && !isZero(solve, slices.count)) nothingThere();
  return reshaped(t, solve.shape(t));
}

const beside = (dims: readonly Dim[], axis: number): readonly Dim[] => dims.filter((_, i) => i !== axis);

const sameSizes = (solve: Solve, a: readonly Dim[], b: readonly Dim[]): boolean =>
  a.length === b.length && a.every((size, i) => solve.same(size, b[i] as Dim, 'slices have the sizes of the tensor'));

export function slicesAdded(call: Call, solve: Solve, t: TensorValue): TensorValue {
  const [index, source] = [call.tensor('index'), call.tensor('source')];
  atAxis(solve, t, call.number('dim'));
  checkAddedTypes(solve, t, index, source);
  const slices = slicesOf(call, solve, t);
  if (slices === undefined) return reshaped(t, solve.shape(t));
  const { own, from, count, axis } = slices;
  if (axis > 0 && axis >= from.length)
    refuse(
      'input-rank-mismatch',
      `index_add_(): Indexing dim ${axis} is out of bounds of the source tensor with dim ${from.length}`,
      { argument: 'source' },
    );
  const length = from[axis] ?? num(1);
  if (!solve.same(count, length, 'one slice for each index'))
    refuse(
      'index-size-mismatch',
      from.length === 0
        ? 'Dimension specified as 0 but tensor has no dimensions'
        : `index_add_(): Number of indices (${solve.text(count)}) should be equal to source.size(dim): (${solve.text(length)}), for dim: ${axis}`,
      { argument: 'index' },
    );
  const fits =
    own.length === 0 || from.length === 0
      ? own.length === from.length
      : sameSizes(solve, beside(own, axis), beside(from, axis));
  if (!fits)
    refuse(
      'index-size-mismatch',
      `source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = ${brackets(solve, own)} source.shape = ${brackets(solve, from)}`,
      { argument: 'source' },
    );
  return unchanged(solve, t, slices);
}

function checkAddedTypes(solve: Solve, t: TensorValue, index: TensorValue, source: TensorValue): void {
  const rank = rankOf(solve, index);
  if (rank !== undefined && rank > 1)
    refuse(
      'input-rank-mismatch',
      `index_add_(): Index is supposed to be a vector, but got dim: ${rank} with type: ${scalarName(index.dtype ?? 'int64')} and size: ${brackets(solve, solve.shape(index))}`,
      { argument: 'index' },
    );
  if (!isIndexType(index.dtype))
    refuse(
      'dtype-mismatch',
      `index_add_(): Expected dtype int32/int64 for index but got: ${scalarName(index.dtype as DType)}`,
      { argument: 'index' },
    );
  if (differ(t.dtype, source.dtype))
    refuse(
      'dtype-mismatch',
      `index_add_(): self (${scalarName(t.dtype as DType)}) and source (${scalarName(source.dtype as DType)}) must have the same scalar type`,
    );
}

export function slicesCopied(call: Call, solve: Solve, t: TensorValue): TensorValue {
  atAxis(solve, t, call.number('dim'));
  checkCopied(solve, t, call.tensor('index'), call.tensor('source'));
  const slices = slicesOf(call, solve, t);
  if (slices === undefined) return reshaped(t, solve.shape(t));
  const { own, from, count, axis } = slices;
  const [ownSlice, fromSlice] = [beside(own, axis), from.length === 0 ? [] : beside(from, axis)];
  if (!sameSizes(solve, ownSlice, fromSlice)) {
    const [kept, put] = [ownSlice, fromSlice].map((dims) => dims.map((dim) => solve.text(dim)).join(' '));
    refuse(
      'index-size-mismatch',
      `index_copy_(): Source/destination tensor must have same slice shapes. Destination slice shape: ${kept} at dimension ${axis} and source slice shape: ${put} at dimension 0.`,
      { argument: 'source' },
    );
  }
  const length = from.length === 0 ? num(1) : (from[axis] ?? giveUp('slices of fewer dims'));
  if (!solve.same(count, length, 'one slice for each index'))
    refuse(
      'index-size-mismatch',
      `index_copy_(): Number of indices (${solve.text(count)}) should be equal to source.size(dim) (${solve.text(length)})`,
      { argument: 'index' },
    );
  return unchanged(solve, t, slices);
}

/** The first checks of index_copy. */
function checkCopied(solve: Solve, t: TensorValue, index: TensorValue, source: TensorValue): void {
  const [own, from] = [rankOf(solve, t), rankOf(solve, source)];
  if (!solve.rank(index, [0, 1]))
    refuse(
      'input-rank-mismatch',
      `index_copy_(): Index should have dimension 1 or 0 (got ${rankOf(solve, index) ?? 'more'})`,
      { argument: 'index' },
    );
  const count = countOf(solve, index);
  if (from === 0 && count !== undefined && solve.equal(count, num(1)) === 'no')
    refuse(
      'index-size-mismatch',
      `index_copy_(): When source is scalar, index should have one element (got ${solve.text(count)})`,
      { argument: 'index' },
    );
  if (own !== undefined && from !== undefined && own !== from && own !== 0 && from !== 0)
    refuse(
      'input-rank-mismatch',
      `index_copy_(): When source and destination are not scalars, their dimensionality must match. Source dimensionality (${from}), destination dimensionality (${own})`,
      { argument: 'source' },
    );
  if (index.dtype !== undefined && index.dtype !== 'int64')
    refuse('dtype-mismatch', `index_copy_(): Expected a long tensor for index, but got ${scalarName(index.dtype)}`, {
      argument: 'index',
    });
  if (differ(t.dtype, source.dtype))
    refuse(
      'dtype-mismatch',
      `index_copy_(): self and source expected to have the same dtype, but got (self) ${scalarName(t.dtype as DType)} and (source) ${scalarName(source.dtype as DType)}`,
      { argument: 'source' },
    );
}

export function slicesFilled(call: Call, solve: Solve, t: TensorValue): TensorValue {
  const value = call.value('value');
  const valueRank = value.kind === 'tensor' ? rankOf(solve, value) : 0;
  if (valueRank === undefined) giveUp('a value that may have dims');
  if (valueRank > 0)
    refuse(
      'input-rank-mismatch',
      `index_fill_ only supports a 0-dimensional value tensor, but got tensor with ${valueRank} dimension(s).`,
      { argument: 'value' },
    );
  const index = call.tensor('index');
  if (index.dtype !== undefined && index.dtype !== 'int64')
    refuse('dtype-mismatch', 'index_fill_(): Expected dtype int64 for index.', { argument: 'index' });
  const cut = atAxis(solve, t, call.number('dim'));
  if (!solve.rank(index, [0, 1]))
    refuse('input-rank-mismatch', 'Index has to be a vector/scalar', { argument: 'index' });
  if (cut !== undefined && isZero(solve, cut.size) && !isZero(solve, indexCount(solve, index))) nothingThere();
  const number = Number(pythonNumber(value) ?? 0);
  if (isInteger(t.dtype) && t.dtype !== 'int64' && (number < 0 || number > 127)) giveUp('a value that may not fit');
  return reshaped(t, solve.shape(t));
}
