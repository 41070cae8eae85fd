/**
 * Multi-head attention.
 *
 * Shapes: query (L, *n, E), key (S, *n, K), value (S, *n, V), or with the batch first, -> (L, *n, E) and weights
 * (*n, L, S) or, not averaged, (*n, heads, L, S); *n is a batch dim or nothing. Without need_weights None.
 * Errors: `attention-size-mismatch`, `heads-not-dividing`, `attention-mask-mismatch`, `matmul-inner-dim-mismatch`,
 * `input-rank-mismatch`, `invalid-argument`, `negative-size`, `dtype-mismatch`.
 * Source: torch.nn.MultiheadAttention, torch.nn.functional.multi_head_attention_forward, PyTorch 2.13.
 */
import { layer, type Call, type FixIntent, type Solve } from '../core/infer/operator';
import { int, none, tensor, tuple, type TensorValue, type Value } from '../core/infer/value';
import { add, floorDiv, mul, num, type Dim } from '../core/shape/dim';
import { isFloating } from '../core/shape/dtype';
import { dimsOf, shapeOf } from '../core/shape/shape';
import { giveUp, refuse } from './common/answer';
import {
  applying,
  building,
  factoryDtype,
  flag,
  notNegative,
  tensorIfKnown,
  withParameters,
} from './common/construction';
import { cppName, differ, isFloat, refuseDtypes, scalarName } from './common/dtypes';
import { joined, setTo, torchSize } from './common/sizes';
import { signatures } from './signature';

/** Sizes of one call, the batch taken out. */
interface Sizes {
  readonly embed: Dim;
  readonly heads: Dim;
  /** null without a batch dim. */
  readonly batch: Dim | null;
  readonly queries: Dim;
  readonly keys: Dim;
}

const clash = 'attention-size-mismatch';

/** The dims of query, key and value, sequence first as PyTorch's messages have them. */
function sequenceFirst(solve: Solve, t: TensorValue, batchFirst: boolean): readonly Dim[] {
  const dims = solve.dims(t);
  const [a, b, c] = dims;
  return batchFirst && dims.length === 3 ? [b as Dim, a as Dim, c as Dim] : dims;
}

function checkRanks(solve: Solve, query: TensorValue, key: TensorValue, value: TensorValue): number {
  const rank = solve.rank(query, [2, 3]) ? solve.dims(query).length : (dimsOf(solve.shape(query))?.length ?? 0);
  if (rank !== 2 && rank !== 3)
    refuse(
      'input-rank-mismatch',
      `query should be unbatched 2D or batched 3D tensor but received ${rank}-D query tensor`,
      { argument: 'query' },
    );
  if ([key, value].every((t) => solve.rank(t, [rank]))) return rank;
  const [k, v] = [key, value].map((t) => dimsOf(solve.shape(t))?.length ?? '?');
  const kind = rank === 3 ? 'batched (3-D)' : 'unbatched (2-D)';
  refuse(
    'input-rank-mismatch',
    `For ${kind} \`query\`, expected \`key\` and \`value\` to be ${rank}-D but found ${k}-D and ${v}-D tensors respectively`,
    { argument: 'key' },
  );
}

/** PyTorch puts a batch of one in before it compares. */
const batched = (dims: readonly Dim[]): readonly Dim[] =>
  dims.length === 2 ? [dims[0] as Dim, num(1), dims[1] as Dim] : dims;

