/** Axes that are reduced to one number each, and reductions that have no value for no elements. */
import type { Solve } from '../../core/infer/operator';
import type { TensorValue } from '../../core/infer/value';
import { sizeAt } from '../../core/shape/axis';
import { num } from '../../core/shape/dim';
import { dimsOf, shapeOf, type Shape } from '../../core/shape/shape';
import { refuse } from './answer';
import { distinct, rankOf, replaced, showing } from './axes';
import { countOf } from './results';

const one = num(1);
const zero = num(0);

/** The shape after reducing these axes (null: all). */
export function reducedShape(solve: Solve, t: TensorValue, axes: readonly number[] | null, keepdim: boolean): Shape {
  if (axes === null) {
    if (!keepdim) return shapeOf([]);
    return shapeOf(solve.dims(t).map(() => one));
  }
  const shape = showing(solve, t, axes, 'dim');
  distinct(axes, rankOf(solve, t));
  return dimsOf(shape)?.length === 0 ? shape : replaced(shape, axes, () => (keepdim ? [one] : []));
}

/** How a function says that it can't reduce nothing. */
export interface Emptiness {
  /** The function's name as the sentences have it: `max()`. */
  readonly named: string;
  /** Whether the sentence for all axes ends with advice. */
  readonly advice: boolean;
  /** Whether axes are shown as they were passed: -1, not 2. */
  readonly asPassed: boolean;
}

/** Refuses to reduce axes without elements (null: all). */
export function mustHaveElements(
  solve: Solve,
  t: TensorValue,
  axes: readonly number[] | null,
  { named, advice, asPassed }: Emptiness,
): void {
  if (axes === null) {
    const count = countOf(solve, t);
    if (count !== undefined && solve.equal(count, zero) === 'yes')
      refuse(
        'empty-reduction',
        `${named}: Expected reduction dim to be specified for input.numel() == 0.${advice ? " Specify the reduction dim with the 'dim' argument." : ''}`,
      );
    return;
  }
  for (const axis of axes) {
    const shape = showing(solve, t, [axis], 'dim');
    const size = sizeAt(shape, axis);
    if (size === undefined || solve.equal(size, zero) !== 'yes') continue;
    const shown = axis < 0 && !asPassed && shape.rest === undefined ? axis + shape.lead.length : axis;
    refuse('empty-reduction', `${named}: Expected reduction dim ${shown} to have non-zero size.`);
  }
}
