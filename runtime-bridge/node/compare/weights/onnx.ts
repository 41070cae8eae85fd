/**
 * The initialisers of an ONNX model: where their values lie, in the file or in files beside it.
 *
 * Source: onnx.proto3 of ONNX 1.19 (TensorProto, StringStringEntryProto).
 */
import { realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { BrokenWire, type WireField, WireReader } from '../../../../server/src/models/wire';
import { FileBytes, Unreadable } from './bytes';
import { bytesOf, type Dtype, dtypes } from './dtypes';
import { type Content, mostTensors, type StoredTensor, valuesIn, type WeightFile } from './tensors';

/** TensorProto.DataType by number. */
export const onnxTypes: readonly (string | undefined)[] = [
  ...[undefined, 'float32', 'uint8', 'int8', 'uint16', 'int16', 'int32', 'int64', undefined, 'bool', 'float16'],
  ...['float64', 'uint32', 'uint64', 'complex64', 'complex128', 'bfloat16', 'float8_e4m3fn', 'float8_e4m3fnuz'],
  ...['float8_e5m2', 'float8_e5m2fnuz', 'uint4', 'int4', 'float4_e2m1fn', 'float8_e8m0fnu', 'uint2', 'int2'],
];

/** Fields of TensorProto. */
const fields = {
  dims: 1,
  type: 2,
  floats: 4,
  int32s: 5,
  int64s: 7,
  name: 8,
  raw: 9,
  doubles: 10,
  uint64s: 11,
} as const;
const externalField = 13;
const locationField = 14;
/** Values that a tensor keeps in typed fields are unpacked in memory, up to this size. */
const mostUnpacked = 64 * 1024 * 1024;
const mostDims = 64;

/** @throws Unreadable */
export function readOnnxWeights(path: string): WeightFile {
  return FileBytes.with(path, (file) => {
    const reader = new WireReader(file);
    try {
      const graph = [...reader.fields(0, file.size)].findLast(({ number, end }) => number === 7 && end > 0);
      if (!graph) throw new Unreadable('has no graph');
      return { path, format: 'onnx', ...initialisersOf(file, reader, graph) };
    } catch (error) {
      if (error instanceof BrokenWire) throw new Unreadable(error.message);
      if (error instanceof URIError) throw new Unreadable('has a name that is no text');
      throw error;
    }
  });
}

function initialisersOf(file: FileBytes, reader: WireReader, graph: WireField): Pick<WeightFile, 'tensors' | 'notes'> {
  const tensors = new Map<string, StoredTensor>();
  let sparse = 0;
  for (const field of reader.fields(graph.start, graph.end)) {
    if (field.number === 15) sparse++;
    if (field.number !== 5) continue;
    if (tensors.size >= mostTensors) throw new Unreadable('has too many initialisers');
    const tensor = tensorOf(file, reader, field);
    tensors.set(tensor.name, tensor);
  }
  const notes = sparse === 0 ? [] : [`${sparse} sparse initialisers are not compared.`];
  return { tensors: [...tensors.values()], notes };
}

/** What a TensorProto says, before its values are looked for. */
interface Parts {
  name: string;
  type: number;
  readonly shape: number[];
  readonly external: Map<string, string>;
  isExternal: boolean;
  /** By field number; a message may write a field in several pieces, which exporters don't. */
  readonly values: Map<number, WireField>;
}

function tensorOf(file: FileBytes, reader: WireReader, message: WireField): StoredTensor {
  const parts = partsOf(reader, message);
  const dtype = onnxTypes[parts.type];
  const known = dtype === undefined ? undefined : dtypes.get(dtype);
  const { name, shape } = parts;
  if (dtype === undefined || known === undefined)
    return {
      name,
      dtype: parts.type === 8 ? 'string' : `type ${parts.type}`,
      shape,
      content: none('holds no numbers'),
    };
  const count = valuesIn(shape);
  if (count === undefined) return { name, dtype, shape, content: none('has an impossible shape') };
  return { name, dtype, shape, content: contentOf(file, parts, known, count) };
}

const none = (reason: string): Content => ({ kind: 'none', reason });

function partsOf(reader: WireReader, message: WireField): Parts {
  const parts: Parts = { name: '', type: 0, shape: [], external: new Map(), isExternal: false, values: new Map() };
  for (const field of reader.fields(message.start, message.end)) {
    if (field.number === fields.name) parts.name = reader.text(field);
    else if (field.number === fields.type) parts.type = field.value;
    else if (field.number === fields.dims) addDims(parts.shape, reader.integers(field));
    else if (field.number === locationField) parts.isExternal = field.value === 1;
    else if (field.number === externalField) {
      const [key, value] = [1, 2].map((number) => textIn(reader, field, number));
      parts.external.set(key ?? '', value ?? '');
    } else if (field.end > 0) parts.values.set(field.number, field);
  }
  return parts;
}

function addDims(shape: number[], dims: Iterable<number>): void {
  for (const size of dims) if (shape.push(size) > mostDims) throw new Unreadable('has a tensor with too many dims');
}

function textIn(reader: WireReader, message: WireField, number: number): string {
  for (const field of reader.fields(message.start, message.end)) if (field.number === number) return reader.text(field);
  return '';
}

function contentOf(file: FileBytes, parts: Parts, dtype: Dtype, count: number): Content {
  if (parts.isExternal) return externalContent(file.path, parts.external, bytesOf(dtype, count));
  const raw = parts.values.get(fields.raw) ?? plainField(parts, dtype);
  if (raw) return { kind: 'file', path: file.path, start: raw.start, bytes: raw.end - raw.start };
  const integers = [fields.int32s, fields.int64s, fields.uint64s].flatMap(
    (number) => parts.values.get(number) ?? [],
  )[0];
  if (count === 0) return { kind: 'memory', values: new Uint8Array() };
  if (!integers) return none('has no values');
  // A number takes at least a byte.
  const bytes = bytesOf(dtype, count);
  if (bytes > mostUnpacked || dtype.bits < 8) return none('keeps its values in a form that is not read');
  return unpacked(file.exactly(integers.start, integers.end - integers.start), dtype.bits / 8, count);
}

/** Typed fields whose bytes are the values themselves. */
function plainField({ values }: Parts, dtype: Dtype): WireField | undefined {
  if (dtype === dtypes.get('float32') || dtype === dtypes.get('complex64')) return values.get(fields.floats);
  if (dtype === dtypes.get('float64') || dtype === dtypes.get('complex128')) return values.get(fields.doubles);
  return undefined;
}

/** Varints as numbers of so many bytes; those of 8 and 16 bits, floats among them, are kept as int32. */
function unpacked(from: Buffer, size: number, count: number): Content {
  const into = Buffer.alloc(8 + size * count);
  let [at, written] = [0, 0];
  while (at < from.length && written < count) {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n, at++) {
      const byte = from[at];
      if (byte === undefined || shift > 63n) return none('has a number that is cut off');
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) break;
    }
    at++;
    // The rest of the eight bytes is written over by the next number.
    into.writeBigUInt64LE(BigInt.asUintN(64, value), size * written++);
  }
  if (written < count || at < from.length) return none('has another number of values than its shape says');
  return { kind: 'memory', values: into.subarray(0, size * count) };
}

/** Values in a file beside the model. It must really lie there: neither its path nor a link may lead elsewhere. */
function externalContent(model: string, keys: ReadonlyMap<string, string>, wanted: number): Content {
  const location = keys.get('location') ?? '';
  const start = Number(keys.get('offset') ?? 0);
  const bytes = Number(keys.get('length') ?? wanted);
  if (![start, bytes].every((value) => Number.isSafeInteger(value) && value >= 0))
    return none('has an impossible place in an external file');
  const path = besides(model, location);
  if (path === undefined) return none(`names '${location.slice(0, 80)}', which is no file in the model's folder`);
  return { kind: 'file', path, start, bytes };
}

function besides(model: string, location: string): string | undefined {
  if (location === '' || isAbsolute(location) || location.includes('\0') || /^[a-z]:/i.test(location)) return undefined;
  const folder = dirname(model);
  const path = join(folder, location);
  if (!isInside(folder, path)) return undefined;
  try {
    const real = realpathSync(path);
    // A cache of downloads keeps a model and its values side by side behind links.
    return isInside(realpathSync(folder), real) || dirname(real) === dirname(realpathSync(model)) ? path : undefined;
  } catch {
    // It is not there; that is told when it is opened.
    return path;
  }
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
