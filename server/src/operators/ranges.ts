/**
 * Sequences of numbers: arange, linspace, logspace, randperm, eye, windows, index grids of triangles.
 *
 * Shapes: arange -> (ceil((end - start) / step)), linspace -> (steps), randperm -> (n), eye -> (n, m).
 * Errors: `argument-out-of-range`, `negative-size`.
 * Source: torch.arange, torch.linspace, torch.eye, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import { int, tensor, type Indices, type Value } from '../core/infer/value';
import { ceilDiv, constantOf, num, sub, type Dim } from '../core/shape/dim';
import { isDifferentiable, type DType } from '../core/shape/dtype';
import { shapeOf } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { boolGiven, rankOf } from './common/axes';
import { isComplex, isFloat } from './common/dtypes';
import { shortName } from './common/names';
import { overflows } from './common/overflow';
import { DEFAULT_FLOAT, numberKind } from './common/promotion';
import { notNegative, result } from './common/results';
import { signatures } from './signature';

const askedType = (call: Call, usual: DType | undefined): DType | undefined => {
  const asked = call.given('dtype') ? call.dtype('dtype') : null;
  return asked === null ? usual : asked;
};

/** The number of a float or int value. */
function plainNumber(value: Value, solve: Solve): number | undefined {
  return value.kind === 'int'
    ? solve.number(value.dim)
    : value.kind === 'float'
      ? value.value
      : value.kind === 'bool' && value.value !== undefined
        ? Number(value.value)
        : undefined;
}

/** How many numbers arange makes. */
function steps(call: Call, solve: Solve, start: Value, end: Value, step: Value): Dim {
  const [from, to, by] = [start, end, step].map((value) => plainNumber(value, solve));
  const inconsistent = (): never =>
    refuse('argument-out-of-range', 'upper bound and lower bound inconsistent with step sign');
  if (by === 0) refuse('argument-out-of-range', 'step must be nonzero', { argument: 'step' });
  if (from !== undefined && to !== undefined && by !== undefined) {
    if ((to - from) / by < 0) inconsistent();
    return num(Math.ceil((to - from) / by));
  }
  if (start.kind !== 'int' || end.kind !== 'int' || step.kind !== 'int') return solve.fresh('n');
  const length = sub(call.int('end'), start.dim);
  const positive = solve.less(num(0), step.dim);
  const sign = positive === 'yes' ? length : solve.less(step.dim, num(0)) === 'yes' ? sub(num(0), length) : undefined;
  if (sign === undefined) return solve.fresh('n');
  if (!solve.atLeast(sign, 0, 'arange needs its end past its start')) inconsistent();
  return positive === 'yes' ? ceilDiv(length, step.dim) : solve.fresh('n');
}

const isWhole = (value: Value, solve: Solve): boolean =>
  value.kind === 'int' || Number.isInteger(plainNumber(value, solve));

function arange(call: Call, solve: Solve): ReturnType<typeof result> {
  const start: Value = call.given('start') ? call.value('start') : { kind: 'int', dim: num(0) };
  const end = call.value('end');
  const step: Value = call.given('step') ? call.value('step') : { kind: 'int', dim: num(1) };
  const kinds = [start, end, step].map(numberKind);
  const usual = kinds.includes('float')
    ? DEFAULT_FLOAT
    : kinds.every((kind) => kind === 'int' || kind === 'bool')
      ? 'int64'
      : undefined;
  const dtype = askedType(call, usual);
  // PyTorch counts in whole numbers then.
  if (dtype === 'int64' && kinds.includes('float') && ![start, end, step].every((value) => isWhole(value, solve)))
    giveUp('a range of whole numbers with bounds that are none');
  const count = steps(call, solve, start, end, step);
  return tensor(shapeOf([count]), dtype, { indices: counted(solve, start, end, step, count) });
}

/** The numbers from start up to end; undefined where there may be none, unless they start at 0. */
function counted(solve: Solve, start: Value, end: Value, step: Value, count: Dim): Indices | undefined {
  if (start.kind !== 'int' || end.kind !== 'int' || step.kind !== 'int' || solve.number(step.dim) !== 1)
    return undefined;
  if (solve.number(start.dim) !== 0 && solve.less(num(0), count) !== 'yes') return undefined;
  return { low: start.dim, high: sub(end.dim, num(1)) };
}

