/** NumPy's .npy and uncompressed .npz files. Source: numpy.lib.format, versions 1.0 to 3.0. */
import { basename } from 'node:path';
import { FileBytes, Unreadable } from './bytes';
import { dtypes } from './dtypes';
import { rowMajor, type StoredTensor, valuesIn, type WeightFile } from './tensors';
import { readZip, startOf } from './zip';

const types: ReadonlyMap<string, string> = new Map(
  Object.entries({
    f2: 'float16',
    f4: 'float32',
    f8: 'float64',
    i1: 'int8',
    i2: 'int16',
    i4: 'int32',
    i8: 'int64',
    u1: 'uint8',
    u2: 'uint16',
    u4: 'uint32',
    u8: 'uint64',
    b1: 'bool',
    c8: 'complex64',
    c16: 'complex128',
  }),
);

/** @throws Unreadable */
export function readNpy(path: string): WeightFile {
  return FileBytes.with(path, (file) => ({
    path,
    format: 'numpy',
    tensors: [arrayIn(file, basename(path, '.npy'), 0, file.size)],
    notes: [],
  }));
}

/** @throws Unreadable */
export function readNpz(path: string): WeightFile {
  return FileBytes.with(path, (file) => {
    const arrays = readZip(file).filter(({ name }) => name.endsWith('.npy'));
    const tensors = new Map<string, StoredTensor>();
    for (const entry of arrays) {
      const name = entry.name.slice(0, -'.npy'.length);
      tensors.set(name, arrayIn(file, name, startOf(file, entry), entry.size));
    }
    return { path, format: 'numpy', tensors: [...tensors.values()], notes: [] };
  });
}

function arrayIn(file: FileBytes, name: string, start: number, bytes: number): StoredTensor {
  const head = file.exactly(start, Math.min(12, bytes));
  if (head.length < 12 || head.toString('latin1', 0, 6) !== '\x93NUMPY')
    throw new Unreadable(`has no array in ${name}`);
  const isFirst = head[6] === 1;
  const length = isFirst ? head.readUInt16LE(8) : head.readUInt32LE(8);
  const from = isFirst ? 10 : 12;
  if (length > 65_536 || from + length > bytes) throw new Unreadable(`has a broken header in ${name}`);
  const header = file.exactly(start + from, length).toString('latin1');
  const descr = /'descr':\s*'([<>|=])(\w{2,3})'/.exec(header);
  const dims = /'shape':\s*\(([\d,\s]*)\)/.exec(header);
  if (!dims) throw new Unreadable(`has a broken header in ${name}`);
  const shape = (dims[1] ?? '').split(',').flatMap((size) => (size.trim() === '' ? [] : [Number(size)]));
  const dtype = types.get(descr?.[2] ?? '');
  const content = {
    kind: 'file',
    path: file.path,
    start: start + from + length,
    bytes: bytes - from - length,
  } as const;
  if (dtype === undefined || descr?.[1] === '>') {
    const reason = 'holds Python objects, structures or big-endian numbers';
    return { name, dtype: descr?.[2] ?? 'object', shape, content: { kind: 'none', reason } };
  }
  const type = dtypes.get(dtype);
  const count = valuesIn(shape);
  if (count === undefined || shape.length > 64 || (count * (type?.bits ?? 0)) / 8 !== content.bytes)
    throw new Unreadable(`has an array '${name}' that is cut off`);
  const isFortran = /'fortran_order':\s*True/.test(header) && shape.length > 1;
  return { name, dtype, shape, content, ...(isFortran ? { strides: rowMajor(shape.toReversed()).toReversed() } : {}) };
}
