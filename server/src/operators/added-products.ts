/**
 * Products that add to a tensor: addmm, addmv, addbmm, baddbmm, addr, and the same in place.
 *
 * Shapes: addmm: (n, m) + (n, k) x (k, m); addmv: (n) + (n, k) x (k); addr: (n, m) + (n) x (m); the sum's left side is
 * expanded to the product. addbmm_ resizes its tensor, the other forms in place refuse to.
 * Errors: `matmul-inner-dim-mismatch`, `expand-size-mismatch`, `input-rank-mismatch`, `dtype-mismatch`.
 * Source: torch.addmm, ATen/native/LinearAlgebra.cpp, PyTorch 2.13. Each has its own order of checks.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import type { TensorValue } from '../core/infer/value';
import { num, type Dim } from '../core/shape/dim';
import { isDifferentiable, promote, type DType } from '../core/shape/dtype';
import { answering, giveUp, refuse } from './common/answer';
import { axisSentence, rankOf } from './common/axes';
import { cppName, differ, scalarName } from './common/dtypes';
import { everyForm, isInPlace, plainName, subjectOf } from './common/names';
import { mustCast } from './common/promotion';
import { result } from './common/results';
import { brackets, joined as times } from './common/sizes';
import { expandedSizes } from './expand';
import { batchSizes, checkBatchTypes } from './matmul';
import { signatures } from './signature';

const INNER = 'matmul-inner-dim-mismatch';

/** Refuses a sum in place that would be of another shape. */
function mustKeepShape(solve: Solve, base: TensorValue, dims: readonly Dim[]): void {
  const own = solve.dims(base);
  if (own.length !== dims.length || own.some((size, i) => solve.equal(size, dims[i] as Dim) === 'no'))
    refuse(
      'inplace-shape-mismatch',
      `Bad in-place call: input tensor size ${brackets(solve, own)} and output tensor size ${brackets(solve, dims)} should match`,
    );
}

function mustAgree(a: TensorValue, b: TensorValue, sentence: (a: DType, b: DType) => string): void {
  if (a.dtype !== undefined && b.dtype !== undefined && a.dtype !== b.dtype)
    refuse('dtype-mismatch', sentence(a.dtype, b.dtype));
}

const firstTypes = (a: DType, b: DType): string =>
  `mat1 and mat2 must have the same dtype, but got ${scalarName(a)} and ${scalarName(b)}`;

/** addmm compares the types before it looks at the matrices. */
function matrixTypes(base: TensorValue, a: TensorValue, b: TensorValue): void {
  mustAgree(base, b, (x, y) => `self and mat2 must have the same dtype, but got ${scalarName(x)} and ${scalarName(y)}`);
  mustAgree(a, b, firstTypes);
}

function plusMatrix(call: Call, solve: Solve, base: TensorValue, inPlace: boolean): TensorValue {
  const [a, b] = [call.tensor('mat1'), call.tensor('mat2')];
  matrixTypes(base, a, b);
  for (const [t, which] of [
    [a, 'mat1'],
    [b, 'mat2'],
  ] as const)
    if (!solve.rank(t, [2]))
      refuse('input-rank-mismatch', `${which} must be a matrix, got ${solve.dims(t).length}-D tensor`, {
        argument: which,
      });
  const [left, right] = [solve.dims(a), solve.dims(b)] as [[Dim, Dim], [Dim, Dim]];
  if (!solve.same(left[1], right[0], 'the inner sizes of a product are equal'))
    refuse(INNER, `mat1 and mat2 shapes cannot be multiplied (${times(solve, left)} and ${times(solve, right)})`);
  const dims = [left[0], right[1]];
  if (inPlace) mustKeepShape(solve, base, dims);
  else expandedSizes(solve, base, dims);
  return result(dims, base.dtype ?? b.dtype ?? a.dtype);
}

