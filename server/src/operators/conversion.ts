/**
 * The same shape with another element type, device or memory: to, type, type_as, float, long, half, bool,
 * clone, contiguous, detach, cpu, cuda, requires_grad_.
 *
 * Shapes: as the input.
 * Errors: `dtype-not-supported`.
 * Source: torch.Tensor.to, torch.Tensor.type, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import { str, tensor, type TensorValue, type Value } from '../core/infer/value';
import { dtypeNamed, isDifferentiable, isDType, type DType } from '../core/shape/dtype';
import { answering, giveUp, refuse } from './common/answer';
import { boolGiven } from './common/axes';
import { isMethod, shortName, subjectOf } from './common/names';
import { realOf } from './common/promotion';
import { result } from './common/results';
import { signatureTable } from './signatures.generated';
import { signatures } from './signature';

/** x.float() and the like. */
const casts: Readonly<Record<string, DType>> = {
  float: 'float32',
  double: 'float64',
  half: 'float16',
  bfloat16: 'bfloat16',
  int: 'int32',
  long: 'int64',
  short: 'int16',
  char: 'int8',
  byte: 'uint8',
  bool: 'bool',
  cfloat: 'complex64',
  cdouble: 'complex128',
  chalf: 'complex32',
};
/** Neither shape nor element type change. */
const keeping = [
  'clone',
  'contiguous',
  'detach',
  'detach_',
  'cpu',
  'cuda',
  'xpu',
  'pin_memory',
  'requires_grad_',
  'share_memory_',
  'retain_grad',
  'alias',
  'coalesce',
  'to_dense',
  'refine_names',
  'rename',
];
const attributes = ['data', 'grad', 'real', 'imag'];

const deviceOf = (value: Value): string | undefined =>
  value.kind === 'device' ? value.device : value.kind === 'str' ? value.value?.replace(/:.*/, '') : undefined;

/** The element type that the argument of `x.type(...)` names. */
function namedType(value: Value): DType | undefined {
  if (value.kind === 'dtype') return value.dtype;
  const text = value.kind === 'str' ? value.value : value.kind === 'external' ? value.path : undefined;
  const name = text
    ?.replace(/^.*\./, '')
    .replace(/Tensor$/, '')
    .toLowerCase();
  if (name === 'byte') return 'uint8';
  if (name === 'char') return 'int8';
  return name === undefined ? undefined : isDType(name) ? name : dtypeNamed(name);
}

function converted(call: Call, solve: Solve, t: TensorValue): TensorValue {
  // Arguments that none of PyTorch's overloads takes.
  if (call.given('target') && ['str', 'bool'].includes(call.value('target').kind)) giveUp('a device that is not known');
  const other = call.given('tensor') ? call.tensor('tensor') : undefined;
  const asked = other !== undefined ? other.dtype : call.given('dtype') ? call.dtype('dtype') : null;
  const device = other !== undefined ? other.device : call.given('device') ? deviceOf(call.value('device')) : t.device;
  return tensor(solve.shape(t), asked === null ? t.dtype : asked, { device });
}

/** Formats that put the channels last are for pictures and volumes with a batch. */
function checkFormat(format: Value, solve: Solve, t: TensorValue): void {
  const ranks: Readonly<Record<string, number>> = { 'torch.channels_last': 4, 'torch.channels_last_3d': 5 };
  const rank = format.kind === 'external' ? ranks[format.path] : undefined;
  if (rank !== undefined && format.kind === 'external' && !solve.rank(t, [rank]))
    refuse('input-rank-mismatch', `required rank ${rank} tensor to use ${format.path.replace('torch.', '')} format`);
}

export const conversion = operator({
  id: 'conversion',
  names: [
    ...['to', 'type', 'type_as', ...Object.keys(casts), ...keeping, ...attributes].map(
      (name) => `torch.Tensor.${name}`,
    ),
    'torch.clone',
    'torch.detach',
    'torch.detach_',
    'torch.real',
    'torch.imag',
  ],
  params: (name) => {
    const short = shortName(name);
    if (isMethod(name) && attributes.includes(short)) return ['self: Tensor'];
    if (short === 'to')
      return [
        ...signatures(name),
        'self: Tensor, target: any, *args: any, **kwargs: any',
        'self: Tensor, *args: any, **kwargs: any',
      ];
    return Object.hasOwn(signatureTable, name) ? signatures(name) : ['self: Tensor, *args: any, **kwargs: any'];
  },
  infer: answering((call, solve, name) => {
    const t = call.tensor(subjectOf(name));
    const shape = solve.shape(t);
    const kind = shortName(name);
    if (call.given('memory_format')) checkFormat(call.value('memory_format'), solve, t);
    const cast = isMethod(name) && Object.hasOwn(casts, kind) ? casts[kind] : undefined;
    if (cast !== undefined) return tensor(shape, cast, { device: t.device });
    switch (kind) {
      case 'to':
      case 'to_dense':
        return converted(call, solve, t);
      case 'type_as':
        return result(shape, call.tensor('other').dtype);
      case 'type':
        return call.given('dtype') && call.value('dtype').kind !== 'none'
          ? result(shape, namedType(call.value('dtype')))
          : str(undefined);
      case 'requires_grad_':
        if (boolGiven(call, 'requires_grad', true) && t.dtype !== undefined && !isDifferentiable(t.dtype))
          refuse('dtype-not-supported', 'only Tensors of floating point dtype can require gradients');
        return t;
      case 'imag':
        if (t.dtype !== undefined && !t.dtype.startsWith('complex'))
          refuse('dtype-not-supported', 'imag is not implemented for tensors with non-complex dtypes.');
        return result(shape, realOf(t.dtype));
      case 'real':
        return result(shape, realOf(t.dtype));
      case 'cuda':
        return tensor(shape, t.dtype, { device: 'cuda' });
      case 'cpu':
        return tensor(shape, t.dtype, { device: 'cpu' });
      default:
        return tensor(shape, t.dtype, { device: t.device });
    }
  }),
});
