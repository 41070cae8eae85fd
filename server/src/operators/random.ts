/**
 * Values drawn or set: bernoulli, multinomial, normal, poisson, and the in-place uniform_, normal_, zero_, fill_.
 *
 * Shapes: multinomial(k): (*n, m) -> (*n, k); the rest as the input.
 * Errors: `input-rank-mismatch`, `argument-out-of-range`, `dtype-not-supported`, `broadcast-mismatch`.
 * Source: torch.bernoulli, torch.multinomial, torch.normal, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import type { TensorValue } from '../core/infer/value';
import { shownDims } from '../core/shape/axis';
import { num, type Dim } from '../core/shape/dim';
import { isDifferentiable } from '../core/shape/dtype';
import { dimsOf } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { boolGiven, joined } from './common/axes';
import { broadcastAll } from './common/broadcasting';
import { isComplex, isFloat, isIntegral, scalarName } from './common/dtypes';
import { pythonNumber } from './common/literals';
import { shortName, subjectOf } from './common/names';
import { DEFAULT_FLOAT } from './common/promotion';
import { isZero } from './common/sizes';
import { mustHold } from './common/overflow';
import { hasNoElements, needs, notNegative, result } from './common/results';
import { signatures } from './signature';

const inPlace = [
  'uniform_',
  'normal_',
  'zero_',
  'fill_',
  'random_',
  'bernoulli_',
  'exponential_',
  'log_normal_',
  'cauchy_',
  'geometric_',
  'fill_diagonal_',
];

function drawn(call: Call, solve: Solve, t: TensorValue): TensorValue {
  const replacement = boolGiven(call, 'replacement');
  if (!solve.rank(t, [1, 2])) refuse('input-rank-mismatch', 'prob_dist must be 1 or 2 dim');
  if (t.dtype !== undefined && !isFloat(t.dtype))
    refuse(
      'dtype-not-supported',
      `multinomial only supports floating-point dtypes for input, got: ${scalarName(t.dtype)}`,
    );
  const count = call.int('num_samples');
  if (solve.less(num(0), count) === 'no')
    refuse('argument-out-of-range', 'cannot sample n_sample <= 0 samples', { argument: 'num_samples' });
  const { before, last } = solve.trailing(t, 1);
  if (!replacement && !solve.atLeast(last[0] as Dim, count, 'as many are drawn without replacement'))
    refuse('argument-out-of-range', 'cannot sample n_sample > prob_dist.size(-1) samples without replacement', {
      argument: 'num_samples',
    });
  if (isZero(solve, last[0] as Dim)) giveUp('nothing to draw from');
  return result(joined(before, [count]), 'int64');
}

function normal(call: Call, solve: Solve): TensorValue {
  const [mean, std] = ['mean', 'std'].map((name) =>
    call.given(name) && ['tensor', 'latent'].includes(call.value(name).kind) ? call.tensor(name) : undefined,
  );
  if (std === undefined) checkSpread(call, 'normal', 'std');
  if (mean === undefined && std === undefined) {
    const asked = call.given('dtype') ? call.dtype('dtype') : null;
    if (call.value('size').kind === 'int') giveUp('a size that is no list');
    const size = call.ints('size');
    notNegative(solve, size);
    return result(size, asked === null ? DEFAULT_FLOAT : asked);
  }
  if (isComplex(std?.dtype)) giveUp('a complex spread');
  const shapes = [mean, std].flatMap((t) => (t === undefined ? [] : [solve.shape(t)]));
  const answer = result(broadcastAll(solve, shapes), (mean ?? std)?.dtype);
  if (!hasNoElements(solve, answer)) needs('normal_kernel_cpu', answer.dtype, isDifferentiable);
  if (isIntegral(std?.dtype)) giveUp('a spread of whole numbers');
  return answer;
}

/** A normal distribution has no negative spread. */
function checkSpread(call: Call, named: string, argument: string): void {
  const std = call.given(argument) ? Number(pythonNumber(call.value(argument)) ?? NaN) : NaN;
  if (std < 0) refuse('argument-out-of-range', `${named} expects std >= 0.0, but found std ${std}`, { argument });
}

/** uniform_(from, to) wants from <= to. */
function checkInterval(call: Call, solve: Solve): void {
  const numbers = ['from', 'to'].map((name) => {
    const value = call.given(name) ? call.value(name) : undefined;
    return value?.kind === 'int'
      ? solve.number(value.dim)
      : value?.kind === 'float'
        ? value.value
        : value === undefined
          ? Number(name === 'to')
          : undefined;
  });
  const [from, to] = numbers;
  if (from !== undefined && to !== undefined && from > to)
    refuse('argument-out-of-range', `uniform_ expects to return a [from, to) range, but found from=${from} > to=${to}`);
}