function checkWidths(self: Call, call: Call, solve: Solve, all: readonly (readonly Dim[])[], s: Sizes): void {
  const [q, k, v] = all as [readonly Dim[], readonly Dim[], readonly Dim[]];
  const last = (dims: readonly Dim[]): Dim => dims[dims.length - 1] as Dim;
  if (!solve.same(last(q), s.embed, `the attention has embed_dim ${solve.text(s.embed)}`))
    refuse(clash, `was expecting embedding dimension of ${solve.text(s.embed)}, but got ${solve.text(last(q))}`, {
      argument: 'query',
      fixes: embedFix(solve, s, last(q)),
    });
  const [kdim, vdim] = [self.int('kdim'), self.int('vdim')];
  const packed = solve.equal(kdim, s.embed) === 'yes' && solve.equal(vdim, s.embed) === 'yes';
  if (packed) {
    if (!k.every((size, i) => solve.same(size, v[i] as Dim)))
      refuse(
        clash,
        `key shape ${torchSize(solve, batched(k))} does not match value shape ${torchSize(solve, batched(v))}`,
        { argument: 'value' },
      );
    if (solve.same(last(k), s.embed)) return;
    const rows = joined(solve, [k.slice(0, -1).reduce((a, b) => mul(a, b), num(1))]);
    // One tensor for both goes through one product with both weights.
    const columns = call.value('key') === call.value('value') ? mul(num(2), s.embed) : s.embed;
    refuse(
      'matmul-inner-dim-mismatch',
      `mat1 and mat2 shapes cannot be multiplied (${rows}x${joined(solve, [last(k)])} and ${joined(solve, [s.embed, columns])})`,
      { argument: 'key', fixes: setTo(solve, 'layer', 'kdim', last(k)) },
    );
  }
  if (!k.slice(0, -1).every((size, i) => solve.same(size, v[i] as Dim)))
    refuse(
      clash,
      `key's sequence and batch dims ${torchSize(solve, k.slice(0, 2))} do not match value's ${torchSize(solve, v.slice(0, 2))}`,
      { argument: 'value' },
    );
  for (const [name, dims, size] of [
    ['key', k, kdim],
    ['value', v, vdim],
  ] as const) {
    if (solve.same(last(dims), size)) continue;
    const embed = solve.text(s.embed);
    refuse(
      clash,
      `expecting ${name} weights shape of (${embed}, ${solve.text(last(dims))}), but got torch.Size([${embed}, ${solve.text(size)}])`,
      {
        argument: name,
        fixes: setTo(solve, 'layer', name === 'key' ? 'kdim' : 'vdim', last(dims)),
      },
    );
  }
}

/** A new embed_dim must still be divisible by the heads. */
function embedFix(solve: Solve, s: Sizes, size: Dim): readonly FixIntent[] {
  const [wanted, heads] = [solve.number(size), solve.number(s.heads)];
  return wanted === undefined || heads === undefined || wanted % heads !== 0
    ? []
    : setTo(solve, 'layer', 'embed_dim', size);
}

function checkBatch(self: Call, solve: Solve, k: readonly Dim[], s: Sizes): void {
  const found = k[1] as Dim;
  if (s.batch === null || solve.same(found, s.batch, 'query and key have the same batch size')) return;
  // A bias is put at the keys' end, as often as there are queries in the batch.
  if (flag(self, 'add_bias_kv') ?? giveUp('add_bias_kv is not known'))
    refuse(
      clash,
      `Sizes of tensors must match except in dimension 0. Expected size ${solve.text(found)} but got size ${solve.text(s.batch)} for tensor number 1 in the list.`,
      { argument: 'key' },
    );
  const [length, embed] = [k[0] as Dim, s.embed];
  const shape = [length, mul(s.batch, s.heads), floorDiv(embed, s.heads)].map((d) => solve.text(d)).join(', ');
  refuse(clash, `shape '[${shape}]' is invalid for input of size ${solve.text(mul(mul(length, found), embed))}`, {
    argument: 'key',
  });
}

/** Masks are made floats before anything else is looked at. */
function checkMaskType(mask: TensorValue | null, argument: string): void {
  const dtype = mask?.dtype;
  if (dtype === undefined || dtype === 'bool') return;
  if (!isFloating(dtype))
    refuse('attention-mask-mismatch', `only bool and floating types of ${argument} are supported`, { argument });
}

function checkPaddingMask(solve: Solve, mask: TensorValue | null, s: Sizes): void {
  if (mask === null) return;
  const id = 'attention-mask-mismatch';
  const rank = s.batch === null ? 1 : 2;
  if (!solve.rank(mask, [rank])) {
    const kind = s.batch === null ? 'unbatched (2-D)' : 'batched (3-D)';
    const found = dimsOf(solve.shape(mask))?.length ?? '?';
    refuse(
      id,
      `For ${kind} \`query\`, expected \`key_padding_mask\` to be \`None\` or ${rank}-D but found ${found}-D tensor instead`,
      { argument: 'key_padding_mask' },
    );
  }
  const wanted = s.batch === null ? [s.keys] : [s.batch, s.keys];
  for (const [i, size] of solve.dims(mask).entries()) {
    const expected = wanted[i] as Dim;
    if (solve.same(size, expected)) continue;
    if (s.batch === null) giveUp('a padding mask of another length');
    refuse(id, `Expected key_padded_mask.shape[${i}] to be ${solve.text(expected)}, but got ${solve.text(size)}`, {
      argument: 'key_padding_mask',
    });
  }
}

