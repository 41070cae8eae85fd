/**
 * Products of all pairs and along chosen axes: outer, kron, tensordot, cross, multi_dot, and the distances of cdist.
 *
 * Shapes: outer: (n), (m) -> (n, m); multi_dot: (n, k), (k, l), (l, m) -> (n, m); cdist: (*b, n, d), (*b, m, d) -> (*b, n, m).
 * Errors: `matmul-inner-dim-mismatch`, `input-rank-mismatch`, `dtype-mismatch`, `argument-out-of-range`.
 * Source: torch.tensordot, torch.cdist, torch.linalg.multi_dot, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import type { TensorValue, Value } from '../core/infer/value';
import { mul, num, type Dim } from '../core/shape/dim';
import { isFloating, promote } from '../core/shape/dtype';
import { answering, giveUp, refuse } from './common/answer';
import { axisIndex, distinct, joined } from './common/axes';
import { broadcastShapes } from './common/broadcasting';
import { cppName, differ, isHalf, scalarName } from './common/dtypes';
import { pythonNumber } from './common/literals';
import { everyForm, plainName, subjectOf } from './common/names';
import { resultType } from './common/promotion';
import { hasNoElements, needs, result } from './common/results';
import { brackets } from './common/sizes';
import { signatures } from './signature';

function outerProduct(solve: Solve, a: TensorValue, b: TensorValue): TensorValue {
  for (const [t, which] of [
    [a, 'self'],
    [b, 'vec2'],
  ] as const)
    if (!solve.rank(t, [1]))
      refuse('input-rank-mismatch', `outer: Expected 1-D argument ${which}, but got ${solve.dims(t).length}-D`);
  return result([...solve.dims(a), ...solve.dims(b)], resultType(solve, [{ tensor: a }, { tensor: b }]));
}

/** Every pair of elements; a tensor without dims gets some, so that its type counts in full. */
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
    a.dtype && b.dtype && promote(a.dtype, b.dtype),
  );
}

type Axes = readonly number[];

/** The axes that tensordot sums over, of both sides. */
function contracted(call: Call, solve: Solve, ranks: readonly [number, number]): readonly [Axes, Axes] {
  const value = call.value('dims');
  if (value.kind === 'none' || value.kind === 'float')
    refuse(
      'invalid-argument',
      `tensordot expects dims to be int or tuple[list[int], list[int]] or list[list[int]] containing two lists, but got dims=${
        value.kind === 'none' ? 'None' : (pythonNumber(value) ?? giveUp('the axes are not known'))
      }`,
      { argument: 'dims' },
    );
  const items = value.kind === 'int' || value.kind === 'bool' ? undefined : call.items(value);
  if (items === undefined) return lastAndFirst(call.number('dims'), Math.min(...ranks));
  const [first, second] = items.map((item) => numbers(call, solve, item));
  if (items.length !== 2 || first === undefined || second === undefined) return giveUp('not two lists of axes');
  return [first, second];
}

/** So many last axes of one side, as many first ones of the other. */
function lastAndFirst(count: number, least: number): readonly [Axes, Axes] {
  if (count < 0) refuse('argument-out-of-range', `tensordot expects dims >= 0, but got dims=${count}`);
  if (count > least)
    refuse('argument-out-of-range', `tensordot expects dims < ndim_a or ndim_b, but got dims=${count}`);
  return [Array.from({ length: count }, (_, i) => i - count), Array.from({ length: count }, (_, i) => i)];
}

function numbers(call: Call, solve: Solve, list: Value): Axes {
  const unknown = (): never => giveUp('the axes are not known');
  if (list.kind === 'int') return unknown();
  return (call.items(list) ?? unknown()).map((item) =>
    item.kind === 'int' ? (solve.number(item.dim) ?? unknown()) : unknown(),
  );
}

/** The size at an axis, as Tensor.size finds it. */
const sizeAt = (dims: readonly Dim[], axis: number): Dim =>
  dims.length === 0
    ? refuse('axis-out-of-range', `Dimension specified as ${axis} but tensor has no dimensions`)
    : (dims[axisIndex(axis, dims.length)] as Dim);

