/**
 * Pools to a given output size, by mean or maximum.
 *
 * Shapes: (*n, C, *size) -> (*n, C, *output_size), None in output_size keeps a size; *n is a batch dim or
 * nothing. An average to one value for each channel takes any number of dims before.
 * Errors: `input-rank-mismatch`, `adaptive-output-size`, `pool-output-too-small`, `dtype-not-supported`.
 * Source: torch.nn.functional.adaptive_avg_pool1d/2d/3d, adaptive_max_pool1d/2d/3d and their layers, PyTorch 2.13.
 */
import { layer, operator, type Call, type Solve } from '../core/infer/operator';
import { tensor, tuple, type TensorValue, type Value } from '../core/infer/value';
import { num, type Dim } from '../core/shape/dim';
import type { Shape } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { axisSentence, rankOf } from './common/axes';
import { applying, building, plain } from './common/construction';
import { isComplex, isFloat, isIntegral, kernelTakes, scalarName } from './common/dtypes';
import { append, brackets, isZero, sizeTexts } from './common/sizes';
import { spatialDims, windowed } from './common/window';
import { signatures } from './signature';

interface Wanted {
  /** null keeps the input's size. */
  readonly sizes: readonly (Dim | null)[];
  /** Whether one number was given for all. */
  readonly single: boolean;
}

interface Kind {
  readonly n: 1 | 2 | 3;
  readonly how: 'avg' | 'max';
}

const kindOf = (name: string): Kind => ({ n: spatialDims(name), how: /max/i.test(name) ? 'max' : 'avg' });
const opName = ({ n, how }: Kind): string => `adaptive_${how}_pool${n}d`;

function wantedSizes(call: Call, kind: Kind): Wanted {
  const value = call.value('output_size');
  if (value.kind === 'bool') giveUp('a bool as output size');
  const items = value.kind === 'int' ? undefined : call.items(value);
  if (items === undefined) return { sizes: Array<Dim>(kind.n).fill(call.int('output_size')), single: true };
  const sizes = items.map((item) => {
    if (item.kind === 'none') return kind.n === 1 ? giveUp('None as output size') : null;
    return item.kind === 'int' ? item.dim : giveUp('an output size is not known');
  });
  return { sizes, single: false };
}

function pool(solve: Solve, input: TensorValue, kind: Kind, { sizes, single }: Wanted): TensorValue {
  const { n, how } = kind;
  const rank = rankOf(solve, input);
  if (!single && n > 1 && sizes.length !== n && rank === undefined) giveUp('an output size of another length');
  // torch fills in None from the input and asks for a dim more than the list is long.
  if (!single && n > 1 && !solve.minRank(input, sizes.length + 1))
    refuse('input-rank-mismatch', `Input dimension should be at least ${sizes.length + 1}`, { argument: 'input' });
  // Averages over two and three dims look at the output size first, all others at the input.
  const sizesFirst = how === 'avg' && n > 1;
  const checkSizes = (): void => {
    if (sizes.length !== n)
      refuse('adaptive-output-size', wrongLength(kind, sizes.length), { argument: 'output_size' });
    checkWanted(solve, kind, sizes);
  };
  if (sizesFirst) checkSizes();
  const toOne = how === 'avg' && n > 1 && sizes.every((size) => size !== null && solve.number(size) === 1);
  if (toOne) return mean(solve, input, n);
  // Sizes that may all be 1 say nothing about the number of dims.
  const maybeOne = how === 'avg' && n > 1 && sizes.every((size) => size !== null && solve.equal(size, num(1)) !== 'no');
  if (maybeOne && (rank === undefined || rank < n + 1 || rank > n + 2)) giveUp('the output size may be 1');
  const { before, channels, spatial } = windowed(solve, input, n, (shown) =>
    n === 1
      ? `Expected 2 to 3 dimensions, but got ${rank ?? 'another number of'}-dimensional tensor for argument #1 'self' (while checking arguments for ${opName(kind)})`
      : `${opName(kind)}(): Expected ${n + 1}D or ${n + 2}D tensor, but got${how === 'max' ? ':' : ''} [${shown}]`,
  );
  if (!sizesFirst) {
    if (how === 'max') checkNotEmpty(solve, kind, before, rank === n + 2 ? [channels, ...spatial] : spatial, channels);
    checkSizes();
  }
  const out = sizes.map((size, i) => size ?? (spatial[i] as Dim));
  // To one value for each channel, and over three dims, other kernels run.
  const others = how === 'avg' && (n === 3 || (n === 1 && out.every((size) => solve.equal(size, num(1)) !== 'no')));
  if (others && [channels, ...spatial].some((size) => isZero(solve, size))) giveUp('an input without elements');
  if (how === 'avg') checkNotEmpty(solve, kind, before, spatial, channels);
  checkDtype(input, kind, out);
  return tensor(append(before, [channels, ...out]), input.dtype);
}

function wrongLength(kind: Kind, length: number): string {
  const op = opName(kind);
  if (kind.n === 1) return `${op}() argument 'output_size' should contain one int (got ${length})`;
  return kind.how === 'max'
    ? `${op}(): internal error: output_size.size() must be ${kind.n}`
    : `${op}: output_size must be ${kind.n}`;
}

