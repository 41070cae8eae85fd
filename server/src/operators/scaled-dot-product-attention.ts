/**
 * softmax(query @ key.T) @ value.
 *
 * Shapes: (*a, L, E), (*b, S, E), (*c, S, V) -> (*broadcast(a, b, c), L, V); attn_mask broadcasts to (*a, L, S).
 * With enable_gqa the third dim from the end of key and value divides that of query.
 * Errors: `attention-size-mismatch`, `broadcast-mismatch`, `input-rank-mismatch`, `heads-not-dividing`, `dtype-mismatch`.
 * Source: torch.nn.functional.scaled_dot_product_attention, PyTorch 2.13.
 */
import { operator, type Solve } from '../core/infer/operator';
import { tensor, type TensorValue } from '../core/infer/value';
import { num, product, type Dim } from '../core/shape/dim';
import { dimsOf, shapeOf, type Shape } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { rankOf } from './common/axes';
import { broadcastShapes } from './common/broadcasting';
import { flag, tensorIfKnown } from './common/construction';
import { cppName, differ, onlyFloats, refuseDtypes } from './common/dtypes';
import { pythonNumber } from './common/literals';
import { append, isZero } from './common/sizes';

interface Attention {
  readonly query: TensorValue;
  readonly key: TensorValue;
  readonly value: TensorValue;
  readonly mask: TensorValue | null;
  readonly grouped: boolean;
}

function attend(solve: Solve, a: Attention): TensorValue {
  const { query, key, value } = a;
  const all = [query, key, value];
  if (!all.every((t) => solve.minRank(t, 2))) {
    const [q, k, v] = all.map((t) => rankOf(solve, t) ?? '?');
    refuse(
      'input-rank-mismatch',
      `Expected query, key, and value to all be  at least 2 dimensional, but got query.dim: ${q} key.dim: ${k} and value.dim: ${v} instead.`,
    );
  }
  checkDtypes(a);
  if (all.some((t) => hasNothing(solve, t))) giveUp('attention without elements');
  const [q, k, v] = all.map((t) => solve.trailing(t, 2)) as [Cut, Cut, Cut];
  const [queries, width] = q.last as [Dim, Dim];
  const [length, keyWidth] = k.last as [Dim, Dim];
  const [valueLength, valueWidth] = v.last as [Dim, Dim];
  const weightBatch = a.grouped
    ? grouped(solve, q.before, k.before, v.before)
    : broadcastShapes(solve, q.before, k.before);
  const rows = rowText(solve, weightBatch);
  // Matrices beside batches go another way, with other words.
  const mixed = new Set(all.flatMap((t) => rankOf(solve, t) ?? [])).size > 1;
  const clash = (found: string, wanted: Dim, got: Dim, argument: string): never =>
    mixed ? giveUp('sizes that clash beside other ranks') : refuseBatch(solve, found, wanted, got, argument);
  if (!solve.same(width, keyWidth, 'query and key have the same last size')) clash(rows, width, keyWidth, 'key');
  if (a.mask !== null) checkMask(solve, a.mask, append(weightBatch, [queries, length]));
  const batch = a.grouped ? weightBatch : broadcastShapes(solve, weightBatch, v.before);
  // The fused kernel, which takes widths that are all equal, doesn't compare the lengths.
  const fused = solve.equal(width, valueWidth) !== 'no';
  if (fused && solve.equal(length, valueLength) === 'no') giveUp('key and value of different lengths');
  if (!fused && !solve.same(length, valueLength, 'key and value have the same length'))
    clash(rowText(solve, batch), length, valueLength, 'value');
  onlyFloats('attention', ...all);
  return tensor(append(batch, [queries, valueWidth]), query.dtype ?? key.dtype ?? value.dtype);
}

const hasNothing = (solve: Solve, t: TensorValue): boolean => {
  const { lead, tail } = solve.shape(t);
  return [...lead, ...tail].some((size) => isZero(solve, size));
};

