/** Results that several operators share. */
import type { Solve } from '../../core/infer/operator';
import { tensor, tuple, type TensorValue, type TupleValue } from '../../core/infer/value';
import { num, product, type Dim } from '../../core/shape/dim';
import type { DType } from '../../core/shape/dtype';
import { dimsOf, shapeOf, type Shape } from '../../core/shape/shape';
import { refuse } from './answer';
import { scalarName } from './dtypes';
import { brackets } from './sizes';

/** A new tensor of this shape and type. */
export const result = (shape: Shape | readonly Dim[], dtype: DType | undefined): TensorValue =>
  tensor('lead' in shape ? shape : shapeOf(shape), dtype);

/** The tensor with another shape, as a view. */
export const reshaped = (t: TensorValue, shape: Shape | readonly Dim[]): TensorValue => result(shape, t.dtype);

/** `torch.return_types.max(values=..., indices=...)` */
export const valuesAndIndices = (values: TensorValue): TupleValue =>
  tuple([values, tensor(values.shape, 'int64')], ['values', 'indices']);

/** How many elements a tensor of known rank has. */
export function countOf(solve: Solve, t: TensorValue): Dim | undefined {
  const dims = dimsOf(solve.shape(t));
  return dims && product(dims.map((dim) => solve.dim(dim)));
}

/** Refuses a size below zero with PyTorch's allocation sentence, or the one given. */
export function notNegative(solve: Solve, dims: readonly Dim[], sentence?: string): void {
  for (const dim of dims)
    if (solve.less(dim, num(0)) === 'yes')
      refuse(
        'negative-size',
        sentence ?? `Trying to create tensor with negative dimension ${solve.text(dim)}: ${brackets(solve, dims)}`,
      );
}

/** Whether a tensor is certainly empty: kernels aren't asked then. */
export const hasNoElements = (solve: Solve, t: TensorValue): boolean => {
  const { lead, tail } = solve.shape(t);
  return [...lead, ...tail].some((dim) => solve.number(dim) === 0);
};

/** Refuses an element type that the kernel doesn't take. */
export function needs(kernel: string, dtype: DType | undefined, fits: (dtype: DType) => boolean): void {
  if (dtype !== undefined && !fits(dtype))
    refuse('dtype-not-supported', `"${kernel}" not implemented for '${scalarName(dtype)}'`);
}
