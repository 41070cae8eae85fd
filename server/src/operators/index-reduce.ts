/**
 * Slices that are joined to those at an index: index_reduce.
 *
 * Shapes: as the input; `source` has as many slices as `index` has numbers, each of the input's slice size.
 * Errors: `axis-out-of-range`, `argument-out-of-range`, `index-size-mismatch`, `dtype-mismatch`, `input-rank-mismatch`.
 * Source: ATen/native/TensorAdvancedIndexing.cpp, PyTorch 2.13.
 */
import { operator } from '../core/infer/operator';
import { num, type Dim } from '../core/shape/dim';
import { answering, giveUp, refuse } from './common/answer';
import { axisIndex } from './common/axes';
import { differ, isComplex, scalarName } from './common/dtypes';
import { everyForm, subjectOf } from './common/names';
import { result } from './common/results';
import { brackets, tensorBrackets } from './common/sizes';
import { signatures } from './signature';

const KINDS = ['prod', 'mean', 'amax', 'amin'];
const one = num(1);

export const indexReduce = operator({
  id: 'index-reduce',
  names: everyForm('index_reduce'),
  params: signatures,
  infer: answering((call, solve, name) => {
    const t = call.tensor(subjectOf(name));
    const [index, source, kind] = [call.tensor('index'), call.tensor('source'), call.string('reduce')];
    const [own, from, places] = [solve.dims(t), solve.dims(source), solve.dims(index)];
    const axis = axisIndex(call.number('dim'), own.length, 'dim');
    if (kind === null) giveUp('how to reduce is not known');
    if (!KINDS.includes(kind))
      refuse(
        'argument-out-of-range',
        `index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got ${kind}.`,
        { argument: 'reduce' },
      );
    if (index.dtype !== undefined && index.dtype !== 'int64' && index.dtype !== 'int32')
      refuse(
        'dtype-mismatch',
        `index_reduce_(): Expected dtype int32/int64 for index but got: ${scalarName(index.dtype)}`,
        { argument: 'index' },
      );
    if (places.length > 1)
      refuse(
        'input-rank-mismatch',
        `index_reduce_(): Index is supposed to be a vector, but got dim: ${places.length} with type: ${scalarName(index.dtype ?? 'int64')} and size: ${tensorBrackets(solve, index)}`,
        { argument: 'index' },
      );
    if (t.dtype !== undefined && source.dtype !== undefined && differ(t.dtype, source.dtype))
      refuse(
        'dtype-mismatch',
        `index_reduce_(): self (${scalarName(t.dtype)}) and source (${scalarName(source.dtype)}) must have the same scalar type`,
      );
    if ((from.length === 0 && places.length > 0) || own.some((size) => solve.less(num(0), size) !== 'yes'))
      giveUp('slices of nothing');
    const [count, slices] = [places[0] ?? one, from.length === 0 ? one : from[axis]];
    if (slices === undefined) return giveUp('a source of fewer dims');
    if (!solve.same(count, slices, 'a slice for each index'))
      refuse(
        'index-size-mismatch',
        `index_reduce_(): Number of indices (${solve.text(count)}) should be equal to source.size(dim): (${solve.text(slices)}), for dim: ${axis}`,
        { argument: 'index' },
      );
    const fits = own.length === from.length && own.every((size, i) => i === axis || solve.same(size, from[i] as Dim));
    if (!fits)
      refuse(
        'index-size-mismatch',
        `source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = ${brackets(solve, own)} source.shape = ${brackets(solve, from)}`,
        { argument: 'source' },
      );
    if (t.dtype === 'bool' || isComplex(t.dtype)) giveUp('a reduction of this element type');
    return result(own, t.dtype);
  }),
});
