/**
 * Counts of elements by bin with the bins' edges: histogram, histogramdd.
 *
 * Shapes: histogram: any, k bins -> (k), (k + 1); histogramdd: (*a, n), n counts -> (k1, ..., kn), n tensors of edges.
 * Errors: `argument-out-of-range`, `input-rank-mismatch`, `dtype-mismatch`, `dtype-not-supported`, `weight-size-mismatch`.
 * Source: ATen/native/Histogram.cpp, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import { tuple, type TensorValue, type Value } from '../core/infer/value';
import { add, num, sub, type Dim } from '../core/shape/dim';
import { answering, giveUp, refuse } from './common/answer';
import { cppName } from './common/dtypes';
import { everyForm, isMethod, shortName, subjectOf } from './common/names';
import { countOf, hasNoElements, result } from './common/results';
import { tensorBrackets } from './common/sizes';
import { signatures } from './signature';

const one = num(1);

/** Edges of one axis: a count of bins, or the edges themselves. */
function binsOf(solve: Solve, t: TensorValue, bins: Value, at: number): Dim {
  if (bins.kind === 'int') {
    if (solve.less(num(0), bins.dim) === 'no')
      refuse(
        'argument-out-of-range',
        `torch.histogram(): bins must be > 0, but got ${solve.text(bins.dim)} for dimension ${at}`,
        { argument: 'bins' },
      );
    return bins.dim;
  }
  if (bins.kind !== 'tensor') return giveUp('bins are not known');
  if (t.dtype !== undefined && bins.dtype !== undefined && t.dtype !== bins.dtype)
    refuse(
      'dtype-mismatch',
      `torch.histogramdd: input tensor and bins tensors should have the same dtype, but got input with dtype ${cppName(t.dtype)} and bins for dimension ${at} with dtype ${cppName(bins.dtype)}`,
    );
  const dims = solve.dims(bins);
  if (dims.length !== 1)
    refuse(
      'input-rank-mismatch',
      `torch.histogramdd: bins tensor should have one dimension, but got ${dims.length} dimensions in the bins tensor for dimension ${at}`,
    );
  const [edges = one] = dims;
  if (solve.less(edges, one) !== 'no') giveUp('maybe no edges');
  return sub(edges, one);
}

function checkWeight(call: Call, solve: Solve, t: TensorValue, several: boolean): void {
  const weight = call.given('weight') ? call.tensorOrNone('weight') : null;
  if (weight === null) return;
  if (t.dtype !== undefined && weight.dtype !== undefined && t.dtype !== weight.dtype)
    refuse(
      'dtype-mismatch',
      `torch.histogramdd: if weight tensor is provided, input tensor and weight tensor should have the same dtype, but got input(${cppName(t.dtype)}), and weight(${cppName(weight.dtype)})`,
      { argument: 'weight' },
    );
  if (!several) {
    const [own, others] = [countOf(solve, t), countOf(solve, weight)];
    if (own === undefined || others === undefined || solve.equal(own, others) !== 'yes')
      giveUp('another number of weights');
    return;
  }
  const [own, others] = [solve.dims(t).slice(0, -1), solve.dims(weight)];
  if (own.length !== others.length || own.some((size, i) => solve.equal(size, others[i] as Dim) === 'no'))
    refuse(
      'weight-size-mismatch',
      `torch.histogramdd: if weight tensor is provided it should have the same shape as the input tensor excluding its innermost dimension, but got input with shape ${tensorBrackets(solve, t)} and weight with shape ${tensorBrackets(solve, weight)}`,
      { argument: 'weight' },
    );
}

/** What is said of other element types depends on the arguments. */
function onlyFull(t: TensorValue): void {
  if (t.dtype !== undefined && t.dtype !== 'float32' && t.dtype !== 'float64') giveUp('counts of this element type');
}

/** Limits in the wrong number or order. */
function checkRange(call: Call, axes: number): void {
  const range = call.given('range') ? call.value('range') : undefined;
  if (range === undefined || range.kind === 'none') return;
  const items = call.items(range);
  if (items === undefined) giveUp('limits that are not known');
  if (items.length !== 2 * axes)
    refuse(
      'argument-out-of-range',
      `torch.histogramdd: for a ${axes}-dimensional histogram range should have ${2 * axes} elements, but got ${items.length}`,
      { argument: 'range' },
    );
  const limits = items.map((item) => (item.kind === 'float' ? item.value : undefined));
  for (let at = 0; at < axes; at++) {
    const [low, high] = [limits[2 * at], limits[2 * at + 1]];
    if (low === undefined || high === undefined || low > high) giveUp('limits that are not known');
  }
}

function several(call: Call, solve: Solve, t: TensorValue): Value {
  if (!solve.minRank(t, 2))
    refuse('input-rank-mismatch', 'torch.histogramdd: input tensor should have at least 2 dimensions');
  const count = solve.number(solve.dims(t).at(-1) as Dim);
  if (count === undefined) return giveUp('the number of axes is not known');
  onlyFull(t);
  checkRange(call, count);
  const value = call.value('bins');
  const listed = value.kind === 'int' ? Array.from({ length: count }, () => value) : call.items(value);
  if (listed === undefined) return giveUp('bins are not known');
  if (listed.length !== count)
    refuse(
      'argument-out-of-range',
      'histogramdd: The size of bins must be equal to the innermost dimension of the input.',
      { argument: 'bins' },
    );
  if (listed.some((each) => each.kind === 'int' && solve.less(each.dim, num(0)) !== 'no'))
    giveUp('a negative number of bins');
  const bins = listed.map((each, at) => binsOf(solve, t, each, at));
  checkWeight(call, solve, t, true);
  if (hasNoElements(solve, t)) giveUp('nothing to count');
  return tuple(
    [result(bins, t.dtype), tuple(bins.map((each) => result([add(each, one)], t.dtype)))],
    ['hist', 'bin_edges'],
  );
}

export const histogram = operator({
  id: 'histogram',
  names: [...everyForm('histogram'), 'torch.histogramdd'],
  params: signatures,
  infer: answering((call, solve, name) => {
    const t = call.tensor(isMethod(name) ? 'self' : subjectOf(name));
    if (shortName(name) === 'histogramdd') return several(call, solve, t);
    onlyFull(t);
    checkRange(call, 1);
    const bins = binsOf(solve, t, call.value('bins'), 0);
    checkWeight(call, solve, t, false);
    if (hasNoElements(solve, t)) giveUp('nothing to count');
    return tuple([result([bins], t.dtype), result([add(bins, one)], t.dtype)], ['hist', 'bin_edges']);
  }),
});
