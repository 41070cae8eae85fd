/**
 * Convolution over one, two or three spatial dims.
 *
 * Shapes: (*n, in, *size) -> (*n, out, *floor((size + 2*padding - dilation*(kernel-1) - 1)/stride + 1)), where
 * *n is a batch dim or nothing; weight (out, in/groups, *kernel), bias (out).
 * Errors: `input-rank-mismatch`, `conv-channel-mismatch`, `kernel-larger-than-input`, `groups-not-dividing-channels`,
 * `parameter-size-mismatch`, `kernel-rank-mismatch`, `window-argument-length`, `window-argument-out-of-range`,
 * `invalid-argument`, `negative-size`, `padding-too-large`, `dtype-mismatch`, `dtype-not-supported`.
 * Source: torch.nn.functional.conv1d/2d/3d, torch.nn.Conv1d/2d/3d, PyTorch 2.13.
 */
import { layer, operator, type Call, type FixIntent, type Solve } from '../core/infer/operator';
import { bool, int, str, tensor, type TensorValue, type Value } from '../core/infer/value';
import { add, floorDiv, mod, mul, num, type Dim } from '../core/shape/dim';
import { shapeOf, type Shape } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
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
  isNothing,
  listArgument,
  spreadLists,
  spreadSame,
  type Lists,
} from './common/convolution';
import { cppName, differ, isHalf, isIntegral, refuseDtypes } from './common/dtypes';
import { checkCopying, paddingRankSentence, type Sides } from './common/padding';
import { append, brackets, effectiveKernel, intTuple, joined, setTo, windowSteps } from './common/sizes';
import { convolutionRankSentence, spatialDims, windowed, withBatch } from './common/window';
import { channelFixes } from './common/rearranging';
import { signatures } from './signature';

/** Numbers per spatial dim, or the words 'same' and 'valid', or one that PyTorch doesn't know. */
type Padding = readonly Dim[] | 'same' | 'valid' | { readonly unknown: string };

interface Convolution {
  /** As PyTorch names it: 'conv2d', or a lazy layer's full name. */
  readonly name: string;
  readonly n: 1 | 2 | 3;
  readonly input: TensorValue;
  readonly weight: TensorValue;
  readonly bias: TensorValue | null;
  readonly stride: readonly Dim[];
  readonly padding: Padding;
  readonly dilation: readonly Dim[];
  readonly groups: Dim;
  /** 'zeros', 'reflect', 'replicate', 'circular'; undefined: not known. */
  readonly mode: string | undefined;
  /** Channels that the layer was built for. */
  readonly channels?: Dim;
  readonly fixes: (channels: Dim) => readonly FixIntent[];
}

function readPadding(call: Call, n: number): Padding {
  const value = call.value('padding');
  if (value.kind !== 'str') return listArgument(call, 'padding', n);
  if (value.value === 'same' || value.value === 'valid') return value.value;
  return value.value === undefined ? giveUp('the padding is not known') : { unknown: value.value };
}

/** With padding in words, the words about other element types differ. */
function onlySameDtype(input: TensorValue, ...others: readonly (TensorValue | null)[]): void {
  if (isIntegral(input.dtype) || others.some((t) => t !== null && t.dtype !== input.dtype))
    giveUp('element types beside padding in words');
}

/** The element type of the bias is compared before sizes are. */
function checkBiasDtype(input: TensorValue, bias: TensorValue | null): void {
  const [x, b] = [input.dtype, bias?.dtype];
  if (x === undefined || b === undefined || x === b) return;
  if (x === 'float32' && b === 'bfloat16') giveUp('a bias in half precision');
  refuseDtypes(`Input type (${cppName(x)}) and bias type (${cppName(b)}) should be the same`, 'input');
}

