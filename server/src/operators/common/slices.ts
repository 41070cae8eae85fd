/** A tensor that is written into a part of another one, which must have exactly its shape. */
import type { Solve } from '../../core/infer/operator';
import type { TensorValue } from '../../core/infer/value';
import type { Dim } from '../../core/shape/dim';
import { dimsOf, type Shape } from '../../core/shape/shape';
import { giveUp, refuse } from './answer';
import { brackets } from './sizes';

export function mustFitSlice(solve: Solve, src: TensorValue, slice: Shape): void {
  const [own, part] = [solve.dims(src), dimsOf(slice)];
  if (part === undefined) return giveUp('the number of dims of the slice is not known');
  if (
    own.length !== part.length ||
    own.some((size, i) => !solve.same(size, part[i] as Dim, 'src has the shape of the slice'))
  )
    refuse(
      'slice-size-mismatch',
      `expected src to have a size equal to the slice of self. src size = ${brackets(solve, own)}, slice size = ${brackets(solve, part)}`,
      { argument: 'src' },
    );
}
