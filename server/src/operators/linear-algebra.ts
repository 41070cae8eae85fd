/**
 * Matrices: inv, det, slogdet, svd, qr, cholesky, eigh, eig, pinv, matrix_rank, matrix_power, matrix_exp.
 *
 * Shapes: inv: (*b, n, n) -> (*b, n, n); det -> (*b); svd: (*b, n, m) -> (*b, n, k), (*b, k), (*b, k, m) with k = min(n, m).
 * Errors: `matrix-not-square`, `input-rank-mismatch`, `invalid-argument`, `dtype-not-supported`.
 * Source: torch.linalg, PyTorch 2.13. What a function checks, and before or after which other check, is its own.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import { tensor, tuple, type TensorValue, type Value } from '../core/infer/value';
import { min, num, type Dim } from '../core/shape/dim';
import { complexOf, realOf, type DType } from '../core/shape/dtype';
import type { Shape } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { boolGiven, joined } from './common/axes';
import { broadcastShapes } from './common/broadcasting';
import { isHalf, isIntegral, kernelTakes, scalarName } from './common/dtypes';
import { isCommon, matrices, needsFloating, needsPrecision, noMatrix, squareMatrices } from './common/matrices';
import type { Matrices } from './common/matrices';
import { shortName } from './common/names';
import { hasNoElements, needs, result } from './common/results';
import { brackets } from './common/sizes';
import { signatures } from './signature';

/** `UPLO` and `mode` as they are written, or their default. */
const word = (call: Call, name: string, otherwise: string): string =>
  call.given(name) ? (call.string(name) ?? giveUp(`${name} is not known`)) : otherwise;

function checkTriangle(call: Call): void {
  const triangle = word(call, 'UPLO', 'L');
  if (!/^[LU]$/i.test(triangle))
    refuse('invalid-argument', `Expected UPLO argument to be 'L' or 'U', but got ${triangle}`, { argument: 'UPLO' });
}

/** Functions that hand on to others: the name in messages, where it isn't `linalg.` and the function's own. */
const spoken: Readonly<Record<string, string>> = {
  inverse: 'linalg.inv',
  logdet: 'logdet',
  eigvalsh: 'linalg.eigh',
};

const isNotCommon = (dtype: DType): boolean => !isCommon(dtype);

/** What is checked after the shape, by function. */
const checks: Readonly<Record<string, (t: TensorValue, call: Call, name: string) => void>> = {
  det(t, _, name) {
    needsFloating(t.dtype, name);
    kernelTakes(t, 'lu_cpu', isHalf);
  },
  cholesky(t, _, name) {
    needsFloating(t.dtype, name);
    kernelTakes(t, 'cholesky_cpu', isHalf);
  },
  eigh(t, call) {
    checkTriangle(call);
    kernelTakes(t, 'linalg_eigh_cpu', isNotCommon);
  },
  eigvalsh(t, call) {
    checkTriangle(call);
    kernelTakes(t, 'linalg_eigh_cpu', isNotCommon);
  },
  eig: (t) => needs('linalg_eig_out_cpu', t.dtype, isCommon),
  eigvals: (t) => needs('linalg_eig_out_cpu', t.dtype, isCommon),
  matrix_exp: (t, _, name) => needsFloating(t.dtype, name),
};

/** Functions of square matrices by what they give. */
function ofSquare(call: Call, solve: Solve, t: TensorValue, kind: string): Value {
  const name = spoken[kind] ?? `linalg.${kind}`;
  // The complex type of the result is looked up before anything else.
  if ((kind === 'eig' || kind === 'eigvals') && t.dtype !== undefined && isIntegral(t.dtype))
    refuse('dtype-not-supported', `Unknown Complex ScalarType for ${scalarName(t.dtype)}`);
  const { batch, rows } = squareMatrices(solve, t, name);
  const check = checks[kind];
  if (check === undefined) needsPrecision(t.dtype, name);
  else check(t, call, name);
  const of = (dims: readonly Dim[], dtype = t.dtype): TensorValue => result(joined(batch, dims), dtype);
  const [real, complex] = [t.dtype && realOf(t.dtype), t.dtype && complexOf(t.dtype)];
  switch (kind) {
    case 'det':
    case 'logdet':
      return of([]);
    case 'slogdet':
      return tuple([of([]), of([], real)], ['sign', 'logabsdet']);
    case 'eigh':
      return tuple([of([rows], real), of([rows, rows])], ['eigenvalues', 'eigenvectors']);
    case 'eigvalsh':
      return of([rows], real);
    case 'eig':
      return tuple([of([rows], complex), of([rows, rows], complex)], ['eigenvalues', 'eigenvectors']);
    case 'eigvals':
      return of([rows], complex);
    default:
      return of([rows, rows]);
  }
}