function convolve(solve: Solve, c: Convolution): TensorValue {
  const { n, weight, groups } = c;
  const copies = c.mode !== undefined && c.mode !== 'zeros';
  const inWords = !Array.isArray(c.padding);
  // The element type of the bias comes first, unless something else is called before.
  const lazy = c.name.includes('Lazy');
  if (!inWords && !copies && !lazy) checkBiasDtype(c.input, c.bias);
  const { before, channels, spatial } = windowed(solve, c.input, n, (sizes) =>
    copies && !lazy
      ? paddingRankSentence(2 * n, sizes === '' ? 0 : sizes.split(', ').length)
      : convolutionRankSentence(n, c.name, sizes),
  );
  // A lazy layer takes its sizes from the first input.
  if (lazy && c.channels !== undefined) solve.same(channels, c.channels);
  checkMode(solve, c, spatial, before, channels);
  if (!inWords && (copies || lazy)) checkBiasDtype(c.input, c.bias);
  const shape = batched(before, [channels, ...spatial]);
  const lists = listsOf(solve, c, shape);
  const kernel = solve.dims(weight).slice(2);
  checkGroups(solve, weight, groups);
  const effective = kernel.map((size, i) => effectiveKernel(size, lists.dilation[i] as Dim));
  const padded = spatial.map((size, i) =>
    c.padding === 'same'
      ? add(size, add(effective[i] as Dim, num(-1)))
      : add(size, mul(num(2), lists.padding[i] as Dim)),
  );
  checkChannels(solve, c, before, channels, c.mode === 'zeros' ? shownSizes(c, spatial, effective) : padded);
  checkBias(solve, c);
  checkKernelFits(solve, padded, effective);
  checkWindow(solve, lists.dilation, kernel);
  // torch computes nothing over a spatial dim of size 0, padded or not, unless batch or channels are 0.
  if (isNothing(solve, [channels, ...spatial])) giveUp('an input without elements');
  if (inWords && (isIntegral(c.input.dtype) || isHalf(c.input.dtype))) onlySameDtype(c.input, weight, c.bias);
  if (inWords && differ(c.input.dtype, c.bias?.dtype)) giveUp('a bias of another element type');
  checkConvolutionDtypes(solve, c.input, weight, c.bias, { shape, groups, lists });
  if (isNothing(solve, solve.dims(weight))) giveUp('a weight without elements');
  const out = padded.map((size, i) =>
    c.padding === 'same' ? (spatial[i] as Dim) : windowSteps(size, effective[i] as Dim, lists.stride[i] as Dim),
  );
  return tensor(append(before, [solve.dims(weight)[0] as Dim, ...out]), c.input.dtype ?? weight.dtype);
}

/** The lists with one number for each spatial dim. */
function listsOf(solve: Solve, c: Convolution, input: Shape): Lists {
  const { stride, dilation, padding } = c;
  if (typeof padding === 'object' && 'unknown' in padding)
    refuse('invalid-argument', `Invalid padding string: '${padding.unknown}'`, { argument: 'padding' });
  if (padding === 'same') return spreadSame(solve, c, { stride, dilation, padding: [] }, input);
  return spreadLists(solve, c, { stride, dilation, padding: padding === 'valid' ? [num(0)] : padding }, input);
}

/** With padding 'same', an odd amount puts one value at the end before the convolution is tried. */
const shownSizes = (c: Convolution, spatial: readonly Dim[], effective: readonly Dim[]): readonly Dim[] =>
  c.padding === 'same' ? spatial.map((size, i) => add(size, mod(add(effective[i] as Dim, num(-1)), num(2)))) : spatial;

/** Padding that copies values needs enough of them. */
function checkMode(solve: Solve, c: Convolution, spatial: readonly Dim[], before: Shape, channels: Dim): void {
  const { padding, mode } = c;
  if (mode === undefined || mode === 'zeros' || typeof padding === 'string' || 'unknown' in padding) return;
  if (padding.length !== spatial.length || padding.some((pad) => solve.less(pad, num(0)) === 'yes'))
    giveUp('padding that cuts, or of another number of dims');
  if (mode !== 'reflect' && mode !== 'circular') return;
  if (isNothing(solve, [channels, ...spatial])) giveUp('an input without elements');
  const sides = [...padding].reverse().map((pad): Sides => [pad, pad]);
  checkCopying(solve, mode, append(before, [channels]), spatial, sides);
}

function checkChannels(solve: Solve, c: Convolution, before: Shape, channels: Dim, shown: readonly Dim[]): void {
  const perGroup = solve.dims(c.weight)[1] as Dim;
  const built = c.channels !== undefined && solve.equal(perGroup, floorDiv(c.channels, c.groups)) === 'yes';
  const expected = built ? c.channels : mul(perGroup, c.groups);
  if (solve.same(channels, expected, `a convolution here needs ${solve.text(expected)} channels`)) return;
  refuse(
    'conv-channel-mismatch',
    `Given groups=${solve.text(c.groups)}, weight of size ${brackets(solve, solve.dims(c.weight))}, expected ` +
      `input${withBatch(solve, before, [channels, ...shown])} to have ${solve.text(expected)} channels, but got ${solve.text(channels)} channels instead`,
    { fixes: [...channelFixes(solve, c.input, expected, c.n), ...c.fixes(channels)], argument: 'input' },
  );
}

