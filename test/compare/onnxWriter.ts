/** Writes ONNX files byte by byte, as tests need them. */
import type { OnnxValue } from '../../server/src/models/onnxGraph';

export interface WrittenNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Whole numbers, lists of them, texts, or graphs. */
  readonly attributes?: Readonly<Record<string, number | readonly number[] | string | WrittenGraph>>;
}

export interface WrittenWeight {
  readonly name: string;
  readonly dims: readonly number[];
  /** float32 from numbers; int64 from bigints. */
  readonly values: Float32Array | BigInt64Array;
}

export interface WrittenGraph {
  readonly nodes: readonly WrittenNode[];
  readonly weights?: readonly WrittenWeight[];
  readonly inputs?: readonly OnnxValue[];
  readonly outputs?: readonly OnnxValue[];
}

export interface WrittenModel extends WrittenGraph {
  readonly opset?: number;
  readonly producer?: string;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 128 : low);
  } while (rest > 0n);
  return Buffer.from(bytes);
}

const number = (field: number, value: number): Buffer => Buffer.concat([varint(field * 8), varint(value)]);
const bytes = (field: number, content: Uint8Array): Buffer =>
  Buffer.concat([varint(field * 8 + 2), varint(content.length), content]);
const text = (field: number, content: string): Buffer => bytes(field, Buffer.from(content, 'utf8'));
const message = (field: number, parts: readonly Buffer[]): Buffer => bytes(field, Buffer.concat(parts));

/** The numbers of the element types that tests write. */
const types: Readonly<Record<string, number>> = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9, float16: 10 };

function value(field: number, { name, type, dims }: OnnxValue): Buffer {
  const sizes = dims?.map((dim) => message(1, [typeof dim === 'number' ? number(1, dim) : text(2, dim)]));
  const shape = sizes === undefined ? [] : [message(2, sizes)];
  return message(field, [text(1, name), message(2, [message(1, [number(1, types[type] ?? 1), ...shape])])]);
}

function weight({ name, dims, values }: WrittenWeight): Buffer {
  const content = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const type = values instanceof Float32Array ? 1 : 7;
  return message(5, [...dims.map((dim) => number(1, dim)), number(2, type), text(8, name), bytes(9, content)]);
}

function attribute(name: string, content: NonNullable<WrittenNode['attributes']>[string]): Buffer {
  if (typeof content === 'number') return message(5, [text(1, name), number(3, content), number(20, 2)]);
  if (typeof content === 'string') return message(5, [text(1, name), text(4, content), number(20, 3)]);
  if ('nodes' in content) return message(5, [text(1, name), message(6, graph(content)), number(20, 5)]);
  return message(5, [text(1, name), ...content.map((each) => number(8, each)), number(20, 7)]);
}

function node({ name, op, inputs, outputs, attributes = {} }: WrittenNode): Buffer {
  return message(1, [
    ...inputs.map((each) => text(1, each)),
    ...outputs.map((each) => text(2, each)),
    text(3, name),
    text(4, op),
    ...Object.entries(attributes).map(([key, content]) => attribute(key, content)),
  ]);
}

const graph = ({ nodes, weights = [], inputs = [], outputs = [] }: WrittenGraph): readonly Buffer[] => [
  ...nodes.map(node),
  text(2, 'main'),
  ...weights.map(weight),
  ...inputs.map((each) => value(11, each)),
  ...outputs.map((each) => value(12, each)),
];

export function onnxFile({ opset = 20, producer = 'test', ...rest }: WrittenModel): Buffer {
  return Buffer.concat([
    number(1, 9),
    text(2, producer),
    message(7, graph(rest)),
    message(8, [text(1, ''), number(2, opset)]),
  ]);
}
