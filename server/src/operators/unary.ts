/**
 * One result for each element, from it alone: exp, sqrt, sigmoid, abs, isnan, ...
 *
 * Shapes: as the input. Types: floats where whole numbers have no result (exp), bool for questions
 * (isnan), the real type for abs of complex numbers, else the input's.
 * Errors: `dtype-not-supported`, `dtype-mismatch` (in place).
 * Source: torch.exp and relatives, PyTorch 2.13.
 */
import { operator, type Call } from '../core/infer/operator';
import type { DType } from '../core/shape/dtype';
import { answering, giveUp, refuse } from './common/answer';
import { boolGiven } from './common/axes';
import { pythonNumber } from './common/literals';
import { isComplex, isFloat, isHalf, isIntegral, refuseDtypes, scalarName } from './common/dtypes';
import { everyForm, isInPlace, plainName, subjectOf } from './common/names';
import { mustCast, realOf, toFloat } from './common/promotion';
import { needs, result } from './common/results';
import { signatures } from './signature';

/** Whole numbers become floats. */
const toFloats = [
  'exp',
  'exp2',
  'expm1',
  'log',
  'log2',
  'log10',
  'log1p',
  'sqrt',
  'rsqrt',
  'sin',
  'cos',
  'tan',
  'asin',
  'acos',
  'atan',
  'sinh',
  'cosh',
  'tanh',
  'asinh',
  'acosh',
  'atanh',
  'arcsin',
  'arccos',
  'arctan',
  'arcsinh',
  'arccosh',
  'arctanh',
  'sigmoid',
  'reciprocal',
  'erf',
  'erfc',
  'erfinv',
  'lgamma',
  'digamma',
  'logit',
  'sinc',
  'i0',
  'i0e',
  'i1',
  'i1e',
  'deg2rad',
  'rad2deg',
  'expit',
  'ndtr',
  'ndtri',
  'log_ndtr',
  'entr',
  'gammaln',
  'psi',
  'erfcx',
  'angle',
  'bessel_j0',
  'bessel_j1',
];
/** The type stays. */
const keeping = [
  'neg',
  'negative',
  'abs',
  'absolute',
  'square',
  'sign',
  'sgn',
  'round',
  'floor',
  'ceil',
  'trunc',
  'fix',
  'frac',
  'relu',
  'positive',
  'nan_to_num',
  'bitwise_not',
  'conj',
  'conj_physical',
  'resolve_conj',
  'resolve_neg',
  'dropout',
  'selu',
  'celu',
  'rrelu',
  'threshold',
  'hardshrink',
  'mvlgamma',
  'polygamma',
];
/** Questions. */
const toBool = ['isnan', 'isinf', 'isfinite', 'isposinf', 'isneginf', 'isreal', 'signbit', 'logical_not'];
const operatorNames: Readonly<Record<string, string>> = {
  __neg__: 'neg',
  __abs__: 'abs',
  __invert__: 'bitwise_not',
  __pos__: 'positive',
};

function check(kind: string, symbol: boolean, dtype: DType | undefined): void {
  if (dtype === undefined) return;
  if ((kind === 'neg' || kind === 'negative') && dtype === 'bool')
    refuse(
      'dtype-not-supported',
      'Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.',
    );
  if (kind === 'bitwise_not' && !isIntegral(dtype)) {
    if (symbol)
      refuse('dtype-not-supported', '~ (operator.invert) is only implemented on integer and Boolean-type tensors');
    needs('bitwise_not_cpu', dtype, isIntegral);
  }
  if (kind === 'positive' && dtype === 'bool')
    refuse('dtype-not-supported', 'The `+` operator, on a bool tensor is not supported.');
  if (kind === 'mvlgamma' && dtype === 'bool')
    refuse('dtype-not-supported', 'The input tensor may not be a boolean tensor.');
  if (kind === 'relu' && dtype === 'bool') refuse('dtype-not-supported', 'Boolean inputs not supported for relu');
}