function dotOverAxes(call: Call, solve: Solve): TensorValue {
  const [a, b] = [call.tensor('a'), call.tensor('b')];
  const [x, y] = [solve.dims(a), solve.dims(b)];
  const [left, right] = contracted(call, solve, [x.length, y.length]);
  if (left.length !== right.length) refuse('argument-out-of-range', 'both dimension lists should have same length');
  if (differ(a.dtype, b.dtype)) refuse('dtype-mismatch', 'both inputs should have same dtype');
  left.forEach((axis, at) => {
    const other = right[at] as number;
    const [n, m] = [sizeAt(x, axis), sizeAt(y, other)];
    // A size of 1 is summed against any.
    const mayBroadcast = [n, m].some((size) => solve.equal(size, num(1)) !== 'no');
    if (!mayBroadcast && !solve.same(n, m, 'contracted sizes are equal'))
      refuse(
        'matmul-inner-dim-mismatch',
        `contracted dimensions need to match, but first has size ${solve.text(n)} in dim ${axis} and second has size ${solve.text(m)} in dim ${other}`,
      );
  });
  distinct(left, x.length);
  distinct(right, y.length);
  const rest = (dims: readonly Dim[], axes: Axes): readonly Dim[] => {
    const gone = axes.map((axis) => axisIndex(axis, dims.length));
    return dims.filter((_, i) => !gone.includes(i));
  };
  return result([...rest(x, left), ...rest(y, right)], a.dtype ?? b.dtype);
}

const MODES = [
  'use_mm_for_euclid_dist_if_necessary',
  'use_mm_for_euclid_dist',
  'donot_use_mm_for_euclid_dist',
] as const;

/** The number `p`, undefined where it isn't known. */
function exponent(call: Call, solve: Solve): number | undefined {
  if (!call.given('p')) return 2;
  const value = call.value('p');
  return value.kind === 'int' ? solve.number(value.dim) : value.kind === 'float' ? value.value : undefined;
}

/** Distances of all pairs of points. */
function distances(call: Call, solve: Solve): TensorValue {
  const mode = call.given('compute_mode') ? call.string('compute_mode') : MODES[0];
  if (!MODES.some((known) => known === mode))
    refuse('invalid-argument', `${mode} is not a valid value for compute_mode`, { argument: 'compute_mode' });
  const [a, b] = [call.tensor('x1'), call.tensor('x2')];
  const sides = [
    [a, 'X1'],
    [b, 'X2'],
  ] as const;
  for (const [t, which] of sides)
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
  for (const [{ dtype }, which] of sides)
    if (dtype !== undefined && !isFloating(dtype))
      refuse('dtype-not-supported', `cdist only supports floating-point dtypes, ${which} got: ${scalarName(dtype)}`);
  const p = exponent(call, solve);
  if (p !== undefined && p < 0)
    refuse('argument-out-of-range', 'cdist only supports non-negative p values', { argument: 'p' });
  const batch = broadcastShapes(solve, left.before, right.before);
  const isProduct = mode !== MODES[2] && (p === undefined || p === 2) && euclidean(solve, mode, [n, m]);
  pairTypes(solve, a, b, isProduct);
  return result(joined(batch, [n, m]), a.dtype ?? b.dtype);
}

/** Whether Euclidean distances are made of a matrix product; also where that isn't known. */
const euclidean = (solve: Solve, mode: string | null, counts: readonly Dim[]): boolean =>
  mode === MODES[1] || counts.some((count) => solve.less(num(25), count) !== 'no');

/** Mixed types are found out by the kernel, and half precision goes through products only. */
function pairTypes(solve: Solve, a: TensorValue, b: TensorValue, mayBeProduct: boolean): void {
  const [x, y] = [a.dtype, b.dtype];
  if (x === undefined || y === undefined || (x === y && !isHalf(x))) return;
  if (mayBeProduct || hasNoElements(solve, a) || hasNoElements(solve, b)) {
    if (x !== y) giveUp('distances of different element types');
    return;
  }
  if (isHalf(x)) refuse('dtype-not-supported', `"cdist" not implemented for '${scalarName(x)}'`);
  refuse('dtype-mismatch', `expected scalar type ${scalarName(x)} but found ${scalarName(y)}`);
}

