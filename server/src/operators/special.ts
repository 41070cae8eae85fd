/**
 * Special functions of torch.special without a twin elsewhere: Bessel and Airy functions, orthogonal polynomials,
 * incomplete gamma functions, multigammaln.
 *
 * Shapes: as the input; polynomials and gamma functions broadcast their two arguments. Whole numbers become floats.
 * Errors: `broadcast-mismatch`, `dtype-not-supported`, `argument-out-of-range`, `inplace-shape-mismatch`, `dtype-mismatch`.
 * Source: torch.special, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import type { TensorValue } from '../core/infer/value';
import type { DType } from '../core/shape/dtype';
import { shapeOf, type Shape } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { broadcastShapes, fitInPlace } from './common/broadcasting';
import { isComplex, isFloat, isHalf, isIntegral } from './common/dtypes';
import { pythonNumber } from './common/literals';
import { isInPlace, plainName } from './common/names';
import { operandOf, resultType, toFloat } from './common/promotion';
import { needs, result } from './common/results';
import { signatures } from './signature';

const ofOne = [
  'airy_ai',
  'bessel_y0',
  'bessel_y1',
  'modified_bessel_i0',
  'modified_bessel_i1',
  'modified_bessel_k0',
  'modified_bessel_k1',
  'scaled_modified_bessel_k0',
  'scaled_modified_bessel_k1',
  'spherical_bessel_j0',
];
const polynomials = [
  ...['t', 'u', 'v', 'w'].flatMap((kind) => [`chebyshev_polynomial_${kind}`, `shifted_chebyshev_polynomial_${kind}`]),
  'hermite_polynomial_h',
  'hermite_polynomial_he',
  'laguerre_polynomial_l',
  'legendre_polynomial_p',
];
const gammas: Readonly<Record<string, string>> = {
  igamma: 'igamma_cpu',
  gammainc: 'igamma_cpu',
  igammac: 'igammac_cpu',
  gammaincc: 'igammac_cpu',
};

const isFull = (dtype: DType): boolean => dtype === 'float32' || dtype === 'float64';

/** The result, where there is a kernel for its type. */
function computed(
  shape: Shape,
  dtype: DType | undefined,
  kernel: string,
  fits: (dtype: DType) => boolean,
): TensorValue {
  needs(kernel, dtype, fits);
  return result(shape, dtype);
}

/** Both operands, whichever of them is a tensor. */
function pair(call: Call, solve: Solve, names: readonly [string, string]) {
  const operands = names.map((name) => operandOf(call, name));
  const [a, b] = operands.map((operand) => ('tensor' in operand ? solve.shape(operand.tensor) : shapeOf([])));
  if (operands.every((operand) => 'number' in operand)) giveUp('two numbers');
  return { shape: broadcastShapes(solve, a ?? shapeOf([]), b ?? shapeOf([])), dtype: resultType(solve, operands) };
}

function polynomial(call: Call, solve: Solve, kind: string): TensorValue {
  const { shape, dtype } = pair(call, solve, ['x', 'n']);
  return computed(shape, toFloat(dtype), `${kind}_cpu`, isFull);
}

/** These take floats only; whole numbers stay what they are and have no kernel. */
function gamma(call: Call, solve: Solve, name: string): TensorValue {
  const [first, second] = [['self', 'input'].find((argument) => call.given(argument)) ?? 'input', 'other'] as const;
  const { shape, dtype } = pair(call, solve, [first, second]);
  const kernel = gammas[plainName(name)] ?? '';
  if (!isInPlace(name)) return computed(shape, dtype, kernel, isFloat);
  const own = call.tensor(first);
  const fitted = fitInPlace(solve, solve.shape(own), shape);
  if (dtype === undefined || own.dtype === undefined || dtype !== own.dtype || !isFloat(dtype))
    giveUp('another element type in place');
  return result(fitted, own.dtype);
}

function multigammaln(call: Call, solve: Solve): TensorValue {
  const t = call.tensor('input');
  const p = Number(pythonNumber(call.value('p')) ?? NaN);
  if (isComplex(t.dtype) || t.dtype === 'bool' || isHalf(t.dtype)) giveUp('multigammaln of this element type');
  if (p < 1) refuse('argument-out-of-range', 'p has to be greater than or equal to 1', { argument: 'p' });
  return result(solve.shape(t), toFloat(t.dtype));
}

export const special = operator({
  id: 'special',
  names: [
    ...[...ofOne, ...polynomials, 'multigammaln', 'gammainc', 'gammaincc'].map((name) => `torch.special.${name}`),
    ...['igamma', 'igammac'].flatMap((name) => [`torch.${name}`, `torch.Tensor.${name}`, `torch.Tensor.${name}_`]),
  ],
  params: signatures,
  infer: answering((call, solve, name) => {
    const kind = plainName(name);
    if (kind in gammas) return gamma(call, solve, name);
    if (kind === 'multigammaln') return multigammaln(call, solve);
    if (polynomials.includes(kind)) return polynomial(call, solve, kind);
    const t = call.tensor(call.given('x') ? 'x' : 'input');
    const dtype = isIntegral(t.dtype) ? toFloat(t.dtype) : t.dtype;
    return computed(solve.shape(t), dtype, `${kind}_cpu`, isFull);
  }),
});
