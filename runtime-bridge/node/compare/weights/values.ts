/** The bytes of tensors as streams: ranges of files, memory, and tensors that do not lie in row-major order. */
import { type FileBytes, Unreadable } from './bytes';
import { dtypes } from './dtypes';
import { type StoredTensor, valuesIn } from './tensors';

export interface Values {
  /** Bytes. */
  readonly length: number;
  /** Fills a part of a buffer, from its start. @throws Unreadable */
  read(into: Buffer, start: number, length: number): void;
  /** The same, while the caller goes on. */
  readSoon(into: Buffer, start: number, length: number): Promise<void>;
}

type Open = (path: string) => FileBytes;

/**
 * The values of two tensors of one shape in one order: row-major, or as they lie where both lie so.
 * @throws Unreadable
 */
export function alike(left: StoredTensor, right: StoredTensor, open: Open): readonly [Values, Values] {
  if (isSameLayout(left, right)) return [stored(left, open), stored(right, open)];
  return [rowMajorValues(left, open), rowMajorValues(right, open)];
}

/** Without gaps every value is met once, whatever the order. */
function isSameLayout(left: StoredTensor, right: StoredTensor): boolean {
  if (left.strides === undefined || right.strides === undefined) return left.strides === right.strides;
  return isDense(left) && isDense(right) && left.strides.every((stride, axis) => stride === right.strides?.[axis]);
}

function isDense({ shape, strides = [] }: StoredTensor): boolean {
  const axes = shape.map((size, axis) => ({ size, stride: strides[axis] ?? 0 })).filter(({ size }) => size > 1);
  let step = 1;
  for (const { size, stride } of axes.sort((a, b) => a.stride - b.stride)) {
    if (stride !== step) return false;
    step *= size;
  }
  return true;
}

function stored({ content }: StoredTensor, open: Open): Values {
  switch (content.kind) {
    case 'file': {
      const file = open(content.path);
      if (content.start + content.bytes > file.size) throw new Unreadable('is cut off');
      const { start: base, bytes: length } = content;
      return {
        length,
        read: (into, start, count) => whole(file.readInto(into, base + start, count), count),
        readSoon: async (into, start, count) => whole(await file.readSoon(into, base + start, count), count),
      };
    }
    case 'memory':
      return inMemory(content.values);
    case 'none':
      throw new Unreadable(content.reason);
    default:
      return content satisfies never;
  }
}

function whole(got: number, wanted: number): void {
  if (got < wanted) throw new Unreadable('has become shorter');
}

function inMemory(values: Uint8Array): Values {
  const read = (into: Buffer, start: number, length: number): void => into.set(values.subarray(start, start + length));
  const readSoon = (into: Buffer, start: number, length: number): Promise<void> => {
    read(into, start, length);
    return Promise.resolve();
  };
  return { length: values.length, read, readSoon };
}

/** A tensor in another order is put right in memory, up to this size. */
const mostGathered = 64 * 1024 * 1024;

function rowMajorValues(tensor: StoredTensor, open: Open): Values {
  const { shape, strides } = tensor;
  if (strides === undefined) return stored(tensor, open);
  const size = (dtypes.get(tensor.dtype)?.bits ?? 0) / 8;
  const count = valuesIn(shape) ?? Infinity;
  const from = stored(tensor, open);
  if (!Number.isInteger(size) || size === 0)
    throw new Unreadable(`lies in an order that is not read for ${tensor.dtype}`);
  if (count * size > mostGathered || from.length > mostGathered)
    throw new Unreadable('lies in another order than the other side and has more than 64 MiB');
  const bytes = Buffer.alloc(from.length);
  from.read(bytes, 0, bytes.length);
  return inMemory(gathered(bytes, { shape, strides, size, count }));
}

interface Layout {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  /** Bytes of an element. */
  readonly size: number;
  readonly count: number;
}

function gathered(from: Buffer, { shape, strides, size, count }: Layout): Buffer {
  const into = Buffer.alloc(count * size);
  const index = new Array<number>(shape.length).fill(0);
  let at = 0;
  for (let i = 0; i < count; i++) {
    from.copy(into, i * size, at * size, (at + 1) * size);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const stride = strides[axis] ?? 0;
      at += stride;
      index[axis] = (index[axis] ?? 0) + 1;
      if ((index[axis] ?? 0) < (shape[axis] ?? 1)) break;
      at -= stride * (shape[axis] ?? 1);
      index[axis] = 0;
    }
  }
  return into;
}
