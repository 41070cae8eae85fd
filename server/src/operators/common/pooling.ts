/** Checks that max, average and power-average pools share. */
import type { Call, Solve } from '../../core/infer/operator';
import { floorDiv, num, type Dim } from '../../core/shape/dim';
import { giveUp, refuse } from './answer';
import { effectiveKernel, isZero, joined } from './sizes';
import { pooledSize } from './window';

/** The arguments of a pool, one number for each spatial dim. */
export interface Window {
  readonly kernel: readonly Dim[];
  readonly stride: readonly Dim[];
  readonly padding: readonly Dim[];
  readonly dilation: readonly Dim[];
  readonly ceil: boolean;
}

/** One number or exactly one for each spatial dim; other lists are left to PyTorch's words. */
export function strictArgument(call: Call, name: string, n: number, otherwise?: readonly Dim[]): readonly Dim[] {
  const given = call.intsOrNone(name);
  const [first] = given ?? [];
  if (given === null || first === undefined) return otherwise ?? giveUp(`${name} is empty`);
  if (call.items(call.value(name)) === undefined) return Array<Dim>(n).fill(first);
  return given.length === n ? given : giveUp(`${name} of another length`);
}

/** A flag that PyTorch takes as bool only. */
export function strictBool(call: Call, name: string): boolean {
  if (call.value(name).kind === 'int') giveUp(`${name} is not a bool`);
  return call.bool(name);
}

/** Gives up on lists of anything but ints: their types are looked at before all else. */
export function onlyInts(call: Call, ...names: readonly string[]): void {
  for (const name of names) {
    const value = call.value(name);
    const items = call.items(value) ?? [value];
    if (items.some((item) => ['float', 'str', 'bool'].includes(item.kind) || (item !== value && item.kind === 'none')))
      giveUp(`${name} is not of ints`);
  }
}

const counts = ['', 'one', 'two', 'three'];
/** Names of the axes in messages: T, H, W. */
const axes = (n: number): readonly string[] => ['T', 'H', 'W'].slice(3 - n);

/**
 * One number for each spatial dim; an empty list stands for `otherwise` (a stride that was left out).
 * @param op 'max_pool2d'
 */
export function poolArgument(
  call: Call,
  name: string,
  op: string,
  n: number,
  otherwise?: readonly Dim[],
): readonly Dim[] {
  const given = call.intsOrNone(name) ?? [];
  const [first] = given;
  if (given.length === 0 && otherwise !== undefined) return otherwise;
  if (given.length === 1 && first !== undefined) return Array<Dim>(n).fill(first);
  if (given.length !== n) refuse('window-argument-length', wrongLength(name, op, n, given.length), { argument: name });
  return given;
}

function wrongLength(name: string, op: string, n: number, length: number): string {
  if (op === 'max_pool1d') {
    const none = name === 'stride' ? 'None, ' : '';
    return `max_pool1d() ${name} must be ${none}an int, list of ints${name === 'kernel_size' || name === 'dilation' ? '' : ','} or tuple of ints of size 1 but got size ${length}`;
  }
  if (n === 1) return `${op.replace('_with_indices', '')}() argument '${name}' should contain one int (got ${length})`;
  const tuple = `a tuple of ${counts[n]} ints`;
  // The average pool over three dims leaves out a word.
  const either = op === 'avg_pool3d' ? '' : 'either ';
  if (name === 'stride') return `${op}: stride must ${either}be omitted, a single int, or ${tuple}`;
  if (name === 'dilation') return `${op}: dilation must be either a single int, or ${tuple}`;
  return `${op}: ${name} must ${either}be a single int, or ${tuple}`;
}

/** `kH: 2 kW: 2`; one spatial dim counts as a picture of height 1. */
const listed = (solve: Solve, prefix: string, values: readonly Dim[]): string => {
  const all = values.length === 1 ? [num(1), ...values] : values;
  return all.map((value, i) => `${prefix}${axes(all.length)[i]}: ${solve.text(value)}`).join(' ');
};

