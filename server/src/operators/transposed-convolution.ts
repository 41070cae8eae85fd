/**
 * Transposed convolution over one, two or three spatial dims.
 *
 * Shapes: (*n, in, *size) -> (*n, out, *((size-1)*stride - 2*padding + dilation*(kernel-1) + output_padding + 1)),
 * where *n is a batch dim or nothing; weight (in, out/groups, *kernel), bias (out).
 * Errors: `input-rank-mismatch`, `conv-channel-mismatch`, `output-size-not-possible`, `groups-not-dividing-channels`,
 * `parameter-size-mismatch`, `kernel-rank-mismatch`, `window-argument-length`, `window-argument-out-of-range`,
 * `invalid-argument`, `negative-size`, `dtype-mismatch`, `dtype-not-supported`.
 * Source: torch.nn.functional.conv_transpose1d/2d/3d, torch.nn.ConvTranspose1d/2d/3d, PyTorch 2.13.
 */
import { layer, operator, type FixIntent, type Solve } from '../core/infer/operator';
import { bool, int, tensor, type TensorValue } from '../core/infer/value';
import { add, mul, num, sub, type Dim } from '../core/shape/dim';
import { shapeOf, type Shape } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { rankOf } from './common/axes';
import {
  applying,
  building,
  factoryDtype,
  flag,
  notNegative,
  tensorIfKnown,
  textOf,
  withParameters,
} from './common/construction';
import {
  batched,
  checkConvolutionDtypes,
  checkGroups,
  checkWindow,
  listArgument,
  spreadLists,
  type Lists,
} from './common/convolution';
import { isComplex } from './common/dtypes';
import { append, brackets, effectiveKernel, intTuple, isZero, setTo, torchSize } from './common/sizes';
import { convolutionRankSentence, spatialDims, windowed, withBatch } from './common/window';
import { asList, checkChannelGroups, perGroupOf } from './convolution';
import { signatures } from './signature';

interface Transposed {
  /** As PyTorch names it: 'conv_transpose2d', or a lazy layer's full name. */
  readonly name: string;
  readonly n: 1 | 2 | 3;
  readonly input: TensorValue;
  readonly weight: TensorValue;
  readonly bias: TensorValue | null;
  readonly lists: Lists;
  readonly groups: Dim;
  /** Sizes of the output that the caller asks for. */
  readonly outputSize?: readonly Dim[] | null;
  readonly fixes: (channels: Dim) => readonly FixIntent[];
}

function transpose(solve: Solve, t: Transposed): TensorValue {
  const { n, weight, groups } = t;
  const { before, channels, spatial } = windowed(solve, t.input, n, (sizes) =>
    convolutionRankSentence(n, t.name, sizes),
  );
  // A lazy layer takes its sizes from the first input.
  if (t.name.includes('Lazy')) solve.same(channels, solve.dims(weight)[0] as Dim);
  if (isComplex(t.input.dtype)) giveUp('a transposed convolution of complex numbers');
  const lists = spreadLists(solve, t, t.lists, batched(before, [channels, ...spatial]));
  const kernel = solve.dims(weight).slice(2);
  checkGroups(solve, weight, groups);
  checkChannels(solve, t, before, channels, spatial);
  const out = checkBias(solve, t);
  const smallest = spatial.map((size, i) => {
    const spread = mul(sub(size, num(1)), lists.stride[i] as Dim);
    const reach = effectiveKernel(kernel[i] as Dim, lists.dilation[i] as Dim);
    return add(sub(spread, mul(num(2), lists.padding[i] as Dim)), reach);
  });
  if (isZero(solve, channels)) giveUp('an input without channels');
  checkWindow(solve, lists.dilation, kernel);
  const outputPadding = t.outputSize ? [] : (lists.output_padding ?? []);
  checkOutputPadding(solve, t, lists, outputPadding);
  if (spatial.some((size) => isZero(solve, size))) giveUp('a spatial size of 0');
  const sizes = t.outputSize
    ? requested(solve, t, lists, before, smallest, spatial)
    : smallest.map((size, i) => add(size, outputPadding[i] as Dim));
  if (sizes.some((size) => !solve.atLeast(size, 0))) {
    // The vendor kernels that take two or three dims have no sentence for it.
    if (n > 1) giveUp('an output of negative size');
    tooSmall(solve, spatial, sizes);
  }
  // What happens to an output without elements depends on the kernel that runs.
  if (sizes.some((size) => isZero(solve, size))) giveUp('an output without elements');
  if (t.input.dtype === 'uint8' || solve.dims(weight).some((size) => isZero(solve, size)))
    giveUp('a weight without elements, or bytes');
  checkConvolutionDtypes(solve, t.input, weight, t.bias);
  return tensor(append(before, [out, ...sizes]), t.input.dtype ?? weight.dtype);
}

