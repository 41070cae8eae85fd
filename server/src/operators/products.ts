/**
 * Products that add to a tensor or join all pairs: addmm, addmv, addbmm, baddbmm, addr, outer, kron,
 * tensordot, cross, multi_dot, cdist.
 *
 * Shapes: addmm: (n, m) + (n, k) x (k, m); outer: (n), (m) -> (n, m); cdist: (*b, n, d), (*b, m, d) -> (*b, n, m).
 * Errors: `matmul-inner-dim-mismatch`, `expand-size-mismatch`, `input-rank-mismatch`, `dtype-mismatch`.
 * Source: torch.addmm, torch.tensordot, torch.cdist, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import type { TensorValue, Value } from '../core/infer/value';
import { mul, num, type Dim } from '../core/shape/dim';
import { answering, giveUp, refuse } from './common/answer';
import { axisIndex, joined } from './common/axes';
import { broadcastShapes } from './common/broadcasting';
import { differ, scalarName } from './common/dtypes';
import { everyForm, isInPlace, plainName, subjectOf } from './common/names';
import { resultType } from './common/promotion';
import { result } from './common/results';
import { brackets, joined as times } from './common/sizes';
import { expandedSizes } from './expand';
import { bmm, matrixProduct, rowsTimesMatrix, rowsTimesVector } from './matmul';
import { signatures } from './signature';

const sameDims = (solve: Solve, t: TensorValue, dims: readonly Dim[]): boolean => {
  const own = solve.dims(t);
  return own.length === dims.length && own.every((size, i) => solve.equal(size, dims[i] as Dim) !== 'no');
};

/** The sum's left side must expand to the product. */
function added(solve: Solve, base: TensorValue, whole: TensorValue, inPlace: boolean): TensorValue {
  const dims = solve.dims(whole);
  expandedSizes(solve, base, dims);
  if (inPlace && !sameDims(solve, base, dims))
    refuse(
      'inplace-shape-mismatch',
      `Bad in-place call: input tensor size ${brackets(solve, solve.shape(base))} and output tensor size ${brackets(solve, dims)} should match`,
    );
  if (differ(base.dtype, whole.dtype) && base.dtype !== undefined && whole.dtype !== undefined)
    refuse(
      'dtype-mismatch',
      `self and mat2 must have the same dtype, but got ${scalarName(base.dtype)} and ${scalarName(whole.dtype)}`,
    );
  return result(dims, base.dtype ?? whole.dtype);
}

function matrix(solve: Solve, t: TensorValue, which: string): TensorValue {
  if (!solve.rank(t, [2]))
    refuse('input-rank-mismatch', `${which} must be a matrix, got ${solve.dims(t).length}-D tensor`, {
      argument: which,
    });
  return t;
}

/** addmv: the vector that is added has one element, or one for each row. */
function plusVector(call: Call, solve: Solve, base: TensorValue, inPlace: boolean): TensorValue {
  const [mat, vec] = [call.tensor('mat'), call.tensor('vec')];
  const [isMatrix, isVector, isSum] = [solve.rank(mat, [2]), solve.rank(vec, [1]), solve.rank(base, [0, 1])];
  const [own, rows, entries] = [base, mat, vec].map((t) => solve.dims(t)) as [Dim[], Dim[], Dim[]];
  if (!isMatrix || !isVector || !isSum)
    refuse(
      'input-rank-mismatch',
      `vector + matrix @ vector expected, got ${own.length}, ${rows.length}, ${entries.length}`,
    );
  const size = own[0];
  const fits =
    solve.same(rows[1] as Dim, entries[0] as Dim, 'the vector has one element for each column') &&
    (size === undefined || solve.equal(size, num(1)) !== 'no' || solve.same(size, rows[0] as Dim));
  if (!fits)
    refuse(
      'matmul-inner-dim-mismatch',
      size === undefined
        ? 'Dimension specified as 0 but tensor has no dimensions'
        : `size mismatch, got input (${solve.text(size)}), mat (${times(solve, rows)}), vec (${solve.text(entries[0] as Dim)})`,
    );
  return added(solve, base, rowsTimesVector(solve, mat, vec), inPlace);
}

