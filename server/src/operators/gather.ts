/**
 * Elements taken and put by positions along an axis: gather, take_along_dim, scatter, scatter_add, scatter_reduce,
 * index_select, index_add, index_copy, index_fill, take, put_.
 *
 * Shapes: gather -> (*index); scatter and index_add -> as the tensor; index_select -> the axis becomes the number of indices.
 * Errors: `index-size-mismatch`, `input-rank-mismatch`, `axis-out-of-range`, `dtype-mismatch`.
 * Source: torch.gather, torch.scatter, torch.index_select, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import type { TensorValue } from '../core/infer/value';
import { num, type Dim } from '../core/shape/dim';
import type { DType } from '../core/shape/dtype';
import { dimsOf, shapeOf } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { atAxis, axisIndex, joined, rankOf } from './common/axes';
import { broadcastShapes } from './common/broadcasting';
import { differ, scalarName } from './common/dtypes';
import { everyForm, plainName, subjectOf } from './common/names';
import { countOf, hasNoElements, reshaped, result } from './common/results';
import { brackets } from './common/sizes';
import { signatures } from './signature';

const isIndexType = (dtype: DType | undefined): boolean =>
  dtype === undefined || dtype === 'int64' || dtype === 'int32';
const orOne = (dims: readonly Dim[]): readonly Dim[] => (dims.length === 0 ? [num(1)] : dims);

/** Whether each size of `index` is at most that of `other`, apart from `axis`. */
const noLarger = (solve: Solve, index: readonly Dim[], other: readonly Dim[], axis: number | undefined): boolean =>
  index.every(
    (size, i) =>
      i === axis || other[i] === undefined || solve.atLeast(other[i], size, 'an index is no larger than its tensor'),
  );

/** An empty index is never looked at. */
const isEmpty = (solve: Solve, dims: readonly Dim[]): boolean => dims.some((dim) => solve.equal(dim, num(0)) !== 'no');

function gathered(call: Call, solve: Solve, t: TensorValue): TensorValue {
  const index = call.tensor('index');
  const axis = call.number('dim');
  const rank = rankOf(solve, t);
  if (rank !== undefined) axisIndex(axis, rank, 'dim');
  if (!isIndexType(index.dtype) && !hasNoElements(solve, index))
    refuse('dtype-mismatch', 'gather(): Expected dtype int32/int64 for index', { argument: 'index' });
  if (rank === undefined) return reshaped(t, solve.shape(index));
  const [dims, own] = [orOne(solve.dims(index)), orOne(solve.dims(t))];
  if (isEmpty(solve, dims)) return reshaped(t, solve.shape(index));
  if (dims.length !== own.length)
    refuse('input-rank-mismatch', 'Index tensor must have the same number of dimensions as input tensor', {
      argument: 'index',
    });
  const at = axisIndex(axis, own.length);
  dims.forEach((size, i) => {
    if (i !== at && !solve.atLeast(own[i] as Dim, size, 'an index is no larger than its tensor'))
      refuse(
        'index-size-mismatch',
        `Size does not match at dimension ${i} expected index ${brackets(solve, dims)} to be no larger than self ${brackets(solve, own)} apart from dimension ${at}`,
        { argument: 'index' },
      );
  });
  return reshaped(t, solve.shape(index));
}

function alongDim(call: Call, solve: Solve, t: TensorValue): TensorValue {
  const indices = call.tensor('indices');
  if (!call.given('dim') || call.value('dim').kind === 'none') return reshaped(t, shapeOf([flatCount(solve, indices)]));
  const axis = call.number('dim');
  const [own, dims] = [solve.dims(t), solve.dims(indices)];
  if (own.length !== dims.length)
    refuse(
      'input-rank-mismatch',
      `torch.take_along_dim(): input and indices should have the same number of dimensions, but got ${own.length} dimensions for input, and ${dims.length} dimensions for indices`,
    );
  const at = axisIndex(axis, own.length, 'dim');
  const without = (list: readonly Dim[], size: Dim): readonly Dim[] => list.map((dim, i) => (i === at ? size : dim));
  const size = dims[at] as Dim;
  const whole = broadcastShapes(solve, shapeOf(without(own, num(1))), shapeOf(without(dims, num(1))));
  if (indices.dtype !== undefined && indices.dtype !== 'int64')
    refuse(
      'dtype-mismatch',
      `torch.take_along_dim(): dtype of indices should be Long but got ${scalarName(indices.dtype)}`,
      { argument: 'indices' },
    );
  return reshaped(t, without(whole.lead, size));
}

const flatCount = (solve: Solve, t: TensorValue): Dim => {
  const dims = dimsOf(solve.shape(t));
  return dims?.length === 1 ? (dims[0] as Dim) : solve.fresh('count');
};

