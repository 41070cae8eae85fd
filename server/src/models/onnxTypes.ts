/** ONNX's element types by their number, as TensorProto.DataType has them (onnx.proto, ONNX 1.23). */
interface ElementType {
  readonly name: string;
  /** Bits of one element; undefined for texts. */
  readonly bits: number | undefined;
}

const type = (name: string, bits?: number): ElementType => ({ name, bits });

const types: Readonly<Record<number, ElementType>> = {
  1: type('float32', 32),
  2: type('uint8', 8),
  3: type('int8', 8),
  4: type('uint16', 16),
  5: type('int16', 16),
  6: type('int32', 32),
  7: type('int64', 64),
  8: type('string'),
  9: type('bool', 8),
  10: type('float16', 16),
  11: type('float64', 64),
  12: type('uint32', 32),
  13: type('uint64', 64),
  14: type('complex64', 64),
  15: type('complex128', 128),
  16: type('bfloat16', 16),
  17: type('float8e4m3fn', 8),
  18: type('float8e4m3fnuz', 8),
  19: type('float8e5m2', 8),
  20: type('float8e5m2fnuz', 8),
  21: type('uint4', 4),
  22: type('int4', 4),
  23: type('float4e2m1', 4),
  24: type('float8e8m0', 8),
  25: type('uint2', 2),
  26: type('int2', 2),
  27: type('float6e2m3', 6),
  28: type('float6e3m2', 6),
};

/** 'float32'; a number that is not known here stands for itself. */
export const elementTypeName = (number: number): string => types[number]?.name ?? `type ${number}`;

/** Bits of one element; undefined for texts and types that are not known here. */
export const elementBits = (number: number): number | undefined => types[number]?.bits;

/** `float32[3, H, 224]`; `?` stands for a size that the model does not name. */
export const tensorText = (type: string, dims: readonly (number | string)[] | undefined): string =>
  `${type}${dims === undefined ? '' : `[${dims.join(', ')}]`}`;