function sumOfProducts(call: Call, solve: Solve, base: TensorValue, kind: string, inPlace: boolean): TensorValue {
  switch (kind) {
    case 'addmm':
      return added(
        solve,
        base,
        rowsTimesMatrix(solve, matrix(solve, call.tensor('mat1'), 'mat1'), matrix(solve, call.tensor('mat2'), 'mat2')),
        inPlace,
      );
    case 'addmv':
      return plusVector(call, solve, base, inPlace);
    case 'addr':
      return added(solve, base, outerProduct(solve, call.tensor('vec1'), call.tensor('vec2')), inPlace);
    case 'baddbmm': {
      const [a, b] = [call.tensor('batch1'), call.tensor('batch2')];
      // The sum's left side is expanded before the batches are looked at.
      const [n, rows, columns] = [sizeOf(solve, a, 0), sizeOf(solve, a, 1), sizeOf(solve, b, 2)];
      expandedSizes(solve, base, [n, rows, columns]);
      return added(solve, base, bmm(solve, a, b), inPlace);
    }
    default: {
      const whole = bmm(solve, call.tensor('batch1'), call.tensor('batch2'));
      return added(solve, base, result(solve.dims(whole).slice(1), whole.dtype), false);
    }
  }
}

const sizeOf = (solve: Solve, t: TensorValue, axis: number): Dim => {
  const dims = solve.dims(t);
  return dims[axisIndex(axis, dims.length)] ?? num(1);
};

function outerProduct(solve: Solve, a: TensorValue, b: TensorValue): TensorValue {
  for (const [t, which] of [
    [a, 'self'],
    [b, 'vec2'],
  ] as const)
    if (!solve.rank(t, [1]))
      refuse('input-rank-mismatch', `outer: Expected 1-D argument ${which}, but got ${solve.dims(t).length}-D`);
  return result([...solve.dims(a), ...solve.dims(b)], resultType(solve, [{ tensor: a }, { tensor: b }]));
}

function kronecker(solve: Solve, a: TensorValue, b: TensorValue): TensorValue {
  const [x, y] = [solve.dims(a), solve.dims(b)];
  const length = Math.max(x.length, y.length);
  const padded = (dims: readonly Dim[]): readonly Dim[] => [
    ...new Array<Dim>(length - dims.length).fill(num(1)),
    ...dims,
  ];
  const [left, right] = [padded(x), padded(y)];
  return result(
    left.map((size, i) => mul(size, right[i] as Dim)),
    resultType(solve, [{ tensor: a }, { tensor: b }]),
  );
}

/** The axes that tensordot sums over. */
function contracted(call: Call, solve: Solve, value: Value): readonly [readonly number[], readonly number[]] {
  const unknown = (): never => giveUp('the axes are not known');
  const numbers = (v: Value): readonly number[] =>
    (v.kind === 'int' ? [v] : (call.items(v) ?? unknown())).map((item) =>
      item.kind === 'int' ? (solve.number(item.dim) ?? unknown()) : unknown(),
    );
  const items = value.kind === 'int' ? undefined : call.items(value);
  if (items === undefined) {
    const count = call.number('dims');
    return [Array.from({ length: count }, (_, i) => i - count), Array.from({ length: count }, (_, i) => i)];
  }
  const [first, second] = items;
  if (items.length !== 2 || first === undefined || second === undefined) return unknown();
  return [numbers(first), numbers(second)];
}

function dotOverAxes(call: Call, solve: Solve): TensorValue {
  const [a, b] = [call.tensor('a'), call.tensor('b')];
  const [x, y] = [solve.dims(a), solve.dims(b)];
  const [left, right] = contracted(call, solve, call.value('dims'));
  if (left.length !== right.length) refuse('argument-out-of-range', 'both dimension lists should have same length');
  left.forEach((axis, at) => {
    const other = right[at] as number;
    const [n, m] = [x[axisIndex(axis, x.length)], y[axisIndex(other, y.length)]];
    // A size of 1 is summed against any.
    const mayBroadcast = [n, m].some((size) => size !== undefined && solve.equal(size, num(1)) !== 'no');
    if (n !== undefined && m !== undefined && !mayBroadcast && !solve.same(n, m, 'contracted sizes are equal'))
      refuse(
        'matmul-inner-dim-mismatch',
        `contracted dimensions need to match, but first has size ${solve.text(n)} in dim ${axis} and second has size ${solve.text(m)} in dim ${other}`,
      );
  });
  const rest = (dims: readonly Dim[], axes: readonly number[]): readonly Dim[] => {
    const gone = axes.map((axis) => axisIndex(axis, dims.length));
    return dims.filter((_, i) => !gone.includes(i));
  };
  return result([...rest(x, left), ...rest(y, right)], a.dtype ?? b.dtype);
}