/** Matrices one after the other; the first and the last may be vectors. */
function chained(solve: Solve, tensors: readonly TensorValue[]): TensorValue {
  if (tensors.length < 2)
    refuse('argument-out-of-range', `multi_dot(): expected at least 2 tensors but got ${tensors.length}`);
  const shapes = tensors.map((t) => solve.dims(t));
  const end = shapes.length - 1;
  for (const [at, which] of [
    [0, 'first'],
    [end, 'last'],
  ] as const) {
    const { length } = shapes[at] as readonly Dim[];
    if (length !== 1 && length !== 2)
      refuse('input-rank-mismatch', `multi_dot(): the ${which} tensor must be 1D or 2D but got ${length}D`);
  }
  shapes.slice(1, end).forEach(({ length }, at) => {
    if (length !== 2) refuse('input-rank-mismatch', `multi_dot(): tensor ${at + 1} must be 2D but got ${length}D`);
  });
  const [first] = tensors.map(({ dtype }) => dtype);
  for (let at = 1; at <= end; at++) {
    const [x, y] = [shapes[at - 1] as readonly Dim[], shapes[at] as readonly Dim[]];
    const own = tensors[at]?.dtype;
    if (differ(first, own) && first !== undefined && own !== undefined)
      refuse(
        'dtype-mismatch',
        `multi_dot(): all tensors must have be the same dtype but tensor 0 is ${cppName(first)} and tensor ${at} ${cppName(own)}`,
      );
    if (!solve.same(x[x.length - 1] as Dim, y[0] as Dim, 'the inner sizes of a product are equal'))
      refuse(
        'matmul-inner-dim-mismatch',
        `multi_dot(): tensors ${at - 1} and ${at} with shapes ${brackets(solve, x)} and ${brackets(solve, y)} cannot be multiplied`,
      );
  }
  if (first === 'bool') giveUp('products of bools');
  const dims = [...(shapes[0] as readonly Dim[]).slice(0, -1), ...(shapes[end] as readonly Dim[]).slice(1)];
  return result(dims, first ?? tensors[end]?.dtype);
}

/** The old name takes matrices only. */
function chainedMatrices(solve: Solve, tensors: readonly TensorValue[]): TensorValue {
  const [first] = tensors;
  if (first === undefined) refuse('argument-out-of-range', 'chain_matmul(): Expected one or more matrices');
  for (const t of tensors)
    if (!solve.rank(t, [2]))
      refuse('input-rank-mismatch', `Tensor dimension is ${solve.dims(t).length}, expected 2 instead.`);
  return tensors.length === 1 ? first : chained(solve, tensors);
}

/** The first axis of size 3, where torch.cross is not told one. */
function crossAxis(solve: Solve, dims: readonly Dim[]): number {
  const answers = dims.map((size) => solve.equal(size, num(3)));
  if (answers.every((answer) => answer === 'no')) refuse('argument-out-of-range', 'no dimension of size 3 in input');
  const at = answers.findIndex((answer) => answer !== 'no');
  return answers[at] === 'yes' || answers.filter((answer) => answer !== 'no').length === 1
    ? at
    : giveUp('which axis has three elements');
}

/** Both have three elements along the axis: the last one, or for torch.cross the first that has three. */
function crossProduct(call: Call, solve: Solve, name: string): TensorValue {
  const [a, b] = [call.tensor(subjectOf(name)), call.tensor('other')];
  const [x, y] = [solve.dims(a), solve.dims(b)];
  const written = call.given('dim') ? call.numberOrNone('dim') : null;
  const axis = written ?? (name.includes('linalg') ? -1 : crossAxis(solve, x));
  if (x.length !== y.length)
    refuse('input-rank-mismatch', 'linalg.cross: inputs must have the same number of dimensions.');
  const [n, m] = [sizeAt(x, axis), sizeAt(y, axis)];
  if (!solve.same(n, num(3)) || !solve.same(m, num(3)))
    refuse(
      'argument-out-of-range',
      `linalg.cross: inputs dimension ${axis} must have length 3. Got ${solve.text(n)} and ${solve.text(m)}`,
    );
  const whole = broadcastShapes(solve, solve.shape(a), solve.shape(b));
  needs('cross', a.dtype, (dtype) => dtype !== 'bool');
  if (a.dtype !== undefined && b.dtype !== undefined && a.dtype !== b.dtype)
    refuse('dtype-mismatch', `expected scalar type ${scalarName(a.dtype)} but found ${scalarName(b.dtype)}`);
  return result(whole, a.dtype ?? b.dtype);
}

export const products = operator({
  id: 'products',
  names: [
    ...everyForm('outer', 'ger', 'kron'),
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
    if (kind === 'cross') return crossProduct(call, solve, name);
    if (kind === 'multi_dot') return chained(solve, call.tensors('tensors'));
    if (kind === 'chain_matmul') return chainedMatrices(solve, call.tensors('matrices'));
    const base = call.tensor(subjectOf(name));
    return kind === 'kron'
      ? kronecker(solve, base, call.tensor('other'))
      : outerProduct(solve, base, call.tensor('vec2'));
  }),
});
