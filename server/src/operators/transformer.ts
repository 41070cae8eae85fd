/**
 * Transformer encoder and decoder layers, stacks of them, and the whole model: the first input's shape stays.
 *
 * Shapes: src (S, *n, E), tgt (T, *n, E), memory (S, *n, E), or with the batch first -> the shape of src (encoder) or tgt
 * (decoder, model); *n is a batch dim or nothing. A stack has the sizes of the layer that it repeats.
 * Errors: `attention-size-mismatch`, `normalized-shape-mismatch`, `heads-not-dividing`, `transformer-size-mismatch`,
 * `attention-mask-mismatch`, `input-rank-mismatch`, `invalid-argument`.
 * Source: torch.nn.TransformerEncoderLayer, TransformerDecoderLayer, TransformerEncoder, TransformerDecoder, Transformer,
 * PyTorch 2.13.
 */
import { layer, type Built, type Call, type Layer, type Solve } from '../core/infer/operator';
import { int, tensor, type TensorValue } from '../core/infer/value';
import { mul, num, type Dim } from '../core/shape/dim';
import { dimsOf } from '../core/shape/shape';
import { giveUp, refuse } from './common/answer';
import { applying, building, flag, plain, tensorIfKnown, textOf } from './common/construction';
import { brackets, torchSize } from './common/sizes';
import { checkHeads } from './multihead-attention';
import { signatures } from './signature';

interface Options {
  readonly width: Dim;
  readonly batchFirst: boolean;
  readonly normFirst: boolean | undefined;
}

/** The first attention or norm of a layer meets an input of the wrong last size. */
function checkWidth(solve: Solve, t: TensorValue, { width, normFirst }: Options, argument: string): void {
  const found = solve.trailing(t, 1).last[0] as Dim;
  if (solve.same(found, width, `the transformer has d_model ${solve.text(width)}`)) return;
  if (normFirst === undefined) giveUp('norm_first is not known');
  const wanted = solve.text(width);
  if (normFirst)
    refuse(
      'normalized-shape-mismatch',
      `Given normalized_shape=[${wanted}], expected input with shape [*, ${wanted}], but got input of size${brackets(solve, solve.shape(t))}`,
      { argument },
    );
  refuse('attention-size-mismatch', `was expecting embedding dimension of ${wanted}, but got ${solve.text(found)}`, {
    argument,
  });
}

function checkRank(solve: Solve, t: TensorValue, argument: string): void {
  if (solve.rank(t, [2, 3])) return;
  const rank = dimsOf(solve.shape(t))?.length ?? 0;
  refuse(
    'input-rank-mismatch',
    `query should be unbatched 2D or batched 3D tensor but received ${rank}-D query tensor`,
    { argument },
  );
}

/** A square mask between positions, as the first attention checks it. */
function checkMask(
  solve: Solve,
  mask: TensorValue | null,
  t: TensorValue,
  batchFirst: boolean,
  argument: string,
): void {
  const dims = dimsOf(solve.shape(t));
  const sizes = mask === null ? undefined : dimsOf(solve.shape(mask));
  if (dims === undefined || sizes?.length !== 2) return;
  const length = dims[batchFirst ? dims.length - 2 : 0] as Dim;
  if (sizes.every((size) => solve.same(size, length))) return;
  const wanted = solve.text(length);
  refuse(
    'attention-mask-mismatch',
    `The shape of the 2D attn_mask is ${torchSize(solve, sizes)}, but should be (${wanted}, ${wanted}).`,
    { argument },
  );
}

/** Memory must have the decoder's batch and width. */
function checkMemory(solve: Solve, tgt: TensorValue, memory: TensorValue, o: Options): void {
  const [a, b] = [dimsOf(solve.shape(tgt)), dimsOf(solve.shape(memory))];
  if (a === undefined || b === undefined) return;
  // The messages of the attention between them depend on details; only agreement is learned.
  if (a.length !== b.length) giveUp('target and memory with different numbers of dims');
  const pairs: (readonly [Dim, Dim])[] = [[b[b.length - 1] as Dim, o.width]];
  if (a.length === 3) pairs.push([a[o.batchFirst ? 0 : 1] as Dim, b[o.batchFirst ? 0 : 1] as Dim]);
  for (const [x, y] of pairs) if (!solve.same(x, y)) giveUp('target and memory of different sizes');
}

const optionsOf = (self: Call): Options => ({
  width: self.int('d_model'),
  batchFirst: flag(self, 'batch_first') ?? giveUp('batch_first is not known'),
  normFirst: flag(self, 'norm_first'),
});

