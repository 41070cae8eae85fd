/**
 * One result for each pair of elements: arithmetic, comparison, logic, bits; as operators, functions and in place.
 *
 * Shapes: broadcast of both; in place the left one's, which the result must fit.
 * Types: promoted; bool for comparison and logic; floats for true division.
 * Errors: `broadcast-mismatch`, `inplace-shape-mismatch`, `dtype-mismatch`, `dtype-not-supported`.
 * Source: torch.add and relatives, at::infer_size, PyTorch 2.13.
 */
import { operator, type Call, type Signatures, type Solve } from '../core/infer/operator';
import type { DType } from '../core/shape/dtype';
import { shapeOf, type Shape } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { broadcastShapes, fitInPlace } from './common/broadcasting';
import { differ, isComplex, isFloat, isHalf, isIntegral, refuseDtypes, scalarName } from './common/dtypes';
import { lacksKernel } from './common/kernels';
import { pythonNumber } from './common/literals';
import { everyForm, isInPlace, isMethod, plainName, shortName, subjectOf } from './common/names';
import { mustCast, numberKind, operandOf, resultType, toFloat, type Operand } from './common/promotion';
import { needs, result } from './common/results';
import { signatureTable } from './signatures.generated';
import { signatures } from './signature';

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

/** `a - b` of bools is no arithmetic. */
function checkSubtraction(operands: readonly Operand[]): void {
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

/** What PyTorch looks at before it broadcasts. */
function checkOperands(call: Call, solve: Solve, name: string, kind: string, operands: readonly Operand[]): void {
  const [a, b] = operands.map((operand) => ('tensor' in operand ? operand.tensor.dtype : undefined));
  const complex = isComplex(a) || isComplex(b);
  if (kind === 'sub' || kind === 'subtract' || kind === 'rsub') checkSubtraction(operands);
  if (kind.startsWith('div')) checkRounding(call);
  if (kind === 'pow') checkPower(call, operands, a);
  if ((kind === 'maximum' || kind === 'minimum' || kind === 'fmax' || kind === 'fmin') && complex)
    refuse('dtype-not-supported', `${kind} not implemented for complex tensors.`);
  if (kind === 'heaviside') {
    if (complex) refuse('dtype-not-supported', 'heaviside is not yet implemented for complex tensors.');
    if (differ(a, b)) refuseDtypes('heaviside is not yet implemented for tensors with different dtypes.');
  }
  if (kind === 'isclose') {
    if (a !== undefined && b !== undefined && a !== b)
      refuseDtypes(`${scalarName(a)} did not match ${scalarName(b)}`, 'other');
    if (['rtol', 'atol'].some((given) => isNegative(call, given))) giveUp('a negative tolerance');
  }
  if (!isInPlace(name) || a === undefined) return;
  if (kind === 'ldexp' && isIntegral(a))
    refuseDtypes(`ldexp can't be cast to the desired output type ${scalarName(a)}`);
  const wide = kind === 'float_power' ? typeOf(call, solve, kind, operands) : a;
  if (wide !== undefined && wide !== a)
    refuseDtypes(
      `the base given to float_power_ has dtype ${scalarName(a)} but the operation's result requires dtype ${scalarName(wide)}`,
    );
}

function checkRounding(call: Call): void {
  const mode = call.given('rounding_mode') ? call.value('rounding_mode') : undefined;
  if (mode?.kind === 'str' && mode.value !== undefined && mode.value !== 'trunc' && mode.value !== 'floor')
    refuse(
      'argument-out-of-range',
      `div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '${mode.value}'`,
      { argument: 'rounding_mode' },
    );
}

/** Whole numbers have no negative powers, where the exponent is a number. */
function checkPower(call: Call, operands: readonly Operand[], base: DType | undefined): void {
  const [left, right] = operands;
  if (left === undefined || right === undefined || 'number' in left || 'tensor' in right) return;
  if (right.number === 'int' && isIntegral(base) && isNegative(call, 'exponent'))
    refuse('argument-out-of-range', 'Integers to negative integer powers are not allowed.', { argument: 'exponent' });
}

/** What PyTorch looks at last: the factor of the second operand, and whether a kernel takes the elements. */
function checkElements(call: Call, solve: Solve, kind: string, operands: readonly Operand[]): void {
  const promoted = resultType(solve, operands);
  checkAlpha(call, promoted);
  const kernel = kernels[kind];
  if (kernel !== undefined) needs(kernel, promoted, isIntegral);
  const [a, b] = operands.map((operand) => ('tensor' in operand ? operand.tensor.dtype : undefined));
  if (kind === 'pow' && promoted === 'bool') {
    if (a === 'bool' && b === 'bool') needs('pow', promoted, () => false);
    giveUp('powers of bools');
  }
  if (kind === 'ldexp' && isComplex(promoted) && (isHalf(a) || isHalf(b))) giveUp('ldexp of half and complex numbers');
  if (kind === 'ldexp' && isFloat(a) && b === 'bool') needs('ldexp_cpu_exp', b, () => false);
  const isZero = isZeroGiven(call);
  const rounded = kind.startsWith('div') && call.given('rounding_mode') && call.value('rounding_mode').kind !== 'none';
  if (isZero && isIntegral(promoted) && (rounded || ['remainder', 'fmod', 'floor_divide'].includes(kind)))
    giveUp('whole numbers divided by zero');
  if (lacksKernel(rounded ? 'floor_divide' : kind, promoted)) giveUp('no kernel for this element type');
}

/** `torch.add(a, b, alpha=2)`: a float needs a result of floats. */
function checkAlpha(call: Call, dtype: DType | undefined): void {
  const alpha = call.given('alpha') ? numberKind(call.value('alpha')) : undefined;
  if (alpha === undefined || dtype === undefined) return;
  if (alpha === 'bool' && dtype !== 'bool') refuseDtypes('Boolean alpha only supported for Boolean results.', 'alpha');
  if (alpha === 'float' && isIntegral(dtype))
    refuseDtypes('For integral input tensors, argument alpha must not be a floating point number.', 'alpha');
}

const isZeroGiven = (call: Call): boolean => call.given('other') && pythonNumber(call.value('other')) === '0';

const isNegative = (call: Call, argument: string): boolean =>
  call.given(argument) && Number(pythonNumber(call.value(argument)) ?? 0) < 0;

const shapeOfOperand = (solve: Solve, operand: Operand): Shape =>
  'tensor' in operand ? solve.shape(operand.tensor) : shapeOf([]);

/** Functions that swap their operands before they broadcast them. */
const swapped = ['rsub', '__rsub__', '__rpow__', '__rfloordiv__', '__rmod__', '__rlshift__', '__rrshift__'];

const secondOf = (name: string): string =>
  isPower(name) ? 'exponent' : kindOf(name) === 'heaviside' ? 'values' : kindOf(name) === 'copy' ? 'src' : 'other';

/** Which of the operands may be a number, after PyTorch's overloads. */
function takesNumber(name: string): readonly [left: boolean, right: boolean] {
  const overloads = Object.hasOwn(signatureTable, name) ? signatures(name) : [];
  const pairs = overloads.map((text) => text.split(', ').map((parameter) => parameter.endsWith(': Scalar')));
  return [
    pairs.some(([left]) => left === true),
    overloads.length === 0 || name.endsWith('.copy_') || pairs.some(([, right]) => right === true),
  ];
}

/**
 * PyTorch's overloads as one: operands of any kind, since what is not known of them must not decide between overloads.
 * The deprecated ones with a factor in the middle are left out.
 */
function merged(name: string): Signatures {
  const operands = `${subjectOf(name)}: any, ${secondOf(name)}: any`;
  if (name.endsWith('.copy_')) return [`${operands}, non_blocking: bool = False`];
  const out = isMethod(name) || isInPlace(name) ? '' : ', *, out: any = None';
  if (!Object.hasOwn(signatureTable, name)) return [operands];
  const rests = signatures(name).map((text) => text.split(', ').slice(2).join(', '));
  const rest = rests.find((text) => text.startsWith('*,') || text.startsWith('rtol')) ?? '';
  if (rest === '') return [`${operands}${out}`];
  const more = rest.replace('str?', 'str? = None');
  return [`${operands}, ${more}${out.replace(', *', '')}`];
}

export const binary = operator({
  id: 'binary',
  names: [...everyForm(...arithmetic, ...floating, ...comparison, ...bits), ...dunders, 'torch.Tensor.copy_'],
  params: merged,
  infer: answering((call, solve, name) => {
    const kind = kindOf(name);
    const operands = [operandOf(call, subjectOf(name)), operandOf(call, secondOf(name))] as const;
    const [left, right] = operands;
    const [leftNumber, rightNumber] = takesNumber(name);
    if (('number' in left && ('number' in right || !leftNumber)) || ('number' in right && !rightNumber))
      giveUp('a number in place of a tensor');
    for (const number of ['alpha', 'rtol', 'atol'])
      if (call.given(number) && call.value(number).kind === 'tensor') giveUp(`a tensor as ${number}`);
    checkOperands(call, solve, name, kind, operands);
    const [a, b] = [shapeOfOperand(solve, left), shapeOfOperand(solve, right)];
    const whole = swapped.includes(shortName(name)) ? broadcastShapes(solve, b, a) : broadcastShapes(solve, a, b);
    const dtype = typeOf(call, solve, kind, operands);
    if (!isInPlace(name) || !('tensor' in left)) {
      checkElements(call, solve, kind, operands);
      return result(whole, dtype);
    }
    const own = left.tensor.dtype;
    const shape = fitInPlace(solve, solve.shape(left.tensor), whole);
    if (kind !== 'copy') {
      if (!comparison.includes(kind)) mustCast(dtype, own);
      checkElements(call, solve, kind, operands);
    }
    return result(shape, own);
  }),
});
