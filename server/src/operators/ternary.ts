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
import { cppName, differ, isComplex, isIntegral, scalarName } from './common/dtypes';
import { everyForm, isInPlace, isMethod, plainName, subjectOf } from './common/names';
import { mustHold } from './common/overflow';
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
  if (kind.startsWith('clamp_')) return [self, operandOf(call, kind.slice(-3))];
  return [self, ...optional('min'), ...optional('max')];
}

const dtypeOf = (operand: Operand | undefined): DType | undefined =>
  operand !== undefined && 'tensor' in operand ? operand.tensor.dtype : undefined;

/** lerp wants one element type, and looks at it before the sizes. */
function checkLerp(solve: Solve, operands: readonly Operand[]): void {
  const [self, end, weight] = operands.map(dtypeOf);
  const clash = (which: string, dtype: DType): never =>
    refuse(
      'dtype-mismatch',
      `expected dtype ${cppName(self as DType)} for \`${which}\` but got dtype ${cppName(dtype)}`,
    );
  if (differ(self, end)) clash('end', end as DType);
  const third = operands[2];
  if (third === undefined || !('tensor' in third) || !differ(self, weight)) return;
  // A weight without dims counts as a number.
  const rank = rankOf(solve, third.tensor) ?? giveUp('a weight of another element type');
  if (rank > 0) clash('weight', weight as DType);
  if (isComplex(weight)) giveUp('a complex weight');
}

/** What PyTorch looks at before it broadcasts. */
function checkOperands(solve: Solve, kind: string, operands: readonly Operand[]): void {
  const [self, second, third] = operands;
  if (kind === 'lerp') {
    if (second !== undefined && 'number' in second) giveUp('a number as end');
    checkLerp(solve, operands);
  }
  if (kind === 'addcdiv' && isIntegral(dtypeOf(second)) && isIntegral(dtypeOf(third)))
    refuse('dtype-not-supported', 'Integer division with addcdiv is no longer supported');
  if (!kind.startsWith('cl')) return;
  if (second === undefined)
    refuse('argument-out-of-range', `torch.clamp: At least one of 'min' or 'max' must not be None`);
  if (third !== undefined && 'tensor' in second !== 'tensor' in third) giveUp('a number beside a tensor');
  if (isComplex(dtypeOf(self)) && (kind === 'clamp' || kind === 'clip' || 'number' in second))
    refuse('dtype-not-supported', 'clamp is not supported for complex types');
}

/** What the kernels take, which PyTorch looks at last. */
function checkElements(call: Call, kind: string, operands: readonly Operand[], dtype: DType | undefined): void {
  const [self, second, third] = operands;
  if (kind === 'lerp') {
    const tensors = third !== undefined && 'tensor' in third;
    needs(tensors ? 'lerp_kernel_tensor' : 'lerp_kernel_scalar', dtypeOf(self), (d) => !isIntegral(d));
  }
  if (!kind.startsWith('cl') || second === undefined) return;
  if (isComplex(dtype)) giveUp('bounds of complex numbers');
  if (dtype === 'bool' && 'number' in second) giveUp('bounds of bools');
  for (const bound of ['min', 'max']) if (call.given(bound)) mustHold(call.value(bound), dtype, bound);
}

/** In place. The bounds of clamp_ that are numbers have sentences of their own. */
function checkCast(kind: string, operands: readonly Operand[], dtype: DType | undefined): void {
  const [self, second] = operands;
  const own = dtypeOf(self);
  const names = kind.startsWith('cl') && second !== undefined && 'number' in second ? cppName : scalarName;
  mustCast(dtype, own, names);
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
    if (kind.startsWith('addc')) return [`${self}, tensor1: Tensor, tensor2: Tensor, *, value: Scalar = 1`];
    if (kind === 'clamp_max' || kind === 'clamp_min') return [`${self}, ${kind.slice(-3)}: any`];
    return [`${self}, min: any = None, max: any = None`];
  },
  infer: answering((call, solve, name) => {
    const kind = plainName(name);
    if (kind === 'where') return selected(call, solve, name);
    const operands = operandsOf(call, name, kind);
    const [self] = operands;
    if (self === undefined || !('tensor' in self)) return giveUp('a number in place of a tensor');
    if (call.given('value') && call.value('value').kind === 'tensor') giveUp('a tensor as factor');
    checkOperands(solve, kind, operands);
    const shapes = operands.map((operand) => shapeOfOperand(solve, operand));
    const whole = broadcastAll(solve, shapes);
    const dtype = kind === 'lerp' ? self.tensor.dtype : resultType(solve, operands);
    if (!isInPlace(name)) {
      checkElements(call, kind, operands, dtype);
      return result(whole, dtype);
    }
    const shape = fitInPlace(solve, solve.shape(self.tensor), whole);
    checkCast(kind, operands, dtype);
    checkElements(call, kind, operands, dtype);
    return result(shape, self.tensor.dtype);
  }),
});
