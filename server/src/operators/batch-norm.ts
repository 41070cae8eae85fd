/**
 * Normalisation of each channel over batch and positions.
 *
 * Shapes: (N, C, *size) -> the same; running_mean, running_var, weight and bias (C).
 * Errors: `input-rank-mismatch`, `norm-channel-mismatch`, `one-value-per-channel`, `invalid-argument`,
 * `negative-size`, `dtype-mismatch`, `dtype-not-supported`.
 * Source: torch.nn.functional.batch_norm, torch.nn.BatchNorm1d/2d/3d, torch.nn.SyncBatchNorm, PyTorch 2.13.
 */
import { layer, operator, type Call, type FixIntent, type Solve } from '../core/infer/operator';
import { int, tensor, type TensorValue } from '../core/infer/value';
import { mul, num, type Dim } from '../core/shape/dim';
import type { DType } from '../core/shape/dtype';
import { dimsOf, shapeOf } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { atAxis, rankOf } from './common/axes';
import {
  applying,
  building,
  factoryDtype,
  flag,
  inTraining,
  notNegative,
  tensorIfKnown,
  withParameters,
} from './common/construction';
import { isComplex, isIntegral, kernelTakes, mixedDtypes } from './common/dtypes';
import { pythonNumber } from './common/literals';
import { isZero, setTo, torchSize } from './common/sizes';
import { signatures } from './signature';

interface Statistics {
  readonly running_mean: TensorValue | null;
  readonly running_var: TensorValue | null;
  readonly weight: TensorValue | null;
  readonly bias: TensorValue | null;
}

/**
 * Statistics of one value are refused; only where every size is known.
 * @param training undefined: either
 */
function refuseSingleValues(solve: Solve, input: TensorValue, training: boolean | undefined): void {
  const dims = dimsOf(solve.shape(input));
  if (training === false || dims === undefined || dims.length < 2) return;
  const values = dims.reduce((product, size, axis) => (axis === 1 ? product : mul(product, size)), num(1));
  if (solve.number(values) !== 1) return;
  if (training === undefined) giveUp('one value for each channel, in training or not');
  refuse(
    'one-value-per-channel',
    `Expected more than 1 value per channel when training, got input size ${torchSize(solve, dims)}`,
    {
      argument: 'input',
    },
  );
}

/** Checks statistics and parameters against the channels, in torch's order. */
export function checkStatistics(
  solve: Solve,
  channels: Dim,
  statistics: Statistics,
  fixes: (channels: Dim) => readonly FixIntent[] = () => [],
  scale: (size: Dim) => Dim = (size) => size,
): void {
  for (const [name, statistic] of Object.entries(statistics) as [string, TensorValue | null][]) {
    if (statistic === null) continue;
    if (rankOf(solve, statistic) !== 1) giveUp(`${name} is not a vector`);
    const size = solve.dims(statistic)[0] as Dim;
    if (solve.same(channels, size, `a norm layer here needs ${solve.text(size)} channels`)) continue;
    const [wanted, got] = [solve.text(scale(channels)), solve.text(scale(size))];
    refuse('norm-channel-mismatch', `${name} should contain ${wanted} elements not ${got}`, {
      fixes: fixes(channels),
      argument: 'input',
    });
  }
}

function normalise(
  solve: Solve,
  input: TensorValue,
  statistics: Statistics,
  fixes: (channels: Dim) => readonly FixIntent[] = () => [],
): TensorValue {
  const channels = atAxis(solve, input, 1, 'input')?.size ?? giveUp('an input without dims');
  const shape = solve.shape(input);
  if ([...shape.lead, ...shape.tail].some((size) => isZero(solve, size))) giveUp('an input without elements');
  checkStatistics(solve, channels, statistics, fixes);
  kernelTakes(input, 'batch_norm', (dtype) => isIntegral(dtype) || isComplex(dtype));
  mixedDtypes(input, [statistics.weight, statistics.bias, statistics.running_mean, statistics.running_var]);
  return tensor(shape, input.dtype);
}

/** torch refuses an eps of 0 or less in training, and a negative one always. */
export function checkEps(call: Call, training?: boolean): void {
  const eps = pythonNumber(call.value('eps'));
  if (eps === undefined || Number(eps) > 0) return;
  if (training === undefined || (!training && Number(eps) === 0)) giveUp('an eps that is not positive');
  refuse(
    'invalid-argument',
    `batch_norm eps must be ${training ? 'positive during training' : 'non-negative'}, but got ${eps}`,
    { argument: 'eps' },
  );
}