function checkMask(solve: Solve, mask: TensorValue | null, s: Sizes): void {
  if (mask === null) return;
  const id = 'attention-mask-mismatch';
  if (!solve.rank(mask, [2, 3])) {
    const kind = s.batch === null ? 'unbatched (2-D)' : 'batched (3-D)';
    const found = dimsOf(solve.shape(mask))?.length ?? '?';
    refuse(
      id,
      `For ${kind} \`query\`, expected \`attn_mask\` to be \`None\`, 2-D or 3-D but found ${found}-D tensor instead`,
      { argument: 'attn_mask' },
    );
  }
  const dims = dimsOf(solve.shape(mask));
  if (dims === undefined) return;
  const first = s.batch === null ? s.heads : mul(s.batch, s.heads);
  const wanted = dims.length === 2 ? [s.queries, s.keys] : [first, s.queries, s.keys];
  if (dims.every((size, i) => solve.same(size, wanted[i] as Dim))) return;
  const expected = wanted.map((d) => solve.text(d)).join(', ');
  refuse(
    id,
    s.batch === null && dims.length === 3
      ? `Expected \`attn_mask\` shape to be (${expected}) but got ${torchSize(solve, dims)}`
      : `The shape of the ${dims.length}D attn_mask is ${torchSize(solve, dims)}, but should be (${expected}).`,
    { argument: 'attn_mask' },
  );
}

/**
 * All have the type of the weights. What stands in memory as it is read goes through one product with the bias,
 * a transposed batch through a plain product.
 */
function checkDtypes(self: Call, solve: Solve, all: readonly TensorValue[], batchFirst: boolean): void {
  const weight = ['in_proj_weight', 'q_proj_weight']
    .map((name) => self.value(name))
    .find(({ kind }) => kind === 'tensor');
  const wanted = weight?.kind === 'tensor' ? weight.dtype : undefined;
  const biased = self.value('in_proj_bias').kind === 'tensor';
  for (const t of all) {
    const { dtype } = t;
    if (dtype === undefined || wanted === undefined || dtype === wanted) continue;
    const dims = solve.dims(t);
    const isTransposed =
      batchFirst && dims.length === 3 && dims.slice(0, 2).every((size) => solve.equal(size, num(1)) !== 'yes');
    refuseDtypes(
      biased && !isTransposed
        ? `mat1 and mat2 must have the same dtype, but got ${scalarName(dtype)} and ${scalarName(wanted)}`
        : `expected m1 and m2 to have the same dtype, but got: ${cppName(dtype)} != ${cppName(wanted)}`,
      'query',
    );
  }
  if (all.some(({ dtype }) => dtype !== undefined && !isFloat(dtype))) giveUp('attention of whole numbers');
}

function attend(self: Call, call: Call, solve: Solve): Value {
  const [query, key, value] = [call.tensor('query'), call.tensor('key'), call.tensor('value')];
  const batchFirst = flag(self, 'batch_first') ?? giveUp('batch_first is not known');
  const padding = tensorIfKnown(call, 'key_padding_mask');
  const mask = tensorIfKnown(call, 'attn_mask');
  checkMaskType(padding, 'key_padding_mask');
  checkMaskType(mask, 'attn_mask');
  const rank = checkRanks(solve, query, key, value);
  const all = [query, key, value].map((t) => sequenceFirst(solve, t, batchFirst));
  const [q, k] = all as [readonly Dim[], readonly Dim[], readonly Dim[]];
  const s: Sizes = {
    embed: self.int('embed_dim'),
    heads: self.int('num_heads'),
    batch: rank === 3 ? (q[1] as Dim) : null,
    queries: q[0] as Dim,
    keys: k[0] as Dim,
  };
  if (flag(call, 'is_causal') === true && call.value('attn_mask').kind === 'none')
    refuse(
      'invalid-argument',
      'Need attn_mask if specifying the is_causal hint. You may use the Transformer module method `generate_square_subsequent_mask` to create this mask.',
      { argument: 'is_causal' },
    );
  // Without a batch, a mask of three dims is looked at first.
  const early = mask !== null && s.batch === null && dimsOf(solve.shape(mask))?.length === 3;
  if (early) checkMask(solve, mask, s);
  checkWidths(self, call, solve, all, s);
  checkDtypes(self, solve, [query, key, value], batchFirst);
  if (!early) checkMask(solve, mask, s);
  checkBatch(self, solve, k, s);
  checkPaddingMask(solve, padding, s);
  for (const t of [padding, mask])
    if (t !== null && t.dtype !== 'bool' && differ(t.dtype, query.dtype)) giveUp('a mask of another element type');
  return tuple([tensor(solve.shape(query), query.dtype), weightsOf(self, call, s, query)]);
}

