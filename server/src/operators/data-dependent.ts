/**
 * Results whose size is data, or which look values up: nonzero, argwhere, unique, bincount, histc, bucketize, searchsorted.
 *
 * Shapes: nonzero of (n, m) -> (count, 2); unique -> (count); bucketize as its input.
 * Errors: `input-rank-mismatch`, `dtype-not-supported`, `index-size-mismatch`.
 * Source: torch.nonzero, torch.unique, torch.searchsorted, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import { tuple, type TensorValue, type Value } from '../core/infer/value';
import { num, type Dim } from '../core/shape/dim';
import { isFloating, type DType } from '../core/shape/dtype';
import { answering, giveUp, refuse } from './common/answer';
import { atAxis, boolGiven, joined, rankOf } from './common/axes';
import { isComplex, isIntegral, scalarName } from './common/dtypes';
import { pythonNumber } from './common/literals';
import { shortName, subjectOf } from './common/names';
import { hasNoElements, needs, reshaped, result } from './common/results';
import { brackets } from './common/sizes';
import { signatures } from './signature';

function positions(call: Call, solve: Solve, t: TensorValue): Value {
  const rank = solve.dims(t).length;
  const count = solve.fresh('count');
  if (!boolGiven(call, 'as_tuple')) return result([count, num(rank)], 'int64');
  return tuple(Array.from({ length: Math.max(1, rank) }, () => result([count], 'int64')));
}

function distinct(call: Call, solve: Solve, t: TensorValue, name: string): Value {
  const count = solve.fresh('count');
  const axis = call.given('dim') ? call.numberOrNone('dim') : null;
  if (axis !== null && rankOf(solve, t) === 0)
    refuse('axis-out-of-range', `Dimension specified as ${axis} but tensor has no dimensions`, { argument: 'dim' });
  if (axis !== null && hasNoElements(solve, t)) giveUp('an axis of nothing');
  const cut = axis === null ? undefined : atAxis(solve, t, axis);
  const values = reshaped(t, cut === undefined ? [count] : joined(cut.before, [count], cut.after));
  const [inverse, counts] = [boolGiven(call, 'return_inverse'), boolGiven(call, 'return_counts')];
  if (!inverse && !counts) return values;
  // torch's function (not the method) gives other tensors for flags passed by position than for the same ones by name.
  if (name === 'torch.unique_consecutive' && axis === null) giveUp('flags that mean other things by position');
  const more: Value[] = [];
  if (inverse) more.push(result(cut === undefined ? solve.shape(t) : [cut.size], 'int64'));
  if (counts) more.push(result([count], 'int64'));
  return tuple([values, ...more]);
}

const SEARCH = 'torch.searchsorted(): ';

/** The positions that sort the sequence. */
function checkSorter(call: Call, solve: Solve, sorted: TensorValue): void {
  const sorter = call.given('sorter') ? call.tensorOrNone('sorter') : null;
  if (sorter === null) return;
  const [sizes, own] = [solve.dims(sorted), solve.dims(sorter)];
  if (sizes.length !== own.length || !sizes.every((size, i) => solve.same(size, own[i] as Dim)))
    refuse(
      'index-size-mismatch',
      `${SEARCH}boundary and sorter must have the same size, but got boundary tensor ${brackets(solve, sizes)}and got sorter tensor ${brackets(solve, own)}`,
      { argument: 'sorter' },
    );
  if (sorter.dtype !== undefined && sorter.dtype !== 'int64')
    refuse(
      'dtype-not-supported',
      `${SEARCH}sorter must be a tensor of long dtype but got dtype ${scalarName(sorter.dtype)}`,
    );
}

/** `side` says in words what `right` says. */
function checkSide(call: Call): void {
  const side = call.given('side') ? call.value('side') : undefined;
  if (side === undefined || side.kind === 'none') return;
  if (side.kind !== 'str' || side.value === undefined) return;
  const argument = 'side';
  if (side.value !== 'left' && side.value !== 'right')
    refuse('argument-out-of-range', `${SEARCH}side can only be 'left' or 'right' but got ${side.value}`, { argument });
  if (side.value === 'left' && boolGiven(call, 'right'))
    refuse(
      'argument-out-of-range',
      `${SEARCH}side and right can't be set to opposites, got side of left while right was True`,
      { argument },
    );
}

/** Boundaries are one sequence, or one for each row of the values. */
function checkBoundaries(solve: Solve, sorted: TensorValue, t: TensorValue | undefined): void {
  const rank = rankOf(solve, sorted);
  if (rank === undefined || rank === 1) return;
  if (t === undefined || rankOf(solve, t) === 0)
    refuse(
      'index-size-mismatch',
      `${SEARCH}input value can be a scalar only when boundaries tensor dimension is 1, but we got boundaries tensor dim(${rank}) and input value's dim(0) numel(1)`,
    );
  if (rank === 0)
    refuse('input-rank-mismatch', `${SEARCH}boundaries tensor should have positive dimension, but got 0 dimension`);
  if (rankOf(solve, t) === undefined) return;
  const [x, y] = [solve.dims(sorted), solve.dims(t)];
  if (
    x.length !== y.length ||
    !x.slice(0, -1).every((size, i) => solve.same(size, y[i] as Dim, 'boundaries have the sizes of the values'))
  )
    refuse(
      'index-size-mismatch',
      `${SEARCH}boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries tensor and input value tensor must match, ` +
        `but we got boundaries tensor ${brackets(solve, x)} and input value tensor ${brackets(solve, y)}`,
    );
}

