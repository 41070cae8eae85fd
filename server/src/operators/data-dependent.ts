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
import { isFloating } from '../core/shape/dtype';
import { answering, giveUp, refuse } from './common/answer';
import { atAxis, boolGiven, joined, rankOf } from './common/axes';
import { isIntegral } from './common/dtypes';
import { lacksKernel } from './common/kernels';
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

function searched(call: Call, solve: Solve): Value {
  const sorted = call.tensor('sorted_sequence');
  const dtype = boolGiven(call, 'out_int32') ? 'int32' : 'int64';
  const value = call.value(call.given('self') ? 'self' : 'input');
  if (value.kind !== 'tensor' && value.kind !== 'latent') return result([], dtype);
  const t = call.tensor(call.given('self') ? 'self' : 'input');
  const [a, b] = [rankOf(solve, sorted), rankOf(solve, t)];
  if (a !== undefined && b !== undefined && a !== 1) {
    const [x, y] = [solve.dims(sorted), solve.dims(t)];
    if (
      x.length !== y.length ||
      !x.slice(0, -1).every((size, i) => solve.same(size, y[i] as Dim, 'boundaries have the sizes of the values'))
    )
      refuse(
        'index-size-mismatch',
        'torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries tensor and input value tensor must match, ' +
          `but we got boundaries tensor ${brackets(solve, x)} and input value tensor ${brackets(solve, y)}`,
      );
  }
  return result(solve.shape(t), dtype);
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
  const dtype = boolGiven(call, 'out_int32') ? 'int32' : 'int64';
  return result(value.kind === 'tensor' || value.kind === 'latent' ? solve.shape(call.tensor(input)) : [], dtype);
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
    if (kind === 'isin') {
      const value = call.value('elements');
      if (value.kind === 'tensor' && lacksKernel(kind, value.dtype)) giveUp('no kernel for this element type');
      return result(
        value.kind === 'tensor' || value.kind === 'latent' ? solve.shape(call.tensor('elements')) : [],
        'bool',
      );
    }
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
        if (t.dtype === 'bool') giveUp('a histogram of bools');
        needs('histogram_cpu', t.dtype, isFloating);
        return call.given('bins') ? result([call.int('bins')], t.dtype) : result([num(100)], t.dtype);
      case 'unique':
      case 'unique_consecutive':
        return distinct(call, solve, t, name);
      default:
        return giveUp('not known');
    }
  }),
});