/** addmv: the vector that is added has one element, or one for each row. */
function plusVector(call: Call, solve: Solve, base: TensorValue, inPlace: boolean): TensorValue {
  const [mat, vec] = [call.tensor('mat'), call.tensor('vec')];
  const [isMatrix, isVector, isSum] = [solve.rank(mat, [2]), solve.rank(vec, [1]), solve.rank(base, [0, 1])];
  const [own, sizes, entries] = [base, mat, vec].map((t) => solve.dims(t)) as [Dim[], Dim[], Dim[]];
  if (!isMatrix || !isVector || !isSum)
    refuse(
      'input-rank-mismatch',
      `vector + matrix @ vector expected, got ${own.length}, ${sizes.length}, ${entries.length}`,
    );
  const [size, rows] = [own[0], sizes[0] as Dim];
  const fits =
    solve.same(sizes[1] as Dim, entries[0] as Dim, 'the vector has one element for each column') &&
    (size === undefined || solve.equal(size, num(1)) !== 'no' || solve.same(size, rows));
  if (!fits)
    refuse(
      INNER,
      size === undefined
        ? 'Dimension specified as 0 but tensor has no dimensions'
        : `size mismatch, got input (${solve.text(size)}), mat (${times(solve, sizes)}), vec (${solve.text(entries[0] as Dim)})`,
    );
  vectorTypes(base, mat, vec);
  if (inPlace) mustKeepShape(solve, base, [rows]);
  // Without rows the sum is what was there.
  const kept = solve.number(rows) === 0;
  return result(kept ? own : [rows], base.dtype ?? vec.dtype ?? mat.dtype);
}

function vectorTypes(base: TensorValue, mat: TensorValue, vec: TensorValue): void {
  const types = [base.dtype, mat.dtype, vec.dtype];
  if (!differ(types[0], types[1]) && !differ(types[0], types[2]) && !differ(types[1], types[2])) return;
  const [x, y, z] = types.map((dtype) => dtype ?? giveUp('an element type is not known')).map(scalarName);
  refuse('dtype-mismatch', `addmv input tensors must have the same dtype, but got ${x}, ${y}, and ${z}`);
}

/** A size of a batch, looked up before its rank is checked; an open rank is taken for the right one. */
function sizeAt(solve: Solve, t: TensorValue, axis: number): Dim {
  if (rankOf(solve, t) === undefined) solve.rank(t, [3]);
  const dims = solve.dims(t);
  return (
    dims[axis] ??
    refuse(
      'axis-out-of-range',
      dims.length === 0
        ? `Dimension specified as ${axis} but tensor has no dimensions`
        : axisSentence(axis, dims.length),
    )
  );
}

/** addbmm: the sum of all products of the batch. */
function plusBatchSum(call: Call, solve: Solve, base: TensorValue): TensorValue {
  const [a, b] = [call.tensor('batch1'), call.tensor('batch2')];
  const dims = [sizeAt(solve, a, 1), sizeAt(solve, b, 2)];
  expandedSizes(solve, base, dims);
  for (const [t, which] of [
    [a, 'batch1'],
    [b, 'batch2'],
  ] as const)
    if (!solve.rank(t, [3])) refuse('input-rank-mismatch', `${which} must be a 3D tensor`, { argument: which });
  const [count, rows, k] = solve.dims(a) as [Dim, Dim, Dim];
  const [other, inner, columns] = solve.dims(b) as [Dim, Dim, Dim];
  if (!solve.same(count, other, 'both batches have one size'))
    refuse(
      'batch-size-mismatch',
      `batch1 and batch2 must have same number of batches, got ${solve.text(count)} and ${solve.text(other)}`,
    );
  if (!solve.same(k, inner, 'the inner sizes of a product are equal'))
    refuse(
      INNER,
      `Incompatible matrix sizes for bmm (${times(solve, [rows, k])} and ${times(solve, [inner, columns])})`,
    );
  if (solve.number(count) !== 0) matrixTypes(base, a, b);
  return result(dims, base.dtype ?? b.dtype ?? a.dtype);
}

