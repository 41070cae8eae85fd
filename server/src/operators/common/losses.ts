/** What losses have in common: the reduction, its older arguments, the shape of the result. */
import type { Call, Solve } from '../../core/infer/operator';
import { str, tensor, type TensorValue, type Value } from '../../core/infer/value';
import type { DType } from '../../core/shape/dtype';
import { shapeOf, type Shape } from '../../core/shape/shape';
import { giveUp, refuse } from './answer';
import { flag, textOf } from './construction';
import { refuseDtypes, scalarName } from './dtypes';
import { resultType } from './promotion';

export type Reduction = 'none' | 'mean' | 'sum' | 'batchmean';

/** `size_average` and `reduce` of PyTorch before 1.0 go before `reduction`; undefined where none of them is given. */
function olderReduction(call: Call): Reduction | undefined {
  const [average, reduce] = ['size_average', 'reduce'].map((name) => call.value(name));
  if (average?.kind === 'none' && reduce?.kind === 'none') return undefined;
  const on = (name: string): boolean => {
    if (call.value(name).kind === 'none') return true;
    return flag(call, name) ?? giveUp(`${name} is not known`);
  };
  return !on('reduce') ? 'none' : on('size_average') ? 'mean' : 'sum';
}

/**
 * How the losses of the elements become one.
 * @param older whether the function has `size_average` and `reduce`
 */
export function reductionOf(call: Call, older = true, batchMean = false): Reduction {
  const before = older ? olderReduction(call) : undefined;
  if (before !== undefined) return before;
  const word = textOf(call, 'reduction') ?? giveUp('the reduction is not known');
  if (word === 'none' || word === 'mean' || word === 'sum' || (batchMean && word === 'batchmean')) return word;
  return refuse('invalid-argument', `${word} is not a valid value for reduction`, { argument: 'reduction' });
}

/** The `reduction` attribute of a loss layer, after the older arguments. */
export function reductionAttribute(call: Call): Readonly<Record<string, Value>> {
  const before = olderReduction(call);
  return before === undefined ? {} : { reduction: str(before) };
}

/** A loss of the elements' shape, or one number. */
export const reduced = (reduction: Reduction, each: Shape, dtype: DType | undefined): TensorValue =>
  tensor(reduction === 'none' ? each : shapeOf([]), dtype);

/** The element type that these promote to; undefined where it isn't certain. */
export const promoted = (solve: Solve, ...tensors: readonly TensorValue[]): DType | undefined =>
  resultType(
    solve,
    tensors.map((t) => ({ tensor: t })),
  );

/** Means of whole numbers and bools are refused. */
export function meanTakes(reduction: Reduction, dtype: DType | undefined, integral: boolean): void {
  if (reduction === 'mean' && dtype !== undefined && integral)
    refuseDtypes(
      `mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: ${scalarName(dtype)}`,
    );
}
