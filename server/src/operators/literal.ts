/**
 * Tensors of Python data: `torch.tensor([[1, 2], [3, 4]])`, as_tensor, asarray, new_tensor, scalar_tensor.
 *
 * Shapes: nested lists of equal lengths -> (outer, ..., inner); a number -> ().
 * Types: bool, int64 or the default float after the content; a tensor keeps its own.
 * Errors: `ragged-tensor-literal`, `dtype-not-supported`.
 * Source: torch.tensor, torch/csrc/utils/tensor_new.cpp, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import type { Value } from '../core/infer/value';
import { num, type Dim } from '../core/shape/dim';
import type { DType } from '../core/shape/dtype';
import { dimsOf } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { shortName } from './common/names';
import { DEFAULT_FLOAT } from './common/promotion';
import { result } from './common/results';
import { signatures } from './signature';

/** Lists are followed this far; a long literal is judged by its first items. */
const MAX_ITEMS = 4096;

/** bool < int < float; undefined where it can't be said. */
type Content = 'bool' | 'int' | 'float' | 'empty' | DType | undefined;

interface Data {
  readonly dims: readonly Dim[];
  readonly content: Content;
}

function dataOf(call: Call, solve: Solve, value: Value, depth: number): Data {
  switch (value.kind) {
    case 'bool':
    case 'int':
    case 'float':
      return { dims: [], content: value.kind };
    case 'tensor': {
      const dims = dimsOf(value.shape);
      return dims === undefined ? giveUp('a tensor of unknown rank in the data') : { dims, content: value.dtype };
    }
    case 'str':
      return refuse('dtype-not-supported', `new(): invalid data type 'str'`);
    default:
      break;
  }
  const items = call.items(value);
  if (items === undefined) return giveUp(value.kind === 'unknown' ? value.reason : 'the data is not known');
  if (items.length === 0) return { dims: [num(0)], content: 'empty' };
  const [first, ...others] = items.slice(0, MAX_ITEMS).map((item) => dataOf(call, solve, item, depth + 1));
  for (const other of others) sameLengths(solve, first as Data, other, depth + 1);
  const content = [first as Data, ...others].map((data) => data.content).reduce(wider);
  return { dims: [num(items.length), ...(first as Data).dims], content };
}

/** Each list of one level has the length of the first. */
function sameLengths(solve: Solve, first: Data, other: Data, depth: number): void {
  if (other.dims.length < first.dims.length && other.dims.length === 0)
    refuse('ragged-tensor-literal', 'not a sequence');
  if (other.dims.length !== first.dims.length) giveUp('lists of different depth');
  const [expected, got] = [first.dims[0], other.dims[0]];
  if (expected !== undefined && got !== undefined && solve.equal(expected, got) === 'no')
    refuse(
      'ragged-tensor-literal',
      `expected sequence of length ${solve.text(expected)} at dim ${depth} (got ${solve.text(got)})`,
    );
}

const order: readonly Content[] = ['empty', 'bool', 'int', 'float'];

function wider(a: Content, b: Content): Content {
  if (a === b) return a;
  const [i, j] = [order.indexOf(a), order.indexOf(b)];
  return i < 0 || j < 0 ? undefined : order[Math.max(i, j)];
}

function typeOfContent(content: Content): DType | undefined {
  if (content === 'bool') return 'bool';
  if (content === 'int') return 'int64';
  return content === 'float' || content === 'empty' ? DEFAULT_FLOAT : content;
}

export const literal = operator({
  id: 'literal',
  names: [
    'torch.tensor',
    'torch.as_tensor',
    'torch.asarray',
    'torch.scalar_tensor',
    'torch.Tensor.new_tensor',
    'torch.FloatTensor',
    'torch.LongTensor',
    'torch.Tensor',
  ],
  params: (name) =>
    name === 'torch.FloatTensor' || name === 'torch.LongTensor' || name === 'torch.Tensor'
      ? ['*data: any']
      : signatures(name),
  infer: answering((call, solve, name) => {
    const short = shortName(name);
    if (short.endsWith('Tensor')) return legacy(call, solve, short);
    const argument = short === 'asarray' ? 'obj' : short === 'scalar_tensor' ? 's' : 'data';
    const value = call.value(argument);
    const asked = call.given('dtype') ? call.dtype('dtype') : null;
    if (value.kind === 'tensor' || value.kind === 'latent') {
      const source = call.tensor(argument);
      const own = short === 'new_tensor' ? call.tensor('self').dtype : source.dtype;
      return result(source.shape, asked === null ? own : asked);
    }
    const data = dataOf(call, solve, value, 0);
    const found =
      short === 'scalar_tensor'
        ? DEFAULT_FLOAT
        : short === 'new_tensor'
          ? call.tensor('self').dtype
          : typeOfContent(data.content);
    return result(data.dims, asked === null ? found : asked);
  }),
});

/** `torch.FloatTensor(2, 3)` is a size, `torch.FloatTensor([2, 3])` is data. */
function legacy(call: Call, solve: Solve, name: string): ReturnType<typeof result> {
  const dtype: DType = name === 'LongTensor' ? 'int64' : DEFAULT_FLOAT;
  const items = call.items(call.value('data')) ?? [];
  const first = items[0];
  if (first === undefined) return result([num(0)], dtype);
  if (first.kind === 'int')
    return result(
      items.map((item) => (item.kind === 'int' ? item.dim : giveUp('a size is not known'))),
      dtype,
    );
  if (items.length > 1) giveUp('data of this form');
  if (first.kind === 'shape') return result(first.shape, dtype);
  if (first.kind === 'tensor') return result(first.shape, dtype);
  return result(dataOf(call, solve, first, 0).dims, dtype);
}
