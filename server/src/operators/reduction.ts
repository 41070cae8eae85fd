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
import type { DType } from '../core/shape/dtype';
import { answering, giveUp, refuse } from './common/answer';
import { axesGiven, boolGiven, rankOf } from './common/axes';
import { isComplex, isIntegral, scalarName } from './common/dtypes';
import { everyForm, plainName, subjectOf } from './common/names';
import { normed } from './common/norms';
import { realOf, toFloat } from './common/promotion';
import { mustHaveElements, reducedShape } from './common/reducing';
import { hasNoElements, result } from './common/results';
import { signatures } from './signature';

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

function checkType(kind: string, dtype: DType | undefined, asked: DType | null | undefined): void {
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
  if ((kind === 'argmax' || kind === 'argmin') && (used === 'bool' || isComplex(used)))
    refuse('dtype-not-supported', `${kind}(): does not support ${used === 'bool' ? 'bool' : 'complex'} input`);
}

/** The axes that are reduced; null for all. */
function axesOf(call: Call, kind: string): readonly number[] | null {
  // `x.var(True)` is `x.var(unbiased=True)`, and takes nothing else.
  const isFlag =
    /^(var|std)/.test(kind) &&
    call.given('dim') &&
    call.value('dim').kind === 'bool' &&
    !['unbiased', 'keepdim', 'correction'].some((name) => call.given(name));
  const axes = isFlag ? null : axesGiven(call);
  // An empty list is all axes, except where it was added late.
  return axes?.length === 0 && kind !== 'all' && kind !== 'any' ? null : axes;
}

const extremes = ['amax', 'amin', 'argmax', 'argmin'];

/** These have no value for no elements. */
function checkElements(solve: Solve, t: TensorValue, kind: string, axes: readonly number[] | null): void {
  const ofArg = kind.startsWith('arg');
  mustHaveElements(solve, t, axes, { named: `${kind}()`, advice: !ofArg, asPassed: !ofArg });
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
    if (kind.endsWith('norm')) return normed(call, solve, name, t);
    const axes = axesOf(call, kind);
    const keepdim = boolGiven(call, 'keepdim');
    const asked = call.given('dtype') ? call.dtype('dtype') : null;
    const isExtreme = extremes.includes(kind);
    if (isExtreme && kind.startsWith('am') && hasNoElements(solve, t)) checkElements(solve, t, kind, axes);
    if (kind.startsWith('arg')) checkType(kind, t.dtype, asked);
    const shape = reducedShape(solve, t, axes, keepdim);
    if (kind === 'logsumexp' && axes === null && !keepdim && rankOf(solve, t) !== 0) giveUp('logsumexp of no axes');
    checkType(kind, t.dtype, asked);
    if (kind.startsWith('nan') && isComplex(t.dtype)) giveUp(`${kind} of complex numbers`);
    if (isExtreme) checkElements(solve, t, kind, axes);
    const dtype = typeOf(kind, t.dtype, asked);
    if (kind.endsWith('_mean')) return tuple([result(shape, dtype), result(shape, t.dtype)]);
    return result(shape, dtype);
  }),
});
