/**
 * Normalisation over groups of channels.
 *
 * Shapes: (N, C, *size) -> the same; weight and bias (C); the number of groups divides C.
 * Errors: `groups-not-dividing-channels`, `norm-channel-mismatch`, `input-rank-mismatch`, `one-value-per-channel`,
 * `invalid-argument`, `negative-size`, `dtype-mismatch`, `dtype-not-supported`.
 * Source: torch.nn.functional.group_norm, torch.nn.GroupNorm, PyTorch 2.13.
 */
import { layer, operator, type FixIntent, type Solve } from '../core/infer/operator';
import { int, tensor, type TensorValue } from '../core/infer/value';
import type { Dim } from '../core/shape/dim';
import { dimsOf, shapeOf } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { atAxis, axisSentence, rankOf } from './common/axes';
import {
  applying,
  building,
  factoryDtype,
  flag,
  notNegative,
  tensorIfKnown,
  withParameters,
} from './common/construction';
import { isIntegral, kernelTakes, mixedDtypes, onlyFloats } from './common/dtypes';
import { setTo, tensorBrackets } from './common/sizes';
import { signatures } from './signature';

interface Norm {
  readonly input: TensorValue;
  readonly groups: Dim;
  readonly weight: TensorValue | null;
  readonly bias: TensorValue | null;
  readonly python: boolean;
  readonly fixes: (channels: Dim) => readonly FixIntent[];
}

function normalise(solve: Solve, norm: Norm): TensorValue {
  const { input, groups, weight, bias } = norm;
  if (!solve.minRank(input, 2)) {
    const rank = rankOf(solve, input) ?? 0;
    refuse(
      'input-rank-mismatch',
      norm.python ? `Expected at least 2 dimensions for input tensor but received ${rank}` : axisSentence(1, rank),
      {
        argument: 'input',
      },
    );
  }
  if (norm.python) refuseSingleValues(solve, input, groups);
  if (!solve.atLeast(groups, 1)) {
    if (solve.number(groups) === 0) giveUp('no groups');
    refuse('invalid-argument', `Expected num groups to be greater than 0, got ${solve.text(groups)}`, {
      argument: 'num_groups',
    });
  }
  const channels = atAxis(solve, input, 1, 'input')?.size ?? giveUp('an input without dims');
  // The layer's own channels say more than that groups divide them.
  const wrong = firstWrong(solve, channels, [weight, bias]);
  if (!(wrong === undefined ? solve.divides(groups, channels) : mayDivide(solve, groups, channels)))
    refuse(
      'groups-not-dividing-channels',
      `Expected number of channels in input to be divisible by num_groups, but got input of shape ${tensorBrackets(solve, input)} and num_groups=${solve.text(groups)}`,
      { fixes: norm.fixes(channels), argument: 'input' },
    );
  if (wrong !== undefined) {
    const name = wrong === weight ? 'weight' : 'bias';
    const shown = tensorBrackets(solve, weight ?? wrong);
    refuse(
      'norm-channel-mismatch',
      `Expected ${name} to be a vector of size equal to the number of channels in input, but got ${name} of shape ${shown} and input of shape ${tensorBrackets(solve, input)}`,
      { fixes: norm.fixes(channels), argument: 'input' },
    );
  }
  mixedDtypes(input, [weight, bias]);
  kernelTakes(input, 'GroupNormKernelImpl', isIntegral);
  onlyFloats('group_norm', input);
  return tensor(solve.shape(input), input.dtype);
}

/** The first parameter that is not a vector of the channels. */
function firstWrong(solve: Solve, channels: Dim, parameters: readonly (TensorValue | null)[]): TensorValue | undefined {
  for (const parameter of parameters) {
    if (parameter === null) continue;
    const rank = rankOf(solve, parameter) ?? giveUp('the number of dims of a parameter is not known');
    const size = solve.dims(parameter)[0] as Dim;
    if (rank !== 1 || !solve.same(channels, size, `a norm layer here needs ${solve.text(size)} channels`))
      return parameter;
  }
  return undefined;
}

function mayDivide(solve: Solve, groups: Dim, channels: Dim): boolean {
  const [g, c] = [solve.number(groups), solve.number(channels)];
  return g === undefined || c === undefined || c % g === 0;
}

/** Statistics over one value are refused; only where every size is known. */
function refuseSingleValues(solve: Solve, input: TensorValue, groups: Dim): void {
  const sizes = dimsOf(solve.shape(input))?.map((size) => solve.number(size));
  const g = solve.number(groups);
  if (sizes === undefined || g === undefined || g === 0 || sizes.includes(undefined)) return;
  const [batch = 0, channels = 0, ...rest] = sizes as number[];
  // What remains of a number of channels that the groups don't divide is dropped.
  const shown = [Math.floor((batch * channels) / g), g, ...rest];
  if ([shown[0] ?? 0, ...rest].reduce((a, b) => a * b, 1) !== 1) return;
  refuse(
    'one-value-per-channel',
    `Expected more than 1 value per channel when training, got input size [${shown.join(', ')}]`,
    { argument: 'input' },
  );
}

export const groupNorm = operator({
  id: 'group-norm',
  names: ['torch.group_norm', 'torch.nn.functional.group_norm'],
  params: signatures,
  infer: answering((call, solve, name) =>
    normalise(solve, {
      input: call.tensor('input'),
      groups: call.int('num_groups'),
      weight: tensorIfKnown(call, 'weight'),
      bias: tensorIfKnown(call, 'bias'),
      python: name.startsWith('torch.nn.'),
      fixes: () => [],
    }),
  ),
});

export const groupNormLayer = layer({
  id: 'group-norm',
  names: ['torch.nn.GroupNorm'],
  params: signatures,
  inputs: ['input: Tensor'],
  build: building((call, solve) => {
    const [groups, channels] = [call.int('num_groups'), call.int('num_channels')];
    if (solve.number(groups) === 0) refuse('invalid-argument', 'integer modulo by zero', { argument: 'num_groups' });
    if (!solve.divides(groups, channels))
      refuse(
        'groups-not-dividing-channels',
        `num_channels (${solve.text(channels)}) must be divisible by num_groups (${solve.text(groups)})`,
        {
          argument: 'num_groups',
        },
      );
    const [affine, wanted, dtype] = [flag(call, 'affine'), flag(call, 'bias'), factoryDtype(call)];
    if (affine !== false) notNegative(solve, [channels]);
    const biased = affine === false || wanted === false ? false : affine === undefined ? undefined : wanted;
    const vector = shapeOf([channels]);
    return withParameters(
      { weight: [affine, vector, dtype], bias: [biased, vector, dtype] },
      { num_groups: int(groups), num_channels: int(channels) },
    );
  }),
  forward: applying((self, call, solve) =>
    normalise(solve, {
      input: call.tensor('input'),
      groups: self.int('num_groups'),
      weight: tensorIfKnown(self, 'weight'),
      bias: tensorIfKnown(self, 'bias'),
      python: true,
      fixes: (channels) => setTo(solve, 'layer', 'num_channels', channels),
    }),
  ),
});
