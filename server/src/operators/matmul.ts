/**
 * Matrix products: `@`, matmul, mm, bmm, mv, dot, vdot, inner, multi_dot.
 *
 * Shapes: (*a, n, k) x (*b, k, m) -> (*broadcast(a, b), n, m); a 1-D side loses its dim.
 * Errors: `matmul-inner-dim-mismatch`, `broadcast-mismatch`, `input-rank-mismatch`, `dtype-mismatch`.
 * Source: torch.matmul, torch.mm, torch.bmm, PyTorch 2.13.
 */
import { operator, type Solve } from '../core/infer/operator';
import type { TensorValue } from '../core/infer/value';
import { shownDims } from '../core/shape/axis';
import { num, product, type Dim } from '../core/shape/dim';
import type { DType } from '../core/shape/dtype';
import { shapeOf, type Shape } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { closed, joined, rankOf } from './common/axes';
import { broadcastShapes } from './common/broadcasting';
import { cppName, differ, scalarName } from './common/dtypes';
import { shortName, subjectOf } from './common/names';
import { hasNoElements, result } from './common/results';
import { joined as times } from './common/sizes';
import { signatures } from './signature';

const INNER = 'matmul-inner-dim-mismatch';

/** How a side's last dims are used: a vector, a matrix, or a batch of matrices; open ones of at least two dims are batches. */
type Form = 'vector' | 'matrix' | 'batch';

function formOf(solve: Solve, t: TensorValue): Form | undefined {
  const shape = solve.shape(t);
  if (shape.rest !== undefined) return shownDims(shape) >= 2 ? 'batch' : undefined;
  return (['vector', 'matrix'] as const)[shape.lead.length - 1] ?? 'batch';
}

const last = (dims: readonly Dim[], back = 1): Dim => dims[dims.length - back] as Dim;

const sameInner = (solve: Solve, a: Dim, b: Dim): boolean => solve.same(a, b, 'the inner sizes of a product are equal');

/** The product of the sizes of a batch for a message, `...` where its rank is open. */
const rows = (solve: Solve, shape: Shape, more: readonly Dim[] = []): string =>
  shape.rest === undefined ? times(solve, [product([...shape.lead, ...more].map((dim) => solve.dim(dim)))]) : '...';

function checkTypes(a: TensorValue, b: TensorValue, sentence: (a: DType, b: DType) => string): void {
  if (a.dtype !== undefined && b.dtype !== undefined && a.dtype !== b.dtype)
    refuse('dtype-mismatch', sentence(a.dtype, b.dtype));
}
const matrixTypes: Parameters<typeof checkTypes>[2] = (a, b) =>
  `expected m1 and m2 to have the same dtype, but got: ${cppName(a)} != ${cppName(b)}`;
const vectorTypes: typeof matrixTypes = (a, b) =>
  `addmv input tensors must have the same dtype, but got ${scalarName(b)}, ${scalarName(a)}, and ${scalarName(b)}`;
const dotTypes: typeof matrixTypes = (a, b) =>
  `dot : expected both vectors to have same dtype, but found ${scalarName(a)} and ${scalarName(b)}`;

/** The sizes of one product among many. */
interface ProductSizes {
  readonly rows: Dim;
  readonly inner: Dim;
  readonly columns: Dim;
}

/** Products of fewer multiplications than this go through a simple loop, larger ones through MKL or one by one. */
const LARGE = 400;
const isMkl = (dtype: DType): boolean => /^(float|complex)(32|64|128)$/.test(dtype) && dtype !== 'complex32';

/**
 * Batches of matrices of different types: the kernel that is chosen by size finds it out.
 * @param large the sentence where the products are done one by one
 */
export function checkBatchTypes(
  solve: Solve,
  a: TensorValue,
  b: TensorValue,
  { rows, inner, columns }: ProductSizes,
  kernel: 'bmm' | 'baddbmm',
  large: typeof matrixTypes,
): void {
  checkTypes(a, b, (x, y) => {
    const count = solve.number(product([rows, inner, columns].map((size) => solve.dim(size))));
    const found = (expected: DType, other: DType): string =>
      `expected scalar type ${scalarName(expected)} but found ${scalarName(other)}`;
    if (count !== undefined && count >= LARGE) return isMkl(y) ? found(y, x) : large(x, y);
    return x === 'bool' ? `"${kernel}" not implemented for 'Bool'` : found(x, y);
  });
}

const typed = (shape: Shape | readonly Dim[], a: TensorValue, b: TensorValue): TensorValue =>
  result(shape, a.dtype ?? b.dtype);

/** Two vectors. */
export function dot(solve: Solve, a: TensorValue, b: TensorValue): TensorValue {
  const [n, m] = [last(solve.dims(a)), last(solve.dims(b))];
  checkTypes(a, b, dotTypes);
  if (!sameInner(solve, n, m)) {
    const [x, y] = [solve.text(n), solve.text(m)];
    refuse(
      INNER,
      `inconsistent tensor size, expected tensor [${x}] and src [${y}] to have the same number of elements, but got ${x} and ${y} elements respectively`,
    );
  }
  return typed([], a, b);
}