/** Element types that some of them have no kernel for. */
function checkType(kind: string, asked: DType | null | undefined): void {
  if (!asked) return;
  const refused =
    kind === 'eye'
      ? false
      : kind.endsWith('_window')
        ? !isFloat(asked)
        : asked === 'bool' || (isComplex(asked) && !kind.endsWith('space'));
  if (refused) giveUp(`${kind} of ${asked}`);
}

/** Ends of a sequence that are tensors have no dims. */
function checkEnds(call: Call, solve: Solve, kind: string): void {
  const found = ['start', 'end'].flatMap((name) => {
    const value = call.value(name);
    return value.kind === 'tensor' ? [{ name, rank: rankOf(solve, value) ?? giveUp(`the dims of ${name}`) }] : [];
  });
  if (found.some(({ rank }) => rank > 0))
    refuse(
      'input-rank-mismatch',
      `${kind} only supports 0-dimensional start and end tensors, but got ${found.map(({ name, rank }) => `${name} with ${rank} dimension(s)`).join(' and ')}.`,
    );
}

/** More numbers than this are not kept: nobody decides by them. */
const MOST_NUMBERS = 256;

/** The numbers of linspace in float32, counted from the nearer end as torch does (aten/src/ATen/native/cpu/RangeFactoriesKernel.cpp). */
function evenly(call: Call, count: number | undefined): readonly number[] | undefined {
  const [start, end] = [call.value('start'), call.value('end')].map((value) =>
    value.kind === 'float' ? value.value : value.kind === 'int' ? constantOf(value.dim) : undefined,
  );
  if (start === undefined || end === undefined || count === undefined || count > MOST_NUMBERS) return undefined;
  const step = Math.fround((end - start) / Math.max(1, count - 1));
  return Array.from({ length: count }, (_, i) =>
    Math.fround(i < count / 2 ? start + step * i : end - step * (count - 1 - i)),
  );
}

export const ranges = operator({
  id: 'ranges',
  names: [
    'torch.arange',
    'torch.linspace',
    'torch.logspace',
    'torch.randperm',
    'torch.eye',
    'torch.hann_window',
    'torch.hamming_window',
    'torch.blackman_window',
    'torch.bartlett_window',
    'torch.kaiser_window',
  ],
  params: signatures,
  infer: answering((call, solve, name) => {
    const kind = shortName(name);
    checkType(kind, call.given('dtype') ? call.dtype('dtype') : null);
    if (kind === 'arange') return arange(call, solve);
    if (kind === 'eye') {
      const [n, m] = [call.int('n'), call.given('m') ? call.int('m') : undefined];
      notNegative(solve, [n], `n must be greater or equal to 0, got ${solve.text(n)}`);
      if (m !== undefined) notNegative(solve, [m], `m must be greater or equal to 0, got ${solve.text(m)}`);
      const dtype = askedType(call, DEFAULT_FLOAT);
      if (boolGiven(call, 'requires_grad') && dtype !== undefined && !isDifferentiable(dtype))
        refuse('dtype-not-supported', 'Only Tensors of floating point and complex dtype can require gradients');
      return result([n, m ?? n], dtype);
    }
    if (kind === 'linspace' || kind === 'logspace') {
      const count = call.int('steps');
      checkEnds(call, solve, kind);
      notNegative(solve, [count], 'number of steps must be non-negative');
      const type = askedType(call, DEFAULT_FLOAT);
      const made = result([count], type);
      const numbers = kind === 'linspace' && type === 'float32' ? evenly(call, constantOf(count)) : undefined;
      return numbers === undefined ? made : { ...made, numbers };
    }
    if (kind === 'randperm') {
      const n = call.int('n');
      notNegative(solve, [n]);
      const held = call.given('dtype') ? call.dtype('dtype') : null;
      if (held && overflows(int(n), held)) giveUp('numbers beyond the element type');
      return tensor(shapeOf([n]), askedType(call, 'int64'), { indices: { low: num(0), high: sub(n, num(1)) } });
    }
    const length = call.int('window_length');
    notNegative(
      solve,
      [length],
      `${kind} requires non-negative window_length, got window_length=${solve.text(length)}`,
    );
    return result([length], askedType(call, DEFAULT_FLOAT));
  }),
});
