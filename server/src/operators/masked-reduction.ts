/**
 * Functions of torch.masked, which leave out what a mask doesn't show: sums, extremes, means, norms, softmax.
 *
 * Shapes: those of the function without a mask; the mask broadcasts to the input.
 * Errors: `axis-out-of-range`, `duplicate-axis`, `broadcast-mismatch`, `dtype-not-supported`, `mask-size-mismatch`.
 * Source: torch/masked/_ops.py, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import type { TensorValue } from '../core/infer/value';
import { num } from '../core/shape/dim';
import type { DType } from '../core/shape/dtype';
import { shapeOf, type Shape } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { axisIndex, boolGiven } from './common/axes';
import { broadcastShapes } from './common/broadcasting';
import { differ, isComplex, isIntegral } from './common/dtypes';
import { shortName } from './common/names';
import { realOf, toFloat } from './common/promotion';
import { hasNoElements, result } from './common/results';
import { brackets } from './common/sizes';
import { signatures } from './signature';

const one = num(1);
const reducing = [
  'sum',
  'prod',
  'amax',
  'amin',
  'argmax',
  'argmin',
  'mean',
  'median',
  'norm',
  'std',
  'var',
  'logsumexp',
];
const keeping = ['cumsum', 'cumprod', 'softmax', 'log_softmax', 'softmin', 'normalize'];

/** `_input_mask`: the mask has no more dims than the input and expands to it. */
function checkMask(call: Call, solve: Solve, t: TensorValue): void {
  const mask = call.given('mask') ? call.tensorOrNone('mask') : null;
  if (mask === null) return;
  const [own, others] = [solve.dims(t), solve.dims(mask)];
  if (others.length > own.length)
    refuse(
      'mask-size-mismatch',
      '_input_mask expected broadcastable mask (got mask dimensionality higher than of the input)',
      { argument: 'mask' },
    );
  for (let back = 1; back <= others.length; back++) {
    const [size, asked] = [others[others.length - back] ?? one, own[own.length - back] ?? one];
    if (solve.equal(size, one) === 'yes' || solve.equal(size, asked) === 'yes') continue;
    if (solve.equal(size, one) !== 'no' || solve.equal(size, asked) !== 'no') giveUp('whether the mask fits');
    refuse(
      'mask-size-mismatch',
      `The expanded size of the tensor (${solve.text(asked)}) must match the existing size (${solve.text(size)}) at non-singleton dimension ${own.length - back}.  Target sizes: ${brackets(solve, own)}.  Tensor sizes: ${brackets(solve, others)}`,
      { argument: 'mask' },
    );
  }
}

/** The shape after reducing; an empty list stands for no axes here. */
function reducedShape(
  solve: Solve,
  t: TensorValue,
  axes: readonly number[] | null,
  keepdim: boolean,
  kind: string,
): Shape {
  const dims = solve.dims(t);
  const indices = axes === null ? dims.map((_, i) => i) : axes.map((axis) => axisIndex(axis, dims.length, 'dim'));
  indices.forEach((axis, at) => {
    if (indices.indexOf(axis) < at)
      refuse(
        'duplicate-axis',
        `${kind === 'logsumexp' ? 'dim ' : 'dim='}${axis} appears multiple times in the list of dims`,
        { argument: 'dim' },
      );
  });
  return shapeOf(dims.flatMap((size, i) => (indices.includes(i) ? (keepdim ? [one] : []) : [size])));
}

function typeOf(kind: string, own: DType | undefined, asked: DType | null | undefined): DType | undefined {
  if (asked !== null) return kind === 'norm' ? realOf(asked) : asked;
  switch (kind) {
    case 'sum':
    case 'prod':
      return isIntegral(own) ? 'int64' : own;
    case 'norm':
      return realOf(own);
    case 'var':
    case 'std':
      return toFloat(own);
    default:
      return own;
  }
}

