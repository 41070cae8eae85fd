/**
 * Padding of the last dims: with a constant, or with values from the input.
 *
 * Shapes: pad (left, right, top, bottom, ...) -> the last dim + left + right, the one before it + top + bottom, ...;
 * negative numbers crop. Padding with the input's values takes one batch dim and one channel dim at most.
 * Errors: `padding-length`, `padding-too-large`, `padding-negative-size`, `input-rank-mismatch`, `invalid-argument`,
 * `dtype-not-supported`.
 * Source: torch.nn.functional.pad, torch.nn.{Zero,Constant,Reflection,Replication,Circular}Pad1d/2d/3d, PyTorch 2.13.
 */
import { layer, operator, type Call, type Solve } from '../core/infer/operator';
import { tensor, type TensorValue } from '../core/infer/value';
import { add, neg, type Dim } from '../core/shape/dim';
import { dimsOf } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { rankOf } from './common/axes';
import { applying, building, plain, textOf } from './common/construction';
import { kernelTakes } from './common/dtypes';
import { checkCopying, nothingToCopy, paddingRankSentence, type Sides } from './common/padding';
import { append, intTuple } from './common/sizes';
import { spatialDims } from './common/window';
import { signatures } from './signature';

type Mode = 'constant' | 'reflect' | 'replicate' | 'circular';

function padded(solve: Solve, input: TensorValue, pad: readonly Dim[], mode: Mode): TensorValue {
  if (pad.length % 2 !== 0) {
    if (mode !== 'constant') giveUp('padding of an odd length');
    refuse('padding-length', 'Padding length must be divisible by 2', { argument: 'pad' });
  }
  const count = pad.length / 2;
  checkRank(solve, input, count, mode);
  const { before, last } = solve.trailing(input, count);
  // The last dim first, as in the list.
  const sides = Array.from({ length: count }, (_, i): Sides => [pad[2 * i] as Dim, pad[2 * i + 1] as Dim]);
  if (mode !== 'constant') {
    if (nothingToCopy(solve, dimsOf(solve.shape(input))?.slice(-count - 1) ?? last))
      giveUp('an input without elements');
    if (mode !== 'replicate') checkCopying(solve, mode, before, last, sides);
  }
  const out = last.map((size, i) => {
    const [left, right] = sides[count - 1 - i] as Sides;
    return add(size, add(left, right));
  });
  checkResult(solve, out, mode, sides);
  if (mode === 'reflect' && count === 1 && input.dtype === 'bool') kernelTakes(input, 'reflection_pad1d', () => true);
  if (mode !== 'constant' && input.dtype === 'bool') giveUp('padding of bool');
  return tensor(append(before, out), input.dtype);
}

function checkRank(solve: Solve, input: TensorValue, count: number, mode: Mode): void {
  const rank = rankOf(solve, input);
  if (mode === 'constant') {
    if (solve.minRank(input, count)) return;
    refuse(
      'padding-length',
      `Padding length should be less than or equal to two times the input dimension but got padding length ${2 * count} and input of dimension ${rank ?? 0}`,
      { argument: 'pad' },
    );
  }
  if (count >= 1 && count <= 3 && solve.rank(input, [count + 1, count + 2])) return;
  if (rank === undefined) giveUp('the number of dims is not known');
  refuse('input-rank-mismatch', paddingRankSentence(2 * count, rank), { argument: 'input' });
}

function checkResult(solve: Solve, out: readonly Dim[], mode: Mode, sides: readonly Sides[]): void {
  const least = mode === 'constant' ? 0 : 1;
  if (out.every((size) => solve.atLeast(size, least))) return;
  if (mode !== 'constant') giveUp('padding that leaves nothing');
  // torch crops one side after the other.
  if (sides.some(([left, right]) => solve.less(neg(left), left) === 'yes' || solve.less(neg(right), right) === 'yes'))
    giveUp('cropping more than there is');
  refuse('padding-negative-size', 'narrow(): length must be non-negative.', { argument: 'pad' });
}

const modes: readonly string[] = ['constant', 'reflect', 'replicate', 'circular'];

function modeOf(call: Call): Mode {
  const mode = textOf(call, 'mode') ?? giveUp('the mode is not known');
  if (!modes.includes(mode)) refuse('invalid-argument', `Unrecognised padding mode ${mode}`, { argument: 'mode' });
  if (mode !== 'constant' && !['none', 'unknown', 'latent'].includes(call.value('value').kind))
    refuse('invalid-argument', `Padding mode "${mode}" doesn't take in value argument`, { argument: 'value' });
  return mode as Mode;
}

export const pad = operator({
  id: 'pad',
  names: ['torch.nn.functional.pad', 'torch.constant_pad_nd'],
  params: signatures,
  infer: answering((call, solve, name) => {
    if (call.value('pad').kind === 'int') giveUp('pad is not a tuple');
    if (name.endsWith('constant_pad_nd') && call.ints('pad').length % 2 === 1)
      refuse('padding-length', `Length of pad must be even but instead it equals ${call.ints('pad').length}`, {
        argument: 'pad',
      });
    const mode = name.endsWith('constant_pad_nd') ? 'constant' : modeOf(call);
    return padded(solve, call.tensor('input'), call.ints('pad'), mode);
  }),
});

const kinds: Readonly<Record<string, Mode>> = {
  Circular: 'circular',
  Constant: 'constant',
  Reflection: 'reflect',
  Replication: 'replicate',
  Zero: 'constant',
};
const kindOf = (name: string): string => name.slice('torch.nn.'.length, name.indexOf('Pad'));

export const padLayer = layer({
  id: 'pad',
  names: Object.keys(kinds).flatMap((kind) => [1, 2, 3].map((n) => `torch.nn.${kind}Pad${n}d`)),
  params: (name) => [name.includes('Constant') ? 'padding: any, value: float' : 'padding: any'],
  inputs: ['input: Tensor'],
  build: building((call, _solve, name) => {
    const [first, ...more] = call.ints('padding');
    const single = first !== undefined && more.length === 0 && call.items(call.value('padding')) === undefined;
    return plain({ padding: intTuple(single ? Array<Dim>(2 * spatialDims(name)).fill(first) : call.ints('padding')) });
  }),
  forward: applying((self, call, solve, name) => {
    const input = call.tensor('input');
    const n = spatialDims(name);
    const mode = kinds[kindOf(name)] ?? giveUp(`the layer ${name}`);
    if (mode === 'circular' && !solve.rank(input, [n + 1, n + 2])) {
      const rank = rankOf(solve, input) ?? 'another ';
      refuse('input-rank-mismatch', `expected ${n + 1}D or ${n + 2}D input (got ${rank}D input)`, {
        argument: 'input',
      });
    }
    return padded(solve, input, self.ints('padding'), mode);
  }),
});
