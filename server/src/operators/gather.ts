/**
 * Elements taken and put by positions along an axis: gather, take_along_dim, scatter, scatter_add, scatter_reduce,
 * index_select, index_add, index_copy, index_fill, take, put_.
 *
 * Shapes: gather -> (*index); scatter and index_add -> as the tensor; index_select -> the axis becomes the number of indices.
 * Errors: `index-size-mismatch`, `input-rank-mismatch`, `axis-out-of-range`, `dtype-mismatch`, `invalid-argument`,
 * `index-out-of-range`.
 * Source: torch.gather, torch.scatter, torch.index_select, ATen/native/ScatterGatherChecks.h, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import type { TensorValue } from '../core/infer/value';
import { num, type Dim } from '../core/shape/dim';
import type { DType } from '../core/shape/dtype';
import { dimsOf, shapeOf } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { atAxis, axisIndex, axisSentence, joined, rankOf } from './common/axes';
import { broadcastShapes } from './common/broadcasting';
import { differ, scalarName } from './common/dtypes';
import { indexOutside, reach } from './common/index-range';
import { isIndexType, nothingThere, slicesCopied, slicesFilled, slicesAdded } from './common/index-slices';
import { everyForm, plainName, subjectOf } from './common/names';
import { countOf, hasNoElements, reshaped, result } from './common/results';
import { brackets, isZero } from './common/sizes';
import { signatures } from './signature';

const orOne = (dims: readonly Dim[]): readonly Dim[] => (dims.length === 0 ? [num(1)] : dims);

/** Whether each size of `index` is at most that of `other`, apart from `axis`. */
const noLarger = (solve: Solve, index: readonly Dim[], other: readonly Dim[], axis: number): boolean =>
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
  if (isZero(solve, own[at] as Dim)) nothingThere();
  const outside = indexOutside(solve, index, own[at] as Dim);
  if (outside !== undefined)
    refuse(
      'index-out-of-range',
      `index ${solve.text(outside)} is out of bounds for dimension ${at} with size ${solve.text(own[at] as Dim)}`,
      { argument: 'index', related: reach(solve, index, outside, own[at] as Dim) },
    );
  return reshaped(t, solve.shape(index));
}

function alongDim(call: Call, solve: Solve, t: TensorValue): TensorValue {
  const indices = call.tensor('indices');
  if (!call.given('dim') || call.value('dim').kind === 'none') return flatly(solve, t, indices);
  const axis = call.number('dim');
  const [own, dims] = [solve.dims(t), solve.dims(indices)];
  if (own.length !== dims.length)
    refuse(
      'input-rank-mismatch',
      `torch.take_along_dim(): input and indices should have the same number of dimensions, but got ${own.length} dimensions for input, and ${dims.length} dimensions for indices`,
    );
  if (indices.dtype !== undefined && indices.dtype !== 'int64')
    refuse(
      'dtype-mismatch',
      `torch.take_along_dim(): dtype of indices should be Long but got ${scalarName(indices.dtype)}`,
      { argument: 'indices' },
    );
  const at = axisIndex(axis, own.length, 'dim');
  const without = (list: readonly Dim[], size: Dim): readonly Dim[] => list.map((dim, i) => (i === at ? size : dim));
  const size = dims[at];
  if (size === undefined) return t;
  const whole = broadcastShapes(solve, shapeOf(without(own, num(1))), shapeOf(without(dims, num(1))));
  if (hasNoElements(solve, t) && !hasNoElements(solve, indices)) nothingThere();
  return reshaped(t, without(whole.lead, size));
}

/** Without an axis both are seen as vectors. */
function flatly(solve: Solve, t: TensorValue, indices: TensorValue): TensorValue {
  const empty = hasNoElements(solve, indices);
  if (!isIndexType(indices.dtype) && !empty)
    refuse('dtype-mismatch', 'gather(): Expected dtype int32/int64 for index', { argument: 'indices' });
  if (hasNoElements(solve, t) && !empty) nothingThere();
  return reshaped(t, [countOf(solve, indices) ?? solve.fresh('count')]);
}

