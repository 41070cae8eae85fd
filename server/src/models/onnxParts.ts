/** Parts of an ONNX graph: attributes, initialisers, inputs and outputs. */
import {
  type Budget,
  type OnnxAttribute,
  type OnnxContent,
  type OnnxGraph,
  type OnnxInitialiser,
  type OnnxValue,
  readGraph,
} from './onnxGraph';
import { elementTypeName, tensorText } from './onnxTypes';
import { BrokenWire, viewOf, type WireField, type WireReader } from './wire';

/** Values of a list that are written out; of a longer one the rest is a hash. */
const SHOWN = 16;
/** Bytes that a fingerprint looks at in the front, the middle and the end of a tensor. */
const SAMPLE = 512;
const LARGEST_RANK = 64;

/** FNV-1a, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
function fnv(bytes: Iterable<number>, hash = 0x811c9dc5): number {
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

const hex = (hash: number): string => hash.toString(16).padStart(8, '0');

/** A list in brackets; the tail of a long one is told by its length and its hash. */
function listText(values: readonly (number | string)[]): string {
  if (values.length <= SHOWN) return `[${values.join(', ')}]`;
  const all = values.join(',');
  const codes = Array.from(all, (each) => each.charCodeAt(0));
  return `[${values.slice(0, SHOWN).join(', ')}, ... ${values.length} values #${hex(fnv(codes))}]`;
}

/** An AttributeProto. */
export function readAttribute(reader: WireReader, message: WireField, budget: Budget): OnnxAttribute {
  let name = '';
  const single: string[] = [];
  const numbers: (number | string)[] = [];
  const tensors: string[] = [];
  const graphs: OnnxGraph[] = [];
  let isList = false;
  const number = (value: number): void => {
    budget.take();
    numbers.push(value);
    isList = true;
  };
  for (const field of reader.inside(message)) {
    if (field.number === 1) name = reader.text(field);
    else if (field.number === 2) for (const value of reader.reals(field, 4)) single.push(realText(value));
    else if (field.number === 3) single.push(String(field.value));
    else if (field.number === 4) single.push(bytesText(reader, field));
    else if (field.number === 5 || field.number === 9) tensors.push(tensorValueText(reader, field, budget));
    else if (field.number === 6 || field.number === 11)
      graphs.push(budget.deeper((inner) => readGraph(reader, field, inner)));
    else if (field.number === 7) for (const value of reader.reals(field, 4)) number(Number(realText(value)));
    else if (field.number === 8) for (const value of reader.integers(field)) number(value);
    else if (field.number === 10) {
      numbers.push(bytesText(reader, field));
      isList = true;
    } else if (field.number === 20) isList ||= [6, 7, 8].includes(field.value);
    else if (field.number === 21) single.push(`the function's ${reader.text(field)}`);
  }
  const text = isList ? listText(numbers) : [...single, ...tensors].join(', ');
  return { name, text: text === '' && graphs.length > 0 ? graphText(graphs) : text, graphs };
}

/** Zeros of every sign are written alike by ONNX; NaN and infinities by their names. */
const realText = (value: number): string => String(Number(value.toPrecision(7)));

const graphText = (graphs: readonly OnnxGraph[]): string =>
  graphs.map(({ nodes }) => `a graph of ${nodes.length} nodes`).join(', ');

/** A text in quotes; bytes that are none, and long ones, by their length and their hash. */
function bytesText(reader: WireReader, field: WireField): string {
  const length = field.end - field.start;
  if (length > 200) return `${length} bytes #${contentHash(reader, field.start, field.end)}`;
  try {
    return JSON.stringify(reader.text(field));
  } catch (error) {
    if (error instanceof BrokenWire) throw error;
    return `${length} bytes #${hex(fnv(reader.bytes(field.start, field.end)))}`;
  }
}