/** Numbers that a distribution doesn't have, in PyTorch's words; they come before the element type. */
function checkDistribution(call: Call, solve: Solve, t: TensorValue, kind: string): void {
  const numberOf = (argument: string): number =>
    call.given(argument) ? Number(pythonNumber(call.value(argument)) ?? NaN) : NaN;
  const wrong = (argument: string, message: string): never => refuse('argument-out-of-range', message, { argument });
  const [p, std, sigma, lambd] = ['p', 'std', 'sigma', 'lambd'].map(numberOf) as [number, number, number, number];
  if (kind === 'geometric_' && (p <= 0 || p >= 1)) wrong('p', `geometric_ expects p to be in (0, 1), but got p=${p}`);
  if (kind === 'bernoulli_' && (p < 0 || p > 1)) wrong('p', `bernoulli_ expects p to be in [0, 1], but got p=${p}`);
  if (kind === 'log_normal_' && std <= 0) wrong('std', `log_normal_ expects std > 0.0, but found std=${std}`);
  if (kind === 'normal_') checkSpread(call, 'normal', 'std');
  if (kind === 'cauchy_' && sigma <= 0) wrong('sigma', `cauchy_ expects sigma > 0.0, but found sigma=${sigma}`);
  if (kind === 'exponential_' && lambd <= 0)
    wrong('lambd', `exponential_ expects lambda > 0.0, but found lambda=${lambd}`);
  if (kind === 'geometric_' && t.dtype === 'bool') giveUp('geometric_ of bools');
  if (kind === 'fill_diagonal_') checkDiagonal(solve, t);
  if (['random_', 'geometric_', 'bernoulli_'].includes(kind) && t.dtype !== undefined && isComplex(t.dtype))
    giveUp('random complex numbers');
}

function checkDiagonal(solve: Solve, t: TensorValue): void {
  if (!solve.minRank(t, 2)) refuse('input-rank-mismatch', 'dimensions must larger than 1');
  const dims = dimsOf(solve.shape(t));
  const [first, ...others] = dims ?? [];
  if (first === undefined || others.length < 2) return;
  if (others.some((size) => solve.equal(size, first) === 'no'))
    refuse('index-size-mismatch', 'all dimensions of input must be of equal length');
}

function checkFill(call: Call, solve: Solve): void {
  const value = call.value('value');
  const count = value.kind === 'tensor' ? shownDims(solve.shape(value)) : 0;
  if (count > 0)
    refuse(
      'input-rank-mismatch',
      `fill_ only supports 0-dimension value tensor but got tensor with ${count} dimensions.`,
      { argument: 'value' },
    );
}

function fill(call: Call, t: TensorValue, kind: string, solve: Solve): TensorValue {
  checkDistribution(call, solve, t, kind);
  if (kind === 'uniform_') {
    needs('check_uniform_bounds', t.dtype, isDifferentiable);
    checkInterval(call, solve);
  }
  if (kind === 'fill_') checkFill(call, solve);
  if (kind.startsWith('fill_')) mustHold(call.value(kind === 'fill_' ? 'value' : 'fill_value'), t.dtype, 'value');
  if (kind === 'normal_' && !hasNoElements(solve, t)) needs('normal_kernel_cpu', t.dtype, isDifferentiable);
  return result(solve.shape(t), t.dtype);
}

export const random = operator({
  id: 'random',
  names: [
    'torch.multinomial',
    'torch.Tensor.multinomial',
    'torch.bernoulli',
    'torch.Tensor.bernoulli',
    'torch.poisson',
    'torch.normal',
    ...inPlace.map((name) => `torch.Tensor.${name}`),
  ],
  params: signatures,
  infer: answering((call, solve, name) => {
    const kind = shortName(name);
    if (kind === 'normal') return normal(call, solve);
    const t = call.tensor(subjectOf(name));
    if (kind === 'multinomial') return drawn(call, solve, t);
    if (kind === 'bernoulli' && call.given('p')) {
      const p = Number(pythonNumber(call.value('p')) ?? NaN);
      if (p < 0 || p > 1)
        refuse('argument-out-of-range', `bernoulli_ expects p to be in [0, 1], but got p=${p}`, { argument: 'p' });
      if (t.dtype !== undefined && isComplex(t.dtype)) giveUp('random complex numbers');
      return result(solve.shape(t), t.dtype);
    }
    if (kind === 'bernoulli' && !hasNoElements(solve, t))
      needs('bernoulli_tensor_cpu_p_', t.dtype, (dtype) => !isIntegral(dtype));
    return fill(call, t, kind, solve);
  }),
});
