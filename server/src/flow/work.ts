/**
 * Floating-point operations of matrix products and convolutions, two for each multiplication with its addition; other
 * operators count as none.
 *
 * Source: torch.utils.flop_counter, PyTorch 2.13.
 */
import type { Facts } from '../core/shape/facts';
import { add as addDims, num, product, type Dim } from '../core/shape/dim';
import { dimsOf } from '../core/shape/shape';
import type { Value } from '../core/infer/value';

/** One call: the arguments by name, the attributes of the layer, what came out. */
interface Call {
  readonly values: ReadonlyMap<string, Value>;
  readonly attributes: ReadonlyMap<string, Value>;
  readonly value: Value;
  readonly facts: Facts;
}

/** 'unknown': it has some, but they can't be told. */
export type Work = Dim | 'unknown';

type Rule = (call: Call) => Work;

/** @returns undefined where the operator has no matrix product in it */
export function workOf(name: string, call: Call): Work | undefined {
  const short = name.slice(name.lastIndexOf('.') + 1);
  const rule = Object.hasOwn(rules, short) ? rules[short] : undefined;
  return rule?.(call);
}

/** Whether the operator or layer of this short name has matrix products in it. */
export const isWorking = (short: string): boolean => Object.hasOwn(rules, short);

const sizes = ({ facts }: Call, value: Value | undefined): readonly Dim[] | undefined =>
  value?.kind === 'tensor' ? dimsOf(facts.shape(value.shape)) : undefined;

const times = (...factors: readonly (Dim | undefined)[]): Work =>
  factors.every((factor): factor is Dim => factor !== undefined) ? product([num(2), ...factors]) : 'unknown';

const argument = (call: Call, ...names: readonly string[]): Value | undefined =>
  names.map((name) => call.values.get(name)).find((value) => value !== undefined) ?? [...call.values.values()][0];

const count = (dims: readonly Dim[] | undefined): Dim | undefined => dims && product(dims);

/** Each number that comes out is a sum over the last size of what goes in. */
const matrixProduct: Rule = (call) =>
  times(count(sizes(call, call.value)), sizes(call, argument(call, 'self', 'input'))?.at(-1));

/** The same with the matrix in another argument: `addmm(bias, mat1, mat2)`. */
const addedProduct: Rule = (call) => {
  const left = sizes(call, call.values.get('mat1') ?? call.values.get('batch1') ?? call.values.get('mat'));
  return times(count(sizes(call, call.value)), left?.at(-1));
};

const weightOf = (call: Call): readonly Dim[] | undefined =>
  sizes(call, call.attributes.get('weight') ?? call.values.get('weight'));

/** Every place of the output reads the whole weight once: `kernel * channels / groups` for each channel out. */
const convolution: Rule = (call) => {
  const [out, weight] = [sizes(call, call.value), weightOf(call)];
  if (out === undefined || weight === undefined) return 'unknown';
  const spatial = weight.length - 2;
  const batch = out.length === weight.length ? out.slice(0, 1) : [];
  return times(...batch, ...out.slice(out.length - spatial), ...weight);
};

/** Every place of the input is spread over the output. */
const transposedConvolution: Rule = (call) => {
  const [input, weight] = [sizes(call, argument(call, 'input')), weightOf(call)];
  if (input === undefined || weight === undefined) return 'unknown';
  const spatial = weight.length - 2;
  const batch = input.length === weight.length ? input.slice(0, 1) : [];
  return times(...batch, ...input.slice(input.length - spatial), ...weight);
};

const attention: Rule = (call) => {
  const [query, key, value] = ['query', 'key', 'value'].map((name) => sizes(call, call.values.get(name)));
  const [scores, mixed] = [
    times(count(query), key?.at(-2)),
    times(count(query?.slice(0, -1)), key?.at(-2), value?.at(-1)),
  ];
  return scores === 'unknown' || mixed === 'unknown' ? 'unknown' : added(scores, mixed);
};

const added = (a: Dim, b: Dim): Dim => sumOf([a, b]);

/** Every step of every sequence goes through all weights. */
const recurrent: Rule = (call) => {
  const input = sizes(call, argument(call, 'input'));
  const weights = [...call.attributes]
    .filter(([name]) => name.startsWith('weight_'))
    .map(([, each]) => count(sizes(call, each)));
  if (input === undefined || weights.length === 0 || weights.includes(undefined)) return 'unknown';
  return times(...input.slice(0, -1), sumOf(weights.filter((each) => each !== undefined)));
};

const uncounted: Rule = () => 'unknown';

const rules: Readonly<Record<string, Rule>> = {
  Bilinear: uncounted,
  Conv1d: convolution,
  Conv2d: convolution,
  Conv3d: convolution,
  ConvTranspose1d: transposedConvolution,
  ConvTranspose2d: transposedConvolution,
  ConvTranspose3d: transposedConvolution,
  GRU: recurrent,
  GRUCell: recurrent,
  LSTM: recurrent,
  LSTMCell: recurrent,
  LazyConv1d: convolution,
  LazyConv2d: convolution,
  LazyConv3d: convolution,
  LazyLinear: matrixProduct,
  Linear: matrixProduct,
  MultiheadAttention: uncounted,
  RNN: recurrent,
  RNNCell: recurrent,
  Transformer: uncounted,
  TransformerDecoder: uncounted,
  TransformerDecoderLayer: uncounted,
  TransformerEncoder: uncounted,
  TransformerEncoderLayer: uncounted,
  __matmul__: matrixProduct,
  __rmatmul__: uncounted,
  addbmm: uncounted,
  addmm: addedProduct,
  baddbmm: addedProduct,
  bilinear: uncounted,
  bmm: matrixProduct,
  chain_matmul: uncounted,
  conv1d: convolution,
  conv2d: convolution,
  conv3d: convolution,
  conv_transpose1d: transposedConvolution,
  conv_transpose2d: transposedConvolution,
  conv_transpose3d: transposedConvolution,
  einsum: uncounted,
  linear: matrixProduct,
  matmul: matrixProduct,
  mm: matrixProduct,
  multi_dot: uncounted,
  scaled_dot_product_attention: attention,
  tensordot: uncounted,
};

/** The sum of sizes. */
export const sumOf = (dims: readonly Dim[]): Dim => dims.reduce((total, dim) => addDims(total, dim), num(0));