function scattered(call: Call, solve: Solve, t: TensorValue): TensorValue {
  const index = call.tensor('index');
  const source = call.given('src') ? call.value('src') : undefined;
  const src = source === undefined || source.kind === 'none' ? undefined : call.tensor('src');
  const axis = call.number('dim');
  const rank = rankOf(solve, t);
  if (rank !== undefined) axisIndex(axis, rank, 'dim');
  if (!isIndexType(index.dtype))
    refuse('dtype-mismatch', 'scatter(): Expected dtype int32/int64 for index', { argument: 'index' });
  if (differ(t.dtype, src?.dtype))
    refuse('dtype-mismatch', 'scatter(): Expected self.dtype to be equal to src.dtype', { argument: 'src' });
  if (rank === undefined || rankOf(solve, index) === undefined) return reshaped(t, solve.shape(t));
  const [dims, own] = [orOne(solve.dims(index)), orOne(solve.dims(t))];
  if (isEmpty(solve, dims)) return reshaped(t, solve.shape(t));
  if (dims.length !== own.length)
    refuse('input-rank-mismatch', 'Index tensor must have the same number of dimensions as self tensor', {
      argument: 'index',
    });
  const at = axisIndex(axis, own.length);
  const from = src && dimsOf(solve.shape(src));
  if (from !== undefined) axisIndex(axis, from.length, 'dim');
  if (src !== undefined && from !== undefined && orOne(from).length !== dims.length)
    refuse('input-rank-mismatch', 'Index tensor must have the same number of dimensions as src tensor', {
      argument: 'src',
    });
  if (!noLarger(solve, dims, own, at) || (from !== undefined && !noLarger(solve, dims, orOne(from), undefined))) {
    const than = from === undefined ? '' : ` and to be no larger size than src ${brackets(solve, from)}`;
    refuse(
      'index-size-mismatch',
      `Expected index ${brackets(solve, dims)} to be no larger than self ${brackets(solve, own)} apart from dimension ${at}${than}`,
      { argument: 'index' },
    );
  }
  return reshaped(t, solve.shape(t));
}

function selected(call: Call, solve: Solve, t: TensorValue): TensorValue {
  const index = call.tensor('index');
  const cut = atAxis(solve, t, call.number('dim'));
  if (!solve.rank(index, [0, 1]))
    refuse('input-rank-mismatch', 'index_select(): Index is supposed to be a vector', { argument: 'index' });
  if (!isIndexType(index.dtype))
    refuse('dtype-mismatch', 'index_select(): Expected dtype int32 or int64 for index', { argument: 'index' });
  const count = solve.dims(index)[0] ?? num(1);
  if (cut === undefined) {
    if (solve.equal(count, num(1)) === 'no')
      refuse(
        'index-size-mismatch',
        `index_select(): Index to scalar can have only 1 value, got ${solve.text(count)} value(s)`,
      );
    return reshaped(t, []);
  }
  return reshaped(t, joined(cut.before, [count], cut.after));
}

function sliceSentence(solve: Solve, own: readonly Dim[], from: readonly Dim[], axis: number): string {
  const slice = (dims: readonly Dim[]): string =>
    dims
      .filter((_, i) => i !== axis)
      .map((dim) => solve.text(dim))
      .join(' ');
  return `index_copy_(): Source/destination tensor must have same slice shapes. Destination slice shape: ${slice(own)} at dimension ${axis} and source slice shape: ${slice(from)} at dimension 0.`;
}

