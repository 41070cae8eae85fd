/**
 * Factors of matrices in LAPACK's forms: lu, lu_factor, lu_unpack, ldl_factor, cholesky_ex, inv_ex, geqrf,
 * householder_product, ormqr, cholesky_inverse.
 *
 * Shapes: lu: (*b, n, m) -> (*b, n, n), (*b, n, k), (*b, k, m) with k = min(n, m); lu_factor: (*b, n, m), (*b, k).
 * Errors: `matrix-not-square`, `input-rank-mismatch`, `dtype-not-supported`, `dtype-mismatch`,
 *   `argument-out-of-range`, `batch-size-mismatch`, `factors-mismatch`.
 * Source: ATen/native/BatchLinearAlgebra.cpp, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import { tuple, type TensorValue, type Value } from '../core/infer/value';
import { num, type Dim } from '../core/shape/dim';
import { isDifferentiable, type DType } from '../core/shape/dtype';
import { dimsOf, type Shape } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { boolGiven, joined } from './common/axes';
import { differ, isHalf, scalarName } from './common/dtypes';
import { matrices, needsPrecision, smallerOf, squareMatrices } from './common/matrices';
import { shortName } from './common/names';
import { hasNoElements, result } from './common/results';
import { brackets, tensorBrackets } from './common/sizes';
import { signatures } from './signature';

type Make = (dims: readonly Dim[], dtype?: DType) => TensorValue;

const making =
  (batch: Shape, own: DType | undefined): Make =>
  (dims, dtype = own) =>
    result(joined(batch, dims), dtype);

/** The kernels have floats and complex numbers of full width. */
function kernelTakes(solve: Solve, t: TensorValue, kernel: string): void {
  const { dtype } = t;
  if (dtype === undefined) return;
  if (isHalf(dtype)) giveUp('a factorization of narrow floats');
  if (isDifferentiable(dtype)) return;
  if (hasNoElements(solve, t)) giveUp('whether a kernel runs');
  if (!isDifferentiable(dtype)) refuse('dtype-not-supported', `"${kernel}" not implemented for '${scalarName(dtype)}'`);
}

function lu(call: Call, solve: Solve, t: TensorValue, kind: string): Value {
  const name = kind === 'lu' ? 'linalg.lu' : 'torch.lu_factor';
  const { batch, rows, columns } = matrices(
    solve,
    t,
    () => `${name}: Expected tensor with 2 or more dimensions. Got size: ${tensorBrackets(solve, t)} instead`,
  );
  kernelTakes(solve, t, 'lu_cpu');
  if (!boolGiven(call, 'pivot', true) && hasNoElements(solve, t)) giveUp('nothing to pivot');
  if (!boolGiven(call, 'pivot', true))
    refuse('argument-out-of-range', 'linalg.lu_factor: LU without pivoting is not implemented on the CPU');
  const [k, make] = [smallerOf(solve, rows, columns), making(batch, t.dtype)];
  if (kind === 'lu') return tuple([make([rows, rows]), make([rows, k]), make([k, columns])], ['P', 'L', 'U']);
  const factors = [make([rows, columns]), make([k], 'int32')];
  const infos = kind === 'lu_factor_ex' || boolGiven(call, 'get_infos');
  return tuple(infos ? [...factors, make([], 'int32')] : factors, infos ? ['LU', 'pivots', 'info'] : ['LU', 'pivots']);
}

