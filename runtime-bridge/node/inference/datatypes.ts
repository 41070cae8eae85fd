/** The tensor types of the Open Inference Protocol, and what ONNX Runtime calls them. */

export type NumberArray =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

/** ONNX Runtime's name of a type, as its interface for Node spells it. */
export type RuntimeType =
  | 'bool'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'float16'
  | 'float32'
  | 'float64'
  | 'string';

export interface Datatype {
  /** As the protocol writes it; configurations write `TYPE_` before it, and STRING for BYTES. */
  readonly name: string;
  readonly runtime: RuntimeType;
  /** Bytes of an element; 0 for BYTES, whose elements each carry their length. */
  readonly bytes: number;
  /** How many the bytes hold; halves of 16 bits are shown as they lie in memory. */
  readonly view: (buffer: ArrayBuffer, offset: number, count: number) => NumberArray;
}

/** In the order of the codes that frames carry. FP16 stands for its bits. */
export const datatypes: readonly Datatype[] = [
  { name: 'BOOL', runtime: 'bool', bytes: 1, view: (b, o, n) => new Uint8Array(b, o, n) },
  { name: 'UINT8', runtime: 'uint8', bytes: 1, view: (b, o, n) => new Uint8Array(b, o, n) },
  { name: 'UINT16', runtime: 'uint16', bytes: 2, view: (b, o, n) => new Uint16Array(b, o, n) },
  { name: 'UINT32', runtime: 'uint32', bytes: 4, view: (b, o, n) => new Uint32Array(b, o, n) },
  { name: 'UINT64', runtime: 'uint64', bytes: 8, view: (b, o, n) => new BigUint64Array(b, o, n) },
  { name: 'INT8', runtime: 'int8', bytes: 1, view: (b, o, n) => new Int8Array(b, o, n) },
  { name: 'INT16', runtime: 'int16', bytes: 2, view: (b, o, n) => new Int16Array(b, o, n) },
  { name: 'INT32', runtime: 'int32', bytes: 4, view: (b, o, n) => new Int32Array(b, o, n) },
  { name: 'INT64', runtime: 'int64', bytes: 8, view: (b, o, n) => new BigInt64Array(b, o, n) },
  { name: 'FP16', runtime: 'float16', bytes: 2, view: (b, o, n) => new Uint16Array(b, o, n) },
  { name: 'FP32', runtime: 'float32', bytes: 4, view: (b, o, n) => new Float32Array(b, o, n) },
  { name: 'FP64', runtime: 'float64', bytes: 8, view: (b, o, n) => new Float64Array(b, o, n) },
  { name: 'BYTES', runtime: 'string', bytes: 0, view: (b, o, n) => new Uint8Array(b, o, n) },
];

const byName = new Map(datatypes.map((each) => [each.name, each]));
const byRuntime = new Map<string, Datatype>(datatypes.map((each) => [each.runtime, each]));

/** Undefined for BF16, which ONNX Runtime's interface for Node lacks, and for names that nobody knows. */
export const datatypeOf = (name: string): Datatype | undefined => byName.get(name);
export const datatypeOfRuntime = (name: string): Datatype | undefined => byRuntime.get(name);

export const codeOf = (datatype: Datatype): number => datatypes.indexOf(datatype);

/** Elements of a shape without -1; 1 for a scalar. */
export const elementsOf = (shape: readonly number[]): number => shape.reduce((all, size) => all * size, 1);
