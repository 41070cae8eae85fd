/**
 * Python values about a tensor: size, dim, numel, nelement, item, stride, element_size, is_floating_point, len.
 *
 * Values: `x.size()` is the shape, `x.size(1)` one size, `x.item()` a number of the tensor's kind.
 * Errors: `axis-out-of-range`, `not-one-element`, `input-rank-mismatch`.
 * Source: torch.Tensor.size and relatives, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import { bool, float, int, none, type TensorValue, type Value } from '../core/infer/value';
import { num, type Dim } from '../core/shape/dim';
import { isComplex, isFloating, isIntegral, type DType } from '../core/shape/dtype';
import { answering, giveUp, refuse } from './common/answer';
import { atAxis, axisIndex } from './common/axes';
import { shortName, subjectOf } from './common/names';
import { countOf } from './common/results';
import { signatureTable } from './signatures.generated';
import { signatures } from './signature';

function size(call: Call, solve: Solve, t: TensorValue): Value {
  if (!call.given('dim') || call.value('dim').kind === 'none') return { kind: 'shape', shape: solve.shape(t) };
  const axis = call.number('dim');
  const cut = atAxis(solve, t, axis);
  return cut === undefined
    ? refuse('axis-out-of-range', `Dimension specified as ${axis} but tensor has no dimensions`, { argument: 'dim' })
    : int(solve.dim(cut.size));
}

/** The only element as a Python number. */
function item(solve: Solve, t: TensorValue): Value {
  const count = countOf(solve, t);
  if (count !== undefined && !solve.same(count, num(1), 'item() wants one element'))
    refuse('not-one-element', `a Tensor with ${solve.text(count)} elements cannot be converted to Scalar`);
  if (t.dtype === undefined || isComplex(t.dtype)) return giveUp('the value of a tensor');
  if (t.dtype === 'bool') return bool(undefined);
  return isIntegral(t.dtype) ? int(solve.fresh('item', -Infinity)) : float(t.numbers?.[0]);
}

/** Elements from one position to the next, of a contiguous tensor. */
function stride(call: Call, solve: Solve, t: TensorValue): Value {
  if (!call.given('dim') || call.value('dim').kind === 'none') return giveUp('strides');
  axisIndex(call.number('dim'), solve.dims(t).length, 'dim');
  return giveUp('strides');
}

const question = (dtype: DType | undefined, answer: (dtype: DType) => boolean): Value =>
  bool(dtype === undefined ? undefined : answer(dtype));

export const inspection = operator({
  id: 'inspection',
  names: [
    ...[
      'size',
      'dim',
      'ndimension',
      'numel',
      'nelement',
      'item',
      'stride',
      'storage_offset',
      'is_floating_point',
      'is_complex',
      'is_contiguous',
      '__len__',
      '__bool__',
      'equal',
      'allclose',
      'backward',
    ].map((name) => `torch.Tensor.${name}`),
    'torch.numel',
    'torch.equal',
    'torch.allclose',
    'torch.is_floating_point',
    'torch.is_complex',
  ],
  params: (name) => {
    const short = shortName(name);
    if (short === 'size' || short === 'stride') return ['self: Tensor, dim: int? = None'];
    return Object.hasOwn(signatureTable, name) ? signatures(name) : ['self: Tensor, *args: any, **kwargs: any'];
  },
  infer: answering((call, solve, name) => {
    const t = call.tensor(subjectOf(name));
    switch (shortName(name)) {
      case 'size':
        return size(call, solve, t);
      case 'dim':
      case 'ndimension':
        return int(num(solve.dims(t).length));
      case 'numel':
      case 'nelement':
        return int(countOf(solve, t) ?? solve.fresh('numel'));
      case '__len__': {
        const dims = solve.dims(t);
        if (dims.length === 0) refuse('input-rank-mismatch', 'len() of a 0-d tensor');
        return int(dims[0] as Dim);
      }
      case '__bool__': {
        const count = countOf(solve, t);
        if (count !== undefined && !solve.same(count, num(1), 'one element is true or false'))
          refuse(
            'not-one-element',
            `Boolean value of Tensor with ${solve.number(count) === 0 ? 'no values' : 'more than one value'} is ambiguous`,
          );
        return bool(undefined);
      }
      case 'item':
        return item(solve, t);
      case 'stride':
        return stride(call, solve, t);
      case 'is_floating_point':
        return question(t.dtype, isFloating);
      case 'is_complex':
        return question(t.dtype, isComplex);
      case 'is_contiguous':
      case 'equal':
      case 'allclose':
        return bool(undefined);
      case 'backward':
        return none;
      default:
        return giveUp('not known');
    }
  }),
});