/** (*batch, k) x (k): one number for each row. */
export function rowsTimesVector(solve: Solve, a: TensorValue, b: TensorValue): TensorValue {
  const { before, last: inner } = solve.trailing(a, 1);
  const [k, size] = [last(inner), last(solve.dims(b))];
  if (!sameInner(solve, k, size)) {
    const n = rows(solve, before);
    refuse(INNER, `size mismatch, got input (${n}), mat (${n}x${times(solve, [k])}), vec (${solve.text(size)})`);
  }
  checkTypes(a, b, vectorTypes);
  return typed(before, a, b);
}

/** (*batch, n, k) x (k, m), and (k) x (k, m). */
export function rowsTimesMatrix(solve: Solve, a: TensorValue, b: TensorValue): TensorValue {
  const { before, last: inner } = solve.trailing(a, 1);
  const [k, m] = solve.dims(b) as readonly [Dim, Dim];
  if (!sameInner(solve, last(inner), k))
    refuse(
      INNER,
      `mat1 and mat2 shapes cannot be multiplied (${rows(solve, before)}x${times(solve, [last(inner)])} and ${times(solve, [k, m])})`,
      {
        notes: [
          `${solve.text(last(inner))} is the last size of the left side`,
          `${solve.text(k)} is the first size of the right side`,
        ],
      },
    );
  checkTypes(a, b, matrixTypes);
  return typed(joined(before, [m]), a, b);
}

/** A batch on the right: batches are broadcast, then each pair multiplied. */
function batches(solve: Solve, a: TensorValue, b: TensorValue): TensorValue {
  const vector = rankOf(solve, a) === 1;
  const left = vector ? { before: shapeOf([]), last: [num(1), last(solve.dims(a))] } : solve.trailing(a, 2);
  const right = solve.trailing(b, 2);
  const batch = broadcastShapes(solve, left.before, right.before);
  const [n, k] = left.last as readonly [Dim, Dim];
  const [inner, m] = right.last as readonly [Dim, Dim];
  // A vector against rows is folded into the product of one matrix with it, the sides swapped.
  const folded = vector && (solve.number(inner) === 1 || hasNoElements(solve, b));
  if (!sameInner(solve, k, inner)) {
    const size = rows(solve, batch, folded ? [m] : []);
    if (folded)
      refuse(INNER, `size mismatch, got input (${size}), mat (${size}x${solve.text(inner)}), vec (${solve.text(k)})`);
    refuse(
      INNER,
      `Expected size for first two dimensions of batch2 tensor to be: [${size}, ${solve.text(k)}] but got: [${size}, ${solve.text(inner)}].`,
      {
        notes: [
          `${solve.text(k)} is the last size of the left side`,
          `${solve.text(inner)} is the last but one of the right side`,
        ],
      },
    );
  }
  if (folded) checkTypes(b, a, vectorTypes);
  if (differ(a.dtype, b.dtype) && (hasNoElements(solve, a) || hasNoElements(solve, b))) giveUp('nothing is multiplied');
  checkBatchTypes(solve, a, b, { rows: n, inner, columns: m }, 'bmm', matrixTypes);
  return typed(joined(batch, vector ? [m] : [n, m]), a, b);
}

/** `a @ b` for any ranks. */
export function matrixProduct(solve: Solve, a: TensorValue, b: TensorValue): TensorValue {
  const [ra, rb] = [rankOf(solve, a), rankOf(solve, b)];
  if (ra === 0 || rb === 0) {
    if (ra === undefined || rb === undefined) return giveUp('the number of dims is not known');
    refuse('input-rank-mismatch', `both arguments to matmul need to be at least 1D, but they are ${ra}D and ${rb}D`);
  }
  const right = formOf(solve, b) ?? formOf(solve, closed(solve, b));
  if (right !== 'batch') {
    if (!solve.minRank(a, 1)) return giveUp('a tensor without dims');
    if (right === 'matrix') return rowsTimesMatrix(solve, a, b);
    if (rankOf(solve, a) === 1) return dot(solve, a, b);
    return rowsTimesVector(solve, a, b);
  }
  if (formOf(solve, a) === undefined) {
    // Matrices on the right and an open left: a vector there is as rare as it is different.
    if (rankOf(solve, b) === undefined || !solve.minRank(a, 2)) solve.dims(a);
  }
  return batches(solve, a, b);
}

function mm(solve: Solve, a: TensorValue, b: TensorValue): TensorValue {
  if (!solve.rank(a, [2])) refuse('input-rank-mismatch', 'self must be a matrix');
  if (!solve.rank(b, [2])) refuse('input-rank-mismatch', 'mat2 must be a matrix', { argument: 'mat2' });
  return rowsTimesMatrix(solve, a, b);
}

