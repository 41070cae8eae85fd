/**
 * Tensors of Python data: `torch.tensor([[1, 2], [3, 4]])`, as_tensor, asarray, new_tensor, scalar_tensor.
 *
 * Shapes: nested lists of equal lengths -> (outer, ..., inner); a number -> ().
 * Types: what the content promotes to, bool, int64 or the default float; a tensor keeps its own.
 * Errors: `ragged-tensor-literal`, `dtype-not-supported`, `not-one-element`, `argument-out-of-range`.
 * Source: torch.tensor, torch/csrc/utils/tensor_new.cpp, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import { tensor, type Indices, type TensorValue, type Value } from '../core/infer/value';
import { num } from '../core/shape/dim';
import { ofScalar, type DType } from '../core/shape/dtype';
import { shapeOf } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { shortName } from './common/names';
import { mustHold, overflows } from './common/overflow';
import { DEFAULT_FLOAT, promoted } from './common/promotion';
import { countOf, result } from './common/results';
import { signatures } from './signature';

/** Lists are followed this far; a long literal is judged by its first items. */
const MAX_ITEMS = 4096;

/** Constructors named after their element type. */
const LEGACY: Readonly<Record<string, DType>> = {
  BFloat16Tensor: 'bfloat16',
  BoolTensor: 'bool',
  ByteTensor: 'uint8',
  CharTensor: 'int8',
  DoubleTensor: 'float64',
  FloatTensor: 'float32',
  HalfTensor: 'float16',
  IntTensor: 'int32',
  LongTensor: 'int64',
  ShortTensor: 'int16',
  Tensor: DEFAULT_FLOAT,
};

const scalars = ['bool', 'int', 'float', 'tensor'];

/** A tensor among the data counts as a number, whatever its dims. */
const isScalar = (value: Value): boolean => scalars.includes(value.kind);

const itemsIn = (call: Call, value: Value): readonly Value[] =>
  call.items(value) ?? giveUp(value.kind === 'unknown' ? value.reason : 'the data is not known');

/** The sizes, as PyTorch takes them: of the first list, of its first item, and so on. */
function sizesOf(call: Call, value: Value, depth = 0): readonly number[] {
  if (isScalar(value)) return [];
  if (value.kind === 'str')
    return depth === 0
      ? refuse('dtype-not-supported', `new(): invalid data type 'str'`)
      : refuse('dtype-not-supported', `too many dimensions 'str'`);
  const items = itemsIn(call, value);
  const [first] = items;
  return [items.length, ...(first === undefined ? [] : sizesOf(call, first, depth + 1))];
}

/** The type that all the data promote to; undefined where it isn't certain. */
function typeOfData(call: Call, value: Value): DType | undefined {
  if (value.kind === 'tensor') return value.dtype;
  if (value.kind === 'bool' || value.kind === 'int' || value.kind === 'float') return ofScalar(value.kind);
  if (value.kind === 'str') return refuse('dtype-not-supported', `new(): invalid data type 'str'`);
  const types = itemsIn(call, value)
    .slice(0, MAX_ITEMS)
    .map((item) => typeOfData(call, item));
  // A list without items has the default float.
  return types.length === 0 ? DEFAULT_FLOAT : types.reduce((a, b) => a && b && promoted(a, b));
}

/** Where data are stored: each list must be as long as the first one of its depth, each number fit the type. */
interface Store {
  readonly call: Call;
  readonly solve: Solve;
  readonly sizes: readonly number[];
  readonly dtype: DType | undefined;
}

function store(into: Store, value: Value, depth: number): void {
  const { sizes } = into;
  const expected = sizes[depth];
  if (isScalar(value)) {
    if (expected !== undefined)
      return value.kind === 'tensor'
        ? giveUp('a tensor among lists')
        : refuse('ragged-tensor-literal', 'not a sequence');
    return storeNumber(into, value);
  }
  if (value.kind === 'str' || expected === undefined) return giveUp('lists of different depth');
  const items = itemsIn(into.call, value);
  if (items.length !== expected)
    return refuse(
      'ragged-tensor-literal',
      `expected sequence of length ${expected} at dim ${depth} (got ${items.length})`,
    );
  for (const item of items.slice(0, MAX_ITEMS)) store(into, item, depth + 1);
}

