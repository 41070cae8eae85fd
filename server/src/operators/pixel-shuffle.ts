/**
 * Channels moved into height and width, and back; channels moved among groups.
 *
 * Shapes, with factor r: pixel_shuffle (*, C * r * r, H, W) -> (*, C, H * r, W * r), pixel_unshuffle the reverse;
 * channel_shuffle keeps the shape.
 * Errors: `pixel-shuffle-mismatch`, `groups-not-dividing-channels`, `input-rank-mismatch`, `invalid-argument`.
 * Source: torch.nn.functional.pixel_shuffle, pixel_unshuffle, channel_shuffle and their layers, PyTorch 2.13.
 */
import { layer, operator, type Solve } from '../core/infer/operator';
import { tensor, type TensorValue, type Value } from '../core/infer/value';
import { floorDiv, mul, type Dim } from '../core/shape/dim';
import { answering, giveUp, refuse } from './common/answer';
import { atAxis, rankOf } from './common/axes';
import { applying, building, plain } from './common/construction';
import { append, isZero, tensorBrackets } from './common/sizes';
import { signatures } from './signature';

function corner(solve: Solve, input: TensorValue, name: string, factor: Dim): ReturnType<Solve['trailing']> {
  if (!solve.minRank(input, 3))
    refuse(
      'input-rank-mismatch',
      `${name} expects input to have at least 3 dimensions, but got input with ${rankOf(solve, input) ?? 0} dimension(s)`,
      {
        argument: 'input',
      },
    );
  if (!solve.atLeast(factor, 1)) {
    const argument = name === 'pixel_shuffle' ? 'upscale_factor' : 'downscale_factor';
    refuse('invalid-argument', `${name} expects a positive ${argument}, but got ${solve.text(factor)}`, { argument });
  }
  const shape = solve.shape(input);
  if ([...shape.lead, ...shape.tail].some((size) => isZero(solve, size))) giveUp('an input without elements');
  return solve.trailing(input, 3);
}

function shuffle(solve: Solve, input: TensorValue, factor: Dim): TensorValue {
  const { before, last } = corner(solve, input, 'pixel_shuffle', factor);
  const [channels, height, width] = last as readonly [Dim, Dim, Dim];
  const square = mul(factor, factor);
  if (!solve.divides(square, channels))
    refuse(
      'pixel-shuffle-mismatch',
      "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but " +
        `input.size(-3)=${solve.text(channels)} is not divisible by ${solve.text(square)}`,
      { argument: 'input' },
    );
  return tensor(append(before, [floorDiv(channels, square), mul(height, factor), mul(width, factor)]), input.dtype);
}

function unshuffle(solve: Solve, input: TensorValue, factor: Dim): TensorValue {
  const { before, last } = corner(solve, input, 'pixel_unshuffle', factor);
  const [channels, height, width] = last as readonly [Dim, Dim, Dim];
  for (const [name, size, axis] of [
    ['height', height, -2],
    ['width', width, -1],
  ] as const) {
    if (solve.divides(factor, size)) continue;
    const message = `pixel_unshuffle expects ${name} to be divisible by downscale_factor, but input.size(${axis})=${solve.text(size)} is not divisible by ${solve.text(factor)}`;
    refuse('pixel-shuffle-mismatch', message, { argument: 'input' });
  }
  return tensor(
    append(before, [mul(channels, mul(factor, factor)), floorDiv(height, factor), floorDiv(width, factor)]),
    input.dtype,
  );
}

function shuffleChannels(solve: Solve, input: TensorValue, groups: Dim): TensorValue {
  if (!solve.minRank(input, 3))
    refuse(
      'input-rank-mismatch',
      `channel_shuffle expects input with > 2 dims, but got input with sizes ${tensorBrackets(solve, input)}`,
      {
        argument: 'input',
      },
    );
  if (!solve.atLeast(groups, 1))
    refuse(
      'invalid-argument',
      `Number of groups to divide channels in must be positive. Value of groups:${solve.text(groups)}`,
      { argument: 'groups' },
    );
  const channels = atAxis(solve, input, 1, 'input')?.size ?? giveUp('an input without dims');
  if (!solve.divides(groups, channels))
    refuse(
      'groups-not-dividing-channels',
      `Number of channels must be divisible by groups. Got ${solve.text(channels)} channels and ${solve.text(groups)} groups.`,
      { argument: 'groups' },
    );
  return tensor(solve.shape(input), input.dtype);
}

const forms = {
  channel_shuffle: ['groups', shuffleChannels],
  pixel_shuffle: ['upscale_factor', shuffle],
  pixel_unshuffle: ['downscale_factor', unshuffle],
} as const;

const formOf = (name: string): keyof typeof forms => {
  if (/channel/i.test(name)) return 'channel_shuffle';
  return /unshuffle/i.test(name) ? 'pixel_unshuffle' : 'pixel_shuffle';
};

export const pixelShuffle = operator({
  id: 'pixel-shuffle',
  names: [
    ...Object.keys(forms).flatMap((name) => [`torch.${name}`, `torch.nn.functional.${name}`]),
    'torch.native_channel_shuffle',
    'torch.nn.functional.native_channel_shuffle',
  ],
  params: signatures,
  infer: answering((call, solve, name): Value => {
    const [argument, apply] = forms[formOf(name)];
    return apply(solve, call.tensor('input'), call.int(argument));
  }),
});

export const pixelShuffleLayer = layer({
  id: 'pixel-shuffle',
  names: ['torch.nn.ChannelShuffle', 'torch.nn.PixelShuffle', 'torch.nn.PixelUnshuffle'],
  params: signatures,
  inputs: ['input: Tensor'],
  build: building(() => plain()),
  forward: applying((self, call, solve, name): Value => {
    const [argument, apply] = forms[formOf(name)];
    return apply(solve, call.tensor('input'), self.int(argument));
  }),
});