/** torch.cholesky hands a tensor without elements back before it looks at anything. */
function cholesky(solve: Solve, t: TensorValue): TensorValue {
  if (hasNoElements(solve, t)) return result(solve.shape(t), t.dtype);
  const { batch, rows } = squareMatrices(solve, t, 'cholesky');
  kernelTakes(t, 'cholesky_cpu', isNotCommon);
  return result(joined(batch, [rows, rows]), t.dtype);
}

/** Powers are products, those below zero of the inverse. */
function power(call: Call, solve: Solve, t: TensorValue): TensorValue {
  const { batch, rows } = squareMatrices(solve, t, 'linalg.matrix_power');
  const exponent = solve.number(call.int('n'));
  if (t.dtype !== undefined && !isCommon(t.dtype)) {
    if (exponent === undefined) giveUp('the exponent is not known');
    if (exponent < 0) needsPrecision(t.dtype, 'linalg.inv');
    if (!isHalf(t.dtype) && (!isIntegral(t.dtype) || (t.dtype === 'bool' && exponent > 1)))
      giveUp(`products of ${t.dtype}`);
  }
  return result(joined(batch, [rows, rows]), t.dtype);
}

const smaller = (solve: Solve, m: Matrices): Dim =>
  solve.less(m.columns, m.rows) === 'no'
    ? m.rows
    : solve.less(m.rows, m.columns) === 'no'
      ? m.columns
      : min(m.rows, m.columns);

const ofMatrices =
  (t: TensorValue, batch: Shape) =>
  (dims: readonly Dim[], dtype = t.dtype): TensorValue =>
    result(joined(batch, dims), dtype);

function qr(call: Call, solve: Solve, t: TensorValue): Value {
  const found = matrices(solve, t, () => noMatrix('linalg.qr'));
  needsFloating(t.dtype, 'linalg.qr');
  const mode = boolGiven(call, 'some', true) ? word(call, 'mode', 'reduced') : 'complete';
  if (!['reduced', 'complete', 'r'].includes(mode))
    refuse(
      'invalid-argument',
      `qr received unrecognized mode '${mode}' but expected one of 'reduced' (default), 'r', or 'complete'`,
      { argument: 'mode' },
    );
  needs('geqrf_cpu', t.dtype, isCommon);
  const { batch, rows, columns } = found;
  const of = ofMatrices(t, batch);
  const k = smaller(solve, found);
  const parts =
    mode === 'complete'
      ? [of([rows, rows]), of([rows, columns])]
      : [mode === 'r' ? result([num(0)], t.dtype) : of([rows, k]), of([k, columns])];
  return tuple(parts, ['Q', 'R']);
}

/** torch.svd gives V, torch.linalg.svd its transpose; svdvals gives the singular values only. */
function svd(call: Call, solve: Solve, t: TensorValue, kind: string, isLinalg: boolean): Value {
  const found = matrices(solve, t, (rank) =>
    isLinalg
      ? noMatrix('linalg.svd')
      : `linalg.svd: input should have at least 2 dimensions, but has ${rank} dimensions instead`,
  );
  needsFloating(t.dtype, 'linalg.svd');
  // A driver is an error without CUDA.
  if (call.given('driver') && call.value('driver').kind !== 'none') giveUp('a driver is for CUDA');
  kernelTakes(t, 'linalg_svd_cpu', isHalf);
  const { batch, rows, columns } = found;
  const of = ofMatrices(t, batch);
  const k = smaller(solve, found);
  const singular = of([k], t.dtype && realOf(t.dtype));
  if (kind === 'svdvals') return singular;
  if (isLinalg) {
    const [u, v] = boolGiven(call, 'full_matrices', true) ? [rows, columns] : [k, k];
    return tuple([of([rows, u]), singular, of([v, columns])], ['U', 'S', 'Vh']);
  }
  // Without the vectors, U and V are zeros of the full sizes.
  const isReduced = boolGiven(call, 'some', true) && boolGiven(call, 'compute_uv', true);
  const [u, v] = isReduced ? [k, k] : [rows, columns];
  return tuple([of([rows, u]), singular, of([columns, v])], ['U', 'S', 'V']);
}