/** The model checks batch and width of both inputs itself. */
function checkModel(solve: Solve, src: TensorValue, tgt: TensorValue, o: Options): void {
  const [a, b] = [dimsOf(solve.shape(src)), dimsOf(solve.shape(tgt))];
  if (a === undefined || b === undefined) return;
  const at = o.batchFirst ? 0 : 1;
  if (a.length === 3 && (a.length !== b.length || !solve.same(a[at] as Dim, b[at] as Dim))) {
    if (b.length < 2) giveUp('a target of another number of dims');
    if (a.length !== b.length && solve.equal(a[at] as Dim, b[at] as Dim) !== 'no')
      giveUp('a target of another number of dims');
    refuse('transformer-size-mismatch', 'the batch number of src and tgt must be equal', { argument: 'tgt' });
  }
  for (const [t, argument] of [
    [src, 'src'],
    [tgt, 'tgt'],
  ] as const) {
    if (!solve.same(solve.trailing(t, 1).last[0] as Dim, o.width, `the transformer has d_model ${solve.text(o.width)}`))
      refuse('transformer-size-mismatch', 'the feature number of src and tgt must be equal to d_model', { argument });
  }
}

/** A mask that PyTorch refuses for its element type leaves the result open. */
const maskOf = (call: Call, name: string): TensorValue | null => {
  const mask = tensorIfKnown(call, name);
  const sound = mask?.dtype === undefined || mask.dtype === 'bool' || mask.dtype === 'float32';
  return sound ? mask : giveUp('a mask of another element type');
};

/** The masks whose refusal has no words here: they must certainly fit. */
function otherMasks(
  call: Call,
  names: readonly string[],
  solve: Solve,
  sizes: (rank: number) => readonly (readonly Dim[])[],
): void {
  for (const name of names) {
    const mask = maskOf(call, name);
    const found = mask === null ? undefined : dimsOf(solve.shape(mask));
    if (mask === null) continue;
    if (found === undefined) giveUp('a mask of an open rank');
    const fits = sizes(found.length).some(
      (wanted) =>
        wanted.length === found.length && wanted.every((size, i) => solve.equal(size, found[i] as Dim) === 'yes'),
    );
    if (!fits) giveUp('a mask that may not fit');
  }
}

/** Batch and length of an input; no batch without one. */
function lengths(
  solve: Solve,
  t: TensorValue,
  batchFirst: boolean,
): { readonly batch: readonly Dim[]; readonly length: Dim } {
  const dims = solve.dims(t);
  if (dims.length === 2) return { batch: [], length: dims[0] as Dim };
  return { batch: [dims[batchFirst ? 0 : 1] as Dim], length: dims[batchFirst ? 1 : 0] as Dim };
}

/** Attention masks of three dims and padding masks, where any is given. */
function checkOthers(
  call: Call,
  self: Call,
  solve: Solve,
  o: Options,
  query: TensorValue,
  key: TensorValue,
  attention: string,
  padding: string,
): void {
  const given = (name: string): boolean => call.value(name).kind !== 'none';
  if (!given(attention) && !given(padding)) return;
  const [q, k] = [lengths(solve, query, o.batchFirst), lengths(solve, key, o.batchFirst)];
  const rows = [...q.batch, self.int('nhead')].reduce((a, b) => mul(a, b), num(1));
  if (given(attention))
    otherMasks(call, [attention], solve, () => [
      [q.length, k.length],
      [rows, q.length, k.length],
    ]);
  if (given(padding)) otherMasks(call, [padding], solve, () => [[...k.batch, k.length]]);
}

/** The parameters' element type isn't kept; float32 is what they have unless the user changes it. */
function checkDtype(...inputs: readonly TensorValue[]): void {
  if (inputs.some(({ dtype }) => dtype !== undefined && dtype !== 'float32'))
    giveUp('a transformer of another element type');
}

/** An input that goes through unchanged in shape. */
function keep(solve: Solve, input: TensorValue, argument: string): TensorValue {
  checkDtype(input);
  checkRank(solve, input, argument);
  return tensor(solve.shape(input), input.dtype);
}

const build = building((call, solve, name) => {
  if (name.endsWith('Encoder') || name.endsWith('Decoder'))
    return stack(call, name.endsWith('Encoder') ? 'encoder_layer' : 'decoder_layer');
  const [width, heads] = [call.int('d_model'), call.int('nhead')];
  checkHeads(solve, width, heads, ['d_model', 'nhead']);
  if (solve.less(call.int('dim_feedforward'), num(0)) === 'yes') giveUp('a negative size');
  const activation = textOf(call, 'activation');
  if (activation !== undefined && activation !== 'relu' && activation !== 'gelu')
    refuse('invalid-argument', `activation should be relu/gelu, not ${activation}`, { argument: 'activation' });
  for (const count of ['num_encoder_layers', 'num_decoder_layers'])
    if (name === 'torch.nn.Transformer' && solve.less(call.int(count), num(1)) === 'yes')
      giveUp('a model without layers');
  return plain({ d_model: int(width), nhead: int(heads) });
});