/** Complex numbers and bools have no order here. */
function mustHaveOrder(...tensors: readonly (TensorValue | undefined)[]): void {
  if (tensors.some((t) => t?.dtype === 'bool' || isComplex(t?.dtype))) giveUp('no kernel for this element type');
}

function searched(call: Call, solve: Solve): Value {
  const sorted = call.tensor('sorted_sequence');
  const dtype = boolGiven(call, 'out_int32') ? 'int32' : 'int64';
  const input = call.given('self') ? 'self' : 'input';
  const value = call.value(input);
  const t = value.kind === 'tensor' || value.kind === 'latent' ? call.tensor(input) : undefined;
  checkSide(call);
  checkSorter(call, solve, sorted);
  checkBoundaries(solve, sorted, t);
  mustHaveOrder(sorted, t);
  return result(t === undefined ? [] : solve.shape(t), dtype);
}

function bucketed(call: Call, solve: Solve): Value {
  const boundaries = call.tensor('boundaries');
  if (!solve.rank(boundaries, [1]))
    refuse(
      'input-rank-mismatch',
      `boundaries tensor must be 1 dimension, but got dim(${solve.dims(boundaries).length})`,
      { argument: 'boundaries' },
    );
  const input = call.given('self') ? 'self' : 'input';
  const value = call.value(input);
  const t = value.kind === 'tensor' || value.kind === 'latent' ? call.tensor(input) : undefined;
  mustHaveOrder(boundaries, t);
  return result(t === undefined ? [] : solve.shape(t), boolGiven(call, 'out_int32') ? 'int32' : 'int64');
}

/** Whether each element is among others. */
function isAmong(call: Call, solve: Solve): Value {
  const [elements, others] = ['elements', 'test_elements'].map((name) => {
    const argument = call.given(name) ? name : name.slice(0, -1);
    const value = call.value(argument);
    if (value.kind === 'bool') giveUp('no kernel for this element type');
    return value.kind === 'tensor' || value.kind === 'latent' ? call.tensor(argument) : undefined;
  });
  for (const t of [elements, others])
    if (t?.dtype === 'bool' || isComplex(t?.dtype))
      refuse('dtype-not-supported', `Unsupported input type encountered for isin(): ${scalarName(t?.dtype as DType)}`);
  return result(elements === undefined ? [] : solve.shape(elements), 'bool');
}

function histogram(call: Call, solve: Solve, t: TensorValue): Value {
  const bins = call.given('bins') ? call.int('bins') : num(100);
  if (solve.less(bins, num(1)) === 'yes')
    refuse(
      'argument-out-of-range',
      `torch.histogram(): bins must be > 0, but got ${solve.text(bins)} for dimension 0`,
      {
        argument: 'bins',
      },
    );
  const [least, most] = ['min', 'max'].map((name) =>
    call.given(name) ? Number(pythonNumber(call.value(name)) ?? NaN) : 0,
  );
  if ((most ?? 0) < (least ?? 0)) refuse('argument-out-of-range', 'torch.histc: max must be larger than min');
  if (t.dtype === 'bool' || isComplex(t.dtype)) giveUp('a histogram of this element type');
  needs('histogram_cpu', t.dtype, isFloating);
  return result([bins], t.dtype);
}

function counted(call: Call, solve: Solve, t: TensorValue): Value {
  needs('bincount_cpu', t.dtype, (dtype) => isIntegral(dtype) && dtype !== 'bool');
  if (!solve.rank(t, [1])) refuse('input-rank-mismatch', 'bincount only supports 1-d non-negative integral inputs.');
  if (hasNoElements(solve, t)) giveUp('nothing to count');
  const weights = call.given('weights') ? call.tensorOrNone('weights') : null;
  if (weights === null) return result([solve.fresh('count')], 'int64');
  return result([solve.fresh('count')], weights.dtype === 'float32' ? 'float32' : weights.dtype && 'float64');
}

export const dataDependent = operator({
  id: 'data-dependent',
  names: [
    ...['nonzero', 'argwhere', 'unique', 'unique_consecutive', 'bincount', 'histc'].flatMap((name) => [
      `torch.${name}`,
      `torch.Tensor.${name}`,
    ]),
    'torch.isin',
    'torch.bucketize',
    'torch.searchsorted',
  ],
  params: (name) => {
    const short = shortName(name);
    if (short === 'unique')
      return [
        `${subjectOf(name)}: Tensor, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False, dim: int? = None`,
      ];
    if (short === 'unique_consecutive')
      return [
        `${subjectOf(name)}: Tensor, return_inverse: bool = False, return_counts: bool = False, dim: int? = None`,
      ];
    if (short === 'nonzero') return [`${subjectOf(name)}: Tensor, *, as_tuple: bool = False`];
    return signatures(name);
  },
  infer: answering((call, solve, name) => {
    const kind = shortName(name);
    if (kind === 'isin') return isAmong(call, solve);
    if (kind === 'searchsorted') return searched(call, solve);
    if (kind === 'bucketize') return bucketed(call, solve);
    const t = call.tensor(subjectOf(name));
    switch (kind) {
      case 'nonzero':
        return positions(call, solve, t);
      case 'argwhere':
        return result([solve.fresh('count'), num(solve.dims(t).length)], 'int64');
      case 'bincount':
        return counted(call, solve, t);
      case 'histc':
        return histogram(call, solve, t);
      case 'unique':
      case 'unique_consecutive':
        return distinct(call, solve, t, name);
      default:
        return giveUp('not known');
    }
  }),
});