/** Of a long stretch only its length and three pieces count. */
function contentHash(reader: WireReader, start: number, end: number): string {
  const length = end - start;
  const places =
    length <= 3 * SAMPLE
      ? [[start, length]]
      : [start, start + Math.floor(length / 2), end - SAMPLE].map((at) => [at, SAMPLE]);
  let hash = fnv(String(length).split('').map(Number));
  for (const [at = 0, size = 0] of places) hash = fnv(reader.sample(at, size), hash);
  return hex(hash);
}

/** A TensorProto among the initialisers. */
export function readInitialiser(reader: WireReader, message: WireField, budget: Budget): OnnxInitialiser {
  budget.take();
  let [name, type] = ['', 0];
  const dims: number[] = [];
  const typed: WireField[] = [];
  let content: OnnxContent | undefined;
  let isExternal = false;
  const external: Record<string, string> = {};
  for (const field of reader.inside(message)) {
    if (field.number === 1) for (const size of reader.integers(field)) addSize(dims, size);
    else if (field.number === 2) type = field.value;
    else if (field.number === 8) name = reader.text(field);
    else if (field.number === 9) content = { kind: 'raw', start: field.start, end: field.end };
    else if (field.number === 13) Object.assign(external, entryOf(reader, field));
    else if (field.number === 14) isExternal = field.value === 1;
    else if ([4, 5, 6, 7, 10, 11].includes(field.number)) {
      budget.take();
      typed.push(field);
    }
  }
  const found = isExternal ? externalContent(external) : (content ?? { kind: 'typed', fields: typed });
  const fingerprint = fingerprintOf(reader, type, dims, found);
  return { name, type, dims, content: found, fingerprint, values: shortValues(reader, type, found) };
}

function addSize(dims: number[], size: number): void {
  if (size < 0 || !Number.isSafeInteger(size)) throw new BrokenWire('a tensor has an impossible size');
  if (dims.length >= LARGEST_RANK) throw new BrokenWire(`a tensor has more than ${LARGEST_RANK} dims`);
  dims.push(size);
}

function entryOf(reader: WireReader, message: WireField): Readonly<Record<string, string>> {
  let [key, value] = ['', ''];
  for (const field of reader.inside(message)) {
    if (field.number === 1) key = reader.text(field);
    else if (field.number === 2) value = reader.text(field);
  }
  return ['location', 'offset', 'length'].includes(key) ? { [key]: value } : {};
}

function externalContent({ location = '', offset = '0', length }: Readonly<Record<string, string>>): OnnxContent {
  const size = (written: string): number => (/^\d{1,15}$/.test(written) ? Number(written) : 0);
  return {
    kind: 'external',
    location,
    offset: size(offset),
    ...(length === undefined ? {} : { length: size(length) }),
  };
}

function fingerprintOf(
  reader: WireReader,
  type: number,
  dims: readonly number[],
  content: OnnxContent,
): string | undefined {
  if (content.kind === 'external') return undefined;
  const head = `${tensorText(elementTypeName(type), dims)} #`;
  if (content.kind === 'raw') return head + contentHash(reader, content.start, content.end);
  let hash = 0;
  for (const { value, start, end, fixed } of content.fields.slice(0, SHOWN)) {
    const [from, to] = fixed ? [fixed.at, fixed.at + fixed.bytes] : [start, end];
    hash = fnv(
      Array.from(`${value} ${contentHash(reader, from, to)}`, (each) => each.charCodeAt(0)),
      hash,
    );
  }
  return head + hex(hash);
}

/** A tensor as a value: a short one of plain numbers with its elements. */
function tensorValueText(reader: WireReader, message: WireField, budget: Budget): string {
  const tensor = readInitialiser(reader, message, budget);
  return constantText(tensor) ?? tensor.fingerprint ?? tensorText(elementTypeName(tensor.type), tensor.dims);
}

/** `int64[2] [3, 4]` of a short tensor; undefined for all others. */
export function constantText({
  type,
  dims,
  values,
}: Pick<OnnxInitialiser, 'type' | 'dims' | 'values'>): string | undefined {
  if (!values) return undefined;
  return `${tensorText(elementTypeName(type), dims)} ${dims.length === 0 ? values.join() : listText(values)}`;
}

