/**
 * One result for each pair of elements: arithmetic, comparison, logic, bits; as operators, functions and in place.
 *
 * Shapes: broadcast of both; in place the left one's, which the result must fit.
 * Types: promoted; bool for comparison and logic; floats for true division.
 * Errors: `broadcast-mismatch`, `inplace-shape-mismatch`, `dtype-mismatch`, `dtype-not-supported`.
 * Source: torch.add and relatives, at::infer_size, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import { isComplex, type DType } from '../core/shape/dtype';
import { shapeOf, type Shape } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { broadcastShapes, fitInPlace } from './common/broadcasting';
import { differ, isIntegral } from './common/dtypes';
import { lacksKernel } from './common/kernels';
import { pythonNumber } from './common/literals';
import { everyForm, isInPlace, isMethod, plainName, subjectOf } from './common/names';
import { mustCast, operandOf, resultType, toFloat, type Operand } from './common/promotion';
import { needs, result } from './common/results';

const arithmetic = [
  'add',
  'sub',
  'subtract',
  'rsub',
  'mul',
  'multiply',
  'remainder',
  'fmod',
  'floor_divide',
  'maximum',
  'minimum',
  'fmax',
  'fmin',
  'pow',
  'gcd',
  'lcm',
  'heaviside',
  'hypot',
  'nextafter',
  'logaddexp',
  'logaddexp2',
  'float_power',
];
const floating = ['div', 'divide', 'true_divide', 'atan2', 'arctan2', 'copysign', 'xlogy', 'ldexp', 'xlog1py', 'zeta'];
const comparison = [
  'eq',
  'ne',
  'lt',
  'le',
  'gt',
  'ge',
  'not_equal',
  'less',
  'less_equal',
  'greater',
  'greater_equal',
  'isclose',
  'logical_and',
  'logical_or',
  'logical_xor',
];
const bits = ['bitwise_and', 'bitwise_or', 'bitwise_xor', 'bitwise_left_shift', 'bitwise_right_shift'];

/** Python's operators: the function each one is, and whether the tensor is on the right. */
const symbols: Readonly<Record<string, string>> = {
  add: 'add',
  sub: 'sub',
  mul: 'mul',
  truediv: 'div',
  div: 'div',
  floordiv: 'floor_divide',
  mod: 'remainder',
  pow: 'pow',
  and: 'bitwise_and',
  or: 'bitwise_or',
  xor: 'bitwise_xor',
  lshift: 'bitwise_left_shift',
  rshift: 'bitwise_right_shift',
};
const compared = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'];

const dunders = [
  ...Object.keys(symbols).flatMap((name) => [
    `torch.Tensor.__${name}__`,
    `torch.Tensor.__r${name}__`,
    `torch.Tensor.__i${name}__`,
  ]),
  ...compared.map((name) => `torch.Tensor.__${name}__`),
];

/** 'add' of '__radd__'. */
function kindOf(name: string): string {
  const plain = plainName(name);
  if (!plain.startsWith('__')) return plain;
  const bare = plain.slice(2, -2);
  return symbols[bare] ?? (compared.includes(bare) ? bare : (symbols[bare.slice(1)] ?? bare));
}

const isPower = (name: string): boolean => name.includes('pow');
const kernels: Readonly<Record<string, string>> = {
  bitwise_and: 'bitwise_and_cpu',
  bitwise_or: 'bitwise_or_cpu',
  bitwise_xor: 'bitwise_xor_cpu',
  bitwise_left_shift: 'lshift_cpu',
  bitwise_right_shift: 'rshift_cpu',
  gcd: 'gcd_cpu',
  lcm: 'lcm_cpu',
};

function typeOf(call: Call, solve: Solve, kind: string, operands: readonly Operand[]): DType | undefined {
  const promoted = resultType(solve, operands);
  if (comparison.includes(kind)) return 'bool';
  if (kind === 'float_power')
    return promoted === undefined ? undefined : promoted.startsWith('complex') ? 'complex128' : 'float64';
  if (!floating.includes(kind)) return promoted;
  const rounds = kind.startsWith('div') && call.given('rounding_mode') && call.value('rounding_mode').kind !== 'none';
  return rounds ? promoted : toFloat(promoted);
}