/** Whether kernel, stride, dilation and padding are certainly fine. */
export const soundWindow = (solve: Solve, w: Window): boolean =>
  [...w.kernel, ...w.stride, ...w.dilation].every((value) => solve.less(value, num(1)) === 'no') &&
  w.padding.every(
    (pad, i) => solve.less(pad, num(0)) === 'no' && solve.less(floorDiv(w.kernel[i] as Dim, num(2)), pad) === 'no',
  );

/** Checks kernel, stride, dilation and padding as the pools of two and three dims do. */
export function checkPoolWindow(solve: Solve, w: Window): void {
  const id = 'window-argument-out-of-range';
  // C++ halves negative numbers towards zero, and dilations below 1 meet other checks first.
  if (w.kernel.some((size) => solve.less(size, num(0)) === 'yes')) giveUp('a kernel of negative size');
  if (w.dilation.some((step) => solve.less(step, num(0)) === 'yes')) giveUp('a dilation below 0');
  if (w.dilation.some((step) => isZero(solve, step)) && w.padding.some((pad) => !isZero(solve, pad)))
    giveUp('a dilation of 0');
  w.padding.forEach((pad, i) => {
    const kernel = w.kernel[i] as Dim;
    if (solve.number(w.stride[i] as Dim) === 0) refuse(id, 'stride should not be zero', { argument: 'stride' });
    if (!solve.atLeast(pad, 0))
      refuse(id, `pad must be non-negative, but got pad: ${solve.text(pad)}`, { argument: 'padding' });
    if (solve.atLeast(floorDiv(kernel, num(2)), pad, 'padding is at most half of the kernel')) return;
    // With dilation, max pools have a second check with words of its own.
    if (solve.number(w.dilation[i] as Dim) !== 1) giveUp('more padding than half of the kernel');
    const got = `pad=${solve.text(pad)}, kernel_size=${solve.text(kernel)} and dilation=${solve.text(w.dilation[i] as Dim)}`;
    refuse('pool-padding-too-large', `pad should be at most half of effective kernel size, but got ${got}`, {
      argument: 'padding',
    });
  });
  const positive = (values: readonly Dim[], message: () => string, argument: string): void => {
    if (values.some((value) => !solve.atLeast(value, 1))) refuse(id, message(), { argument });
  };
  positive(
    w.kernel,
    () => `kernel size should be greater than zero, but got ${listed(solve, 'k', w.kernel)}`,
    'kernel_size',
  );
  positive(w.stride, () => `stride should be greater than zero, but got ${listed(solve, 'd', w.stride)}`, 'stride');
  positive(
    w.dilation,
    () => `dilation should be greater than zero, but got ${listed(solve, 'dilation', w.dilation)}`,
    'dilation',
  );
}

/**
 * The pooled sizes, each at least 1.
 * @param tooSmall PyTorch's sentence where one isn't
 */
export function pooledSizes(
  solve: Solve,
  spatial: readonly Dim[],
  w: Window,
  tooSmall: (out: readonly Dim[]) => string,
): readonly Dim[] {
  const out = spatial.map((size, i) => {
    const [kernel, dilation] = [w.kernel[i] as Dim, w.dilation[i] as Dim];
    return pooledSize(size, effectiveKernel(kernel, dilation), w.stride[i] as Dim, w.padding[i] as Dim, w.ceil);
  });
  const enough = out.map((size) => solve.atLeast(size, 1, 'the pooled size is at least 1'));
  if (!enough.every(Boolean)) refuse('pool-output-too-small', tooSmall(out), { argument: 'input' });
  return out;
}

/** `(8x222x222)`; one spatial dim counts as a picture of height 1. */
const pooledText = (solve: Solve, channels: Dim, spatial: readonly Dim[]): string =>
  `(${joined(solve, [channels, ...(spatial.length === 1 ? [num(1)] : []), ...spatial])})`;

export const outputTooSmall = (solve: Solve, channels: Dim, spatial: readonly Dim[], out: readonly Dim[]): string =>
  `Given input size: ${pooledText(solve, channels, spatial)}. Calculated output size: ${pooledText(solve, channels, out)}. Output size is too small`;
