/**
 * Systems of equations from factors, and least squares: cholesky_solve, triangular_solve, lu_solve, ldl_solve,
 * solve_ex, lstsq, tensorsolve, tensorinv.
 *
 * Shapes: (*a, n, n), (*b, n, m) -> (*broadcast(a, b), n, m); lstsq: (*b, n, m), (*b, n, k) -> (*b, m, k).
 * Errors: `matrix-not-square`, `input-rank-mismatch`, `matmul-inner-dim-mismatch`, `broadcast-mismatch`,
 *   `dtype-not-supported`, `dtype-mismatch`, `factors-mismatch`, `argument-out-of-range`.
 * Source: ATen/native/BatchLinearAlgebra.cpp, ATen/native/LinearAlgebraUtils.h, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import { tuple, unknown, type TensorValue, type Value } from '../core/infer/value';
import { num, product, type Dim } from '../core/shape/dim';
import { isDifferentiable, isIntegral } from '../core/shape/dtype';
import { dimsOf, shapeOf } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { axisIndex, boolGiven, joined, rankOf } from './common/axes';
import { broadcastShapes } from './common/broadcasting';
import { differ, isHalf, scalarName } from './common/dtypes';
import {
  matrices,
  needsFloating,
  needsPrecision,
  mustBeSquare,
  squareMatrices,
  type Matrices,
} from './common/matrices';
import { isMethod, shortName } from './common/names';
import { hasNoElements, needs, result } from './common/results';
import { joined as times, tensorBrackets } from './common/sizes';
import { signatures } from './signature';

/** linearSolveCheckInputs: A is square, B has its rows, both have one type. */
function checkSystem(solve: Solve, a: TensorValue, b: TensorValue, m: Matrices, right: Matrices, name: string): void {
  sameType(a, b);
  mustBeSquare(solve, m, '');
  if (!solve.same(m.rows, right.rows, 'the right side has as many rows'))
    refuse(
      'matmul-inner-dim-mismatch',
      `Incompatible matrix sizes for ${name}: each A matrix is ${solve.text(m.columns)} by ${solve.text(m.columns)} but each b matrix is ${solve.text(right.rows)} by ${solve.text(right.columns)}`,
    );
}

function sameType(a: TensorValue, b: TensorValue): void {
  if (differ(a.dtype, b.dtype) && a.dtype !== undefined && b.dtype !== undefined)
    refuse(
      'dtype-mismatch',
      `Expected b and A to have the same dtype, but found b of type ${scalarName(b.dtype)} and A of type ${scalarName(a.dtype)} instead.`,
    );
}

function old(call: Call, solve: Solve, b: TensorValue, kind: string): Value {
  const a = call.tensor(call.given('A') ? 'A' : 'input2');
  const fewDims = (what: string, t: TensorValue): string =>
    kind === 'cholesky_solve'
      ? `${what === 'A' ? 'u' : what} should have at least 2 dimensions, but has ${rankOf(solve, t)} dimensions instead`
      : `torch.triangular_solve: Expected ${what} to have at least 2 dimensions, but it has ${rankOf(solve, t)} dimensions instead`;
  const right = matrices(solve, b, () => fewDims('b', b));
  const m = matrices(solve, a, () => fewDims('A', a));
  checkSystem(solve, a, b, m, right, kind);
  const batch = broadcastShapes(solve, right.batch, m.batch);
  if (isHalf(b.dtype)) giveUp('systems of narrow floats');
  if (!hasNoElements(solve, b))
    needs(kind === 'cholesky_solve' ? 'cholesky_solve_cpu' : 'triangular_solve', b.dtype, isDifferentiable);
  const solution = result(joined(batch, [right.rows, right.columns]), b.dtype);
  if (kind === 'cholesky_solve') return solution;
  return tuple([solution, result(joined(batch, [m.rows, m.rows]), b.dtype)], ['solution', 'cloned_coefficient']);
}

function fromLu(call: Call, solve: Solve): Value {
  const [factors, pivots, b] = call.given('LU_data')
    ? [call.tensor('LU_data'), call.tensor('LU_pivots'), call.tensor(call.given('self') ? 'self' : 'input')]
    : [call.tensor('LU'), call.tensor('pivots'), call.tensor('B')];
  needsFloating(factors.dtype, 'torch.linalg.lu_solve');
  if (differ(factors.dtype, b.dtype) && factors.dtype !== undefined && b.dtype !== undefined)
    refuse(
      'dtype-mismatch',
      `linalg.lu_solve: Expected LU and B to have the same dtype, but found LU of type ${scalarName(factors.dtype)} and B of type ${scalarName(b.dtype)} instead`,
    );
  if (pivots.dtype !== undefined && pivots.dtype !== 'int32')
    refuse('dtype-not-supported', 'linalg.lu_solve: pivots should be a Tensor of scalar type torch.int32');
  const m = squareMatrices(solve, factors, 'torch.linalg.lu_solve');
  const right = matrices(solve, b, () => 'linalg.lu_solve: The input tensor B must have at least 2 dimensions.');
  const left = boolGiven(call, 'left', true);
  checkSides(solve, m, right, left, 'linalg.lu_solve');
  const last = solve.dims(pivots).at(-1) ?? giveUp('pivots without dims');
  if (!solve.same(m.rows, last, 'a pivot for each row'))
    refuse(
      'factors-mismatch',
      'linalg.lu_solve: Number of pivots per batch should be same as the dimension of the matrix',
    );
  const [own, batch] = [dimsOf(m.batch), solve.dims(pivots).slice(0, -1)];
  if (own?.length !== batch.length || own.some((size, i) => solve.equal(size, batch[i] as Dim) !== 'yes'))
    giveUp('pivots of another batch');
  return result(joined(broadcastShapes(solve, right.batch, m.batch), [right.rows, right.columns]), b.dtype);
}

