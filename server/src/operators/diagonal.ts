/**
 * Diagonals and triangles: diagonal, diag, diag_embed, diagflat, tril, triu, trace, tril_indices, triu_indices, block_diag.
 *
 * Shapes: diagonal: (*a, n, m) -> (*a, min(n, m) - |offset|); diag: (n) -> (n, n) and (n, m) -> (min(n, m)); tril as the input.
 * Errors: `axis-out-of-range`, `duplicate-axis`, `input-rank-mismatch`.
 * Source: torch.diagonal, torch.diag, torch.tril, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import type { TensorValue } from '../core/infer/value';
import { add, max, min, num, sub, sum, type Dim } from '../core/shape/dim';
import { answering, giveUp, refuse } from './common/answer';
import { axisIndex, numberGiven, rankOf } from './common/axes';
import { everyForm, isMethod, plainName, subjectOf } from './common/names';
import { DEFAULT_FLOAT, resultType } from './common/promotion';
import { countOf, needs, reshaped, result } from './common/results';
import { signatures } from './signature';

const zero = num(0);

/** The length of a diagonal of an n x m matrix. */
function diagonalLength(n: Dim, m: Dim, offset: number): Dim {
  return offset >= 0 ? max(min(n, sub(m, num(offset))), zero) : max(min(add(n, num(offset)), m), zero);
}

export function diagonalOf(call: Call, solve: Solve, t: TensorValue): TensorValue {
  const dims = solve.dims(t);
  const [a, b] = [
    call.given('dim1') ? call.number('dim1') : isLinalg(call) ? -2 : 0,
    call.given('dim2') ? call.number('dim2') : isLinalg(call) ? -1 : 1,
  ];
  const [i, j] = [axisIndex(a, dims.length, 'dim1'), axisIndex(b, dims.length, 'dim2')];
  if (i === j) refuse('duplicate-axis', `diagonal dimensions cannot be identical ${a}, ${b}`);
  const length = diagonalLength(dims[i] as Dim, dims[j] as Dim, numberGiven(call, 'offset', 0));
  return reshaped(t, [...dims.filter((_, k) => k !== i && k !== j), length]);
}

/** torch.linalg.diagonal has its parameters keyword-only and its axes at the end. */
const isLinalg = (call: Call): boolean => call.given('A');

function diag(solve: Solve, t: TensorValue, offset: number): TensorValue {
  const dims = solve.dims(t);
  const [n, m] = dims;
  if (n === undefined || dims.length > 2)
    refuse('input-rank-mismatch', `diag(): Supports 1D or 2D tensors. Got ${dims.length}D`);
  if (m !== undefined) return reshaped(t, [diagonalLength(n, m, offset)]);
  const side = add(n, num(Math.abs(offset)));
  return reshaped(t, [side, side]);
}

function embedded(call: Call, solve: Solve, t: TensorValue): TensorValue {
  const dims = solve.dims(t);
  const rank = dims.length + 1;
  const [a, b] = [numberGiven(call, 'dim1', -2), numberGiven(call, 'dim2', -1)];
  const [i, j] = [axisIndex(a, rank, 'dim1'), axisIndex(b, rank, 'dim2')];
  if (i === j) refuse('duplicate-axis', `diagonal dimensions cannot be identical ${a}, ${b}`);
  const size = add(
    dims[dims.length - 1] ?? giveUp('a tensor without dims'),
    num(Math.abs(numberGiven(call, 'offset', 0))),
  );
  const others = dims.slice(0, -1);
  return reshaped(
    t,
    Array.from({ length: rank }, (_, k) => (k === i || k === j ? size : (others.shift() as Dim))),
  );
}

function triangle(solve: Solve, t: TensorValue, kind: string): TensorValue {
  if (!solve.minRank(t, 2)) refuse('input-rank-mismatch', `${kind}: input tensor must have at least 2 dimensions`);
  return reshaped(t, solve.shape(t));
}