/** Numbers that decide whether the function exists. */
function checkNumbers(call: Call, kind: string): void {
  const numberOf = (argument: string): number =>
    call.given(argument) ? Number(pythonNumber(call.value(argument)) ?? NaN) : NaN;
  const wrong = (argument: string, message: string): never => refuse('argument-out-of-range', message, { argument });
  if (kind === 'mvlgamma' && numberOf('p') < 1) wrong('p', 'p has to be greater than or equal to 1');
  if (kind === 'polygamma' && numberOf('n') < 0) wrong('n', 'polygamma(n, x) does not support negative n.');
  if (kind === 'celu' && numberOf('alpha') === 0) wrong('alpha', 'alpha cannot be 0 for CELU');
  if (kind === 'dropout' && !(numberOf('p') >= 0 && numberOf('p') <= 1) && !Number.isNaN(numberOf('p')))
    wrong('p', `dropout probability has to be between 0 and 1, but got ${numberOf('p')}`);
  if (kind === 'rrelu') {
    const [lower, upper] = [
      call.given('lower') ? numberOf('lower') : 1 / 8,
      call.given('upper') ? numberOf('upper') : 1 / 3,
    ];
    if (lower > upper) wrong('lower', 'Lower bound should be less than or equal to the upper bound');
  }
}

/** What the kernels take beside what the function's name says. */
function checkElements(call: Call, name: string, kind: string, dtype: DType | undefined): void {
  if (
    kind === 'round' &&
    (call.given('decimals') || name.includes('.special.')) &&
    !isFloat(dtype) &&
    dtype !== undefined
  )
    giveUp('decimals of whole numbers');
  if (kind === 'rrelu' && isHalf(dtype) && boolGiven(call, 'training')) giveUp('rrelu of half precision');
  // What is dropped is multiplied with a float.
  const p = kind === 'dropout' ? Number(pythonNumber(call.value('p')) ?? NaN) : 0;
  if (kind === 'dropout' && p !== 0 && p !== 1 && isIntegral(dtype) && boolGiven(call, 'train'))
    giveUp('dropout of whole numbers');
}

function typeOf(kind: string, dtype: DType | undefined): DType | undefined {
  if (toBool.includes(kind)) return 'bool';
  if (kind === 'abs' || kind === 'absolute') return realOf(dtype);
  if (kind === 'square' && dtype === 'bool') return 'int64';
  if (kind === 'angle') return realOf(toFloat(dtype));
  return toFloats.includes(kind) || kind === 'polygamma' || kind === 'mvlgamma' ? toFloat(dtype) : dtype;
}

export const unary = operator({
  id: 'unary',
  names: [
    ...everyForm(...toFloats, ...keeping, ...toBool),
    ...Object.keys(operatorNames).map((name) => `torch.Tensor.${name}`),
  ],
  params: signatures,
  infer: answering((call, solve, name) => {
    const plain = plainName(name);
    const kind = operatorNames[plain] ?? plain;
    const t = call.tensor(kind === 'polygamma' && call.given('self') ? 'self' : subjectOf(name));
    check(kind, plain in operatorNames, t.dtype);
    checkNumbers(call, kind);
    checkElements(call, name, kind, t.dtype);
    const dtype = typeOf(kind, t.dtype);
    if (!isInPlace(name)) return result(solve.shape(t), dtype);
    if (isComplex(t.dtype) && dtype !== t.dtype && kind.startsWith('abs'))
      refuse('dtype-not-supported', 'In-place abs is not supported for complex tensors.');
    if (kind === 'mvlgamma' && isIntegral(t.dtype) && t.dtype !== undefined)
      refuseDtypes(`mvlgamma: result type ${scalarName(t.dtype)} can't be cast to the desired output type Float`);
    mustCast(dtype, t.dtype);
    return result(solve.shape(t), t.dtype);
  }),
});