function shortValues(reader: WireReader, type: number, content: OnnxContent): readonly number[] | undefined {
  if (content.kind === 'raw') return rawValues(reader, type, content.start, content.end);
  if (content.kind === 'external' || content.fields.length > SHOWN) return undefined;
  const values: number[] = [];
  for (const field of content.fields) {
    const some =
      type === 1
        ? reader.reals(field, 4)
        : type === 11
          ? reader.reals(field, 8)
          : wholeTypes.has(type)
            ? reader.integers(field)
            : [];
    for (const value of some) {
      if (values.length >= SHOWN) return undefined;
      values.push(type === 1 ? Number(realText(value)) : value);
    }
  }
  return values.length > 0 ? values : undefined;
}

/** uint8, int8, int32, int64, bool: types whose typed fields hold the numbers themselves. */
const wholeTypes: ReadonlySet<number> = new Set([2, 3, 6, 7, 9]);

const readers: Readonly<
  Record<number, { readonly size: number; readonly at: (view: DataView, at: number) => number }>
> = {
  1: { size: 4, at: (view, at) => Number(realText(view.getFloat32(at, true))) },
  2: { size: 1, at: (view, at) => view.getUint8(at) },
  3: { size: 1, at: (view, at) => view.getInt8(at) },
  6: { size: 4, at: (view, at) => view.getInt32(at, true) },
  7: { size: 8, at: (view, at) => Number(view.getBigInt64(at, true)) },
  9: { size: 1, at: (view, at) => view.getUint8(at) },
  11: { size: 8, at: (view, at) => view.getFloat64(at, true) },
};

function rawValues(reader: WireReader, type: number, start: number, end: number): readonly number[] | undefined {
  const element = readers[type];
  const length = end - start;
  if (!element || length === 0 || length > SHOWN * element.size || length % element.size !== 0) return undefined;
  const view = viewOf(reader.bytes(start, end));
  return Array.from({ length: length / element.size }, (_, i) => element.at(view, i * element.size));
}

/** A ValueInfoProto. */
export function readValue(reader: WireReader, message: WireField, budget: Budget): OnnxValue {
  budget.take();
  let value: OnnxValue = { name: '', type: '', dims: undefined };
  for (const field of reader.inside(message)) {
    if (field.number === 1) value = { ...value, name: reader.text(field) };
    else if (field.number === 2) value = { ...value, ...typeOf(reader, field) };
  }
  return value;
}

/** Fields of TypeProto that are no tensors. */
const otherTypes: Readonly<Record<number, string>> = {
  4: 'sequence',
  5: 'map',
  7: 'opaque',
  8: 'sparse',
  9: 'optional',
};

function typeOf(reader: WireReader, message: WireField): Omit<OnnxValue, 'name'> {
  for (const kind of reader.inside(message)) {
    if (kind.number === 1) return tensorTypeOf(reader, kind);
    const other = otherTypes[kind.number];
    if (other !== undefined) return { type: other, dims: undefined };
  }
  return { type: '', dims: undefined };
}

function tensorTypeOf(reader: WireReader, message: WireField): Omit<OnnxValue, 'name'> {
  let type = '';
  let dims: (number | string)[] | undefined;
  for (const field of reader.inside(message)) {
    if (field.number === 1) type = elementTypeName(field.value);
    else if (field.number === 2) {
      dims = [];
      for (const dim of reader.inside(field)) {
        if (dims.length >= LARGEST_RANK) throw new BrokenWire(`a tensor has more than ${LARGEST_RANK} dims`);
        dims.push(sizeOf(reader, dim));
      }
    }
  }
  return { type, dims };
}

function sizeOf(reader: WireReader, dim: WireField): number | string {
  for (const field of reader.inside(dim)) {
    if (field.number === 1 && field.value >= 0) return field.value;
    if (field.number === 2 && field.end > field.start) return reader.text(field);
  }
  return '?';
}
