/** Names of PyTorch: what is the same thing under several names, and which names are plain values. */
import { isDType, type DType } from '../core/shape/dtype';
import { float, str, type Value } from '../core/infer/value';

/** Modules whose public names live one level up. Source: the `__init__` files of PyTorch 2.13. */
const PREFIXES: readonly (readonly [RegExp, string])[] = [
  [/^torch\.nn\.modules\.(?:\w+\.)?([A-Z]\w*)/, 'torch.nn.$1'],
  [/^torch\.nn\.parameter\.(\w+)/, 'torch.nn.$1'],
  [/^torch\.functional\./, 'torch.'],
  [/^torch\._C\._nn\./, 'torch.nn.functional.'],
  [/^torch\.nn\.parallel\.(DataParallel)\b/, 'torch.nn.$1'],
  [/^torch\.optim\.(?:adam|adamw|sgd|rmsprop|adagrad|adadelta|lbfgs|radam|nadam)\.([A-Z]\w*)/, 'torch.optim.$1'],
  [/^torch\.utils\.data\.(?:dataloader|dataset|sampler)\.(\w+)/, 'torch.utils.data.$1'],
  [/^torch\.distributed\.(?:\w+\.)*DistributedDataParallel/, 'torch.nn.parallel.DistributedDataParallel'],
  [/^torch\.(?:BFloat16|Bool|Byte|Char|Double|Float|Half|Int|Long|Short)Tensor\./, 'torch.Tensor.'],
];

export function canonicalTorch(path: string): string {
  for (const [pattern, to] of PREFIXES) if (pattern.test(path)) return path.replace(pattern, to);
  return path;
}

/** Other names of dtypes. */
const DTYPE_ALIASES: Readonly<Record<string, DType>> = {
  float: 'float32',
  double: 'float64',
  half: 'float16',
  long: 'int64',
  int: 'int32',
  short: 'int16',
  cfloat: 'complex64',
  cdouble: 'complex128',
  chalf: 'complex32',
};

export function torchConstant(owner: string, name: string): Value | undefined {
  if (owner !== 'torch') return undefined;
  const dtype = isDType(name) ? name : DTYPE_ALIASES[name];
  if (dtype !== undefined) return { kind: 'dtype', dtype };
  if (name === 'pi') return float(Math.PI);
  if (name === 'inf') return float(Infinity);
  if (name === 'nan') return float(NaN);
  if (name === '__version__') return str(undefined);
  return undefined;
}

/** Parts of torch whose functions change nothing that a shape depends on. */
const HARMLESS =
  /^torch\.(nn\.init\.|manual_seed|random\.|cuda\.|backends\.|optim\.|set_\w+|save\b|no_grad|inference_mode|enable_grad|autograd\.|amp\.|autocast|distributed\.|profiler\.|utils\.(tensorboard|data)\.|nn\.utils\.clip_grad|_assert|jit\.|compiler\.|nn\.[A-Z]\w*Loss|hub\.|mps\.)/;

export const isHarmlessTorch = (path: string): boolean => HARMLESS.test(path);