type Cut = ReturnType<Solve['trailing']>;

/** The number of matrices, for the message of the batched product. */
const rowText = (solve: Solve, batch: Shape): string => {
  const dims = dimsOf(batch);
  return dims === undefined ? '...' : solve.text(dims.length === 0 ? num(1) : product(dims));
};

function refuseBatch(solve: Solve, rows: string, wanted: Dim, found: Dim, argument: string): never {
  const [w, f] = [solve.text(wanted), solve.text(found)];
  refuse(
    'attention-size-mismatch',
    `Expected size for first two dimensions of batch2 tensor to be: [${rows}, ${w}] but got: [${rows}, ${f}].`,
    {
      argument,
    },
  );
}

/** Heads of key and value are repeated to the heads of query. */
function grouped(solve: Solve, q: Shape, k: Shape, v: Shape): Shape {
  const [a, b, c] = [dimsOf(q), dimsOf(k), dimsOf(v)];
  if (a === undefined || b === undefined || c === undefined || a.length === 0 || b.length === 0 || c.length === 0)
    giveUp('grouped attention of an open rank');
  const heads = a[a.length - 1] as Dim;
  for (const own of [b[b.length - 1] as Dim, c[c.length - 1] as Dim])
    if (!solve.divides(own, heads))
      refuse('heads-not-dividing', 'Number of heads in key and value must divide the number of heads in ', {
        argument: 'key',
      });
  const rest = broadcastShapes(solve, shapeOf(a.slice(0, -1)), shapeOf(b.slice(0, -1)));
  return append(broadcastShapes(solve, rest, shapeOf(c.slice(0, -1))), [heads]);
}

/** The mask is added in place: it may not make the weights larger. */
function checkMask(solve: Solve, mask: TensorValue, weights: Shape): void {
  const shape = solve.shape(mask);
  if (dimsOf(shape) === undefined || dimsOf(weights) === undefined) return;
  const both = dimsOf(broadcastShapes(solve, weights, shape)) ?? [];
  const sizes = dimsOf(weights) ?? [];
  if (both.length !== sizes.length || both.some((size, i) => solve.equal(size, sizes[i] as Dim) === 'no'))
    giveUp('a mask that is larger than the weights');
}

function checkDtypes({ query, key, value, mask }: Attention): void {
  const [q, k, v] = [query.dtype, key.dtype, value.dtype];
  if (q !== undefined && k !== undefined && v !== undefined && (q !== k || q !== v))
    refuseDtypes(
      `Expected query, key, and value to have the same dtype, but got query.dtype: ${cppName(q)} key.dtype: ${cppName(k)} and value.dtype: ${cppName(v)} instead.`,
    );
  if (differ(q, k) || differ(q, v) || differ(k, v)) giveUp('element types differ');
  const m = mask?.dtype;
  if (m === undefined || q === undefined || m === 'bool' || m === 'float32' || m === q) return;
  refuseDtypes(
    `Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: ${cppName(m)} and  query.dtype: ${cppName(q)} instead.`,
    'attn_mask',
  );
}

export const scaledDotProductAttention = operator({
  id: 'scaled-dot-product-attention',
  names: ['torch.nn.functional.scaled_dot_product_attention'],
  params: () => [
    'query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor? = None, dropout_p: float = 0.0, is_causal: bool = False, *, ' +
      'scale: float? = None, enable_gqa: bool = False',
  ],
  infer: answering((call, solve) => {
    if (Number(pythonNumber(call.value('dropout_p')) ?? 0) < 0) giveUp('a negative dropout');
    return attend(solve, {
      query: call.tensor('query'),
      key: call.tensor('key'),
      value: call.tensor('value'),
      mask: tensorIfKnown(call, 'attn_mask'),
      grouped: flag(call, 'enable_gqa') ?? giveUp('enable_gqa is not known'),
    });
  }),
});
