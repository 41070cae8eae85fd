/** Kernels that slide over the last dims: arguments of convolutions and pools. */
import type { Call, Solve } from '../../core/infer/operator';
import type { TensorValue } from '../../core/infer/value';
import { add, ceilDiv, min, mul, num, sub, type Dim } from '../../core/shape/dim';
import type { Shape } from '../../core/shape/shape';
import { refuse } from './answer';
import { sizeTexts, windowSteps } from './sizes';

/** 2 of 'torch.nn.Conv2d', 1 of 'torch.conv_transpose1d'. */
export function spatialDims(name: string): 1 | 2 | 3 {
  const digit = /([123])d/i.exec(name)?.[1];
  return digit === '1' ? 1 : digit === '3' ? 3 : 2;
}

/** One number for each spatial dim; the message where another count was given. */
export function perAxis(
  call: Call,
  name: string,
  n: number,
  wrongCount: (given: readonly Dim[]) => string,
): readonly Dim[] {
  const given = call.ints(name);
  const [first] = given;
  if (given.length === 1 && first !== undefined) return Array<Dim>(n).fill(first);
  if (given.length !== n) refuse('window-argument-length', wrongCount(given), { argument: name });
  return given;
}

/** Refuses numbers below a bound. */
export function eachAtLeast(
  solve: Solve,
  given: readonly Dim[],
  least: number,
  message: string,
  argument: string,
): void {
  for (const value of given)
    if (!solve.atLeast(value, least)) refuse('window-argument-out-of-range', message, { argument });
}

/**
 * An input of `channels` and `n` spatial dims, with or without a batch dim before them.
 * @throws Settled with `message` where the number of dims can't be right
 */
export function windowed(
  solve: Solve,
  input: TensorValue,
  n: number,
  message: (sizes: string) => string,
): { readonly before: Shape; readonly channels: Dim; readonly spatial: readonly Dim[] } {
  if (!solve.rank(input, [n + 1, n + 2]))
    refuse('input-rank-mismatch', message(sizeTexts(solve, solve.shape(input)).join(', ')), { argument: 'input' });
  const { before, last } = solve.trailing(input, n + 1);
  const [channels, ...spatial] = last;
  return { before, channels: channels as Dim, spatial };
}

/**
 * PyTorch's sentence for a convolution's input of another number of dims. Lazy layers say it before they know their sizes.
 * @param name 'conv2d', or the full name of a lazy layer
 */
export const convolutionRankSentence = (n: number, name: string, sizes: string): string => {
  const lazy = name.startsWith('torch.nn.Lazy');
  const shown = lazy ? `torch.Size([${sizes}])` : `[${sizes}]`;
  return `Expected ${n + 1}D (unbatched) or ${n + 2}D (batched) input to ${lazy ? name.slice('torch.nn.'.length) : name}, but got input of size: ${shown}`;
};

/** The sizes of a message that counts a batch even where there is none: `[1, 3, 32, 32]`. */
export function withBatch(solve: Solve, before: Shape, dims: readonly Dim[]): string {
  const batch = before.rest === undefined && before.lead.length === 0 ? ['1'] : sizeTexts(solve, before);
  return `[${[...batch, ...sizeTexts(solve, dims)].join(', ')}]`;
}

/**
 * How many places a pooling window takes.
 *
 * Without `ceil`: floor((size + 2 * padding - kernel) / stride) + 1. With it: rounded up, but no window
 * starts past the input and its left padding.
 * Source: ATen/native/Pool.h, pooling_output_shape, PyTorch 2.13.
 */
export function pooledSize(size: Dim, kernel: Dim, stride: Dim, padding: Dim, ceil: boolean): Dim {
  const padded = add(size, mul(num(2), padding));
  if (!ceil) return windowSteps(padded, kernel, stride);
  const steps = windowSteps(add(padded, sub(stride, num(1))), kernel, stride);
  return min(steps, ceilDiv(add(size, padding), stride));
}
