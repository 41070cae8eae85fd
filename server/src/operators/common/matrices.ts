/** Batches of matrices: the last two dims and what is before them, with the checks that torch.linalg's functions share. */
import type { Solve } from '../../core/infer/operator';
import type { TensorValue } from '../../core/infer/value';
import { min, type Dim } from '../../core/shape/dim';
import { isDifferentiable, type DType } from '../../core/shape/dtype';
import type { Shape } from '../../core/shape/shape';
import { refuse } from './answer';
import { isHalf, scalarName } from './dtypes';

export interface Matrices {
  readonly batch: Shape;
  readonly rows: Dim;
  readonly columns: Dim;
}

/** `sentence` is what PyTorch says of a tensor of fewer dims. */
export function matricesOf(solve: Solve, t: TensorValue, sentence: string): Matrices {
  if (!solve.minRank(t, 2)) refuse('input-rank-mismatch', sentence);
  const { before, last } = solve.trailing(t, 2);
  const [rows, columns] = last as readonly [Dim, Dim];
  return { batch: before, rows, columns };
}

/** Refuses matrices that are not square; `name` stands before PyTorch's sentence. */
export function mustBeSquare(solve: Solve, { rows, columns }: Matrices, name: string): void {
  if (!solve.same(rows, columns, 'the matrix is square'))
    refuse(
      'matrix-not-square',
      `${name}A must be batches of square matrices, but they are ${solve.text(rows)} by ${solve.text(columns)} matrices`,
    );
}

/** Square matrices of a function that says its name. */
export function squareOf(solve: Solve, t: TensorValue, name: string): Matrices {
  const found = matricesOf(solve, t, `${name}: The input tensor A must have at least 2 dimensions.`);
  mustBeSquare(solve, found, `${name}: `);
  return found;
}

/** Refuses types that torch.linalg's functions don't take. */
export function mustBeFloating(dtype: DType | undefined, name: string): void {
  if (dtype === undefined) return;
  if (!isDifferentiable(dtype))
    refuse(
      'dtype-not-supported',
      `${name}: Expected a floating point or complex tensor as input. Got ${scalarName(dtype)}`,
    );
  if (isHalf(dtype))
    refuse('dtype-not-supported', `${name}: Low precision dtypes not supported. Got ${scalarName(dtype)}`);
}

/** The smaller of two sizes, as one of them where that is known. */
export const smallerOf = (solve: Solve, a: Dim, b: Dim): Dim =>
  solve.less(b, a) === 'no' ? a : solve.less(a, b) === 'no' ? b : min(a, b);