/** baddbmm: each product of the batch is added to its own matrix. */
function plusBatch(call: Call, solve: Solve, base: TensorValue, inPlace: boolean): TensorValue {
  const [a, b] = [call.tensor('batch1'), call.tensor('batch2')];
  const dims = [sizeAt(solve, a, 0), sizeAt(solve, a, 1), sizeAt(solve, b, 2)];
  expandedSizes(solve, base, dims);
  mustAgree(base, a, (x, y) => {
    const right = b.dtype ?? giveUp('an element type is not known');
    return `Input dtypes must be the same, got: input ${cppName(x)}, batch1: ${cppName(y)}, batch2: ${cppName(right)}`;
  });
  const sizes = batchSizes(solve, a, b);
  if (inPlace) {
    mustAgree(
      base,
      b,
      (x, y) =>
        `Bad in-place call: input tensor dtype ${cppName(x)} and output tensor dtype ${cppName(y)} should match`,
    );
    mustKeepShape(solve, base, dims);
  }
  // Nothing is multiplied: the result is of the right side's type.
  if ([...dims, sizes.inner].some((size) => solve.number(size) === 0)) return result(dims, b.dtype);
  checkBatchTypes(solve, a, b, sizes, 'baddbmm', firstTypes);
  return result(dims, base.dtype ?? b.dtype ?? a.dtype);
}

/** `beta` and `alpha` of addr are of the result's kind. */
function checkScale(call: Call, dtype: DType | undefined): void {
  for (const name of ['beta', 'alpha']) {
    const kind = call.given(name) ? call.value(name).kind : 'int';
    if (kind === 'bool' && dtype !== undefined && dtype !== 'bool')
      refuse('dtype-mismatch', `Boolean ${name} only supported for Boolean results.`, { argument: name });
    if (kind === 'float' && dtype !== undefined && !isDifferentiable(dtype))
      refuse('dtype-mismatch', `For integral input tensors, argument ${name} must not be a floating point number.`, {
        argument: name,
      });
  }
}

/** addr: all pairs of two vectors. */
function plusPairs(call: Call, solve: Solve, base: TensorValue, inPlace: boolean): TensorValue {
  const [a, b] = [call.tensor('vec1'), call.tensor('vec2')];
  for (const [t, which] of [
    [a, 'vec1'],
    [b, 'vec2'],
  ] as const)
    if (!solve.rank(t, [1]))
      refuse('input-rank-mismatch', `addr: Expected 1-D argument ${which}, but got ${solve.dims(t).length}-D`, {
        argument: which,
      });
  const dims = [...solve.dims(a), ...solve.dims(b)];
  if (inPlace) {
    if (!solve.rank(base, [2]))
      refuse('input-rank-mismatch', `2D tensor expected, got ${solve.dims(base).length}D tensor for input`);
    const own = solve.dims(base);
    if (own.some((size, i) => !solve.same(size, dims[i] as Dim, 'the sum in place has the size of the product')))
      refuse(
        'inplace-shape-mismatch',
        `size mismatch, input: ${brackets(solve, own)}, v1: ${brackets(solve, solve.dims(a))}, v2: ${brackets(solve, solve.dims(b))}`,
      );
  } else expandedSizes(solve, base, dims);
  // All three have dims by now, so that all count.
  const [x, y, z] = [base.dtype, a.dtype, b.dtype];
  const pair = x !== undefined && y !== undefined ? promote(x, y) : undefined;
  const dtype = pair !== undefined && z !== undefined ? promote(pair, z) : undefined;
  if (inPlace) mustCast(dtype, x);
  checkScale(call, dtype);
  return result(dims, inPlace ? x : dtype);
}

const sums: Readonly<Record<string, (call: Call, solve: Solve, base: TensorValue, inPlace: boolean) => TensorValue>> = {
  addmm: plusMatrix,
  addmv: plusVector,
  addbmm: plusBatchSum,
  baddbmm: plusBatch,
  addr: plusPairs,
};

export const addedProducts = operator({
  id: 'added-products',
  names: everyForm(...Object.keys(sums)),
  params: signatures,
  infer: answering((call, solve, name) => {
    if (['beta', 'alpha'].some((scale) => call.given(scale) && call.value(scale).kind === 'tensor'))
      giveUp('a scale that is a tensor');
    if (call.given('out_dtype')) giveUp('a product of another element type');
    const sum = sums[plainName(name)] ?? giveUp('not known');
    return sum(call, solve, call.tensor(subjectOf(name)), isInPlace(name));
  }),
});