function checkBias(solve: Solve, c: Convolution): void {
  if (c.bias === null) return;
  const out = solve.dims(c.weight)[0] as Dim;
  if (solve.rank(c.bias, [1]) && solve.same(solve.dims(c.bias)[0] as Dim, out)) return;
  refuse(
    'parameter-size-mismatch',
    `Given weight of size ${brackets(solve, solve.dims(c.weight))}, expected bias to be 1-dimensional with ` +
      `${solve.text(out)} elements, but got bias of size ${brackets(solve, solve.shape(c.bias))} instead`,
    { argument: 'bias' },
  );
}

function checkKernelFits(solve: Solve, padded: readonly Dim[], effective: readonly Dim[]): void {
  const fits = padded.map((size, i) =>
    solve.atLeast(size, effective[i] as Dim, 'the kernel must fit into the padded input'),
  );
  if (fits.every(Boolean)) return;
  const [sizes, kernel] = [joined(solve, padded, ' x '), joined(solve, effective, ' x ')];
  refuse(
    'kernel-larger-than-input',
    `Calculated padded input size per channel: (${sizes}). Kernel size: (${kernel}). Kernel size can't be greater than actual input size`,
    { argument: 'input' },
  );
}

export const convolution = operator({
  id: 'convolution',
  names: [1, 2, 3].flatMap((n) => [`torch.conv${n}d`, `torch.nn.functional.conv${n}d`]),
  params: signatures,
  infer: answering((call, solve, name) => {
    const n = spatialDims(name);
    return convolve(solve, {
      name: `conv${n}d`,
      n,
      input: call.tensor('input'),
      weight: call.tensor('weight'),
      bias: tensorIfKnown(call, 'bias'),
      stride: listArgument(call, 'stride', n),
      padding: readPadding(call, n),
      dilation: listArgument(call, 'dilation', n),
      groups: call.int('groups'),
      mode: 'zeros',
      fixes: () => [],
    });
  }),
});

/** What the constructors of convolutions check before they make a weight. */
export function checkChannelGroups(solve: Solve, inChannels: Dim, outChannels: Dim, groups: Dim, lazy: boolean): void {
  if (lazy) {
    // Nothing is compared before the first input.
    if (solve.less(groups, num(1)) !== 'no' || !solve.divides(groups, outChannels)) giveUp('groups of a lazy layer');
    return;
  }
  if (!solve.atLeast(groups, 1))
    refuse('invalid-argument', 'groups must be a positive integer', { argument: 'groups' });
  const id = 'groups-not-dividing-channels';
  if (!solve.divides(groups, inChannels))
    refuse(id, 'in_channels must be divisible by groups', {
      argument: 'in_channels',
      notes: [note(solve, 'in_channels', inChannels, groups)],
    });
  if (!solve.divides(groups, outChannels))
    refuse(id, 'out_channels must be divisible by groups', {
      argument: 'out_channels',
      notes: [note(solve, 'out_channels', outChannels, groups)],
    });
}
const note = (solve: Solve, what: string, channels: Dim, groups: Dim): string =>
  `${what} is ${solve.text(channels)}, groups is ${solve.text(groups)}`;

/** Padding words and modes that the constructor refuses. */
function checkPaddingWords(solve: Solve, call: Call, stride: readonly Dim[]): void {
  const padding = textOf(call, 'padding');
  if (padding !== undefined && padding !== 'same' && padding !== 'valid')
    refuse('invalid-argument', `Invalid padding string '${padding}', should be one of {'same', 'valid'}`, {
      argument: 'padding',
    });
  if (padding === 'same' && stride.some((step) => solve.equal(step, num(1)) === 'no'))
    refuse('invalid-argument', "padding='same' is not supported for strided convolutions", { argument: 'stride' });
  const mode = textOf(call, 'padding_mode');
  if (mode !== undefined && !['zeros', 'reflect', 'replicate', 'circular'].includes(mode))
    refuse(
      'invalid-argument',
      `padding_mode must be one of {'replicate', 'reflect', 'zeros', 'circular'}, but got padding_mode='${mode}'`,
      { argument: 'padding_mode' },
    );
}