export const batchNorm = operator({
  id: 'batch-norm',
  names: ['torch.batch_norm', 'torch.nn.functional.batch_norm'],
  params: signatures,
  infer: answering((call, solve, name) => {
    const input = call.tensor('input');
    if (!name.startsWith('torch.nn.')) checkEps(call);
    const statistics = {
      running_mean: tensorIfKnown(call, 'running_mean'),
      running_var: tensorIfKnown(call, 'running_var'),
      weight: tensorIfKnown(call, 'weight'),
      bias: tensorIfKnown(call, 'bias'),
    };
    if (!solve.minRank(input, 2)) giveUp('an input of less than 2 dims');
    const training = flag(call, 'training');
    if (name.startsWith('torch.nn.')) {
      refuseSingleValues(solve, input, training);
      checkEps(call, training);
    }
    const absent = call.value('running_mean').kind === 'none';
    if (absent !== (call.value('running_var').kind === 'none')) giveUp('one of the running statistics is None');
    if (training === false && absent)
      refuse('invalid-argument', 'running_mean must be defined in evaluation mode', { argument: 'running_mean' });
    return normalise(solve, input, statistics);
  }),
});

/** The element type of a norm's parameters; its size and type matter only where it has some. */
export function normDtype(
  call: Call,
  solve: Solve,
  features: Dim,
  affine: boolean | undefined,
  tracked: boolean | undefined,
): DType | undefined {
  if (affine === true) {
    notNegative(solve, [features]);
    return factoryDtype(call);
  }
  if (tracked !== false && solve.less(features, num(0)) === 'yes') giveUp('a negative number of features');
  const dtype = call.dtype('dtype');
  if (affine === undefined && dtype !== null && dtype !== undefined && !dtype.includes('float'))
    giveUp('parameters that are not floats');
  return dtype === null ? 'float32' : dtype;
}

/** How many dims the layer takes. */
function checkRank(solve: Solve, input: TensorValue, name: string): void {
  const rank = rankOf(solve, input);
  if (name === 'torch.nn.SyncBatchNorm') {
    if (!solve.minRank(input, 2))
      refuse('input-rank-mismatch', `expected at least 2D input (got ${rank ?? 0}D input)`, { argument: 'input' });
    return;
  }
  const ranks = name.endsWith('1d') ? [2, 3] : name.endsWith('2d') ? [4] : [5];
  if (solve.rank(input, ranks)) return;
  const wanted = ranks.map((r) => `${r}D`).join(' or ');
  refuse('input-rank-mismatch', `expected ${wanted} input (got ${rank ?? 'another '}D input)`, { argument: 'input' });
}

export const batchNormLayer = layer({
  id: 'batch-norm',
  names: [
    ...['BatchNorm', 'LazyBatchNorm'].flatMap((kind) => [1, 2, 3].map((n) => `torch.nn.${kind}${n}d`)),
    'torch.nn.SyncBatchNorm',
  ],
  params: signatures,
  inputs: ['input: Tensor'],
  build: building((call, solve, name) => {
    const features = name.includes('Lazy') ? solve.fresh('num_features') : call.int('num_features');
    const [affine, tracked] = [flag(call, 'affine'), flag(call, 'track_running_stats')];
    const dtype = normDtype(call, solve, features, affine, tracked);
    const biased =
      affine === false
        ? false
        : affine === undefined || flag(call, 'bias') === undefined
          ? undefined
          : flag(call, 'bias');
    const vector = shapeOf([features]);
    return withParameters(
      { weight: [affine, vector, dtype], bias: [biased, vector, dtype] },
      { num_features: int(features) },
      {
        running_mean: [tracked, vector, dtype],
        running_var: [tracked, vector, dtype],
        num_batches_tracked: [tracked, shapeOf([]), 'int64'],
      },
    );
  }),
  forward: applying((self, call, solve, name) => {
    const input = call.tensor('input');
    if (name === 'torch.nn.SyncBatchNorm') checkEps(self);
    checkRank(solve, input, name);
    const statistics = {
      running_mean: tensorIfKnown(self, 'running_mean'),
      running_var: tensorIfKnown(self, 'running_var'),
      weight: tensorIfKnown(self, 'weight'),
      bias: tensorIfKnown(self, 'bias'),
    };
    const untracked = flag(self, 'track_running_stats') === false;
    if (name !== 'torch.nn.SyncBatchNorm') {
      const training = untracked || inTraining(self);
      refuseSingleValues(solve, input, training);
      // With an eps below zero both modes refuse.
      checkEps(self, training ?? true);
    }
    return normalise(solve, input, statistics, (channels) => setTo(solve, 'layer', 'num_features', channels));
  }),
});