function unpacked(call: Call, solve: Solve): Value {
  const [data, pivots] = [call.tensor('LU_data'), call.tensor('LU_pivots')];
  const { batch, rows, columns } = matrices(
    solve,
    data,
    () =>
      `torch.lu_unpack: Expected tensor with 2 or more dimensions. Got size: ${tensorBrackets(solve, data)} instead`,
  );
  const wanted = [boolGiven(call, 'unpack_pivots', true), boolGiven(call, 'unpack_data', true)] as const;
  if (wanted[0] && pivots.dtype !== undefined && pivots.dtype !== 'int32')
    refuse(
      'dtype-not-supported',
      'torch.lu_unpack: LU_pivots is expected to be a contiguous tensor of torch.int32 dtype.',
    );
  const [k, make] = [smallerOf(solve, rows, columns), making(batch, data.dtype)];
  const nothing = result([num(0)], data.dtype);
  // The pivots are only read: their number decides whether that works.
  const count = dimsOf(solve.shape(pivots))?.at(-1);
  if (wanted[0] && (count === undefined || solve.equal(count, k) !== 'yes')) giveUp('another number of pivots');
  return tuple(
    [
      wanted[0] ? make([rows, rows]) : nothing,
      wanted[1] ? make([rows, k]) : nothing,
      wanted[1] ? make([k, columns]) : nothing,
    ],
    ['P', 'L', 'U'],
  );
}

/** `tau` of Householder reflectors: one dim less than the matrices, the same batch. */
function checkTau(solve: Solve, input: TensorValue, tau: TensorValue, name: string): void {
  const [own, others] = [solve.dims(input), solve.dims(tau)];
  if (own.length - others.length !== 1)
    refuse(
      'input-rank-mismatch',
      `${name}: Expected tau to have one dimension less than input, but got tau.ndim equal to ${others.length} and input.ndim is equal to ${own.length}`,
    );
  sameBatch(solve, own, others.slice(0, -1), `${name}: Expected batch dimensions of tau`);
}

function sameBatch(solve: Solve, own: readonly Dim[], batch: readonly Dim[], what: string): void {
  if (batch.some((size, i) => !solve.same(size, own[i] as Dim, 'the batches are the same')))
    refuse('batch-size-mismatch', `${what} to be equal to input.shape[:-2], but got ${brackets(solve, batch)}`);
}

function householder(call: Call, solve: Solve): TensorValue {
  const name = 'torch.linalg.householder_product';
  const [input, tau] = [call.tensor(call.given('self') ? 'self' : 'input'), call.tensor(tauOf(call))];
  const { rows, columns } = matrices(solve, input, () => `${name}: input must have at least 2 dimensions.`);
  if (!solve.atLeast(rows, columns, 'reflectors are no longer than the matrix'))
    refuse('factors-mismatch', `${name}: input.shape[-2] must be greater than or equal to input.shape[-1]`);
  const last = solve.dims(tau).at(-1) ?? giveUp('reflectors without dims');
  if (!solve.atLeast(columns, last, 'there are as many reflectors'))
    refuse('factors-mismatch', `${name}: input.shape[-1] must be greater than or equal to tau.shape[-1]`);
  checkTau(solve, input, tau, name);
  if (differ(input.dtype, tau.dtype) && input.dtype !== undefined && tau.dtype !== undefined)
    refuse(
      'dtype-mismatch',
      `${name}: tau dtype ${scalarName(tau.dtype)} does not match input dtype ${scalarName(input.dtype)}`,
    );
  kernelTakes(solve, input, 'orgqr_cpu');
  return result(solve.shape(input), input.dtype);
}

const tauOf = (call: Call): string => ['tau', 'input2'].find((argument) => call.given(argument)) ?? 'tau';

