/**
 * The reverse of a max pool: values put back where they came from, zeros elsewhere.
 *
 * Shapes: (*n, C, *size) and indices of the same shape -> (*n, C, *((size - 1) * stride - 2 * padding + kernel)), or the
 * output_size that is asked for.
 * Errors: `input-rank-mismatch`, `unpool-indices-mismatch`, `output-size-not-possible`, `index-dtype`, `dtype-not-supported`.
 * Source: torch.nn.functional.max_unpool1d/2d/3d, torch.nn.MaxUnpool1d/2d/3d, PyTorch 2.13.
 */
import { layer, operator, type Call, type Solve } from '../core/infer/operator';
import { tensor, type TensorValue } from '../core/infer/value';
import { add, mul, num, sub, type Dim } from '../core/shape/dim';
import { dimsOf } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { rankOf } from './common/axes';
import { applying, building, plain } from './common/construction';
import { isFloat, kernelTakes, scalarName } from './common/dtypes';
import { strictArgument } from './common/pooling';
import { append, sizeTexts, tensorBrackets } from './common/sizes';
import { spatialDims, windowed } from './common/window';
import { signatures } from './signature';

/** @param self what has the window: the call, or the layer */
function unpool(call: Call, self: Call, solve: Solve, n: 1 | 2 | 3): TensorValue {
  const [input, indices] = [call.tensor('input'), call.tensor('indices')];
  const rank = rankOf(solve, input);
  const kernel = strictArgument(self, 'kernel_size', n);
  const [stride, padding] = [strictArgument(self, 'stride', n, kernel), strictArgument(self, 'padding', n)];
  const { before, channels, spatial } = windowed(solve, input, n, () => {
    // Python code asks for the last sizes first, and compares them with the output size.
    if (n !== 2 || rank === undefined || rank < n || call.intsOrNone('output_size') !== null)
      giveUp('an input of another number of dims');
    checkIndexType(indices);
    return `Input to max_unpooling2d should be a 3d or 4d Tensor, but got a tensor with ${rank} dimensions.`;
  });
  if ([...kernel, ...stride].some((size) => solve.less(size, num(1)) === 'yes'))
    giveUp('a window that PyTorch refuses');
  const usual = spatial.map((size, i) => {
    const spread = mul(sub(size, num(1)), stride[i] as Dim);
    return add(sub(spread, mul(num(2), padding[i] as Dim)), kernel[i] as Dim);
  });
  const out = wanted(call, solve, usual, stride, n);
  checkIndices(solve, input, indices, n);
  if (input.dtype === 'int64' && n === 2) kernelTakes(input, 'max_unpool2d', () => true);
  if (input.dtype !== undefined && !isFloat(input.dtype)) giveUp(`an unpool of ${input.dtype}`);
  if (!out.every((size) => solve.atLeast(size, 1)) || [channels, ...spatial].some((size) => solve.number(size) === 0))
    giveUp('nothing to put back');
  return tensor(append(before, [channels, ...out]), input.dtype);
}

/** The sizes asked for, within one stride of the usual ones. */
function wanted(call: Call, solve: Solve, usual: readonly Dim[], stride: readonly Dim[], n: number): readonly Dim[] {
  const given = call.intsOrNone('output_size');
  if (given === null) return usual;
  if (given.length !== n && given.length !== n + 2)
    refuse(
      'output-size-not-possible',
      `output_size should be a sequence containing ${n} or ${n + 2} elements, but it has a length of '${given.length}'`,
      { argument: 'output_size' },
    );
  const sizes = given.slice(given.length - n);
  sizes.forEach((size, i) => {
    const [least, most] = [sub(usual[i] as Dim, stride[i] as Dim), add(usual[i] as Dim, stride[i] as Dim)];
    if (solve.atLeast(size, add(least, num(1))) && solve.atLeast(sub(most, num(1)), size)) return;
    const [a, b] = sizeTexts(solve, [least, most]);
    const shown = sizeTexts(solve, sizes).join(', ');
    if (n === 1) giveUp('another output size');
    refuse('output-size-not-possible', `invalid output_size "(${shown})" (dim ${i} must be between ${a} and ${b})`, {
      argument: 'output_size',
    });
  });
  return sizes;
}

function checkIndexType(indices: TensorValue): void {
  if (indices.dtype !== undefined && indices.dtype !== 'int64')
    refuse('index-dtype', `elements in indices should be type int64 but got: ${scalarName(indices.dtype)}`, {
      argument: 'indices',
    });
}

function checkIndices(solve: Solve, input: TensorValue, indices: TensorValue, n: number): void {
  checkIndexType(indices);
  const [a, b] = [dimsOf(solve.shape(input)), dimsOf(solve.shape(indices))];
  if (
    a !== undefined &&
    b !== undefined &&
    !(a.length === b.length && a.every((size, i) => solve.same(size, b[i] as Dim)))
  ) {
    if (n !== 2) giveUp('indices of another shape');
    const shapes = `([${tensorBrackets(solve, input).slice(1, -1)}]) but got indices tensor with shape: ${tensorBrackets(solve, indices)}`;
    refuse('unpool-indices-mismatch', `Expected shape of indices to be same as that of the input tensor ${shapes}`, {
      argument: 'indices',
    });
  }
}

export const maxUnpool = operator({
  id: 'max-unpool',
  names: [1, 2, 3].map((n) => `torch.nn.functional.max_unpool${n}d`),
  params: signatures,
  infer: answering((call, solve, name) => unpool(call, call, solve, spatialDims(name))),
});

export const maxUnpoolLayer = layer({
  id: 'max-unpool',
  names: [1, 2, 3].map((n) => `torch.nn.MaxUnpool${n}d`),
  params: signatures,
  inputs: ['input: Tensor, indices: Tensor, output_size: int[]? = None'],
  // A stride that was left out is the kernel size.
  build: building((call) => plain(call.value('stride').kind === 'none' ? { stride: call.value('kernel_size') } : {})),
  forward: applying((self, call, solve, name) => unpool(call, self, solve, spatialDims(name))),
});