function scattered(call: Call, solve: Solve, t: TensorValue, kind: string): TensorValue {
  const index = call.tensor('index');
  const source = call.given('src') ? call.value('src') : undefined;
  const src = source === undefined || source.kind === 'none' ? undefined : call.tensor('src');
  const axis = call.number('dim');
  const rank = rankOf(solve, t);
  if (rank !== undefined) axisIndex(axis, rank, 'dim');
  if (!isIndexType(index.dtype) && !hasNoElements(solve, index))
    refuse('dtype-mismatch', 'scatter(): Expected dtype int32/int64 for index', { argument: 'index' });
  if (differ(t.dtype, src?.dtype))
    refuse('dtype-mismatch', 'scatter(): Expected self.dtype to be equal to src.dtype', { argument: 'src' });
  if (rank !== undefined && rankOf(solve, index) !== undefined) checkScattered(solve, t, index, src, axis);
  checkReduction(call, kind);
  if (rank !== undefined && isZero(solve, solve.dims(t)[axisIndex(axis, rank)] ?? num(1)) && !mayBeEmpty(solve, index))
    nothingThere();
  return reshaped(t, solve.shape(t));
}

const mayBeEmpty = (solve: Solve, t: TensorValue): boolean => isEmpty(solve, solve.dims(t));

/** An index is no larger than the tensor, apart from the axis, and no larger than the source. */
function checkScattered(
  solve: Solve,
  t: TensorValue,
  index: TensorValue,
  src: TensorValue | undefined,
  axis: number,
): void {
  const [dims, own] = [orOne(solve.dims(index)), orOne(solve.dims(t))];
  if (isEmpty(solve, dims)) return;
  if (dims.length !== own.length)
    refuse('input-rank-mismatch', 'Index tensor must have the same number of dimensions as self tensor', {
      argument: 'index',
    });
  const at = axisIndex(axis, own.length);
  const from = src && dimsOf(solve.shape(src));
  const fits = noLarger(solve, dims, own, at) && (from === undefined || coveredBy(solve, dims, from));
  if (from !== undefined && orOne(from).length !== dims.length)
    refuse('input-rank-mismatch', 'Index tensor must have the same number of dimensions as src tensor', {
      argument: 'src',
    });
  if (fits) return;
  const than = from === undefined ? '' : ` and to be no larger size than src ${brackets(solve, from)}`;
  refuse(
    'index-size-mismatch',
    `Expected index ${brackets(solve, solve.dims(index))} to be no larger than self ${brackets(solve, solve.dims(t))} apart from dimension ${at}${than}`,
    { argument: 'index' },
  );
}

/** Sizes are compared before ranks, so a source of fewer dims is asked for one that it doesn't have. */
function coveredBy(solve: Solve, index: readonly Dim[], source: readonly Dim[]): boolean {
  return index.every((size, i) => {
    const here = source.length === 0 ? num(1) : source[i];
    if (here === undefined) refuse('axis-out-of-range', axisSentence(i, source.length), { argument: 'src' });
    return solve.atLeast(here, size, 'an index is no larger than its source');
  });
}

/** scatter and scatter_reduce have words of their own for what they do with several values for one place. */
function checkReduction(call: Call, kind: string): void {
  const reduce = call.given('reduce') ? call.value('reduce') : undefined;
  if (reduce?.kind !== 'str' || reduce.value === undefined) return;
  const several = kind === 'scatter_reduce';
  // It takes two that its sentence doesn't name.
  const known = several ? ['sum', 'prod', 'mean', 'amax', 'amin', 'max', 'min'] : ['add', 'multiply'];
  if (known.includes(reduce.value)) return;
  refuse(
    'invalid-argument',
    several
      ? `reduce argument must be either sum, prod, mean, amax or amin, got ${reduce.value}`
      : 'reduce argument must be either add or multiply.',
    { argument: 'reduce' },
  );
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
  if (isZero(solve, cut.size) && !isZero(solve, count)) nothingThere();
  return reshaped(t, joined(cut.before, [count], cut.after));
}

function taken(call: Call, solve: Solve, t: TensorValue): TensorValue {
  const index = call.tensor('index');
  if (index.dtype !== undefined && index.dtype !== 'int64')
    refuse('dtype-mismatch', `take(): Expected a long tensor for index, but got ${scalarName(index.dtype)}`, {
      argument: 'index',
    });
  if (hasNoElements(solve, t) && !hasNoElements(solve, index)) nothingThere();
  return result(solve.shape(index), t.dtype);
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
        return slicesAdded(call, solve, t);
      case 'index_copy':
        return slicesCopied(call, solve, t);
      case 'index_fill':
        return slicesFilled(call, solve, t);
      case 'take':
        return taken(call, solve, t);
      case 'put':
        return putAt(call, solve, t);
      default:
        return scattered(call, solve, t, kind);
    }
  }),
});
