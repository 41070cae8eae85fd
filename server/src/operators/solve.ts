/**
 * Linear equations: torch.linalg.solve and solve_triangular.
 *
 * Shapes: (*b, n, n), (*b, n, k) -> (*b, n, k); solve also takes (n) or (*b, n) on the right: one vector each.
 * Errors: `matrix-not-square`, `input-rank-mismatch`, `matmul-inner-dim-mismatch`, `dtype-mismatch`.
 * Source: torch.linalg.solve, linearSolveCheckInputs, PyTorch 2.13.
 */
import { operator, type Solve } from '../core/infer/operator';
import type { TensorValue } from '../core/infer/value';
import { num, type Dim } from '../core/shape/dim';
import { shapeOf } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { boolGiven, joined, rankOf } from './common/axes';
import { broadcastShapes } from './common/broadcasting';
import { differ, isHalf, kernelTakes, scalarName } from './common/dtypes';
import { isCommon, needsFloating, noMatrix, squareMatrices, type Matrices } from './common/matrices';
import { shortName } from './common/names';
import { needs, result } from './common/results';
import { joined as times } from './common/sizes';
import { signatures } from './signature';

/** Whether the right side of `solve` is a batch of vectors: one dim less than A, of A's sizes. */
function isVectors(solve: Solve, { batch, rows }: Matrices, dims: readonly Dim[]): boolean {
  if (dims.length === 1) return true;
  if (dims.length !== batch.lead.length + 1) return false;
  const answers = [...batch.lead, rows].map((size, i) => solve.equal(size, dims[i] as Dim));
  if (answers.includes('no')) return false;
  return answers.includes('maybe') ? giveUp('whether the right side is a batch of vectors') : true;
}

function solution(solve: Solve, a: Matrices, b: TensorValue, name: string, left: boolean): TensorValue {
  if (rankOf(solve, b) === undefined || a.batch.rest !== undefined) return giveUp('the number of dims is not known');
  const own = solve.dims(b);
  const vectors = name === 'linalg.solve' && own.length > 0 && isVectors(solve, a, own);
  const dims = vectors ? [...own, num(1)] : own;
  if (dims.length < 2) refuse('input-rank-mismatch', noMatrix(name, 'B'), { argument: 'B' });
  const [rows, columns] = dims.slice(-2) as [Dim, Dim];
  if (!solve.same(a.rows, left ? rows : columns, 'both sides have one size'))
    refuse(
      'matmul-inner-dim-mismatch',
      `${name}: Incompatible shapes of A and B for the equation ${left ? 'AX' : 'XA'} = B ` +
        `(${times(solve, [a.rows, a.columns])} and ${times(solve, [rows, columns])})`,
    );
  const batch = broadcastShapes(solve, shapeOf(dims.slice(0, -2)), a.batch);
  return result(joined(batch, vectors ? [rows] : [rows, columns]), undefined);
}

export const solvers = operator({
  id: 'solve',
  names: ['torch.linalg.solve', 'torch.linalg.solve_triangular'],
  params: signatures,
  infer: answering((call, solve, name) => {
    const kind = `linalg.${shortName(name)}`;
    const triangular = kind === 'linalg.solve_triangular';
    const [a, b] = [call.tensor(triangular ? 'input' : 'A'), call.tensor('B')];
    const left = boolGiven(call, 'left', true);
    if (!triangular) {
      needsFloating(a.dtype, kind);
      if (differ(a.dtype, b.dtype) && a.dtype !== undefined && b.dtype !== undefined)
        refuse(
          'dtype-mismatch',
          `${kind}: Expected A and B to have the same dtype, but found A of type ${scalarName(a.dtype)} and B of type ${scalarName(b.dtype)} instead`,
        );
    }
    const found = solution(solve, squareMatrices(solve, a, kind), b, kind, left);
    if (triangular) needs('triangular_solve_cpu', a.dtype, isCommon);
    else kernelTakes(a, 'lu_cpu', isHalf);
    return result(found.shape, triangular ? a.dtype : (a.dtype ?? b.dtype));
  }),
});
