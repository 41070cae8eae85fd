/** NumPy's .npy files: a header that is a Python literal, then the bytes. */
import { datatypeOf, elementsOf, type Datatype } from '../datatypes';

export interface NpyArray {
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** Letters of NumPy's little-endian types. */
const types: Readonly<Record<string, string>> = {
  '|b1': 'BOOL',
  '|u1': 'UINT8',
  '<u2': 'UINT16',
  '<u4': 'UINT32',
  '<u8': 'UINT64',
  '|i1': 'INT8',
  '<i2': 'INT16',
  '<i4': 'INT32',
  '<i8': 'INT64',
  '<f2': 'FP16',
  '<f4': 'FP32',
  '<f8': 'FP64',
};

/** @throws Error with what is wrong and what to do */
export function readNpy(file: Buffer): NpyArray {
  if (file.length < 10 || file.toString('latin1', 0, 6) !== '\u0093NUMPY') throw new Error('it is no .npy file');
  const isOld = file.readUInt8(6) === 1;
  const start = isOld ? 10 : 12;
  const length = isOld ? file.readUInt16LE(8) : file.length >= 12 ? file.readUInt32LE(8) : 0;
  const header = file.toString('latin1', start, start + length);
  const descr = /'descr':\s*'([^']*)'/.exec(header)?.[1] ?? '';
  const written = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1];
  const name = types[descr];
  const datatype = name === undefined ? undefined : datatypeOf(name);
  if (datatype === undefined || written === undefined)
    throw new Error(
      `its type ${descr === '' ? 'can not be read' : descr} has no place in a tensor; convert it with .astype`,
    );
  if (/'fortran_order':\s*True/.test(header))
    throw new Error('it is stored column by column; save numpy.ascontiguousarray(array) instead');
  const shape = written.split(',').flatMap((size) => (size.trim() === '' ? [] : [Number(size)]));
  const data = Uint8Array.from(file.subarray(start + length));
  const expected = elementsOf(shape) * datatype.bytes;
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0) || data.length !== expected)
    throw new Error(
      `it has ${data.length} bytes, its shape (${shape.join(', ')}) of ${descr} needs ${expected}; it may be cut off`,
    );
  return { datatype, shape, data };
}