/** The sizes of (b, n, k) x (b, k, m), nothing broadcast. */
export function batchSizes(solve: Solve, a: TensorValue, b: TensorValue): ProductSizes & { readonly batch: Dim } {
  if (!solve.rank(a, [3])) refuse('input-rank-mismatch', 'batch1 must be a 3D tensor');
  if (!solve.rank(b, [3])) refuse('input-rank-mismatch', 'batch2 must be a 3D tensor', { argument: 'mat2' });
  const [n, rowsOfA, k] = solve.dims(a) as readonly [Dim, Dim, Dim];
  const [m, inner, columns] = solve.dims(b) as readonly [Dim, Dim, Dim];
  const sameBatch = solve.same(n, m, 'both batches have one size');
  if (!sameBatch || !sameInner(solve, k, inner))
    refuse(
      sameBatch ? INNER : 'batch-size-mismatch',
      `Expected size for first two dimensions of batch2 tensor to be: [${solve.text(n)}, ${solve.text(k)}] but got: [${solve.text(m)}, ${solve.text(inner)}].`,
    );
  return { batch: n, rows: rowsOfA, inner: k, columns };
}

function bmm(solve: Solve, a: TensorValue, b: TensorValue): TensorValue {
  const sizes = batchSizes(solve, a, b);
  const dims = [sizes.batch, sizes.rows, sizes.columns];
  // Nothing is multiplied: the result is of the right side's type.
  if ([...dims, sizes.inner].some((size) => solve.number(size) === 0)) return result(dims, b.dtype);
  checkBatchTypes(solve, a, b, sizes, 'bmm', matrixTypes);
  return typed(dims, a, b);
}

function mv(solve: Solve, a: TensorValue, b: TensorValue): TensorValue {
  if (!solve.rank(a, [2]) || !solve.rank(b, [1])) {
    const [ra, rb] = [solve.dims(a).length, solve.dims(b).length];
    refuse('input-rank-mismatch', `vector + matrix @ vector expected, got 1, ${ra}, ${rb}`);
  }
  return rowsTimesVector(solve, a, b);
}

function vectors(solve: Solve, a: TensorValue, b: TensorValue): TensorValue {
  if (!solve.rank(a, [1]) || !solve.rank(b, [1])) {
    const [ra, rb] = [solve.dims(a).length, solve.dims(b).length];
    refuse('input-rank-mismatch', `1D tensors expected, but got ${ra}D and ${rb}D tensors`);
  }
  return dot(solve, a, b);
}

/** The last sizes are equal and summed over. */
function inner(solve: Solve, a: TensorValue, b: TensorValue): TensorValue {
  if (rankOf(solve, a) === 0 || rankOf(solve, b) === 0)
    return result(
      broadcastShapes(solve, solve.shape(a), solve.shape(b)),
      differ(a.dtype, b.dtype) ? undefined : (a.dtype ?? b.dtype),
    );
  const [x, y] = [solve.dims(a), solve.dims(b)];
  if (!sameInner(solve, last(x), last(y)))
    refuse(
      INNER,
      `inner() the last dimension must match on both input tensors but got shapes ${solve.text(x)} and ${solve.text(y)}`,
    );
  checkTypes(a, b, () => 'both inputs should have same dtype');
  return typed([...x.slice(0, -1), ...y.slice(0, -1)], a, b);
}

/** The name of the second argument. */
const second: Readonly<Record<string, string>> = { mm: 'mat2', bmm: 'mat2', mv: 'vec', dot: 'tensor' };

export const matmul = operator({
  id: 'matmul',
  names: [
    ...['matmul', 'mm', 'bmm', 'mv', 'dot', 'vdot', 'inner'].flatMap((name) => [
      `torch.${name}`,
      `torch.Tensor.${name}`,
    ]),
    'torch.Tensor.__matmul__',
    'torch.Tensor.__rmatmul__',
    'torch.Tensor.__imatmul__',
    'torch.linalg.matmul',
  ],
  params: (name) => (name.endsWith('__') ? ['self: Tensor, other: Tensor'] : signatures(name)),
  infer: answering((call, solve, name) => {
    const kind = shortName(name);
    const [a, b] = [call.tensor(subjectOf(name)), call.tensor(second[kind] ?? 'other')];
    switch (kind) {
      case 'mm':
        return mm(solve, a, b);
      case 'bmm':
        return bmm(solve, a, b);
      case 'mv':
        return mv(solve, a, b);
      case 'dot':
      case 'vdot':
        return vectors(solve, a, b);
      case 'inner':
        return inner(solve, a, b);
      case '__rmatmul__':
        return matrixProduct(solve, b, a);
      default:
        return matrixProduct(solve, a, b);
    }
  }),
});