function multiplied(call: Call, solve: Solve): TensorValue {
  const name = 'torch.ormqr';
  const input = call.tensor(call.given('self') ? 'self' : 'input');
  const tau = call.tensor(tauOf(call));
  const other = call.tensor(call.given('input3') ? 'input3' : 'other');
  const matrix = matrices(solve, input, () => `${name}: input must have at least 2 dimensions.`);
  const { rows, columns } = matrices(solve, other, () => `${name}: other must have at least 2 dimensions.`);
  const left = boolGiven(call, 'left', true);
  const [side, axis] = left ? [rows, '-2'] : [columns, '-1'];
  if (!solve.same(side, matrix.rows, 'the matrices fit'))
    refuse('factors-mismatch', `${name}: other.shape[${axis}] must be equal to input.shape[-2]`);
  const count = solve.dims(tau).at(-1) ?? giveUp('reflectors without dims');
  const wanted = smallerOf(solve, side, matrix.columns);
  if (solve.equal(count, wanted) === 'no')
    refuse('factors-mismatch', `${name}: tau.shape[-1] must be equal to min(other.shape[${axis}], input.shape[-1])`);
  const [own, others] = [solve.dims(input), solve.dims(other)];
  if (solve.dims(tau).length === own.length - 1 && own.length !== others.length)
    refuse(
      'input-rank-mismatch',
      `${name}: Expected other to have the same number of dimensions as input, but got other.ndim equal to ${others.length} and input.ndim is equal to ${own.length}`,
    );
  checkTau(solve, input, tau, name);
  sameBatch(solve, own, others.slice(0, -2), `${name}: Expected batch dimensions of other`);
  if (differ(input.dtype, other.dtype) || differ(input.dtype, tau.dtype)) giveUp('factors of different element types');
  kernelTakes(solve, input, 'ormqr_cpu');
  return result(solve.shape(other), other.dtype);
}

/** Functions of one matrix by what they give. */
function ofMatrix(solve: Solve, t: TensorValue, kind: string): Value {
  if (kind === 'geqrf') {
    const { batch, rows, columns } = matrices(solve, t, () => 'torch.geqrf: input must have at least 2 dimensions.');
    kernelTakes(solve, t, 'geqrf_cpu');
    const make = making(batch, t.dtype);
    return tuple([make([rows, columns]), make([smallerOf(solve, rows, columns)])], ['a', 'tau']);
  }
  if (kind === 'cholesky_inverse') {
    const { rows, batch } = squareMatrices(solve, t, kind);
    kernelTakes(solve, t, 'cholesky_inverse_out_cpu');
    return making(batch, t.dtype)([rows, rows]);
  }
  const name = kind.startsWith('ldl') ? 'torch.linalg.ldl_factor_ex' : `linalg.${kind.replace('_ex', '')}`;
  const { batch, rows } = squareMatrices(solve, t, name);
  if (kind !== 'inv_ex' && isHalf(t.dtype)) giveUp('a factorization of narrow floats');
  needsPrecision(t.dtype, name);
  const make = making(batch, t.dtype);
  const [square, info] = [make([rows, rows]), make([], 'int32')];
  if (kind === 'ldl_factor') return tuple([square, make([rows], 'int32')], ['LD', 'pivots']);
  if (kind === 'ldl_factor_ex') return tuple([square, make([rows], 'int32'), info], ['LD', 'pivots', 'info']);
  return tuple([square, info], [kind === 'inv_ex' ? 'inverse' : 'L', 'info']);
}

export const factorizations = operator({
  id: 'factorizations',
  names: [
    ...['lu', 'lu_factor', 'lu_factor_ex', 'ldl_factor', 'ldl_factor_ex', 'cholesky_ex', 'inv_ex'].map(
      (name) => `torch.linalg.${name}`,
    ),
    'torch.linalg.householder_product',
    'torch.lu_unpack',
    ...['lu', 'orgqr', 'ormqr', 'geqrf', 'cholesky_inverse'].flatMap((name) => [
      `torch.${name}`,
      `torch.Tensor.${name}`,
    ]),
  ],
  params: signatures,
  infer: answering((call, solve, name) => {
    const kind = shortName(name);
    if (kind === 'lu_unpack') return unpacked(call, solve);
    if (kind === 'orgqr' || kind === 'householder_product') return householder(call, solve);
    if (kind === 'ormqr') return multiplied(call, solve);
    const t = call.tensor(['A', 'input'].find((argument) => call.given(argument)) ?? 'self');
    if (!kind.startsWith('lu')) return ofMatrix(solve, t, kind);
    return lu(call, solve, t, kind === 'lu' && !name.includes('.linalg.') ? 'old lu' : kind);
  }),
});