/** One value for each channel: the mean over the last dims, whatever is before them. */
function mean(solve: Solve, input: TensorValue, n: number): TensorValue {
  const rank = rankOf(solve, input);
  if (!solve.minRank(input, n)) refuse('input-rank-mismatch', axisSentence(-n, rank ?? 1), { argument: 'input' });
  if (isIntegral(input.dtype)) refuseMean(input);
  return tensor(append(solve.trailing(input, n).before, Array<Dim>(n).fill(num(1))), input.dtype);
}

function refuseMean(input: TensorValue): never {
  const got = input.dtype === undefined ? '' : scalarName(input.dtype);
  refuse(
    'dtype-not-supported',
    `mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: ${got}`,
    {
      argument: 'input',
    },
  );
}

function checkWanted(solve: Solve, kind: Kind, out: readonly (Dim | null)[]): void {
  if (out.every((size) => size === null || solve.atLeast(size, 0))) return;
  if (kind.how === 'max') giveUp('a negative output size');
  const known = out.map((size) => size ?? giveUp('a negative output size beside None'));
  const [n, shown] = [kind.n, sizeTexts(solve, kind.n === 1 ? [num(1), ...known] : known)];
  const list = n === 3 ? `${shown[0]}, ${shown[1]},${shown[2]}` : shown.join(', ');
  const op = n === 3 ? 'adaptive_avg_pool3d' : 'adaptive_avg_pool2d';
  refuse(
    'adaptive-output-size',
    `${op}: elements of output_size must be greater than or equal to 0 but received {${list}}`,
    {
      argument: 'output_size',
    },
  );
}

function checkNotEmpty(solve: Solve, kind: Kind, before: Shape, needed: readonly Dim[], channels: Dim): void {
  const empty = needed.findIndex((size) => !solve.atLeast(size, 1));
  if (empty < 0) return;
  const spatial = needed.slice(needed.length - kind.n);
  const flat = kind.n === 1 && kind.how === 'avg';
  const shape = append(before, [channels, ...(flat ? [num(1)] : []), ...spatial]);
  if (shape.rest !== undefined) giveUp('an input without elements');
  const at = shape.lead.length - needed.length + empty;
  const op = flat ? 'adaptive_avg_pool2d' : opName(kind);
  refuse(
    'pool-output-too-small',
    `${op}(): Expected input to have non-zero size for non-batch dimensions, but input has sizes ${brackets(solve, shape)} with dimension ${at} being empty`,
    { argument: 'input' },
  );
}

function checkDtype(input: TensorValue, { n, how }: Kind, out: readonly Dim[]): void {
  const refused = (): boolean => isIntegral(input.dtype) || isComplex(input.dtype);
  if (n === 1 && how === 'avg' && out.every((size) => size.key === num(1).key)) {
    if (isIntegral(input.dtype)) refuseMean(input);
    return;
  }
  kernelTakes(input, n === 3 ? `adaptive_${how}_pool3d_cpu` : `adaptive_${how}_pool2d`, refused);
  if (input.dtype !== undefined && !isFloat(input.dtype)) giveUp(`a pool of ${input.dtype}`);
}

const withIndices = (pooled: TensorValue): Value => tuple([pooled, tensor(pooled.shape, 'int64')]);

const avgNames = ['torch.adaptive_avg_pool1d', ...[1, 2, 3].map((n) => `torch.nn.functional.adaptive_avg_pool${n}d`)];
const maxNames = [1, 2, 3].flatMap((n) => [
  `torch.nn.functional.adaptive_max_pool${n}d`,
  `torch.nn.functional.adaptive_max_pool${n}d_with_indices`,
]);

export const adaptivePool = operator({
  id: 'adaptive-pool',
  names: [...avgNames, 'torch.adaptive_max_pool1d', ...maxNames],
  params: signatures,
  infer: answering((call, solve, name) => {
    const kind = kindOf(name);
    const pooled = pool(solve, call.tensor('input'), kind, wantedSizes(call, kind));
    if (kind.how === 'avg') return pooled;
    const indices = !name.startsWith('torch.nn.') || name.endsWith('_with_indices') || call.bool('return_indices');
    return indices ? withIndices(pooled) : pooled;
  }),
});

export const adaptivePoolLayer = layer({
  id: 'adaptive-pool',
  names: ['Avg', 'Max'].flatMap((how) => [1, 2, 3].map((n) => `torch.nn.Adaptive${how}Pool${n}d`)),
  params: (name) => (name.includes('Max') ? ['output_size: any, return_indices: bool = False'] : ['output_size: any']),
  inputs: ['input: Tensor'],
  build: building(() => plain()),
  forward: applying((self, call, solve, name) => {
    const kind = kindOf(name);
    if (self.value('output_size').kind === 'none') giveUp('output_size is None');
    const pooled = pool(solve, call.tensor('input'), kind, wantedSizes(self, kind));
    return kind.how === 'max' && self.bool('return_indices') ? withIndices(pooled) : pooled;
  }),
});
