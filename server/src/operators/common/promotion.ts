/** The element type of a result: operands of a call as dtype.ts wants them, and types that can't be written. */
import type { Call, Solve } from '../../core/infer/operator';
import type { TensorValue, Value } from '../../core/infer/value';
import { shownDims } from '../../core/shape/axis';
import * as types from '../../core/shape/dtype';
import type { DType, ScalarKind } from '../../core/shape/dtype';
import { giveUp, refuse } from './answer';
import { scalarName } from './dtypes';

/** A tensor, or a Python number that counts as its kind only. */
export type Operand = { readonly tensor: TensorValue } | { readonly number: ScalarKind };

/** What torch.get_default_dtype() says unless a script changes it. */
export const DEFAULT_FLOAT: DType = types.ofScalar('float');

/** The kind of a value that is a Python number. */
export const numberKind = (value: Value): ScalarKind | undefined =>
  value.kind === 'int' || value.kind === 'float' || value.kind === 'bool' ? value.kind : undefined;

/** A tensor or a number argument. */
export function operandOf(call: Call, name: string): Operand {
  const number = numberKind(call.value(name));
  if (number !== undefined) return { number };
  const found = call.tensorOrNumber(name);
  return found === null ? giveUp(`${name} is not known`) : { tensor: found };
}

/** The element type that operands promote to; `undefined` where it isn't certain. */
export function resultType(solve: Solve, operands: readonly Operand[]): DType | undefined {
  // A tensor of open rank may count as one without dims: both ways must give the same.
  const asDims = typeOf(solve, operands, 'dims');
  return asDims === typeOf(solve, operands, 'none') ? asDims : undefined;
}

function typeOf(solve: Solve, operands: readonly Operand[], open: 'dims' | 'none'): DType | undefined {
  const known: types.Operand[] = [];
  for (const operand of operands) {
    if ('number' in operand) {
      known.push({ dtype: types.ofScalar(operand.number), rank: 'number' });
      continue;
    }
    const { dtype } = operand.tensor;
    if (dtype === undefined) return undefined;
    const shape = solve.shape(operand.tensor);
    known.push({ dtype, rank: shownDims(shape) > 0 ? 'dims' : shape.rest === undefined ? 'none' : open });
  }
  return types.resultType(known);
}

/** Whole numbers become the default float. */
export const toFloat = (dtype: DType | undefined): DType | undefined => dtype && types.floatingOf(dtype);

/** The type that two types promote to; undefined where PyTorch has none. */
export const promoted = types.promote;

/** The real type of a complex one. */
export const realOf = (dtype: DType | undefined): DType | undefined => dtype && types.realOf(dtype);

/** bool, whole number, float, complex in this order. */
const rank = (dtype: DType): number =>
  dtype === 'bool' ? 0 : types.isComplex(dtype) ? 3 : types.isFloating(dtype) ? 2 : 1;

/** Refuses a result that can't be written into a tensor of this type. */
export function mustCast(
  result: DType | undefined,
  into: DType | undefined,
  nameOf: (dtype: DType) => string = scalarName,
): void {
  if (result === undefined || into === undefined || rank(result) <= rank(into)) return;
  refuse(
    'dtype-mismatch',
    `result type ${scalarName(result)} can't be cast to the desired output type ${nameOf(into)}`,
  );
}