/** index_add and index_copy: as many slices as indices, each as large as the tensor's. */
function put(call: Call, solve: Solve, t: TensorValue, kind: string): TensorValue {
  const [index, source] = [call.tensor('index'), call.tensor('source')];
  const name = `${kind}_()`;
  atAxis(solve, t, call.number('dim'));
  if (kind === 'index_add') {
    if (differ(t.dtype, source.dtype))
      refuse(
        'dtype-mismatch',
        `${name}: self (${scalarName(t.dtype as DType)}) and source (${scalarName(source.dtype as DType)}) must have the same scalar type`,
      );
    if (!isIndexType(index.dtype))
      refuse(
        'dtype-mismatch',
        `${name}: Expected dtype int32/int64 for index but got: ${scalarName(index.dtype as DType)}`,
        { argument: 'index' },
      );
    const rank = rankOf(solve, index);
    if (rank !== undefined && rank > 1)
      refuse(
        'input-rank-mismatch',
        `${name}: Index is supposed to be a vector, but got dim: ${rank} with type: ${index.dtype === undefined ? 'Long' : scalarName(index.dtype)} and size: ${brackets(solve, solve.shape(index))}`,
        { argument: 'index' },
      );
  } else checkCopied(solve, t, index, source);
  const whole = solve.shape(t);
  if (whole.rest !== undefined || rankOf(solve, source) === undefined || rankOf(solve, index) === undefined)
    return reshaped(t, whole);
  let [own, from] = [solve.dims(t), solve.dims(source)];
  // Without dims or with one: index_copy takes either as a list of single values.
  if (kind === 'index_copy' && own.length <= 1 && from.length <= 1) [own, from] = [orOne(own), orOne(from)];
  const at = axisIndex(call.number('dim'), own.length);
  const count = solve.dims(index)[0] ?? num(1);
  const slices = from.length === 0 ? num(1) : (from[at] ?? giveUp('slices of fewer dims'));
  const numbers = (): never => {
    const text =
      kind === 'index_add'
        ? `equal to source.size(dim): (${solve.text(slices)}), for dim: ${at}`
        : `equal to source.size(dim) (${solve.text(slices)})`;
    refuse('index-size-mismatch', `${name}: Number of indices (${solve.text(count)}) should be ${text}`, {
      argument: 'index',
    });
  };
  if (kind === 'index_add' && !solve.same(count, slices, 'one slice for each index')) numbers();
  const beside =
    own.length === from.length &&
    own.every((size, i) => i === at || solve.same(size, from[i] as Dim, 'slices have the sizes of the tensor'));
  if (!beside && kind === 'index_add')
    refuse(
      'index-size-mismatch',
      `source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = ${brackets(solve, own)} source.shape = ${brackets(solve, from)}`,
      { argument: 'source' },
    );
  if (!beside) refuse('index-size-mismatch', sliceSentence(solve, own, from, at), { argument: 'source' });
  if (!solve.same(count, slices, 'one slice for each index')) numbers();
  return reshaped(t, whole);
}

/** put: as many values as positions, counted through all dims. */
function putAt(call: Call, solve: Solve, t: TensorValue): TensorValue {
  const [index, source] = [call.tensor('index'), call.tensor('source')];
  if (index.dtype !== undefined && index.dtype !== 'int64')
    refuse('dtype-mismatch', `put_(): Expected a long tensor for index, but got ${scalarName(index.dtype)}`, {
      argument: 'index',
    });
  if (differ(t.dtype, source.dtype))
    refuse(
      'dtype-mismatch',
      `put_(): self and source expected to have the same dtype, but got self.dtype = ${scalarName(t.dtype as DType)} and source.dtype = ${scalarName(source.dtype as DType)}`,
      { argument: 'source' },
    );
  const [values, positions] = [countOf(solve, source), countOf(solve, index)];
  if (values !== undefined && positions !== undefined && !solve.same(values, positions, 'one value for each position'))
    refuse(
      'index-size-mismatch',
      `put_(): Expected source and index to have the same number of elements, but got source.numel() = ${solve.text(values)}, index.numel() = ${solve.text(positions)}`,
      { argument: 'source' },
    );
  if (hasNoElements(solve, t) && !hasNoElements(solve, index)) giveUp('an element of an empty tensor');
  return reshaped(t, solve.shape(t));
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

export const gather = operator({
  id: 'gather',
  names: everyForm(
    'gather',
    'take_along_dim',
    'scatter',
    'scatter_add',
    'scatter_reduce',
    'index_select',
    'index_add',
    'index_copy',
    'index_fill',
    'take',
    'put',
  ),
  params: signatures,
  infer: answering((call, solve, name) => {
    const kind = plainName(name);
    const t = call.tensor(subjectOf(name));
    switch (kind) {
      case 'gather':
        return gathered(call, solve, t);
      case 'take_along_dim':
        return alongDim(call, solve, t);
      case 'index_select':
        return selected(call, solve, t);
      case 'index_add':
      case 'index_copy':
        return put(call, solve, t, kind);
      case 'index_fill': {
        const value = call.value('value');
        if (value.kind === 'tensor' && rankOf(solve, value) !== 0) giveUp('a value that may have dims');
        const index = call.tensor('index').dtype;
        if (index !== undefined && index !== 'int64')
          refuse('dtype-mismatch', 'index_fill_(): Expected dtype int64 for index.', { argument: 'index' });
        atAxis(solve, t, call.number('dim'));
        if (!solve.rank(call.tensor('index'), [0, 1]))
          refuse('input-rank-mismatch', 'Index has to be a vector/scalar', { argument: 'index' });
        return reshaped(t, solve.shape(t));
      }
      case 'take': {
        const index = call.tensor('index');
        if (index.dtype !== undefined && index.dtype !== 'int64')
          refuse('dtype-mismatch', `take(): Expected a long tensor for index, but got ${scalarName(index.dtype)}`, {
            argument: 'index',
          });
        if (hasNoElements(solve, t) && !hasNoElements(solve, index)) giveUp('an element of an empty tensor');
        return result(solve.shape(index), t.dtype);
      }
      case 'put':
        return putAt(call, solve, t);
      default:
        return scattered(call, solve, t);
    }
  }),
});
