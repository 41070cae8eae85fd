/**
 * Norms with their statistics, as torch.native_layer_norm, native_group_norm and native_batch_norm give them.
 *
 * Shapes: the input's, then mean and reciprocal deviation: the normalised dims are 1; (N, groups); (C).
 * Errors: `normalized-shape-mismatch`, `parameter-size-mismatch`, `dtype-not-supported`, `invalid-argument`.
 * Source: ATen/native/layer_norm.cpp, group_norm.cpp, Normalization.cpp, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import { tuple, type TensorValue, type Value } from '../core/infer/value';
import { num, product, type Dim } from '../core/shape/dim';
import { answering, giveUp } from './common/answer';
import { tensorIfKnown } from './common/construction';
import { shortName } from './common/names';
import { result } from './common/results';
import { normalise } from './layer-norm';
import { signatures } from './signature';

/** The statistics of narrow floats have the parameters' type. */
function onlyFull(...tensors: readonly (TensorValue | null)[]): void {
  const [first, ...others] = tensors.flatMap((t) => (t === null ? [] : [t.dtype]));
  if (first !== 'float32' && first !== 'float64') giveUp('statistics of this element type');
  if (others.some((dtype) => dtype !== first)) giveUp('parameters of another element type');
}

function ofLayer(call: Call, solve: Solve, input: TensorValue): Value {
  const [weight, bias] = [tensorIfKnown(call, 'weight'), tensorIfKnown(call, 'bias')];
  const normalized = call.ints('normalized_shape');
  const whole = normalise(solve, { kind: 'layer', input, normalized, weight, bias, fixes: () => [] });
  onlyFull(input, weight, bias);
  const dims = solve.dims(input);
  const statistics = result(
    dims.map((size, i) => (i < dims.length - normalized.length ? size : num(1))),
    input.dtype,
  );
  return tuple([whole, statistics, statistics]);
}

const isVectorOf = (solve: Solve, t: TensorValue | null, size: Dim): boolean => {
  if (t === null) return true;
  const dims = solve.dims(t);
  return dims.length === 1 && solve.equal(dims[0] as Dim, size) === 'yes';
};

function ofGroups(call: Call, solve: Solve, input: TensorValue): Value {
  const [weight, bias] = [tensorIfKnown(call, 'weight'), tensorIfKnown(call, 'bias')];
  const [n, c, rest, groups] = [call.int('N'), call.int('C'), call.int('HxW'), call.int('group')];
  const dims = solve.dims(input);
  const [channels, count] = [solve.number(c), solve.number(groups)];
  const fits =
    dims.length >= 2 &&
    solve.equal(dims[0] as Dim, n) === 'yes' &&
    solve.equal(dims[1] as Dim, c) === 'yes' &&
    solve.equal(product(dims.slice(2)), rest) === 'yes' &&
    channels !== undefined &&
    count !== undefined &&
    count > 0 &&
    channels % count === 0 &&
    isVectorOf(solve, weight, c) &&
    isVectorOf(solve, bias, c);
  if (!fits) giveUp('groups that PyTorch may refuse');
  onlyFull(input, weight, bias);
  const statistics = result([n, groups], input.dtype);
  return tuple([result(dims, input.dtype), statistics, statistics]);
}

function ofBatch(call: Call, solve: Solve, input: TensorValue): Value {
  const parameters = ['weight', 'bias', 'running_mean', 'running_var'].map((name) => tensorIfKnown(call, name));
  const dims = solve.dims(input);
  const channels = dims[1] ?? giveUp('an input without channels');
  const training = call.bool('training');
  const absent = parameters.slice(2).filter((t) => t === null).length;
  if (absent === 1 || (absent === 2 && !training)) giveUp('statistics that are missing');
  if (dims.some((size) => solve.less(num(0), size) !== 'yes')) giveUp('maybe an input without elements');
  if (!parameters.every((t) => isVectorOf(solve, t, channels))) giveUp('parameters of another size');
  onlyFull(input, ...parameters);
  const statistics = result([training ? channels : num(0)], input.dtype);
  return tuple([result(dims, input.dtype), statistics, statistics]);
}

export const nativeNorms = operator({
  id: 'native-norms',
  names: ['layer', 'group', 'batch'].map((kind) => `torch.native_${kind}_norm`),
  params: signatures,
  infer: answering((call, solve, name) => {
    const input = call.tensor('input');
    switch (shortName(name)) {
      case 'native_layer_norm':
        return ofLayer(call, solve, input);
      case 'native_group_norm':
        return ofGroups(call, solve, input);
      default:
        return ofBatch(call, solve, input);
    }
  }),
});
