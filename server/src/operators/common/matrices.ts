/** What decompositions and solvers have in common: batches of matrices, and the element types that LAPACK takes. */
import type { Solve } from '../../core/infer/operator';
import type { TensorValue } from '../../core/infer/value';
import { min, type Dim } from '../../core/shape/dim';
import type { DType } from '../../core/shape/dtype';
import type { Shape } from '../../core/shape/shape';
import { giveUp, refuse } from './answer';
import { isHalf, isIntegral, scalarName } from './dtypes';

export interface Matrices {
  readonly batch: Shape;
  readonly rows: Dim;
  readonly columns: Dim;
}

/** The last two dims and what is before them; refuses a tensor of fewer dims with the sentence for its rank. */
export function matrices(solve: Solve, t: TensorValue, sentence: (rank: number) => string): Matrices {
  if (!solve.minRank(t, 2)) refuse('input-rank-mismatch', sentence(solve.dims(t).length));
  const { before, last } = solve.trailing(t, 2);
  const [rows, columns] = last as readonly [Dim, Dim];
  return { batch: before, rows, columns };
}

/** PyTorch's sentence for a tensor without two dims. */
export const noMatrix = (name: string, which = 'A'): string =>
  `${name}: The input tensor ${which} must have at least 2 dimensions.`;

/** Matrices with as many rows as columns; `name` begins the sentences. */
export function squareMatrices(solve: Solve, t: TensorValue, name: string): Matrices {
  const found = matrices(solve, t, () => noMatrix(name));
  mustBeSquare(solve, found, `${name}: `);
  return found;
}

/** Refuses matrices that have not as many rows as columns; `before` begins the sentence. */
export function mustBeSquare(solve: Solve, { rows, columns }: Matrices, before: string): void {
  if (!solve.same(rows, columns, 'the matrix is square'))
    refuse(
      'matrix-not-square',
      `${before}A must be batches of square matrices, but they are ${solve.text(rows)} by ${solve.text(columns)} matrices`,
    );
}

/** The smaller of two sizes, as one of them where that is known. */
export const smallerOf = (solve: Solve, a: Dim, b: Dim): Dim =>
  solve.less(b, a) === 'no' ? a : solve.less(a, b) === 'no' ? b : min(a, b);

/** The element types that every kernel of linear algebra takes. */
export const isCommon = (dtype: DType): boolean =>
  dtype === 'float32' || dtype === 'float64' || dtype === 'complex64' || dtype === 'complex128';

/** Refuses whole numbers and bool; gives up on types that are rarer than those and the halves. */
export function needsFloating(dtype: DType | undefined, name: string): void {
  if (dtype === undefined) return;
  if (isIntegral(dtype))
    refuse(
      'dtype-not-supported',
      `${name}: Expected a floating point or complex tensor as input. Got ${scalarName(dtype)}`,
    );
  if (!isHalf(dtype) && !isCommon(dtype)) giveUp(`matrices of ${dtype}`);
}

/** Also refuses float16 and bfloat16. */
export function needsPrecision(dtype: DType | undefined, name: string): void {
  needsFloating(dtype, name);
  if (dtype !== undefined && isHalf(dtype))
    refuse('dtype-not-supported', `${name}: Low precision dtypes not supported. Got ${scalarName(dtype)}`);
}