function checkChannels(solve: Solve, t: Transposed, before: Shape, channels: Dim, spatial: readonly Dim[]): void {
  const expected = solve.dims(t.weight)[0] as Dim;
  if (solve.same(channels, expected, `a transposed convolution here needs ${solve.text(expected)} channels`)) return;
  refuse(
    'conv-channel-mismatch',
    `Given transposed=1, weight of size ${brackets(solve, solve.dims(t.weight))}, expected ` +
      `input${withBatch(solve, before, [channels, ...spatial])} to have ${solve.text(expected)} channels, but got ${solve.text(channels)} channels instead`,
    { fixes: t.fixes(channels), argument: 'input' },
  );
}

/** The number of output channels, after checking the bias against it. */
function checkBias(solve: Solve, t: Transposed): Dim {
  const out = mul(solve.dims(t.weight)[1] as Dim, t.groups);
  if (t.bias === null || (solve.rank(t.bias, [1]) && solve.same(solve.dims(t.bias)[0] as Dim, out))) return out;
  return refuse(
    'parameter-size-mismatch',
    `Given transposed=1, weight of size ${brackets(solve, solve.dims(t.weight))}, expected bias to be 1-dimensional with ` +
      `${solve.text(out)} elements, but got bias of size ${brackets(solve, solve.shape(t.bias))} instead`,
    { argument: 'bias' },
  );
}

const axisNames = ['depth', 'height', 'width'];

/** output_padding must be below stride or dilation. */
function checkOutputPadding(solve: Solve, t: Transposed, lists: Lists, outputPadding: readonly Dim[]): void {
  for (const [i, pad] of outputPadding.entries()) {
    const [stride, dilation] = [lists.stride[i] as Dim, lists.dilation[i] as Dim];
    if (solve.less(pad, stride) !== 'no' || solve.less(pad, dilation) !== 'no') continue;
    const list = (name: string, values: readonly Dim[], first: number): string[] =>
      // One spatial dim is treated as the width of a picture of height 1.
      [...(t.n === 1 ? [num(first)] : []), ...values].map(
        (value, at) => `${name}_${axisNames[at + (t.n === 3 ? 0 : 1)] ?? ''}: ${solve.text(value)}`,
      );
    const all = [
      ...list('output_padding', outputPadding, 0),
      ...list('stride', lists.stride, 1),
      ...list('dilation', lists.dilation, 1),
    ];
    refuse(
      'output-size-not-possible',
      `output padding must be smaller than either stride or dilation, but got ${all.join(' ')}`,
      {
        argument: 'output_padding',
      },
    );
  }
}

/** Sizes asked for by `output_size`: from the smallest one up to less than one stride more. */
function requested(
  solve: Solve,
  t: Transposed,
  lists: Lists,
  before: Shape,
  smallest: readonly Dim[],
  spatial: readonly Dim[],
): readonly Dim[] {
  const given = t.outputSize ?? [];
  const rank = before.rest === undefined ? before.lead.length + 1 + t.n : undefined;
  const skip = given.length - t.n;
  if (skip !== 0 && (rank === undefined || given.length !== rank)) {
    if (rank === undefined) giveUp('output_size for an input of open rank');
    refuse(
      'output-size-not-possible',
      `ConvTranspose${t.n}D: for ${rank}D input, output_size must have ${t.n} or ${rank} elements (got ${given.length})`,
      { argument: 'output_size' },
    );
  }
  const sizes = given.slice(skip);
  const largest = smallest.map((size, i) => add(size, sub(lists.stride[i] as Dim, num(1))));
  sizes.forEach((size, i) => {
    if (solve.atLeast(size, smallest[i] as Dim) && solve.atLeast(largest[i] as Dim, size)) return;
    const [asked, least, most] = [sizes, smallest, largest].map((list) => brackets(solve, list));
    refuse(
      'output-size-not-possible',
      `requested an output size of ${asked}, but valid sizes range from ${least} to ${most} (for an input of ${torchSize(solve, spatial)})`,
      { argument: 'output_size' },
    );
  });
  return sizes;
}

