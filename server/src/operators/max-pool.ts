/**
 * The largest value under a sliding window.
 *
 * Shapes: (*n, C, *size) -> (*n, C, *pooled), where *n is a batch dim or nothing and pooled is
 * floor((size + 2*padding - dilation*(kernel-1) - 1)/stride + 1), rounded up with ceil_mode.
 * With return_indices a tuple with the int64 positions.
 * Errors: `input-rank-mismatch`, `pool-output-too-small`, `pool-padding-too-large`, `window-argument-length`,
 * `window-argument-out-of-range`, `dtype-not-supported`.
 * Source: torch.nn.functional.max_pool1d/2d/3d, torch.nn.MaxPool1d/2d/3d, PyTorch 2.13.
 */
import { layer, operator, type Call, type Solve } from '../core/infer/operator';
import { tensor, tuple, type TensorValue, type Value } from '../core/infer/value';
import { floorDiv, num, type Dim } from '../core/shape/dim';
import { answering, giveUp, refuse } from './common/answer';
import { rankOf } from './common/axes';
import { applying, building, plain } from './common/construction';
import { isComplex, isIntegral, kernelTakes } from './common/dtypes';
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
import { append, brackets } from './common/sizes';
import { spatialDims, windowed } from './common/window';
import { signatures } from './signature';

const lists = ['kernel_size', 'stride', 'padding', 'dilation'];

function windowOf(call: Call, op: string, n: number): Window {
  const kernel = poolArgument(call, 'kernel_size', op, n);
  return {
    kernel,
    stride: poolArgument(call, 'stride', op, n, kernel),
    padding: poolArgument(call, 'padding', op, n),
    dilation: poolArgument(call, 'dilation', op, n),
    ceil: strictBool(call, 'ceil_mode'),
  };
}

function pool(solve: Solve, input: TensorValue, n: 1 | 2 | 3, read: () => Window, indices: boolean): Value {
  // One dim without positions has a function of its own; with them it is a picture of height 1.
  const single = n === 1 && !indices;
  const rank = rankOf(solve, input);
  const expected = `${n + 1}D or ${n + 2}D (batch mode)`;
  // Over one dim, the input is looked at before the window.
  const early = n === 1 ? undefined : read();
  const { before, channels, spatial } = windowed(solve, input, n, (sizes) => {
    if (early !== undefined && !soundWindow(solve, early)) giveUp('an input of another number of dims');
    if (n === 1 && indices)
      return `Expected 2 to 3 dimensions, but got ${rank ?? 'another number of'}-dimensional tensor for argument #1 'self' (while checking arguments for max_pool1d)`;
    return n === 1
      ? `max_pool1d: Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for input, but got:[${sizes}]`
      : `non-empty ${expected} tensor expected for input`;
  });
  const checkElements = (): void => {
    if ([channels, ...spatial].every((size) => solve.atLeast(size, 1))) return;
    if (n === 3 || (n === 1 && indices)) giveUp('an input without elements');
    const shape = append(before, [channels, ...spatial]);
    const message = `${single ? 'max_pool1d: ' : ''}Expected ${expected} tensor with optional 0 dim batch size for input, but got:${brackets(solve, shape)}`;
    refuse('pool-output-too-small', message, { argument: 'input' });
  };
  if (single) checkElements();
  const w = early ?? read();
  if (single) checkSingleWindow(solve, w);
  else checkPoolWindow(solve, w);
  checkElements();
  const out = pooledSizes(solve, spatial, w, (sizes) =>
    single
      ? `max_pool1d() Invalid computed output size: ${solve.text(sizes[0] as Dim)}`
      : outputTooSmall(solve, channels, spatial, sizes),
  );
  checkDtype(input, n, indices);
  const pooled = append(before, [channels, ...out]);
  const values = tensor(pooled, input.dtype);
  return indices ? tuple([values, tensor(pooled, 'int64')]) : values;
}

/** The checks of max_pool1d, in its words. */
function checkSingleWindow(solve: Solve, w: Window): void {
  const [kernel, stride, padding, dilation] = [w.kernel, w.stride, w.padding, w.dilation].map(
    ([value]) => value as Dim,
  ) as [Dim, Dim, Dim, Dim];
  const id = 'window-argument-out-of-range';
  for (const [argument, value] of Object.entries({ kernel_size: kernel, stride, dilation })) {
    if (argument === 'dilation' || solve.atLeast(value, 1)) continue;
    refuse(id, `max_pool1d() ${argument} must be greater than zero, but got ${solve.text(value)}`, { argument });
  }
  if (!solve.atLeast(padding, 0))
    refuse(id, `max_pool1d() padding must be non-negative, but got ${solve.text(padding)}`, { argument: 'padding' });
  if (!solve.atLeast(floorDiv(kernel, num(2)), padding)) {
    const got = `padding=${solve.text(padding)} and kernel_size=${solve.text(kernel)}`;
    refuse('pool-padding-too-large', `max_pool1d() padding should be at most half of kernel size, but got ${got}`, {
      argument: 'padding',
    });
  }
  if (!solve.atLeast(dilation, 1))
    refuse(id, `max_pool1d() dilation must be greater than zero, but got ${solve.text(dilation)}`, {
      argument: 'dilation',
    });
}

function checkDtype(input: TensorValue, n: number, indices: boolean): void {
  if (input.dtype === 'bool' || isComplex(input.dtype)) {
    if (n === 2) kernelTakes(input, 'max_pool2d', () => true);
    giveUp(`a pool of ${String(input.dtype)}`);
  }
  // Without positions one dim has a kernel of its own, for floats only.
  if (n === 1 && !indices) kernelTakes(input, 'max_pool1d_impl', isIntegral);
}

/** Over one dim, positions come from another function. */
const opName = (n: number, indices: boolean): string =>
  n === 1 && indices ? 'max_pool1d_with_indices' : `max_pool${n}d`;

const plainNames = [1, 2, 3].flatMap((n) => [`torch.max_pool${n}d`, `torch.nn.functional.max_pool${n}d`]);
const indexNames = [
  'torch.max_pool1d_with_indices',
  ...[1, 2, 3].map((n) => `torch.nn.functional.max_pool${n}d_with_indices`),
];

export const maxPool = operator({
  id: 'max-pool',
  names: [...plainNames, ...indexNames],
  params: signatures,
  infer: answering((call, solve, name) => {
    const n = spatialDims(name);
    const indices = indexNames.includes(name) || (name.startsWith('torch.nn.') && call.bool('return_indices'));
    onlyInts(call, ...lists);
    return pool(solve, call.tensor('input'), n, () => windowOf(call, opName(n, indices), n), indices);
  }),
});

export const maxPoolLayer = layer({
  id: 'max-pool',
  names: [1, 2, 3].map((n) => `torch.nn.MaxPool${n}d`),
  params: signatures,
  inputs: ['input: Tensor'],
  // A stride that was left out is the kernel size.
  build: building((call) => plain(call.value('stride').kind === 'none' ? { stride: call.value('kernel_size') } : {})),
  forward: applying((self, call, solve, name) => {
    const n = spatialDims(name);
    const indices = self.bool('return_indices');
    onlyInts(self, ...lists);
    return pool(solve, call.tensor('input'), n, () => windowOf(self, opName(n, indices), n), indices);
  }),
});
