/**
 * Matrices: inv, det, slogdet, svd, qr, cholesky, eigh, eig, pinv, solve, lstsq, matrix_power, matrix_exp.
 *
 * Shapes: inv: (*b, n, n) -> (*b, n, n); det -> (*b); svd: (*b, n, m) -> (*b, n, k), (*b, k), (*b, k, m) with k = min(n, m).
 * Errors: `matrix-not-square`, `input-rank-mismatch`, `matmul-inner-dim-mismatch`, `dtype-not-supported`.
 * Source: torch.linalg, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import { tensor, tuple, type TensorValue, type Value } from '../core/infer/value';
import { min, num, type Dim } from '../core/shape/dim';
import { complexOf, isDifferentiable, realOf, type DType } from '../core/shape/dtype';
import { shapeOf, type Shape } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { boolGiven, joined, rankOf } from './common/axes';
import { broadcastShapes } from './common/broadcasting';
import { isHalf, scalarName } from './common/dtypes';
import { shortName } from './common/names';
import { result } from './common/results';
import { joined as times } from './common/sizes';
import { signatures } from './signature';

interface Matrices {
  readonly batch: Shape;
  readonly rows: Dim;
  readonly columns: Dim;
}

/** The name in messages: old functions hand on to torch.linalg. */
const spoken = (kind: string): string =>
  kind === 'inverse' ? 'linalg.inv' : kind === 'cholesky_old' ? 'cholesky' : `linalg.${kind}`;

function matrices(solve: Solve, t: TensorValue, name: string): Matrices {
  if (!solve.minRank(t, 2))
    refuse('input-rank-mismatch', `${name}: The input tensor A must have at least 2 dimensions.`);
  const { before, last } = solve.trailing(t, 2);
  const [rows, columns] = last as readonly [Dim, Dim];
  return { batch: before, rows, columns };
}

function square(solve: Solve, t: TensorValue, name: string): Matrices {
  const found = matrices(solve, t, name);
  if (!solve.same(found.rows, found.columns, 'the matrix is square'))
    refuse(
      'matrix-not-square',
      `${name}: A must be batches of square matrices, but they are ${solve.text(found.rows)} by ${solve.text(found.columns)} matrices`,
    );
  return found;
}

function checkType(dtype: DType | undefined, name: string): void {
  if (dtype === undefined) return;
  if (!isDifferentiable(dtype))
    refuse(
      'dtype-not-supported',
      `${name}: Expected a floating point or complex tensor as input. Got ${scalarName(dtype)}`,
    );
  if (isHalf(dtype))
    refuse('dtype-not-supported', `${name}: Low precision dtypes not supported. Got ${scalarName(dtype)}`);
}

const smaller = (solve: Solve, m: Matrices): Dim =>
  solve.less(m.columns, m.rows) === 'no'
    ? m.rows
    : solve.less(m.rows, m.columns) === 'no'
      ? m.columns
      : min(m.rows, m.columns);

function decomposed(call: Call, solve: Solve, t: TensorValue, name: string, kind: string): Value {
  const found = matrices(solve, t, spoken(kind));
  checkType(t.dtype, spoken(kind));
  const { batch, rows, columns } = found;
  const k = smaller(solve, found);
  const real = t.dtype && realOf(t.dtype);
  const of = (dims: readonly Dim[], dtype = t.dtype): TensorValue => result(joined(batch, dims), dtype);
  if (kind === 'svdvals') return of([k], real);
  if (kind === 'qr') {
    const mode = call.given('mode')
      ? call.string('mode')
      : call.given('some') && !call.bool('some')
        ? 'complete'
        : 'reduced';
    if (mode === 'r') return tuple([result([num(0)], t.dtype), of([k, columns])], ['Q', 'R']);
    return tuple(mode === 'complete' ? [of([rows, rows]), of([rows, columns])] : [of([rows, k]), of([k, columns])], [
      'Q',
      'R',
    ]);
  }
  // torch.svd gives V, torch.linalg.svd its transpose.
  const linalg = name.includes('.linalg.');
  const full = linalg
    ? !call.given('full_matrices') || call.bool('full_matrices')
    : call.given('some') && !call.bool('some');
  const [u, v] = full ? [rows, columns] : [k, k];
  return tuple(
    [of([rows, u]), of([k], real), linalg ? of([v, columns]) : of([columns, v])],
    ['U', 'S', linalg ? 'Vh' : 'V'],
  );
}

