/**
 * Norms: torch.norm, and vector_norm, matrix_norm and norm of torch.linalg, which end in one of the first two.
 * Source: aten/src/ATen/native/LinearAlgebra.cpp and torch/functional.py, PyTorch 2.13.
 */
import type { Call, Solve } from '../../core/infer/operator';
import type { TensorValue, Value } from '../../core/infer/value';
import { constantOf } from '../../core/shape/dim';
import { isDifferentiable, type DType } from '../../core/shape/dtype';
import { giveUp, refuse } from './answer';
import { axisIndex, boolGiven, rankOf } from './axes';
import { isHalf, isComplex, scalarName } from './dtypes';
import { shortName } from './names';
import { promoted, realOf } from './promotion';
import { reducedShape } from './reducing';
import { hasNoElements, result } from './results';

type Order = number | string | null;

/** One call, whatever function it goes through. */
interface Norm {
  readonly solve: Solve;
  readonly t: TensorValue;
  readonly order: Order;
  /** null: all */
  readonly axes: readonly number[] | null;
  readonly keepdim: boolean;
  readonly asked: DType | null | undefined;
}

/** The order of a norm: a number, a name, or null for None. */
function orderOf(value: Value): Order {
  switch (value.kind) {
    case 'none':
      return null;
    case 'int':
      return constantOf(value.dim) ?? giveUp('a norm of unknown order');
    case 'bool':
      return value.value === undefined ? giveUp('a norm of unknown order') : Number(value.value);
    case 'float':
    case 'str':
      return value.value ?? giveUp('a norm of unknown order');
    default:
      return giveUp('a norm of unknown order');
  }
}

function checkTypes({ t, asked }: Norm, name: string, lowPrecision: boolean): void {
  const { dtype } = t;
  if (dtype !== undefined && !isDifferentiable(dtype))
    refuse(
      'dtype-not-supported',
      `${name}: Expected a floating point or complex tensor as input. Got ${scalarName(dtype)}`,
    );
  if (!lowPrecision && dtype !== undefined && isHalf(dtype))
    refuse('dtype-not-supported', `${name}: Low precision dtypes not supported. Got ${scalarName(dtype)}`);
  if (asked === null || asked === undefined) return;
  if (!isDifferentiable(asked))
    refuse('dtype-not-supported', `${name}: dtype should be floating point or complex, but got ${scalarName(asked)}`, {
      argument: 'dtype',
    });
  if (dtype === undefined) return;
  if (isComplex(asked) !== isComplex(dtype))
    refuse(
      'dtype-not-supported',
      isComplex(dtype)
        ? `${name}: dtype should be complex for complex inputs, but got ${scalarName(asked)}`
        : `${name}: dtype should be real for real inputs, but got ${scalarName(asked)}`,
      { argument: 'dtype' },
    );
  if (promoted(dtype, asked) !== asked)
    refuse(
      'dtype-not-supported',
      `${name}: the dtype of the input (${scalarName(dtype)}) should be convertible without narrowing to the specified dtype (${scalarName(asked)})`,
      { argument: 'dtype' },
    );
}

const reduced = ({ solve, t, axes, keepdim, asked }: Norm): TensorValue =>
  result(reducedShape(solve, t, axes, keepdim), realOf(asked ?? t.dtype));

function vectorNorm(norm: Norm): TensorValue {
  const { solve, t, order } = norm;
  checkTypes(norm, 'linalg.vector_norm', true);
  const answer = reduced({ ...norm, axes: norm.axes?.length === 0 ? null : norm.axes });
  if (typeof order === 'number' && (order < 0 || order === Infinity) && hasNoElements(solve, t))
    giveUp('a norm of no elements');
  return answer;
}

