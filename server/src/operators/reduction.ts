/**
 * Axes reduced to one number each: sum, mean, prod, amax, amin, var, std, norm, all, any, argmax, argmin,
 * logsumexp, nansum, nanmean, count_nonzero, var_mean, std_mean, and norms of torch.linalg.
 *
 * Shapes: the axes of `dim` go, or become 1 with keepdim; all of them without `dim`.
 * Errors: `axis-out-of-range`, `duplicate-axis`, `dtype-not-supported`, `empty-reduction`.
 * Source: torch.sum and relatives, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import { tuple, type TensorValue } from '../core/infer/value';
import { sizeAt } from '../core/shape/axis';
import { num } from '../core/shape/dim';
import type { DType } from '../core/shape/dtype';
import { dimsOf, shapeOf, type Shape } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { axesGiven, boolGiven, distinct, rankOf, replaced, showing } from './common/axes';
import { isComplex, isIntegral, scalarName } from './common/dtypes';
import { everyForm, plainName, subjectOf } from './common/names';
import { realOf, toFloat } from './common/promotion';
import { countOf, result } from './common/results';
import { signatures } from './signature';

const one = num(1);

/** The shape after reducing these axes (null: all). */
export function reducedShape(solve: Solve, t: TensorValue, axes: readonly number[] | null, keepdim: boolean): Shape {
  if (axes === null) {
    if (!keepdim) return shapeOf([]);
    return shapeOf(solve.dims(t).map(() => one));
  }
  const shape = showing(solve, t, axes, 'dim');
  distinct(axes, rankOf(solve, t));
  return dimsOf(shape)?.length === 0 ? shape : replaced(shape, axes, () => (keepdim ? [one] : []));
}

/** Reductions without a value for no elements. */
export function mustHaveElements(
  solve: Solve,
  t: TensorValue,
  axes: readonly number[] | null,
  kind: string,
  hint = true,
): void {
  const zero = num(0);
  if (axes === null) {
    const count = countOf(solve, t);
    if (count !== undefined && solve.equal(count, zero) === 'yes')
      refuse(
        'empty-reduction',
        `${kind}(): Expected reduction dim to be specified for input.numel() == 0.${hint ? " Specify the reduction dim with the 'dim' argument." : ''}`,
      );
    return;
  }
  const shape = showing(solve, t, axes);
  for (const axis of axes) {
    const size = sizeAt(shape, axis);
    if (size !== undefined && solve.equal(size, zero) === 'yes')
      refuse(
        'empty-reduction',
        `${kind}(): Expected reduction dim ${axis < 0 && shape.rest === undefined ? axis + shape.lead.length : axis} to have non-zero size.`,
      );
  }
}

/** The element type of each reduction. */
function typeOf(kind: string, dtype: DType | undefined, asked: DType | null | undefined): DType | undefined {
  switch (kind) {
    case 'sum':
    case 'prod':
    case 'nansum':
      return asked === null ? (isIntegral(dtype) ? 'int64' : dtype) : asked;
    case 'all':
    case 'any':
      return dtype === undefined ? undefined : dtype === 'uint8' ? 'uint8' : 'bool';
    case 'argmax':
    case 'argmin':
    case 'count_nonzero':
      return 'int64';
    case 'mean':
    case 'nanmean':
      return asked === null ? dtype : asked;
    case 'logsumexp':
      return toFloat(dtype);
    case 'amax':
    case 'amin':
      return dtype;
    default:
      return realOf(asked ?? dtype);
  }
}

function checkType(kind: string, dtype: DType | undefined, asked: DType | null | undefined, ofMatrix: boolean): void {
  const used = asked === null ? dtype : asked;
  if (used === undefined) return;
  const whole = isIntegral(used);
  if (kind === 'mean' && whole)
    refuse(
      'dtype-not-supported',
      `mean(): could not infer output dtype. ${asked === null ? 'Input' : 'Optional'} dtype must be either a floating point or complex dtype. Got: ${scalarName(used)}`,
    );
  if (/^(var|std)(_mean)?$/.test(kind) && whole)
    refuse(
      'dtype-not-supported',
      `${kind.includes('mean') ? kind : 'std and var'} only support floating point and complex dtypes`,
    );
  if (kind === 'nanmean' && whole)
    refuse(
      'dtype-not-supported',
      `nanmean(): expected input to have floating point or complex dtype but got ${scalarName(used)}`,
    );
  if (kind.endsWith('norm') && whole)
    refuse(
      'dtype-not-supported',
      `linalg.${ofMatrix ? 'matrix_norm' : 'vector_norm'}: Expected a floating point or complex tensor as input. Got ${scalarName(used)}`,
    );
  if ((kind === 'argmax' || kind === 'argmin') && (used === 'bool' || isComplex(used)))
    refuse('dtype-not-supported', `${kind}(): does not support ${used === 'bool' ? 'bool' : 'complex'} input`);
}