function distances(call: Call, solve: Solve): TensorValue {
  const [a, b] = [call.tensor('x1'), call.tensor('x2')];
  for (const [t, which] of [
    [a, 'X1'],
    [b, 'X2'],
  ] as const)
    if (!solve.minRank(t, 2))
      refuse('input-rank-mismatch', `cdist only supports at least 2D tensors, ${which} got: ${solve.dims(t).length}D`);
  const [left, right] = [solve.trailing(a, 2), solve.trailing(b, 2)];
  const [n, d] = left.last as readonly [Dim, Dim];
  const [m, e] = right.last as readonly [Dim, Dim];
  if (!solve.same(d, e, 'both have points of one size'))
    refuse(
      'matmul-inner-dim-mismatch',
      `X1 and X2 must have the same number of columns. X1: ${solve.text(d)} X2: ${solve.text(e)}`,
    );
  const batch = broadcastShapes(solve, left.before, right.before);
  if (differ(a.dtype, b.dtype) && a.dtype !== undefined && b.dtype !== undefined)
    refuse('dtype-mismatch', `expected scalar type ${scalarName(a.dtype)} but found ${scalarName(b.dtype)}`);
  return result(joined(batch, [n, m]), a.dtype ?? b.dtype);
}

/** Matrices one after the other; the first and the last may be vectors. */
function chained(solve: Solve, tensors: readonly TensorValue[]): TensorValue {
  tensors.slice(1).forEach((b, at) => {
    const [x, y] = [solve.dims(tensors[at] as TensorValue), solve.dims(b)];
    const [inner, other] = [x[x.length - 1], y[0]];
    if (
      inner !== undefined &&
      other !== undefined &&
      !solve.same(inner, other, 'the inner sizes of a product are equal')
    )
      refuse(
        'matmul-inner-dim-mismatch',
        `multi_dot(): tensors ${at} and ${at + 1} with shapes ${brackets(solve, x)} and ${brackets(solve, y)} cannot be multiplied`,
      );
  });
  return tensors.reduce((a, b) => matrixProduct(solve, a, b));
}

/** Both have three elements along the axis: the last one, or for torch.cross the first that has three. */
function crossProduct(call: Call, solve: Solve, isLinalg: boolean): TensorValue {
  const [a, b] = [call.tensor('input'), call.tensor('other')];
  const [x, y] = [solve.dims(a), solve.dims(b)];
  if (x.length !== y.length)
    refuse('input-rank-mismatch', 'linalg.cross: inputs must have the same number of dimensions.');
  const written = call.given('dim') ? call.numberOrNone('dim') : null;
  if (written === null && !isLinalg) {
    if (x.every((size) => solve.equal(size, num(3)) === 'no'))
      refuse('argument-out-of-range', 'no dimension of size 3 in input');
  } else {
    const axis = written ?? -1;
    const at = axisIndex(axis, x.length, 'dim');
    const [n, m] = [x[at], y[at]];
    if (n !== undefined && m !== undefined && (!solve.same(n, num(3)) || !solve.same(m, num(3))))
      refuse(
        'argument-out-of-range',
        `linalg.cross: inputs dimension ${axis} must have length 3. Got ${solve.text(n)} and ${solve.text(m)}`,
      );
  }
  const whole = broadcastShapes(solve, solve.shape(a), solve.shape(b));
  return result(whole, resultType(solve, [{ tensor: a }, { tensor: b }]));
}

export const products = operator({
  id: 'products',
  names: [
    ...everyForm('addmm', 'addmv', 'addbmm', 'baddbmm', 'addr', 'outer', 'ger', 'kron'),
    'torch.tensordot',
    'torch.cdist',
    'torch.cross',
    'torch.Tensor.cross',
    'torch.linalg.cross',
    'torch.linalg.multi_dot',
    'torch.chain_matmul',
  ],
  params: (name) =>
    name === 'torch.tensordot'
      ? ['a: Tensor, b: Tensor, dims: any = 2, out: any = None']
      : name === 'torch.cdist'
        ? ['x1: Tensor, x2: Tensor, p: float = 2.0, compute_mode: str = ""']
        : signatures(name),
  infer: answering((call, solve, name) => {
    const kind = plainName(name);
    if (kind === 'tensordot') return dotOverAxes(call, solve);
    if (kind === 'cdist') return distances(call, solve);
    if (kind === 'cross') return crossProduct(call, solve, name.includes('linalg'));
    if (kind === 'multi_dot' || kind === 'chain_matmul')
      return chained(solve, call.tensors(kind === 'multi_dot' ? 'tensors' : 'matrices'));
    const base = call.tensor(subjectOf(name));
    if (kind === 'outer' || kind === 'ger') return outerProduct(solve, base, call.tensor('vec2'));
    if (kind === 'kron') return kronecker(solve, base, call.tensor('other'));
    return sumOfProducts(call, solve, base, kind, isInPlace(name));
  }),
});