/** Tolerances that are tensors add their own batch dims; undefined for numbers. */
function tolerance(call: Call, names: readonly string[]): TensorValue | undefined {
  const found = names.filter((name) => call.given(name) && call.value(name).kind !== 'none');
  const tensors = found.filter((name) => !['float', 'int', 'bool'].includes(call.value(name).kind));
  if (tensors.length > 1) return giveUp('two tolerances');
  const [name] = tensors;
  return name === undefined ? undefined : call.tensor(name);
}

/** The batch of a result that depends on a tolerance; without elements there is nothing to tolerate. */
function withTolerance(solve: Solve, t: TensorValue, batch: Shape, limit: TensorValue | undefined): Shape {
  if (limit === undefined) return batch;
  if (limit.dtype?.startsWith('complex') === true) giveUp('a complex tolerance');
  return hasNoElements(solve, t) ? batch : broadcastShapes(solve, solve.shape(limit), batch);
}

function pseudoInverse(call: Call, solve: Solve, t: TensorValue, kind: string): Value {
  const type = t.dtype === undefined ? 'Float' : scalarName(t.dtype);
  const refused = (): never =>
    refuse(
      'input-rank-mismatch',
      `linalg.pinv(${type}{${brackets(solve, solve.shape(t))}}): expected a tensor with 2 or more dimensions of float, double, cfloat or cdouble types`,
    );
  if (!solve.minRank(t, 2)) return refused();
  if (t.dtype !== undefined && !isCommon(t.dtype)) return refused();
  const limit = tolerance(call, ['rcond', 'atol', 'rtol']);
  if (kind === 'pinverse' && limit !== undefined) giveUp('a tolerance that is a tensor');
  const hermitian = boolGiven(call, 'hermitian', false) && !hasNoElements(solve, t);
  const found = hermitian ? squareMatrices(solve, t, 'linalg.eigh') : matrices(solve, t, () => noMatrix('linalg.pinv'));
  return result(joined(withTolerance(solve, t, found.batch, limit), [found.columns, found.rows]), t.dtype);
}

function matrixRank(call: Call, solve: Solve, t: TensorValue): Value {
  const found = matrices(solve, t, () => noMatrix('torch.linalg.matrix_rank', 'input'));
  if (t.dtype !== undefined && !isCommon(t.dtype)) {
    if (call.given('tol') || call.given('rtol')) giveUp(`the rank of ${t.dtype}`);
    refuse('dtype-not-supported', "This function doesn't handle types other than float and double");
  }
  const limit = tolerance(call, ['tol', 'atol', 'rtol']);
  if (boolGiven(call, 'hermitian', false) && !hasNoElements(solve, t)) squareMatrices(solve, t, 'linalg.eigh');
  return tensor(withTolerance(solve, t, found.batch, limit), 'int64');
}

const inLinalg = [
  'inv',
  'det',
  'slogdet',
  'cholesky',
  'eigh',
  'eigvalsh',
  'eig',
  'eigvals',
  'matrix_power',
  'matrix_exp',
  'svd',
  'svdvals',
  'qr',
  'pinv',
  'matrix_rank',
];
const old = ['inverse', 'det', 'logdet', 'slogdet', 'cholesky', 'svd', 'qr', 'matrix_power', 'matrix_exp', 'pinverse'];

export const linearAlgebra = operator({
  id: 'linear-algebra',
  names: [
    ...inLinalg.map((name) => `torch.linalg.${name}`),
    ...old.flatMap((name) => [`torch.${name}`, `torch.Tensor.${name}`]),
  ],
  params: signatures,
  infer: answering((call, solve, name) => {
    const isLinalg = name.includes('.linalg.');
    const kind = shortName(name);
    const t = call.tensor(['A', 'input'].find((argument) => call.given(argument)) ?? 'self');
    switch (kind) {
      case 'svd':
      case 'svdvals':
        return svd(call, solve, t, kind, isLinalg);
      case 'qr':
        return qr(call, solve, t);
      case 'pinv':
      case 'pinverse':
        return pseudoInverse(call, solve, t, kind);
      case 'matrix_rank':
        return matrixRank(call, solve, t);
      case 'matrix_power':
        return power(call, solve, t);
      case 'cholesky':
        return isLinalg ? ofSquare(call, solve, t, kind) : cholesky(solve, t);
      default:
        return ofSquare(call, solve, t, kind);
    }
  }),
});
