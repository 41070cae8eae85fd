/**
 * Elementwise functions of three: where, lerp, addcmul, addcdiv, clamp, clip.
 *
 * Shapes: broadcast of all tensors. Types: promoted; lerp wants one type.
 * Errors: `broadcast-mismatch`, `dtype-mismatch`, `dtype-not-supported`, `argument-out-of-range`.
 * Source: torch.where, torch.lerp, torch.addcmul, torch.clamp, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import { tuple, type Value } from '../core/infer/value';
import { answering, giveUp, refuse } from './common/answer';
import { rankOf } from './common/axes';
import { broadcastAll, fitInPlace } from './common/broadcasting';
import { cppName, differ, isIntegral, scalarName } from './common/dtypes';
import { everyForm, isInPlace, isMethod, plainName, subjectOf } from './common/names';
import { mustCast, operandOf, resultType, type Operand } from './common/promotion';
import { needs, result } from './common/results';
import { shapeOf, type Shape } from '../core/shape/shape';
import type { DType } from '../core/shape/dtype';

const shapeOfOperand = (solve: Solve, operand: Operand): Shape =>
  'tensor' in operand ? solve.shape(operand.tensor) : shapeOf([]);

/** Where the condition holds: one tensor of positions for each dim. */
function positions(call: Call, solve: Solve): Value {
  const condition = call.tensor('condition');
  const count = solve.fresh('count');
  return tuple(solve.dims(condition).map(() => result([count], 'int64')));
}

function selected(call: Call, solve: Solve, name: string): Value {
  if (!call.given('condition') || (!call.given('other') && !isMethod(name))) return positions(call, solve);
  const condition = call.tensor('condition');
  const kept = [operandOf(call, subjectOf(name)), operandOf(call, 'other')];
  if (condition.dtype !== undefined && condition.dtype !== 'bool' && condition.dtype !== 'uint8')
    refuse(
      'dtype-mismatch',
      `where expected condition to be a boolean tensor, but got a tensor with dtype ${scalarName(condition.dtype)}`,
    );
  const shape = broadcastAll(solve, [solve.shape(condition), ...kept.map((operand) => shapeOfOperand(solve, operand))]);
  return result(shape, resultType(solve, kept));
}

/** The tensors and numbers that are combined, in PyTorch's order. */
function operandsOf(call: Call, name: string, kind: string): readonly Operand[] {
  const optional = (argument: string): readonly Operand[] =>
    call.given(argument) && call.value(argument).kind !== 'none' ? [operandOf(call, argument)] : [];
  const self = operandOf(call, subjectOf(name));
  if (kind === 'lerp') return [self, operandOf(call, 'end'), operandOf(call, 'weight')];
  if (kind.startsWith('addc')) return [self, operandOf(call, 'tensor1'), operandOf(call, 'tensor2')];
  return [self, ...optional('min'), ...optional('max')];
}

function typeOf(solve: Solve, kind: string, operands: readonly Operand[]): DType | undefined {
  if (kind !== 'lerp') return resultType(solve, operands);
  const [self, end, weight] = operands.map((operand) => ('tensor' in operand ? operand.tensor.dtype : undefined));
  const clash = (which: string, dtype: DType): never =>
    refuse(
      'dtype-mismatch',
      `expected dtype ${cppName(self as DType)} for \`${which}\` but got dtype ${cppName(dtype)}`,
    );
  if (differ(self, end)) clash('end', end as DType);
  const [, , third] = operands;
  if (differ(self, weight)) {
    // A weight without dims counts as a number.
    if (
      third !== undefined &&
      'tensor' in third &&
      rankOf(solve, third.tensor) !== undefined &&
      rankOf(solve, third.tensor) !== 0
    )
      clash('weight', weight as DType);
    giveUp('a weight of another element type');
  }
  needs(
    third !== undefined && 'tensor' in third ? 'lerp_kernel_tensor' : 'lerp_kernel_scalar',
    self,
    (dtype) => !isIntegral(dtype),
  );
  return self ?? end;
}

export const ternary = operator({
  id: 'ternary',
  names: everyForm('where', 'lerp', 'addcmul', 'addcdiv', 'clamp', 'clip', 'clamp_min', 'clamp_max'),
  params: (name) => {
    const self = `${subjectOf(name)}: any`;
    const kind = plainName(name);
    if (kind === 'where')
      return isMethod(name)
        ? [`${self}, condition: Tensor, other: any`]
        : ['condition: Tensor', 'condition: Tensor, input: any, other: any'];
    if (kind === 'lerp') return [`${self}, end: any, weight: any`];
    if (kind.startsWith('addc')) return [`${self}, tensor1: Tensor, tensor2: Tensor, *, value: any = 1`];
    return [kind === 'clamp_max' ? `${self}, max: any` : `${self}, min: any = None, max: any = None`];
  },
  infer: answering((call, solve, name) => {
    const kind = plainName(name);
    if (kind === 'where') return selected(call, solve, name);
    const operands = operandsOf(call, name, kind);
    if (kind.startsWith('cl') && operands.length === 1)
      refuse('argument-out-of-range', `torch.clamp: At least one of 'min' or 'max' must not be None`);
    const shapes = operands.map((operand) => shapeOfOperand(solve, operand));
    const whole = broadcastAll(solve, shapes);
    const dtype = typeOf(solve, kind, operands);
    const [self] = operands;
    if (!isInPlace(name) || self === undefined || !('tensor' in self)) return result(whole, dtype);
    mustCast(dtype, self.tensor.dtype);
    return result(fitInPlace(solve, solve.shape(self.tensor), whole), self.tensor.dtype);
  }),
});
