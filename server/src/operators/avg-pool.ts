/**
 * The mean under a sliding window.
 *
 * Shapes: (*n, C, *size) -> (*n, C, *pooled), where *n is a batch dim or nothing and pooled is
 * floor((size + 2*padding - kernel)/stride + 1), rounded up with ceil_mode.
 * Errors: `input-rank-mismatch`, `pool-output-too-small`, `pool-padding-too-large`, `window-argument-length`,
 * `window-argument-out-of-range`, `dtype-not-supported`.
 * Source: torch.nn.functional.avg_pool1d/2d/3d, torch.nn.AvgPool1d/2d/3d, PyTorch 2.13.
 */
import { layer, operator, type Call, type Solve } from '../core/infer/operator';
import { tensor, type TensorValue } from '../core/infer/value';
import { num, type Dim } from '../core/shape/dim';
import { answering, giveUp, refuse } from './common/answer';
import { rankOf } from './common/axes';
import { applying, building, plain } from './common/construction';
import { isComplex, isFloat, isHalf, isIntegral, kernelTakes } from './common/dtypes';
import {
  checkPoolWindow,
  onlyInts,
  outputTooSmall,
  poolArgument,
  pooledSizes,
  soundWindow,
  strictBool,
  type Window,
} from './common/pooling';
import { append, sizeTexts } from './common/sizes';
import { spatialDims, windowed } from './common/window';
import { signatures } from './signature';

const lists = ['kernel_size', 'stride', 'padding'];

/** The arguments of an average pool. */
export function averageWindow(call: Call, n: number, padded = true): Window {
  const op = `avg_pool${n}d`;
  const kernel = poolArgument(call, 'kernel_size', op, n);
  return {
    kernel,
    stride: poolArgument(call, 'stride', op, n, kernel),
    padding: padded ? poolArgument(call, 'padding', op, n) : Array<Dim>(n).fill(num(0)),
    dilation: Array<Dim>(n).fill(num(1)),
    ceil: strictBool(call, 'ceil_mode'),
  };
}

/** The average pool, also for layers that are made of one. */
export function averagePool(solve: Solve, input: TensorValue, n: 1 | 2 | 3, read: () => Window): TensorValue {
  const rank = rankOf(solve, input);
  // Over one dim, the input is looked at before the window.
  if (n === 1) windowed(solve, input, n, (sizes) => rankMessage(n, rank, sizes));
  const w = read();
  const { before, channels, spatial } = windowed(solve, input, n, (sizes) => {
    if (!soundWindow(solve, w)) giveUp('an input of another number of dims');
    return rankMessage(n, rank, sizes);
  });
  checkPoolWindow(solve, w);
  for (const size of [channels, ...spatial]) {
    if (solve.atLeast(size, 1)) continue;
    if (n === 3) giveUp('an input without elements');
    const sizes = sizeTexts(solve, append(before, [channels, ...(n === 1 ? [num(1)] : []), ...spatial])).join(', ');
    refuse(
      'pool-output-too-small',
      `Expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input, but got:[${sizes}]`,
      {
        argument: 'input',
      },
    );
  }
  if (n === 3) checkVolume(solve, spatial, w);
  const out = pooledSizes(solve, spatial, w, (sizes) => outputTooSmall(solve, channels, spatial, sizes));
  checkDtype(input, n);
  return tensor(append(before, [channels, ...out]), input.dtype);
}

function rankMessage(n: number, rank: number | undefined, sizes: string): string {
  if (n === 1)
    return `Expected 2 to 3 dimensions, but got ${rank ?? 'another number of'}-dimensional tensor for argument #1 'self' (while checking arguments for avg_pool1d)`;
  if (n === 3) return 'non-empty 4D or 5D (batch mode) tensor expected for input';
  if (rank !== undefined && rank < 3)
    return `Dimension out of range (expected to be in range of [${-Math.max(rank, 1)}, ${Math.max(rank, 1) - 1}], but got -3)`;
  return `Expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input, but got:[${sizes}]`;
}

/** Three dims: the kernel may not be larger than the input, padding or not. */
function checkVolume(solve: Solve, spatial: readonly Dim[], w: Window): void {
  const fits = spatial.map((size, i) => solve.atLeast(size, w.kernel[i] as Dim));
  if (fits.every(Boolean)) return;
  const [t, h, width] = sizeTexts(solve, spatial);
  const [kt, kh, kw] = sizeTexts(solve, w.kernel);
  refuse(
    'kernel-larger-than-input',
    `input image (T: ${t} H: ${h} W: ${width}) smaller than kernel size (kT: ${kt} kH: ${kh} kW: ${kw})`,
    {
      argument: 'input',
    },
  );
}

function checkDtype(input: TensorValue, n: number): void {
  if (n === 3 && isHalf(input.dtype)) giveUp('a pool in half precision');
  if (input.dtype === undefined || isFloat(input.dtype) || input.dtype === 'int64') return;
  if (n !== 3) kernelTakes(input, 'avg_pool2d', (dtype) => isIntegral(dtype) || isComplex(dtype));
  if (input.dtype === 'int32') kernelTakes(input, 'avg_pool3d_out_frame', () => true);
  giveUp(`a pool of ${input.dtype}`);
}

function checkDivisor(call: Call, n: number): void {
  if (n === 1) return;
  const divisor = call.value('divisor_override');
  if (divisor.kind === 'bool') giveUp('a bool as divisor');
  if (divisor.kind === 'int' && divisor.dim.key === num(0).key)
    refuse('invalid-argument', 'divisor must be not zero', { argument: 'divisor_override' });
}

function windowAndDivisor(call: Call, n: number): Window {
  const window = averageWindow(call, n);
  strictBool(call, 'count_include_pad');
  checkDivisor(call, n);
  return window;
}

export const avgPool = operator({
  id: 'avg-pool',
  names: ['torch.avg_pool1d', ...[1, 2, 3].map((n) => `torch.nn.functional.avg_pool${n}d`)],
  params: signatures,
  infer: answering((call, solve, name) => {
    const n = spatialDims(name);
    onlyInts(call, ...lists);
    return averagePool(solve, call.tensor('input'), n, () => windowAndDivisor(call, n));
  }),
});

export const avgPoolLayer = layer({
  id: 'avg-pool',
  names: [1, 2, 3].map((n) => `torch.nn.AvgPool${n}d`),
  params: signatures,
  inputs: ['input: Tensor'],
  // A stride that was left out is the kernel size.
  build: building((call) => plain(call.value('stride').kind === 'none' ? { stride: call.value('kernel_size') } : {})),
  forward: applying((self, call, solve, name) => {
    const n = spatialDims(name);
    onlyInts(self, ...lists);
    return averagePool(solve, call.tensor('input'), n, () => windowAndDivisor(self, n));
  }),
});
