/**
 * Sliding blocks taken out of pictures and put back: Unfold and Fold.
 *
 * Shapes: unfold (*n, C, H, W) -> (*n, C * kh * kw, L); fold (*n, C * kh * kw, L) -> (*n, C, *output_size), where L is the
 * number of places that the kernel has and *n a batch dim or nothing.
 * Errors: `input-rank-mismatch`, `unfold-no-blocks`, `fold-size-mismatch`, `window-argument-length`,
 * `window-argument-out-of-range`, `dtype-not-supported`.
 * Source: torch.nn.functional.unfold and fold, torch.nn.Unfold and Fold, PyTorch 2.13.
 */
import { layer, operator, type Call, type Solve } from '../core/infer/operator';
import { tensor, type TensorValue } from '../core/infer/value';
import { add, floorDiv, mul, num, product, type Dim } from '../core/shape/dim';
import { answering, giveUp, refuse } from './common/answer';
import { axisSentence, rankOf } from './common/axes';
import { applying, building, plain } from './common/construction';
import { isFloat, kernelTakes } from './common/dtypes';
import { append, brackets, effectiveKernel, isZero, sizeTexts, windowSteps } from './common/sizes';
import { perAxis, windowed } from './common/window';
import { signatures } from './signature';

interface Blocks {
  readonly kernel: readonly Dim[];
  readonly dilation: readonly Dim[];
  readonly padding: readonly Dim[];
  readonly stride: readonly Dim[];
}

/** Two numbers; a list of one is refused here. */
function pair(call: Call, name: string): readonly Dim[] {
  const sentence = (length: number): string => `It is expected ${name} equals to 2, but got size ${length}`;
  if (call.items(call.value(name))?.length === 1) refuse('window-argument-length', sentence(1), { argument: name });
  return perAxis(call, name, 2, (given) => sentence(given.length));
}

function blocksOf(call: Call, solve: Solve): Blocks {
  const blocks = {
    kernel: pair(call, 'kernel_size'),
    dilation: pair(call, 'dilation'),
    padding: pair(call, 'padding'),
    stride: pair(call, 'stride'),
  };
  const check = (values: readonly Dim[], least: number, sentence: string, prefix: string, argument: string): void => {
    if (values.every((value) => solve.atLeast(value, least))) return;
    const [h, w] = sizeTexts(solve, values);
    refuse('window-argument-out-of-range', `${sentence}, but got ${prefix}_height: ${h} ${prefix}_width: ${w}`, {
      argument,
    });
  };
  check(blocks.kernel, 1, 'kernel size should be greater than zero', 'kernel', 'kernel_size');
  check(blocks.dilation, 1, 'dilation should be greater than zero', 'dilation', 'dilation');
  check(blocks.padding, 0, 'padding should be non-negative', 'pad', 'padding');
  check(blocks.stride, 1, 'stride should be greater than zero', 'stride', 'stride');
  return blocks;
}

/** How many places the kernel has along each dim. */
const places = (size: readonly Dim[], b: Blocks): readonly Dim[] =>
  size.map((length, i) => {
    const padded = add(length, mul(num(2), b.padding[i] as Dim));
    return windowSteps(padded, effectiveKernel(b.kernel[i] as Dim, b.dilation[i] as Dim), b.stride[i] as Dim);
  });

const shown = (solve: Solve, sizes: readonly Dim[]): string => `(${sizeTexts(solve, sizes).join(', ')})`;

function unfold(solve: Solve, input: TensorValue, b: Blocks): TensorValue {
  const rank = rankOf(solve, input);
  const { before, channels, spatial } = windowed(solve, input, 2, (sizes) =>
    rank !== undefined && rank < 3
      ? axisSentence(2, rank)
      : `Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but got: [${sizes}]`,
  );
  if ([channels, ...spatial].some((size) => isZero(solve, size))) giveUp('an input without elements');
  const blocks = places(spatial, b);
  if (!blocks.map((size) => solve.atLeast(size, 1)).every(Boolean)) {
    const options = `kernel_size=${shown(solve, b.kernel)}, dilation=${shown(solve, b.dilation)}, padding=${shown(solve, b.padding)}`;
    refuse(
      'unfold-no-blocks',
      `Given input with spatial size ${shown(solve, spatial)}, ${options}, calculated shape of the array of sliding blocks as ` +
        `${shown(solve, blocks)}, but its components must be at least one.`,
      { argument: 'input' },
    );
  }
  checkDtype(input, 'im2col_out_cpu');
  return tensor(append(before, [product([channels, ...b.kernel]), product(blocks)]), input.dtype);
}