function check(kind: string, operands: readonly Operand[], dtype: DType | undefined): void {
  if (kind === 'sub' || kind === 'subtract' || kind === 'rsub') {
    const bools = operands.map((operand) =>
      'tensor' in operand ? operand.tensor.dtype === 'bool' : operand.number === 'bool',
    );
    if (bools.every((is) => is))
      refuse(
        'dtype-not-supported',
        'Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead.',
      );
    if (bools.some((is) => is))
      refuse(
        'dtype-not-supported',
        'Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.',
      );
  }
  if (kind === 'heaviside') {
    const [a, b] = operands.map((operand) => ('tensor' in operand ? operand.tensor.dtype : undefined));
    if (differ(a, b)) giveUp('steps of different element types');
  }
  if ((kind === 'maximum' || kind === 'minimum') && dtype !== undefined && isComplex(dtype))
    refuse('dtype-not-supported', `${kind} not implemented for complex tensors.`);
  const kernel = kernels[kind];
  if (kernel !== undefined) needs(kernel, dtype, isIntegral);
}

/** Both are tensors, never numbers. */
const tensorsOnly =
  'gcd lcm maximum minimum fmax fmin heaviside hypot nextafter logaddexp logaddexp2 atan2 arctan2 ldexp isclose logical_and logical_or logical_xor'.split(
    ' ',
  );

const isNegative = (call: Call, argument: string): boolean =>
  call.given(argument) && Number(pythonNumber(call.value(argument)) ?? 0) < 0;

const shapeOfOperand = (solve: Solve, operand: Operand): Shape =>
  'tensor' in operand ? solve.shape(operand.tensor) : shapeOf([]);

export const binary = operator({
  id: 'binary',
  names: [...everyForm(...arithmetic, ...floating, ...comparison, ...bits), ...dunders, 'torch.Tensor.copy_'],
  params: (name) => {
    const second = name.endsWith('copy_') ? 'src' : isPower(name) ? 'exponent' : 'other';
    return [
      `${subjectOf(name)}: ${isMethod(name) ? 'Tensor' : 'any'}, ${second}: any, *, alpha: any = 1, rounding_mode: any = None, out: any = None`,
      `${subjectOf(name)}: any, ${second}: any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False, non_blocking: bool = False`,
      `${subjectOf(name)}: any, ${second}: any, non_blocking: bool`,
    ];
  },
  infer: answering((call, solve, name) => {
    const kind = kindOf(name);
    const operands = [
      operandOf(call, subjectOf(name)),
      operandOf(call, kind === 'copy' ? 'src' : isPower(name) ? 'exponent' : 'other'),
    ] as const;
    const [left, right] = operands;
    // The binder's overloads take numbers everywhere; torch doesn't.
    const numbers = operands.filter((operand) => 'number' in operand).length;
    if (numbers === 2 || (numbers === 1 && tensorsOnly.includes(kind))) giveUp('a number in place of a tensor');
    if (kind === 'isclose' && ['rtol', 'atol'].some((given) => isNegative(call, given))) giveUp('a negative tolerance');
    const whole = broadcastShapes(solve, shapeOfOperand(solve, left), shapeOfOperand(solve, right));
    if (isInPlace(name) && 'tensor' in left) {
      const shape = fitInPlace(solve, solve.shape(left.tensor), whole);
      if (kind !== 'copy' && lacksKernel(kind, resultType(solve, operands))) giveUp('no kernel for this element type');
      if (kind === 'float_power' && left.tensor.dtype !== typeOf(call, solve, kind, operands))
        giveUp('float_power_ of narrow numbers');
      if (kind !== 'copy') {
        const dtype = typeOf(call, solve, kind, operands);
        check(kind, operands, comparison.includes(kind) ? undefined : dtype);
        if (!comparison.includes(kind)) mustCast(dtype, left.tensor.dtype);
      }
      return result(shape, left.tensor.dtype);
    }
    const dtype = typeOf(call, solve, kind, operands);
    check(kind, operands, dtype);
    const rounded = kind === 'pow' || (kind.startsWith('div') && dtype === 'bool');
    if (lacksKernel(kind, resultType(solve, operands)) || (rounded && dtype === 'bool'))
      giveUp('no kernel for this element type');
    return result(whole, dtype);
  }),
});