/** Types that one function or another doesn't take; what they say depends on the mask. */
function checkType(kind: string, dtype: DType | undefined): void {
  const takesWhole = ['sum', 'prod', 'amax', 'amin', 'argmax', 'argmin', 'cumsum', 'cumprod', 'var', 'std'];
  if (isIntegral(dtype) && !takesWhole.includes(kind)) giveUp(`${kind} of whole numbers`);
  if (dtype === 'bool' && kind !== 'sum' && kind !== 'prod') giveUp(`${kind} of bools`);
  if (isComplex(dtype) && !['sum', 'prod', 'mean', 'cumsum', 'cumprod', 'norm', 'normalize'].includes(kind))
    giveUp(`${kind} of complex numbers`);
}

/** These look at the axes before the mask, in sentences of their own. */
function mustHaveAxes(call: Call, solve: Solve, t: TensorValue): void {
  const rank = solve.dims(t).length;
  const axes = (call.given('dim') ? call.numbers('dim') : null) ?? [];
  const indices = axes.map((axis) => (axis < 0 ? axis + rank : axis));
  if (new Set(indices).size < axes.length || indices.some((axis) => axis < 0 || axis >= rank)) giveUp('axes of prod');
}

export const maskedReduction = operator({
  id: 'masked-reduction',
  names: [...reducing, ...keeping, 'logaddexp'].map((name) => `torch.masked.${name}`),
  params: signatures,
  infer: answering((call, solve, name) => {
    const kind = shortName(name);
    const t = call.tensor('input');
    const asked = call.given('dtype') ? call.dtype('dtype') : null;
    if (kind === 'logaddexp') {
      const other = call.tensor('other');
      if (call.given('input_mask') || call.given('other_mask')) giveUp('masks of two tensors');
      if (differ(t.dtype, other.dtype) || isIntegral(t.dtype) || isComplex(t.dtype)) giveUp('other element types');
      return result(broadcastShapes(solve, solve.shape(t), solve.shape(other)), asked ?? t.dtype);
    }
    if (call.given('ord') && call.value('ord').kind === 'none') giveUp('no order of the norm');
    if (
      asked !== null &&
      !['sum', 'prod', 'mean', 'cumsum', 'cumprod', 'softmax', 'log_softmax', 'softmin'].includes(kind)
    )
      giveUp(`${kind} in another element type`);
    if (call.given('unbiased') && call.given('correction')) giveUp('two corrections');
    const written = call.given('dim') ? call.items(call.value('dim')) : undefined;
    if (written?.length === 0 || written?.some((item) => item.kind !== 'int')) giveUp('axes that are not known');
    const whole = asked !== null && asked !== undefined && isIntegral(asked);
    if (whole && (kind === 'sum' || kind === 'prod')) giveUp(`${kind} in whole numbers`);
    const elementless = ['amax', 'amin', 'argmax', 'argmin', 'median'].includes(kind) && hasNoElements(solve, t);
    if (elementless) giveUp(`${kind} of nothing`);
    checkType(kind, t.dtype);
    checkType(kind, asked ?? t.dtype);
    if (kind === 'prod' || kind.startsWith('cum')) mustHaveAxes(call, solve, t);
    checkMask(call, solve, t);
    if (kind === 'median' || kind === 'normalize' || keeping.includes(kind)) {
      const axis = call.given('dim') ? call.numberOrNone('dim') : -1;
      if (axis === null) giveUp('no axis');
      axisIndex(axis, solve.dims(t).length, 'dim');
      if (kind !== 'median') return result(solve.shape(t), asked === null ? t.dtype : asked);
      return result(reducedShape(solve, t, [axis], boolGiven(call, 'keepdim'), kind), asked === null ? t.dtype : asked);
    }
    const axes = call.given('dim') ? call.numbers('dim') : null;
    const keepdim = call.given('keepdim') && call.value('keepdim').kind !== 'none' && call.bool('keepdim');
    return result(reducedShape(solve, t, axes, keepdim, kind), typeOf(kind, t.dtype, asked));
  }),
});