function solved(call: Call, solve: Solve, kind: string): Value {
  const [a, b] = [call.tensor(call.given('A') ? 'A' : 'input'), call.tensor(call.given('B') ? 'B' : 'b')];
  const name = spoken(kind);
  if (!boolGiven(call, 'left', true) || kind === 'lstsq') return giveUp('this form of a solver');
  const { batch, rows, columns } = square(solve, a, name);
  checkType(a.dtype, name);
  const rank = rankOf(solve, b);
  if (rank === undefined || batch.rest !== undefined) return giveUp('the number of dims is not known');
  const dims = solve.dims(b);
  // A right side of one dim less is a batch of vectors.
  const answers =
    rank === batch.lead.length + 1 && rank > 1
      ? [...batch.lead, rows].map((size, i) => solve.equal(size, dims[i] as Dim))
      : ['no'];
  if (kind !== 'solve_triangular' && !answers.includes('no') && answers.includes('maybe'))
    return giveUp('whether the right side is a batch of vectors');
  const isVector = kind !== 'solve_triangular' && (rank === 1 || answers.every((answer) => answer === 'yes'));
  if (rank === 0 || (rank === 1 && kind === 'solve_triangular'))
    refuse('input-rank-mismatch', `${name}: The input tensor B must have at least 2 dimensions.`);
  const full = isVector ? [...dims, num(1)] : dims;
  const [n, m] = full.slice(-2) as [Dim, Dim];
  if (!solve.same(columns, n, 'the right side has as many rows'))
    refuse(
      'matmul-inner-dim-mismatch',
      `${name}: Incompatible shapes of A and B for the equation AX = B (${times(solve, [rows, columns])} and ${times(solve, [n, m])})`,
    );
  const whole = broadcastShapes(solve, shapeOf(full.slice(0, -2)), batch);
  return result(joined(whole, isVector ? [n] : [n, m]), a.dtype ?? b.dtype);
}

/** Functions of square matrices by what they give. */
function ofSquare(solve: Solve, t: TensorValue, kind: string): Value {
  const name = spoken(kind);
  const { batch, rows } = square(solve, t, name);
  checkType(t.dtype, name);
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

const ofSquares = [
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
];
const old = ['inverse', 'det', 'logdet', 'slogdet', 'cholesky', 'svd', 'qr', 'matrix_power', 'matrix_exp'];

export const linearAlgebra = operator({
  id: 'linear-algebra',
  names: [
    ...ofSquares.filter((name) => name !== 'matrix_exp').map((name) => `torch.linalg.${name}`),
    ...['svd', 'svdvals', 'qr', 'pinv', 'matrix_rank', 'solve', 'solve_triangular', 'matrix_exp'].map(
      (name) => `torch.linalg.${name}`,
    ),
    ...old.flatMap((name) => [`torch.${name}`, `torch.Tensor.${name}`]),
    'torch.pinverse',
    'torch.Tensor.pinverse',
  ],
  params: signatures,
  infer: answering((call, solve, name) => {
    const linalg = name.includes('.linalg.');
    const kind = shortName(name) === 'cholesky' && !linalg ? 'cholesky_old' : shortName(name);
    if (kind.startsWith('solve')) return solved(call, solve, kind);
    const t = call.tensor(['A', 'input'].find((argument) => call.given(argument)) ?? 'self');
    switch (kind) {
      case 'svd':
      case 'svdvals':
      case 'qr':
        return decomposed(call, solve, t, name, kind);
      case 'pinv':
      case 'pinverse': {
        const { batch, rows, columns } = matrices(solve, t, 'linalg.pinv');
        return result(joined(batch, [columns, rows]), t.dtype);
      }
      case 'matrix_rank':
        return tensor(matrices(solve, t, 'linalg.matrix_rank').batch, 'int64');
      default:
        return ofSquare(solve, t, kind);
    }
  }),
});