/** Whether a norm is one of matrices: it has an order, and two axes. */
function isMatrixNorm(call: Call, solve: Solve, t: TensorValue, name: string, axes: readonly number[] | null): boolean {
  if (name.endsWith('.matrix_norm')) return true;
  if (name.endsWith('.vector_norm')) return false;
  const order = call.given('ord') ? call.value('ord') : call.given('p') ? call.value('p') : undefined;
  if (!name.includes('.linalg.')) return order?.kind === 'str' && order.value === 'nuc';
  return order !== undefined && order.kind !== 'none' && (axes?.length ?? rankOf(solve, t)) === 2;
}

function checkMatrixNorm(
  solve: Solve,
  t: TensorValue,
  axes: readonly number[] | null,
  kind: string,
  ofMatrix: boolean,
): void {
  if (kind === 'matrix_norm' && axes?.length !== 2)
    refuse('argument-out-of-range', `linalg.matrix_norm: dim must be a 2-tuple. Got ${axes?.join(' ') ?? ''}`, {
      argument: 'dim',
    });
  if (ofMatrix && axes === null && rankOf(solve, t) === undefined) giveUp('the number of dims is not known');
}

/** linalg.norm and matrix norms reduce two axes where they are given an order of matrices. */
function axesOf(call: Call, kind: string): readonly number[] | null {
  // `x.var(True)` is `x.var(unbiased=True)`.
  const axes = call.given('dim') && call.value('dim').kind === 'bool' ? null : axesGiven(call);
  if (kind === 'matrix_norm') return axes ?? [-2, -1];
  // An empty list is all axes, except where it was added late.
  return axes?.length === 0 && kind !== 'all' && kind !== 'any' ? null : axes;
}

const plain = [
  'sum',
  'mean',
  'prod',
  'amax',
  'amin',
  'var',
  'std',
  'norm',
  'all',
  'any',
  'argmax',
  'argmin',
  'logsumexp',
  'nansum',
  'nanmean',
  'count_nonzero',
  'var_mean',
  'std_mean',
];

export const reduction = operator({
  id: 'reduction',
  names: [...everyForm(...plain), 'torch.linalg.norm', 'torch.linalg.vector_norm', 'torch.linalg.matrix_norm'],
  params: (name) =>
    name.endsWith('.linalg.matrix_norm')
      ? ['input: Tensor, ord: any = "fro", dim: int[] = [-2, -1], keepdim: bool = False, *, dtype: ScalarType? = None']
      : signatures(name),
  infer: answering((call, solve, name) => {
    const kind = plainName(name);
    const t = call.tensor(subjectOf(name));
    const axes = axesOf(call, kind);
    const keepdim = boolGiven(call, 'keepdim');
    const asked = call.given('dtype') ? call.dtype('dtype') : null;
    const ofMatrix = kind.endsWith('norm') && isMatrixNorm(call, solve, t, name, axes);
    if (kind === 'matrix_norm' && !solve.minRank(t, 2))
      refuse('input-rank-mismatch', 'linalg.matrix_norm: The input tensor A must have at least 2 dimensions.');
    const shape = reducedShape(solve, t, axes, keepdim);
    if (kind.endsWith('norm')) checkMatrixNorm(solve, t, axes, kind, ofMatrix);
    checkType(kind, t.dtype, asked, ofMatrix);
    if (['amax', 'amin', 'argmax', 'argmin'].includes(kind))
      mustHaveElements(solve, t, axes, kind, kind.startsWith('am'));
    const dtype = typeOf(kind, t.dtype, asked);
    if (kind.endsWith('_mean')) return tuple([result(shape, dtype), result(shape, t.dtype)]);
    return result(shape, dtype);
  }),
});