function tooSmall(solve: Solve, spatial: readonly Dim[], sizes: readonly Dim[]): never {
  const flat = (dims: readonly Dim[]): string =>
    (dims.length === 1 ? [num(1), ...dims] : dims).map((d) => solve.text(d)).join(' x ');
  refuse(
    'output-size-not-possible',
    `Given input size per channel: (${flat(spatial)}). Calculated output size per channel: (${flat(sizes)}). Output size is too small`,
    { argument: 'input' },
  );
}

const listsOf = (read: (name: keyof Lists) => readonly Dim[]): Lists => ({
  stride: read('stride'),
  padding: read('padding'),
  output_padding: read('output_padding'),
  dilation: read('dilation'),
});

export const transposedConvolution = operator({
  id: 'transposed-convolution',
  names: [1, 2, 3].flatMap((n) => [`torch.conv_transpose${n}d`, `torch.nn.functional.conv_transpose${n}d`]),
  params: signatures,
  infer: answering((call, solve, name) => {
    const n = spatialDims(name);
    const [input, weight] = [call.tensor('input'), call.tensor('weight')];
    return transpose(solve, {
      name: `conv_transpose${n}d`,
      n,
      input,
      weight,
      bias: tensorIfKnown(call, 'bias'),
      lists: listsOf((list) => listArgument(call, list, n)),
      groups: call.int('groups'),
      fixes: () => [],
    });
  }),
});

export const transposedConvolutionLayer = layer({
  id: 'transposed-convolution',
  names: [1, 2, 3].flatMap((n) => [`torch.nn.ConvTranspose${n}d`, `torch.nn.LazyConvTranspose${n}d`]),
  params: signatures,
  inputs: ['input: Tensor, output_size: int[]? = None'],
  build: building((call, solve, name) => {
    const n = spatialDims(name);
    const inChannels = name.includes('Lazy') ? solve.fresh('in_channels') : call.int('in_channels');
    const [outChannels, groups] = [call.int('out_channels'), call.int('groups')];
    const mode = textOf(call, 'padding_mode');
    if (mode !== undefined && mode !== 'zeros')
      refuse('invalid-argument', `Only "zeros" padding mode is supported for ${name.slice('torch.nn.'.length)}`, {
        argument: 'padding_mode',
      });
    checkChannelGroups(solve, inChannels, outChannels, groups, name.includes('Lazy'));
    const kernel = asList(call, solve, 'kernel_size', n);
    const sizes = [inChannels, perGroupOf(solve, outChannels, groups), ...kernel];
    if (name.includes('Lazy') && sizes.some((size) => solve.less(size, num(0)) === 'yes')) giveUp('a negative size');
    notNegative(solve, sizes, name.includes('Lazy') ? [outChannels, ...kernel] : sizes);
    const dtype = factoryDtype(call);
    const lists = Object.fromEntries(
      ['stride', 'padding', 'output_padding', 'dilation'].map((list) => [list, intTuple(asList(call, solve, list, n))]),
    );
    return withParameters(
      { weight: [true, shapeOf(sizes), dtype], bias: [flag(call, 'bias'), shapeOf([outChannels]), dtype] },
      { in_channels: int(inChannels), kernel_size: intTuple(kernel), transposed: bool(true), ...lists },
    );
  }),
  forward: applying((self, call, solve, name) => {
    const n = spatialDims(name);
    if (rankOf(solve, call.tensor('input')) === undefined && call.given('output_size'))
      giveUp('output_size for an input of open rank');
    return transpose(solve, {
      name: name.includes('Lazy') ? name : `conv_transpose${n}d`,
      n,
      input: call.tensor('input'),
      weight: self.tensor('weight'),
      bias: tensorIfKnown(self, 'bias'),
      lists: listsOf((list) => self.ints(list)),
      groups: self.int('groups'),
      outputSize:
        call.value('output_size').kind === 'int' ? giveUp('output_size is not a list') : call.intsOrNone('output_size'),
      fixes: (found) => setTo(solve, 'layer', 'in_channels', found),
    });
  }),
});