/** AX = B needs the rows of B, XA = B its columns. */
function checkSides(solve: Solve, m: Matrices, right: Matrices, left: boolean, name: string): void {
  if (!solve.same(m.rows, left ? right.rows : right.columns, 'the sides of the equation fit'))
    refuse(
      'matmul-inner-dim-mismatch',
      `${name}: Incompatible shapes of A and B for the equation ${left ? 'AX = B' : 'XA = B'} (${times(solve, [m.rows, m.columns])} and ${times(solve, [right.rows, right.columns])})`,
    );
}

function fromLdl(call: Call, solve: Solve): Value {
  const name = 'torch.linalg.ldl_solve';
  const [factors, pivots, b] = [call.tensor('LD'), call.tensor('pivots'), call.tensor('B')];
  const m = squareMatrices(solve, factors, name);
  needsFloating(factors.dtype, name);
  if (!solve.minRank(b, 2)) giveUp('a right side of too few dims');
  const { before, last } = solve.trailing(b, 2);
  const right: Matrices = { batch: before, rows: last[0] as Dim, columns: last[1] as Dim };
  checkSystem(solve, factors, b, m, right, name);
  const [own, others] = [[...solve.dims(factors)].slice(0, -1), solve.dims(pivots)];
  if (own.length !== others.length || own.some((size, i) => solve.equal(size, others[i] as Dim) === 'no'))
    refuse(
      'factors-mismatch',
      `${name}: Expected LD.shape[:-1] and pivots.shape to be the same, but got pivots with shape ${tensorBrackets(solve, pivots)} instead`,
    );
  if (pivots.dtype !== undefined && !isIntegral(pivots.dtype) && pivots.dtype !== 'bool')
    refuse('dtype-not-supported', `${name}: Expected pivots to be integers. Got ${scalarName(pivots.dtype)}`);
  if (pivots.dtype !== 'int32') giveUp('pivots of another width');
  needsPrecision(b.dtype, name);
  return result(joined(broadcastShapes(solve, right.batch, m.batch), [right.rows, right.columns]), b.dtype);
}

function solvedWithInfo(call: Call, solve: Solve): Value {
  const [a, b] = [call.tensor('A'), call.tensor('B')];
  needsFloating(a.dtype, 'linalg.solve');
  const m = squareMatrices(solve, a, 'linalg.solve');
  if (isHalf(a.dtype)) giveUp('a system of narrow floats');
  if (differ(a.dtype, b.dtype)) giveUp('sides of different element types');
  const [own, dims] = [solve.dims(a), solve.dims(b)];
  // A right side of one dim less is a batch of vectors where its sizes are those of A.
  const short =
    dims.length + 1 === own.length ? dims.map((size, i) => solve.equal(size, own[i] as Dim)) : ['no' as const];
  if (dims.length > 1 && !short.includes('no') && short.includes('maybe'))
    giveUp('whether the right side is a batch of vectors');
  const isVector = dims.length === 1 || short.every((answer) => answer === 'yes');
  const full = isVector ? [...dims, num(1)] : dims;
  if (full.length < 2) giveUp('a right side without dims');
  const left = boolGiven(call, 'left', true);
  if (isVector && !left) giveUp('vectors on the right');
  const right: Matrices = {
    batch: shapeOf(full.slice(0, -2)),
    rows: full.at(-2) as Dim,
    columns: full.at(-1) as Dim,
  };
  checkSides(solve, m, right, left, 'linalg.solve');
  const batch = broadcastShapes(solve, right.batch, m.batch);
  const solution = joined(batch, isVector ? [right.rows] : [right.rows, right.columns]);
  return tuple([result(solution, a.dtype ?? b.dtype), result(m.batch, 'int32')], ['result', 'info']);
}

