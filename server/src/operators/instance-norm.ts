/**
 * Normalisation of each channel of each example over positions.
 *
 * Shapes: (*n, C, *size) -> the same, where *n is a batch dim or nothing; running_mean, running_var,
 * weight and bias (C).
 * Errors: `input-rank-mismatch`, `norm-channel-mismatch`, `one-value-per-channel`, `negative-size`,
 * `dtype-mismatch`, `dtype-not-supported`.
 * Source: torch.nn.functional.instance_norm, torch.nn.InstanceNorm1d/2d/3d, PyTorch 2.13.
 */
import { layer, operator, type Solve } from '../core/infer/operator';
import { int, tensor, type TensorValue } from '../core/infer/value';
import { mul, num, type Dim } from '../core/shape/dim';
import { dimsOf, shapeOf, type Shape } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { rankOf } from './common/axes';
import { applying, building, flag, inTraining, tensorIfKnown, withParameters } from './common/construction';
import { isComplex, isIntegral, kernelTakes, mixedDtypes } from './common/dtypes';
import { isZero, prepend, setTo, torchSize } from './common/sizes';
import { spatialDims } from './common/window';
import { checkEps, checkStatistics, normDtype } from './batch-norm';
import { signatures } from './signature';

interface Statistics {
  readonly running_mean: TensorValue | null;
  readonly running_var: TensorValue | null;
  readonly weight: TensorValue | null;
  readonly bias: TensorValue | null;
}

/**
 * Statistics over one position are refused; only where every size is known.
 * @param own whether the input's own statistics are used; undefined: either
 */
function refuseSinglePosition(solve: Solve, batched: Shape, own: boolean | undefined): void {
  const dims = dimsOf(batched);
  if (own === false || dims === undefined) return;
  const positions = dims.slice(2).reduce((a, b) => mul(a, b), num(1));
  if (solve.number(positions) !== 1) return;
  if (own === undefined) giveUp('one position for each channel, in training or not');
  refuse(
    'one-value-per-channel',
    `Expected more than 1 spatial element when training, got input size ${torchSize(solve, dims)}`,
    {
      argument: 'input',
    },
  );
}

function checkDtypes(input: TensorValue, s: Statistics): void {
  kernelTakes(input, 'batch_norm', (dtype) => isIntegral(dtype) || isComplex(dtype));
  mixedDtypes(input, [s.weight, s.bias, s.running_mean, s.running_var]);
}

/** Statistics are not compared with an input without elements. */
function notEmpty(solve: Solve, input: TensorValue, statistics: Statistics): void {
  const shape = solve.shape(input);
  const used = Object.values(statistics).some((t) => t !== null);
  if (used && [...shape.lead, ...shape.tail].some((size) => isZero(solve, size))) giveUp('an input without elements');
}

export const instanceNorm = operator({
  id: 'instance-norm',
  names: ['torch.instance_norm', 'torch.nn.functional.instance_norm'],
  params: signatures,
  infer: answering((call, solve, name) => {
    const input = call.tensor('input');
    checkEps(call);
    const dims = solve.dims(input);
    const ownStatistics = flag(call, 'use_input_stats');
    if (name.startsWith('torch.nn.')) refuseSinglePosition(solve, shapeOf(dims), ownStatistics);
    if (dims.length < 2) giveUp('an input of less than 2 dims');
    const absent = call.value('running_mean').kind === 'none';
    if (absent !== (call.value('running_var').kind === 'none')) giveUp('one of the running statistics is None');
    if (ownStatistics === false && absent)
      refuse('invalid-argument', 'Expected running_mean and running_var to be defined when use_input_stats is false', {
        argument: 'running_mean',
      });
    const statistics = {
      running_mean: tensorIfKnown(call, 'running_mean'),
      running_var: tensorIfKnown(call, 'running_var'),
      weight: tensorIfKnown(call, 'weight'),
      bias: tensorIfKnown(call, 'bias'),
    };
    notEmpty(solve, input, statistics);
    // The parameters are repeated for each example.
    const [batch, channels] = dims as readonly [Dim, Dim];
    if (isZero(solve, channels)) giveUp('an input without channels');
    checkStatistics(
      solve,
      channels,
      statistics,
      () => [],
      (size) => mul(batch, size),
    );
    checkDtypes(input, statistics);
    return tensor(solve.shape(input), input.dtype);
  }),
});

export const instanceNormLayer = layer({
  id: 'instance-norm',
  names: ['InstanceNorm', 'LazyInstanceNorm'].flatMap((kind) => [1, 2, 3].map((n) => `torch.nn.${kind}${n}d`)),
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
    checkEps(self);
    const n = spatialDims(name);
    const rank = rankOf(solve, input);
    if (!solve.rank(input, [n + 1, n + 2]))
      refuse('input-rank-mismatch', `expected ${n + 1}D or ${n + 2}D input (got ${rank ?? 'another '}D input)`, {
        argument: 'input',
      });
    const { before, last } = solve.trailing(input, n + 1);
    const channels = last[0] as Dim;
    const statistics = {
      running_mean: tensorIfKnown(self, 'running_mean'),
      running_var: tensorIfKnown(self, 'running_var'),
      weight: tensorIfKnown(self, 'weight'),
      bias: tensorIfKnown(self, 'bias'),
    };
    notEmpty(solve, input, statistics);
    const fixes = (found: Dim) => setTo(solve, 'layer', 'num_features', found);
    if (statistics.weight !== null) {
      const features = solve.dims(statistics.weight)[0] as Dim;
      if (!solve.same(channels, features, `a norm layer here needs ${solve.text(features)} channels`)) {
        const at = rank === undefined ? 'C' : String(rank - n - 1);
        const message = `expected input's size at dim=${at} to match num_features (${solve.text(features)}), but got: ${solve.text(channels)}.`;
        refuse('norm-channel-mismatch', message, { fixes: fixes(channels), argument: 'input' });
      }
    }
    const unbatched = before.rest === undefined && before.lead.length === 0;
    const own = flag(self, 'track_running_stats') === false || inTraining(self);
    refuseSinglePosition(solve, unbatched ? prepend([num(1)], solve.shape(input)) : solve.shape(input), own);
    const batch = unbatched ? num(1) : before.lead[0];
    checkStatistics(solve, channels, statistics, fixes, (size) => (batch === undefined ? size : mul(batch, size)));
    checkDtypes(input, statistics);
    return tensor(solve.shape(input), input.dtype);
  }),
});