function storeNumber({ solve, dtype }: Store, value: Value): void {
  const count = value.kind === 'tensor' ? countOf(solve, value) : undefined;
  if (count !== undefined && solve.equal(count, num(1)) === 'no')
    refuse('not-one-element', 'only one element tensors can be converted to Python scalars');
  if (dtype?.includes('int') === true && overflows(value, dtype))
    refuse('argument-out-of-range', `value cannot be converted to type ${dtype} without overflow`);
}

/** The tensor of nested data, of the type asked for. */
function tensorOf(call: Call, solve: Solve, value: Value, asked: DType | null | undefined): TensorValue {
  const sizes = sizesOf(call, value);
  const dtype = asked === null ? typeOfData(call, value) : asked;
  if (!sizes.includes(0)) store({ call, solve, sizes, dtype }, value, 0);
  return tensor(shapeOf(sizes.map(num)), dtype, { indices: indicesIn(call, solve, value) });
}

/** The least and the greatest number of data that are all known ints. */
function indicesIn(call: Call, solve: Solve, value: Value): Indices | undefined {
  const numbers: number[] = [];
  const collect = (item: Value): boolean => {
    const n = item.kind === 'int' ? solve.number(item.dim) : undefined;
    if (n !== undefined) return numbers.push(n) <= MAX_ITEMS;
    return item.kind === 'ref' || item.kind === 'tuple' ? (call.items(item)?.every(collect) ?? false) : false;
  };
  if (!collect(value) || numbers.length === 0) return undefined;
  return { low: num(Math.min(...numbers)), high: num(Math.max(...numbers)) };
}

export const literal = operator({
  id: 'literal',
  names: [
    'torch.tensor',
    'torch.as_tensor',
    'torch.asarray',
    'torch.scalar_tensor',
    'torch.Tensor.new_tensor',
    ...Object.keys(LEGACY).map((name) => `torch.${name}`),
  ],
  params: (name) => (Object.hasOwn(LEGACY, shortName(name)) ? ['*data: any'] : signatures(name)),
  infer: answering((call, solve, name) => {
    const short = shortName(name);
    const type = LEGACY[short];
    if (type !== undefined) return legacy(call, solve, type);
    const argument = short === 'asarray' ? 'obj' : short === 'scalar_tensor' ? 's' : 'data';
    const value = call.value(argument);
    const asked = call.given('dtype') ? call.dtype('dtype') : null;
    if (value.kind === 'tensor' || value.kind === 'latent') {
      const source = call.tensor(argument);
      const own = short === 'new_tensor' ? call.tensor('self').dtype : source.dtype;
      return result(source.shape, asked === null ? own : asked);
    }
    if (short === 'scalar_tensor') return scalarTensor(value, asked === null ? DEFAULT_FLOAT : asked);
    return tensorOf(call, solve, value, asked === null && short === 'new_tensor' ? call.tensor('self').dtype : asked);
  }),
});

function scalarTensor(value: Value, dtype: DType | undefined): TensorValue {
  if (!isScalar(value)) giveUp('a number that is not known');
  if (dtype?.includes('int') === true) mustHold(value, dtype, 's');
  else if (dtype !== undefined && overflows(value, dtype)) giveUp('a number that is too large');
  return result([], dtype);
}

/** `torch.FloatTensor(2, 3)` is a size, `torch.FloatTensor([2, 3])` is data. */
function legacy(call: Call, solve: Solve, dtype: DType): ReturnType<typeof result> {
  const items = call.items(call.value('data')) ?? [];
  const first = items[0];
  if (first === undefined) return result([num(0)], dtype);
  // Several are sizes, whatever each of them is.
  if (first.kind === 'int' || items.length > 1) return result(call.ints('data'), dtype);
  if (first.kind === 'shape') return result(first.shape, dtype);
  if (first.kind === 'tensor') return result(first.shape, dtype);
  return isScalar(first) ? giveUp('data of this form') : tensorOf(call, solve, first, dtype);
}