function leastSquares(call: Call, solve: Solve): Value {
  const name = 'torch.linalg.lstsq';
  const [a, b] = [call.tensor('input'), call.tensor('b')];
  const { batch, rows, columns } = matrices(solve, a, () => `${name}: input must have at least 2 dimensions.`);
  if (!solve.minRank(b, 1)) refuse('input-rank-mismatch', `${name}: other must have at least 1 dimension.`);
  if (differ(a.dtype, b.dtype) && a.dtype !== undefined && b.dtype !== undefined)
    refuse(
      'dtype-mismatch',
      `${name}: Expected input and other to have the same dtype, but got input's dtype ${scalarName(a.dtype)} and other's dtype ${scalarName(b.dtype)}`,
    );
  const [own, dims] = [solve.dims(a), solve.dims(b)];
  const gap = own.length - dims.length;
  if (gap < 0 || gap > 1)
    refuse(
      'input-rank-mismatch',
      `${name}: input.dim() must be greater or equal to other.dim() and (input.dim() - other.dim()) <= 1`,
    );
  const same = dims.map((size, i) => solve.equal(size, own[i] as Dim));
  const isVector = gap === 1 && (dims.length === 1 || same.every((answer) => answer === 'yes'));
  if (gap === 1 && !isVector && !same.includes('no')) giveUp('whether the right side is a batch of vectors');
  const count = dims.at(isVector ? -1 : -2) as Dim;
  if (!solve.same(rows, count, 'a right side for each row'))
    refuse('matmul-inner-dim-mismatch', `${name}: input.size(-2) should match other.size(${isVector ? -1 : -2})`);
  needsPrecision(a.dtype, name);
  if (gap === 1 && !isVector) giveUp('a right side without a batch');
  const whole = broadcastShapes(solve, batch, shapeOf(dims.slice(0, isVector ? -1 : -2)));
  const solution = joined(whole, isVector ? [columns] : [columns, dims.at(-1) as Dim]);
  // Residuals and rank depend on the driver and on values; the solution doesn't.
  return tuple(
    [result(solution, a.dtype), notKnown, notKnown, notKnown],
    ['solution', 'residuals', 'rank', 'singular_values'],
  );
}

const notKnown: Value = unknown('depends on the driver and on values');

function inverseOfTensor(call: Call, solve: Solve): Value {
  const [t, index] = [call.tensor('input'), call.number('ind')];
  if (index <= 0) refuse('argument-out-of-range', `Expected a strictly positive integer for 'ind', but got ${index}`);
  const dims = solve.dims(t);
  if (index > dims.length) giveUp('an index beyond the dims');
  const [first, last] = [dims.slice(0, index), dims.slice(index)];
  mustBalance(solve, product(last), product(first), 'ind');
  needsPrecision(t.dtype, 'linalg.inv');
  return result([...last, ...first], t.dtype);
}

function mustBalance(solve: Solve, after: Dim, before: Dim, what: string): void {
  if (!solve.same(after, before, 'the tensor is a square matrix'))
    refuse(
      'factors-mismatch',
      `Expected self to satisfy the requirement prod(self.shape[${what}:]) == prod(self.shape[:${what}]), but got ${solve.text(after)} != ${solve.text(before)}`,
    );
}

function solvedTensor(call: Call, solve: Solve): Value {
  const [a, b] = [call.tensor('input'), call.tensor('other')];
  const axes = call.numbers('dims');
  const [own, right] = [solve.dims(a), solve.dims(b)];
  const moved = new Set((axes ?? []).map((axis) => axisIndex(axis, own.length)));
  if (moved.size !== (axes ?? []).length) giveUp('an axis that is named twice');
  const order = [
    ...own.filter((_, i) => !moved.has(i)),
    ...(axes ?? []).map((axis) => own[axisIndex(axis, own.length)] as Dim),
  ];
  const answer = order.slice(right.length);
  if (order.length < right.length) giveUp('more dims on the right');
  mustBalance(solve, product(answer), product(right), 'other.ndim');
  // The rows are the sizes in front as they are.
  if (
    order.slice(0, right.length).some((size, i) => solve.equal(size, right[i] as Dim) !== 'yes') &&
    solve.equal(product(order.slice(0, right.length)), product(right)) !== 'yes'
  )
    giveUp('rows of another number');
  if (differ(a.dtype, b.dtype) || isHalf(a.dtype)) giveUp('sides of other element types');
  needsPrecision(a.dtype, 'linalg.solve');
  return result(answer, a.dtype);
}

export const factorSolvers = operator({
  id: 'factor-solvers',
  names: [
    ...['cholesky_solve', 'triangular_solve', 'lu_solve'].flatMap((name) => [`torch.${name}`, `torch.Tensor.${name}`]),
    ...['lu_solve', 'ldl_solve', 'solve_ex', 'lstsq', 'tensorinv', 'tensorsolve'].map((name) => `torch.linalg.${name}`),
  ],
  params: signatures,
  infer: answering((call, solve, name) => {
    switch (shortName(name)) {
      case 'lu_solve':
        return fromLu(call, solve);
      case 'ldl_solve':
        return fromLdl(call, solve);
      case 'solve_ex':
        return solvedWithInfo(call, solve);
      case 'lstsq':
        return leastSquares(call, solve);
      case 'tensorinv':
        return inverseOfTensor(call, solve);
      case 'tensorsolve':
        return solvedTensor(call, solve);
      default:
        return old(call, solve, call.tensor(isMethod(name) ? 'self' : 'input'), shortName(name));
    }
  }),
});