function matrixNorm(norm: Norm): TensorValue {
  const { solve, t, order } = norm;
  const axes = norm.axes ?? [-2, -1];
  const named = typeof order === 'string';
  if (named ? order !== 'fro' && order !== 'nuc' : ![1, 2, Infinity].includes(Math.abs(order ?? 2)))
    refuse('argument-out-of-range', `linalg.matrix_norm: Order ${order} not supported.`);
  if (!solve.minRank(t, 2))
    refuse('input-rank-mismatch', 'linalg.matrix_norm: The input tensor A must have at least 2 dimensions.');
  checkTypes({ ...norm, asked: null }, 'linalg.matrix_norm', named ? order !== 'nuc' : Math.abs(order ?? 2) !== 2);
  if (axes.length !== 2)
    refuse('argument-out-of-range', `linalg.matrix_norm: dim must be a 2-tuple. Got ${axes.join(' ')}`, {
      argument: 'dim',
    });
  const rank = rankOf(solve, t);
  const [first, second] = rank === undefined ? axes : axes.map((axis) => axisIndex(axis, rank, 'dim'));
  if (first === second)
    refuse('duplicate-axis', `linalg.matrix_norm: dims must be different. Got (${first}, ${second})`, {
      argument: 'dim',
    });
  checkTypes(norm, 'linalg.matrix_norm', true);
  if (!named && order !== null && hasNoElements(solve, t)) giveUp('a norm of no elements');
  return reduced({ ...norm, axes });
}

/** torch.linalg.norm: two axes with an order are a matrix. */
function linalgNorm(norm: Norm): TensorValue {
  const { solve, t, order, axes } = norm;
  if (axes !== null && axes.length !== 1 && axes.length !== 2)
    refuse(
      'argument-out-of-range',
      `linalg.norm: If dim is specified, it must be of length 1 or 2. Got [${axes.join(', ')}]`,
      { argument: 'dim' },
    );
  if (order === null) return vectorNorm({ ...norm, order: 2 });
  const rank = axes === null ? solve.dims(t).length : axes.length;
  if (axes === null && rank !== 1 && rank !== 2)
    refuse(
      'input-rank-mismatch',
      `linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got ${rank}D.`,
    );
  if (typeof order === 'number' && rank === 1) return vectorNorm(norm);
  return matrixNorm({ ...norm, axes: axes ?? (rank === 1 ? [0] : [0, 1]) });
}

/** torch.norm and Tensor.norm: names of orders are matrix norms, but 'fro' of up to two axes. */
function plainNorm(norm: Norm): TensorValue {
  const { solve, t, order, axes } = norm;
  if (typeof order !== 'string') return vectorNorm({ ...norm, order: order ?? 2 });
  if (order === 'fro' && (axes === null || axes.length <= 2)) return vectorNorm({ ...norm, order: 2 });
  return matrixNorm({ ...norm, axes: axes ?? solve.dims(t).map((_, axis) => axis) });
}

/** Any of the norms. */
export function normed(call: Call, solve: Solve, name: string, t: TensorValue): TensorValue {
  const kind = shortName(name);
  const ofLinalg = name.includes('.linalg.');
  const argument = ofLinalg ? 'ord' : 'p';
  const usual: Order = kind === 'vector_norm' ? 2 : kind === 'matrix_norm' || !ofLinalg ? 'fro' : null;
  const dim = call.given('dim') ? call.value('dim') : undefined;
  if (dim?.kind === 'bool' || (kind === 'matrix_norm' && dim?.kind === 'int')) giveUp('axes that are no list');
  const norm: Norm = {
    solve,
    t,
    order: call.given(argument) ? orderOf(call.value(argument)) : usual,
    axes: dim === undefined ? null : call.numbers('dim'),
    keepdim: boolGiven(call, 'keepdim'),
    asked: call.given('dtype') ? call.dtype('dtype') : null,
  };
  if (kind === 'vector_norm') return vectorNorm(norm);
  if (kind === 'matrix_norm') return norm.order === null ? giveUp('a norm without order') : matrixNorm(norm);
  return ofLinalg ? linalgNorm(norm) : plainNorm(norm);
}
