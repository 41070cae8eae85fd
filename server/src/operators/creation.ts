/**
 * New tensors of a given size: zeros, ones, empty, full, rand, randn, randint, their `*_like` and `new_*` forms.
 *
 * Shapes: size -> (*size). Whole numbers from randint, the fill value's type from full, the default
 * float elsewhere; `*_like` and `new_*` take the tensor's type.
 * Errors: `negative-size`, `dtype-not-supported`, `argument-out-of-range`.
 * Source: torch.zeros and relatives, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import { tensor, type Indices, type TensorValue } from '../core/infer/value';
import { num, product, sub } from '../core/shape/dim';
import { isComplex, isDifferentiable, type DType } from '../core/shape/dtype';
import { dimsOf, shapeOf, type Shape } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { cppName } from './common/dtypes';
import { shortName } from './common/names';
import { isWithin, mustHold } from './common/overflow';
import { DEFAULT_FLOAT, numberKind } from './common/promotion';
import { hasNoElements, needs, notNegative } from './common/results';
import { brackets } from './common/sizes';
import { signatures } from './signature';

const sized = ['zeros', 'ones', 'empty', 'full', 'rand', 'randn', 'randint'];

/** The sentence of a negative size differs by function. */
function sizeArgument(call: Call, solve: Solve, kind: string): Shape {
  const value = call.value('size');
  // One number stands for a list of sizes where nothing else is passed by position.
  if (value.kind === 'int' && (kind === 'full' || kind === 'randint')) giveUp('a size that is no list');
  // torch.zeros(x.shape) keeps a rank that is not known.
  if (value.kind === 'shape') return solve.shape(tensor(value.shape, undefined));
  const dims = call.ints('size');
  const negative = dims.find((dim) => solve.less(dim, num(0)) === 'yes');
  notNegative(
    solve,
    dims,
    kind === 'zeros' && !call.given('self')
      ? 'zeros: Dimension size must be non-negative.'
      : negative && `Trying to create tensor with negative dimension ${solve.text(negative)}: ${brackets(solve, dims)}`,
  );
  for (const dim of dims) if (solve.less(dim, num(0)) === 'maybe') solve.atLeast(dim, 0, 'a size of a new tensor');
  return shapeOf(dims);
}

/** The type that the caller asks for, or the usual one of this function. */
function typeOf(call: Call, kind: string, source: TensorValue | undefined): DType | undefined {
  const asked = call.given('dtype') ? call.dtype('dtype') : null;
  if (asked !== null) return asked;
  if (source !== undefined) return source.dtype;
  if (kind === 'randint') return 'int64';
  if (kind !== 'full') return DEFAULT_FLOAT;
  const fill = numberKind(call.value('fill_value'));
  return fill === undefined
    ? undefined
    : ({ bool: 'bool', int: 'int64', float: DEFAULT_FLOAT, complex: 'complex64' } as const)[fill];
}

function checkKernel(solve: Solve, shape: Shape, kind: string, dtype: DType | undefined): void {
  if (hasNoElements(solve, tensor(shape, dtype))) return;
  if (kind === 'rand') needs('check_uniform_bounds', dtype, isDifferentiable);
  if (kind === 'randn') needs('normal_kernel_cpu', dtype, isDifferentiable);
}

/** randint(low, high) needs low < high, both within the type. */
function checkBounds(call: Call, solve: Solve, dtype: DType | undefined): void {
  if (!call.given('high') || call.value('high').kind !== 'int') return;
  const low = call.given('low') ? call.int('low') : num(0);
  const high = call.int('high');
  if (solve.less(low, high) === 'no')
    refuse(
      'argument-out-of-range',
      `random_ expects 'from' to be less than 'to', but got from=${solve.text(low)} >= to=${solve.text(high)}`,
    );
  if (dtype === undefined) return;
  if (isComplex(dtype))
    refuse('dtype-not-supported', 'check_random_bounds handles only integral, floating-point and boolean types');
  const [from, to] = [solve.number(low), solve.number(high)];
  const outside = (bound: string): never =>
    refuse('argument-out-of-range', `${bound} is out of bounds for ${cppName(dtype)}`);
  if (from !== undefined && !isWithin(from, dtype)) outside('from');
  if (to !== undefined && !isWithin(to - 1, dtype)) outside('to - 1');
}

/** The numbers that randint draws; undefined where its bounds or the number of draws aren't ints. */
function drawn(call: Call, shape: Shape): Indices | undefined {
  const [low, high] = ['low', 'high'].map((name) => (call.given(name) ? call.value(name) : undefined));
  const dims = dimsOf(shape);
  if (high?.kind !== 'int' || (low !== undefined && low.kind !== 'int') || dims === undefined) return undefined;
  return { low: low?.dim ?? num(0), high: sub(high.dim, num(1)), drawn: product(dims) };
}

const device = (call: Call): string | undefined => {
  const value = call.given('device') ? call.value('device') : undefined;
  return value?.kind === 'device' ? value.device : value?.kind === 'str' ? value.value?.replace(/:.*/, '') : undefined;
};

export const creation = operator({
  id: 'creation',
  names: [
    ...sized.map((name) => `torch.${name}`),
    ...sized.map((name) => `torch.${name}_like`),
    ...['zeros', 'ones', 'empty', 'full'].map((name) => `torch.Tensor.new_${name}`),
  ],
  params: signatures,
  infer: answering((call, solve, name) => {
    const short = shortName(name);
    const kind = short.replace(/^new_|_like$/g, '');
    const like = short.endsWith('_like') ? call.tensor('input') : undefined;
    const source = short.startsWith('new_') ? call.tensor('self') : like;
    const shape = like === undefined ? sizeArgument(call, solve, kind) : solve.shape(like);
    const dtype = typeOf(call, kind, source);
    checkKernel(solve, shape, kind, dtype);
    if (kind === 'randint') checkBounds(call, solve, dtype);
    if (kind === 'full') mustHold(call.value('fill_value'), dtype, 'fill_value');
    return tensor(shape, dtype, {
      device: device(call),
      indices: name === 'torch.randint' ? drawn(call, shape) : undefined,
    });
  }),
});