/** The number of elements of a triangle. */
function triangleIndices(call: Call, solve: Solve, kind: string): TensorValue {
  const device = call.given('device') ? call.value('device') : undefined;
  if (device?.kind === 'str') checkDevice(device.value);
  const sizes = { row: call.int('row'), col: call.int('col') };
  for (const [argument, size] of Object.entries(sizes))
    if (solve.less(size, zero) === 'yes')
      refuse('negative-size', `${argument} must be non-negative, got${solve.text(size)}`, { argument });
  const asked = call.given('dtype') ? call.dtype('dtype') : null;
  const dtype = asked === null ? 'int64' : asked;
  needs(kind, dtype, (type) => type === 'int64' || type === 'int32');
  const [rows, columns] = [solve.number(sizes.row), solve.number(sizes.col)];
  const offset = numberGiven(call, 'offset', 0);
  if (rows === undefined || columns === undefined || rows > 4096) return result([num(2), solve.fresh('count')], dtype);
  let count = 0;
  for (let row = 0; row < rows; row++) {
    const lower = Math.min(Math.max(row + offset + (kind === 'tril_indices' ? 1 : 0), 0), columns);
    count += kind === 'tril_indices' ? lower : columns - lower;
  }
  return result([num(2), num(count)], dtype);
}

/** Other names of devices are an error whose sentence lists all that PyTorch knows. */
function checkDevice(name: string | undefined): void {
  if (name !== undefined && !/^(cpu|cuda|mps|xpu|meta)(:\d+)?$/.test(name)) giveUp('a device of another name');
}

/** Offsets are ints, or tensors of one. */
function checkOffset(call: Call, solve: Solve, name: string): void {
  if (!call.given(name)) return;
  const value = call.value(name);
  if (['float', 'bool', 'str'].includes(value.kind) || (value.kind === 'tensor' && !solve.rank(value, [0])))
    giveUp(`${name} is not an int`);
}

function blocks(call: Call, solve: Solve): TensorValue {
  const tensors = call.tensors('tensors');
  if (tensors.length === 0) return result([num(1), zero], DEFAULT_FLOAT);
  const sizes = tensors.map((t, at) => {
    const dims = solve.dims(t);
    if (dims.length > 2)
      refuse(
        'input-rank-mismatch',
        `torch.block_diag: Input tensors must have 2 or fewer dimensions. Input ${at} has ${dims.length} dimensions`,
      );
    return dims.length === 2 ? dims : [num(1), dims[0] ?? num(1)];
  });
  return result(
    [sum(sizes.map((s) => s[0] as Dim)), sum(sizes.map((s) => s[1] as Dim))],
    resultType(
      solve,
      tensors.map((tensor) => ({ tensor })),
    ),
  );
}

export const diagonal = operator({
  id: 'diagonal',
  names: [
    ...everyForm('diagonal', 'diag', 'diag_embed', 'diagflat', 'tril', 'triu', 'trace'),
    'torch.linalg.diagonal',
    'torch.tril_indices',
    'torch.triu_indices',
    'torch.block_diag',
  ],
  params: signatures,
  infer: answering((call, solve, name) => {
    const kind = plainName(name);
    if (kind.endsWith('_indices')) return triangleIndices(call, solve, kind);
    if (kind === 'block_diag') return blocks(call, solve);
    const t = call.tensor(!isMethod(name) && call.given('A') ? 'A' : subjectOf(name));
    for (const argument of ['diagonal', 'offset']) checkOffset(call, solve, argument);
    switch (kind) {
      case 'diag':
        return diag(solve, t, numberGiven(call, 'diagonal', 0));
      case 'diag_embed':
        return embedded(call, solve, t);
      case 'diagflat':
        return diag(
          solve,
          reshaped(t, [countOf(solve, t) ?? giveUp('the number of dims is not known')]),
          numberGiven(call, 'offset', 0),
        );
      case 'diagonal':
        return diagonalOf(call, solve, t);
      case 'trace':
        if (!solve.rank(t, [2]))
          refuse(
            'input-rank-mismatch',
            `trace: expected a matrix, but got tensor with dim ${rankOf(solve, t) ?? 'unknown'}`,
          );
        return result([], t.dtype === 'bool' || /^u?int\d/.test(t.dtype ?? '') ? 'int64' : t.dtype);
      default:
        return triangle(solve, t, kind);
    }
  }),
});