function fold(solve: Solve, input: TensorValue, output: readonly Dim[], b: Blocks): TensorValue {
  if (!solve.rank(input, [2, 3]))
    refuse(
      'input-rank-mismatch',
      `Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for input, but got: ${brackets(solve, solve.shape(input))}`,
      { argument: 'input' },
    );
  const { before, last } = solve.trailing(input, 2);
  const [rows, columns] = last as readonly [Dim, Dim];
  if (isZero(solve, rows) || isZero(solve, columns)) giveUp('an input without elements');
  const area = product(b.kernel);
  // Without a batch, PyTorch counts one in.
  const axis = (at: number): number => at - 1;
  if (!solve.divides(area, rows))
    refuse(
      'fold-size-mismatch',
      `Expected size of input's dimension ${axis(2)} to be divisible by the product of kernel_size, but got input.size(${axis(2)})=${solve.text(rows)} and kernel_size=${shown(solve, b.kernel)}.`,
      { argument: 'input' },
    );
  const blocks = places(output, b);
  const count = product(blocks);
  const enough = blocks.every((size) => solve.equal(size, num(0)) === 'no' && solve.less(size, num(0)) !== 'yes');
  if (!enough || !solve.same(columns, count, 'the number of blocks fits the output size'))
    refuseBlocks(solve, output, b, blocks, columns);
  checkDtype(input, 'col2im_out_cpu');
  return tensor(append(before, [floorDiv(rows, area), ...output]), input.dtype);
}

function refuseBlocks(solve: Solve, output: readonly Dim[], b: Blocks, blocks: readonly Dim[], columns: Dim): never {
  const known = blocks.map((size) => solve.number(size));
  if (known.includes(undefined) || solve.number(columns) === undefined) giveUp('the number of blocks is not known');
  const options =
    `output_size=${shown(solve, output)}, kernel_size=${shown(solve, b.kernel)}, dilation=${shown(solve, b.dilation)}, ` +
    `padding=${shown(solve, b.padding)}, stride=${shown(solve, b.stride)}`;
  refuse(
    'fold-size-mismatch',
    `Given ${options}, expected size of input's dimension 2 to match the calculated number of sliding blocks ` +
      `${sizeTexts(solve, blocks).join(' * ')} = ${solve.text(product(blocks))}, but got input.size(2)=${solve.text(columns)}.`,
    { argument: 'input' },
  );
}

function checkDtype(input: TensorValue, kernel: string): void {
  if (input.dtype === 'int64') kernelTakes(input, kernel, () => true);
  if (input.dtype !== undefined && !isFloat(input.dtype)) giveUp(`sliding blocks of ${input.dtype}`);
}

const wantedSize = (call: Call): readonly Dim[] => pair(call, 'output_size');

export const unfoldBlocks = operator({
  id: 'unfold-blocks',
  names: ['torch.nn.functional.fold', 'torch.nn.functional.unfold'],
  params: signatures,
  infer: answering((call, solve, name) => {
    const input = call.tensor('input');
    return name.endsWith('unfold')
      ? unfold(solve, input, blocksOf(call, solve))
      : fold(solve, input, wantedSize(call), blocksOf(call, solve));
  }),
});

export const unfoldBlocksLayer = layer({
  id: 'unfold-blocks',
  names: ['torch.nn.Fold', 'torch.nn.Unfold'],
  params: signatures,
  inputs: ['input: Tensor'],
  build: building(() => plain()),
  forward: applying((self, call, solve, name) => {
    const input = call.tensor('input');
    return name.endsWith('Unfold')
      ? unfold(solve, input, blocksOf(self, solve))
      : fold(solve, input, wantedSize(self), blocksOf(self, solve));
  }),
});