/** A stack repeats a layer: it has that one's sizes. */
function stack(call: Call, argument: string): Built {
  const repeated = call.value(argument);
  const attributes = ['d_model', 'nhead', 'batch_first', 'norm_first'].map(
    (name) => [name, call.layerAttribute(repeated, name)] as const,
  );
  // Another kind of layer may do anything with its input.
  if (attributes.some(([, value]) => value === undefined)) giveUp('a stack of layers of another kind');
  return plain(Object.fromEntries(attributes.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))));
}

/** @param mask what the attention mask is called: a layer and a stack differ */
const encode = (mask: string): Layer['forward'] =>
  applying((self, call, solve) => {
    const src = call.tensor('src');
    const kept = keep(solve, src, 'src');
    const options = optionsOf(self);
    checkWidth(solve, src, options, 'src');
    checkMask(solve, maskOf(call, mask), src, options.batchFirst, mask);
    checkOthers(call, self, solve, options, src, src, mask, 'src_key_padding_mask');
    return kept;
  });

export const transformerEncoderLayer = layer({
  id: 'transformer',
  names: ['torch.nn.TransformerEncoderLayer'],
  params: signatures,
  inputs: ['src: Tensor, src_mask: Tensor? = None, src_key_padding_mask: Tensor? = None, is_causal: bool? = None'],
  build,
  forward: encode('src_mask'),
});

export const transformerEncoder = layer({
  id: 'transformer',
  names: ['torch.nn.TransformerEncoder'],
  params: signatures,
  inputs: ['src: Tensor, mask: Tensor? = None, src_key_padding_mask: Tensor? = None, is_causal: bool? = None'],
  build,
  forward: encode('mask'),
});

export const transformerDecoder = layer({
  id: 'transformer',
  names: ['torch.nn.TransformerDecoder', 'torch.nn.TransformerDecoderLayer'],
  params: signatures,
  inputs: [
    'tgt: Tensor, memory: Tensor, tgt_mask: Tensor? = None, memory_mask: Tensor? = None, tgt_key_padding_mask: Tensor? = None, ' +
      'memory_key_padding_mask: Tensor? = None, tgt_is_causal: bool? = None, memory_is_causal: bool = False',
  ],
  build,
  forward: applying((self, call, solve) => {
    const [tgt, memory] = [call.tensor('tgt'), call.tensor('memory')];
    const kept = keep(solve, tgt, 'tgt');
    checkDtype(memory);
    const options = optionsOf(self);
    checkWidth(solve, tgt, options, 'tgt');
    checkMask(solve, maskOf(call, 'tgt_mask'), tgt, options.batchFirst, 'tgt_mask');
    checkMemory(solve, tgt, memory, options);
    checkOthers(call, self, solve, options, tgt, tgt, 'tgt_mask', 'tgt_key_padding_mask');
    checkOthers(call, self, solve, options, tgt, memory, 'memory_mask', 'memory_key_padding_mask');
    return kept;
  }),
});

export const transformer = layer({
  id: 'transformer',
  names: ['torch.nn.Transformer'],
  params: signatures,
  inputs: [
    'src: Tensor, tgt: Tensor, src_mask: Tensor? = None, tgt_mask: Tensor? = None, memory_mask: Tensor? = None, ' +
      'src_key_padding_mask: Tensor? = None, tgt_key_padding_mask: Tensor? = None, memory_key_padding_mask: Tensor? = None, ' +
      'src_is_causal: bool? = None, tgt_is_causal: bool? = None, memory_is_causal: bool = False',
  ],
  build,
  forward: applying((self, call, solve) => {
    const [src, tgt] = [call.tensor('src'), call.tensor('tgt')];
    const options = optionsOf(self);
    checkDtype(src, tgt);
    checkModel(solve, src, tgt, options);
    keep(solve, src, 'src');
    const kept = keep(solve, tgt, 'tgt');
    checkMask(solve, maskOf(call, 'src_mask'), src, options.batchFirst, 'src_mask');
    checkMask(solve, maskOf(call, 'tgt_mask'), tgt, options.batchFirst, 'tgt_mask');
    if (solve.dims(src).length !== solve.dims(tgt).length) giveUp('source and target with different numbers of dims');
    checkOthers(call, self, solve, options, src, src, 'src_mask', 'src_key_padding_mask');
    checkOthers(call, self, solve, options, tgt, tgt, 'tgt_mask', 'tgt_key_padding_mask');
    checkOthers(call, self, solve, options, tgt, src, 'memory_mask', 'memory_key_padding_mask');
    return kept;
  }),
});