/**
 * The list that a constructor makes of a number; given lists stay as they are. Of what isn't known there are as many
 * as PyTorch needs, of any size; a padding may as well be a word, which has other rules.
 */
export function asList(call: Call, solve: Solve, argument: string, n: number): readonly Dim[] {
  const value = call.value(argument);
  if ((value.kind === 'latent' || value.kind === 'unknown') && !argument.endsWith('padding'))
    return Array.from({ length: n }, () => solve.fresh(argument, 1));
  const [first, ...more] = call.ints(argument);
  if (first === undefined) return [];
  return more.length === 0 && call.items(value) === undefined ? Array<Dim>(n).fill(first) : [first, ...more];
}

const paddingAttribute = (call: Call, solve: Solve, n: number): Value => {
  const value = call.value('padding');
  return value.kind === 'str' ? str(value.value) : intTuple(asList(call, solve, 'padding', n));
};

export const convolutionLayer = layer({
  id: 'convolution',
  names: [1, 2, 3].flatMap((n) => [`torch.nn.Conv${n}d`, `torch.nn.LazyConv${n}d`]),
  // Lazy layers take padding in words as well.
  params: (name) => signatures(name).map((signature) => signature.replace(/padding: int\[\d\]/, 'padding: any')),
  inputs: ['input: Tensor'],
  build: building((call, solve, name) => {
    const n = spatialDims(name);
    const inChannels = name.includes('Lazy') ? solve.fresh('in_channels') : call.int('in_channels');
    const [outChannels, groups] = [call.int('out_channels'), call.int('groups')];
    const [kernel, stride] = [asList(call, solve, 'kernel_size', n), asList(call, solve, 'stride', n)];
    checkChannelGroups(solve, inChannels, outChannels, groups, name.includes('Lazy'));
    checkPaddingWords(solve, call, stride);
    const sizes = [outChannels, perGroupOf(solve, inChannels, groups), ...kernel];
    if (name.includes('Lazy') && sizes.some((size) => solve.less(size, num(0)) === 'yes')) giveUp('a negative size');
    notNegative(solve, sizes, name.includes('Lazy') ? [outChannels, ...kernel] : sizes);
    const dtype = factoryDtype(call);
    return withParameters(
      { weight: [true, shapeOf(sizes), dtype], bias: [flag(call, 'bias'), shapeOf([outChannels]), dtype] },
      {
        in_channels: int(inChannels),
        out_channels: int(outChannels),
        groups: int(groups),
        kernel_size: intTuple(kernel),
        stride: intTuple(stride),
        padding: paddingAttribute(call, solve, n),
        dilation: intTuple(asList(call, solve, 'dilation', n)),
        transposed: bool(false),
        output_padding: intTuple(Array<Dim>(n).fill(num(0))),
      },
    );
  }),
  forward: applying((self, call, solve, name) => {
    const n = spatialDims(name);
    const channels = self.int('in_channels');
    const groups = self.int('groups');
    return convolve(solve, {
      name: name.includes('Lazy') ? name : `conv${n}d`,
      n,
      input: call.tensor('input'),
      weight: self.tensor('weight'),
      bias: tensorIfKnown(self, 'bias'),
      stride: self.ints('stride'),
      padding: readPadding(self, n),
      dilation: self.ints('dilation'),
      groups,
      mode: textOf(self, 'padding_mode'),
      channels,
      fixes: (found) => (isMultiple(solve, found, groups) ? setTo(solve, 'layer', 'in_channels', found) : []),
    });
  }),
});

/** `channels // groups`, exact for one group and for one channel a group. */
export const perGroupOf = (solve: Solve, channels: Dim, groups: Dim): Dim =>
  solve.equal(channels, groups) === 'yes' ? num(1) : floorDiv(channels, groups);

/** Whether both are known numbers and the first is a multiple of the second. */
export function isMultiple(solve: Solve, of: Dim, factor: Dim): boolean {
  const [a, b] = [solve.number(of), solve.number(factor)];
  return a !== undefined && b !== undefined && b !== 0 && a % b === 0;
}
