/**
 * Headers of safetensors files: 8 bytes with the length of a JSON object, the object, then the values.
 *
 * Source: format of safetensors 0.6 (safetensors/src/tensor.rs): the header is at most 100 MB and starts with '{', names
 * occur once, offsets follow each other without holes and end with the file.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FileBytes, Unreadable } from './bytes';
import { bytesOf, dtypes } from './dtypes';
import { mostTensors, type StoredTensor, valuesIn, type WeightFile } from './tensors';

const longestHeader = 100_000_000;

const names: ReadonlyMap<string, string> = new Map(
  Object.entries({
    BOOL: 'bool',
    U8: 'uint8',
    I8: 'int8',
    U16: 'uint16',
    I16: 'int16',
    U32: 'uint32',
    I32: 'int32',
    U64: 'uint64',
    I64: 'int64',
    F16: 'float16',
    BF16: 'bfloat16',
    F32: 'float32',
    F64: 'float64',
    C64: 'complex64',
    F8_E4M3: 'float8_e4m3fn',
    F8_E5M2: 'float8_e5m2',
    F8_E8M0: 'float8_e8m0fnu',
    F8_E4M3FNUZ: 'float8_e4m3fnuz',
    F8_E5M2FNUZ: 'float8_e5m2fnuz',
    F6_E2M3: 'float6_e2m3fn',
    F6_E3M2: 'float6_e3m2fn',
    F4: 'float4_e2m1fn',
  }),
);

/** @throws Unreadable */
export function readSafetensors(path: string): WeightFile {
  return FileBytes.with(path, (file) => {
    const length = Number(file.exactly(0, 8).readBigUInt64LE());
    if (length > longestHeader) throw new Unreadable('has a header of more than 100 MB');
    const header = parsed(file.exactly(8, length).toString('utf8'));
    const { __metadata__: _, ...entries } = header;
    const found = Object.entries(entries);
    if (found.length > mostTensors) throw new Unreadable('has too many tensors');
    const tensors = found.map(([name, entry]) => tensorOf(file, 8 + length, name, entry));
    checkOffsets(tensors, 8 + length, file.size);
    return { path, format: 'safetensors', tensors, notes: [] };
  });
}

function parsed(text: string): Record<string, unknown> {
  try {
    if (text.startsWith('{')) return JSON.parse(text) as Record<string, unknown>;
  } catch {
    // Told below.
  }
  throw new Unreadable('has a header that is no JSON');
}

function tensorOf(file: FileBytes, base: number, name: string, entry: unknown): StoredTensor {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Partial<Record<string, unknown>>;
  const [start, end] = (Array.isArray(offsets) ? offsets : []) as unknown[];
  if (typeof dtype !== 'string' || !isSizes(shape) || !isSize(start) || !isSize(end) || end < start)
    throw new Unreadable(`has an entry for '${shown(name)}' that is none of a tensor`);
  const known = names.get(dtype);
  const type = dtypes.get(known ?? '');
  const count = valuesIn(shape);
  if (count === undefined) throw new Unreadable(`has an impossible shape for '${shown(name)}'`);
  if (type && bytesOf(type, count) !== end - start)
    throw new Unreadable(`gives '${shown(name)}' ${end - start} bytes, which do not fit its shape`);
  const content = { kind: 'file', path: file.path, start: base + start, bytes: end - start } as const;
  return { name, dtype: known ?? dtype.slice(0, 40).toLowerCase(), shape, content };
}

function checkOffsets(tensors: readonly StoredTensor[], base: number, size: number): void {
  let at = base;
  const places = tensors.flatMap(({ content }) => (content.kind === 'file' ? [content] : []));
  for (const { start, bytes } of places.sort((a, b) => a.start - b.start || a.bytes - b.bytes)) {
    if (start !== at) throw new Unreadable('has tensors that overlap or leave a hole');
    at = start + bytes;
  }
  if (at !== size) throw new Unreadable(at > size ? 'is cut off' : 'is longer than its tensors');
}

/**
 * A model in several files, by its `*.safetensors.index.json`.
 * @throws Unreadable
 */
export function readShards(path: string): WeightFile {
  const index = FileBytes.with(path, ({ size }) => {
    if (size > longestHeader) throw new Unreadable('is too long for an index');
    return parsed(readFileSync(path, 'utf8'));
  });
  const map = index['weight_map'];
  if (typeof map !== 'object' || map === null) throw new Unreadable('has no weight_map');
  const files = [...new Set(Object.values(map))];
  const shards = files.map((file) => {
    if (typeof file !== 'string' || !/^[^\\/:]+\.safetensors$/.test(file))
      throw new Unreadable(`names '${shown(String(file))}', which is no file beside it`);
    try {
      return readSafetensors(join(dirname(path), file));
    } catch (error) {
      throw error instanceof Unreadable ? new Unreadable(`names ${file}, which ${error.message}`) : error;
    }
  });
  const tensors = new Map(shards.flatMap((shard) => shard.tensors.map((tensor) => [tensor.name, tensor] as const)));
  return { path, format: 'safetensors', tensors: [...tensors.values()], notes: [] };
}

const shown = (name: string): string => (name.length > 80 ? `${name.slice(0, 80)}...` : name);
const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length <= 64 && value.every(isSize);