function weightsOf(self: Call, call: Call, s: Sizes, query: TensorValue): Value {
  if (!(flag(call, 'need_weights') ?? giveUp('need_weights is not known'))) return none;
  const average = flag(call, 'average_attn_weights') ?? giveUp('average_attn_weights is not known');
  const extra = ['add_bias_kv', 'add_zero_attn']
    .map((name) => flag(self, name) ?? giveUp(`${name} is not known`))
    .filter(Boolean).length;
  const dims = [
    ...(s.batch === null ? [] : [s.batch]),
    ...(average ? [] : [s.heads]),
    s.queries,
    add(s.keys, num(extra)),
  ];
  return tensor(shapeOf(dims), query.dtype);
}

export const multiheadAttentionLayer = layer({
  id: 'multihead-attention',
  names: ['torch.nn.MultiheadAttention'],
  params: signatures,
  inputs: [
    'query: Tensor, key: Tensor, value: Tensor, key_padding_mask: Tensor? = None, need_weights: bool = True, attn_mask: Tensor? = None, ' +
      'average_attn_weights: bool = True, is_causal: bool = False',
  ],
  build: building((call, solve) => {
    const [embed, heads] = [call.int('embed_dim'), call.int('num_heads')];
    checkHeads(solve, embed, heads);
    const [kdim, vdim] = [call.intOrNone('kdim') ?? embed, call.intOrNone('vdim') ?? embed];
    notNegative(solve, [kdim, vdim]);
    const packed = solve.equal(kdim, embed) === 'yes' && solve.equal(vdim, embed) === 'yes';
    const [dtype, biased, extra] = [factoryDtype(call), flag(call, 'bias'), flag(call, 'add_bias_kv')];
    const row = shapeOf([num(1), num(1), embed]);
    return withParameters(
      {
        in_proj_weight: [packed, shapeOf([mul(num(3), embed), embed]), dtype],
        q_proj_weight: [!packed, shapeOf([embed, embed]), dtype],
        k_proj_weight: [!packed, shapeOf([embed, kdim]), dtype],
        v_proj_weight: [!packed, shapeOf([embed, vdim]), dtype],
        in_proj_bias: [biased, shapeOf([mul(num(3), embed)]), dtype],
        bias_k: [extra, row, dtype],
        bias_v: [extra, row, dtype],
      },
      {
        embed_dim: int(embed),
        num_heads: int(heads),
        kdim: int(kdim),
        vdim: int(vdim),
        head_dim: int(floorDiv(embed, heads)),
      },
    );
  }),
  forward: applying((self, call, solve) => attend(self, call, solve)),
});

/** The checks of the constructor, also those of layers that make an attention. */
export function checkHeads(
  solve: Solve,
  embed: Dim,
  heads: Dim,
  names: readonly [string, string] = ['embed_dim', 'num_heads'],
): void {
  if (!solve.atLeast(embed, 1) || !solve.atLeast(heads, 1))
    refuse(
      'invalid-argument',
      `embed_dim and num_heads must be greater than 0, got embed_dim=${solve.text(embed)} and num_heads=${solve.text(heads)} instead`,
      { argument: names[1] },
    );
  if (!solve.divides(heads, embed))
    refuse('heads-not-dividing', 'embed_dim must be divisible by num_heads', {
      argument: names[1],
      notes: [`${names[0]} is ${solve.text(embed)}, ${names[1]} is ${solve.text(heads)}`],
      fixes: dividingHeads(solve, embed, heads, names[1]),
    });
}

/** The most heads that divide the width, of those that are not more. */
function dividingHeads(solve: Solve, embed: Dim, heads: Dim, name: string): readonly FixIntent[] {
  const [width, count] = [solve.number(embed), solve.number(heads)];
  if (width === undefined || count === undefined) return [];
  let divisor = count;
  while (divisor > 1 && width % divisor !== 0) divisor -= 1;
  return setTo(solve, 'call', name, num(divisor));
}
