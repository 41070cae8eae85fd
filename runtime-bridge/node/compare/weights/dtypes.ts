/** Element types: how long they are and how their bytes become numbers. Little-endian throughout, as all formats here. */

/** Writes `count` numbers from `bytes` into `into`, from its start. */
type Decode<Into> = (bytes: Uint8Array, count: number, into: Into) => void;

export interface Dtype {
  readonly bits: number;
  /** Numbers in an element: 2 for complex ones. */
  readonly parts: number;
  /** Exact in single precision. */
  readonly narrow?: Decode<Float32Array>;
  /** Needs double precision; 64-bit integers beyond 2^53 are rounded. */
  readonly wide?: Decode<Float64Array>;
}

const words = (bytes: Uint8Array, count: number): Uint16Array => new Uint16Array(bytes.buffer, bytes.byteOffset, count);

/** Numbers of 8 and 16 bits by their bits. */
function table(bits: 8 | 16, value: (pattern: number) => number): Float32Array {
  return Float32Array.from({ length: 2 ** bits }, (_, pattern) => value(pattern));
}

/** An IEEE-like number: sign, exponent, mantissa; `special` says what the highest exponent means. */
function float(
  { exponent, mantissa, bias }: { readonly exponent: number; readonly mantissa: number; readonly bias: number },
  special: (sign: number, exponent: number, mantissa: number) => number | undefined,
): (pattern: number) => number {
  return (pattern) => {
    const sign = pattern >>> (exponent + mantissa) ? -1 : 1;
    const e = (pattern >>> mantissa) & (2 ** exponent - 1);
    const m = pattern & (2 ** mantissa - 1);
    const found = special(sign, e, m);
    if (found !== undefined) return found;
    return e === 0 ? sign * m * 2 ** (1 - bias - mantissa) : sign * (1 + m / 2 ** mantissa) * 2 ** (e - bias);
  };
}

const ieee =
  (highest: number) =>
  (sign: number, e: number, m: number): number | undefined =>
    e === highest ? (m === 0 ? sign * Infinity : NaN) : undefined;
/** One NaN, no infinities, no negative zero. */
const oneNan = (sign: number, e: number, m: number): number | undefined =>
  sign < 0 && e === 0 && m === 0 ? NaN : undefined;

/** Built when first needed. Formats of 8 bits: OCP 8-bit Floating Point Specification and torch's *fnuz variants. */
const decoders: Readonly<Record<string, () => Float32Array>> = {
  float16: () => table(16, float({ exponent: 5, mantissa: 10, bias: 15 }, ieee(31))),
  float8_e5m2: () => table(8, float({ exponent: 5, mantissa: 2, bias: 15 }, ieee(31))),
  float8_e4m3fn: () =>
    table(
      8,
      float({ exponent: 4, mantissa: 3, bias: 7 }, (_, e, m) => (e === 15 && m === 7 ? NaN : undefined)),
    ),
  float8_e5m2fnuz: () => table(8, float({ exponent: 5, mantissa: 2, bias: 16 }, oneNan)),
  float8_e4m3fnuz: () => table(8, float({ exponent: 4, mantissa: 3, bias: 8 }, oneNan)),
  float8_e8m0fnu: () => table(8, (pattern) => (pattern === 255 ? NaN : 2 ** (pattern - 127))),
};
const built = new Map<string, Float32Array>();

function tableOf(name: string): Float32Array {
  const known = built.get(name) ?? decoders[name]?.() ?? new Float32Array();
  built.set(name, known);
  return known;
}

const byByte = (name: string): Decode<Float32Array> => {
  let known: Float32Array | undefined;
  return (bytes, count, into) => {
    known ??= tableOf(name);
    for (let i = 0; i < count; i++) into[i] = known[bytes[i] as number] as number;
  };
};

function halves(bytes: Uint8Array, count: number, into: Float32Array): void {
  const known = tableOf('float16');
  const from = words(bytes, count);
  for (let i = 0; i < count; i++) into[i] = known[from[i] as number] as number;
}

/** The upper half of a float32. */
function brain(bytes: Uint8Array, count: number, into: Float32Array): void {
  const from = words(bytes, count);
  const bits = new Uint32Array(into.buffer, into.byteOffset, count);
  for (let i = 0; i < count; i++) bits[i] = (from[i] as number) << 16;
}

type Numbers = new (buffer: ArrayBufferLike, offset: number, length: number) => ArrayLike<number>;
type BigNumbers = new (buffer: ArrayBufferLike, offset: number, length: number) => ArrayLike<bigint>;

const copied =
  <Into extends Float32Array | Float64Array>(from: Numbers, parts = 1): Decode<Into> =>
  (bytes, count, into) =>
    into.set(new from(bytes.buffer, bytes.byteOffset, count * parts));

const rounded =
  (from: BigNumbers): Decode<Float64Array> =>
  (bytes, count, into) => {
    const values = new from(bytes.buffer, bytes.byteOffset, count);
    for (let i = 0; i < count; i++) into[i] = Number(values[i]);
  };

const narrow = (bits: number, decode: Decode<Float32Array>, parts = 1): Dtype => ({ bits, parts, narrow: decode });
const wide = (bits: number, decode: Decode<Float64Array>, parts = 1): Dtype => ({ bits, parts, wide: decode });
/** Compared as bytes only. */
const opaque = (bits: number): Dtype => ({ bits, parts: 1 });

export const dtypes: ReadonlyMap<string, Dtype> = new Map(
  Object.entries({
    float64: wide(64, copied(Float64Array)),
    float32: narrow(32, copied(Float32Array)),
    float16: narrow(16, halves),
    bfloat16: narrow(16, brain),
    float8_e5m2: narrow(8, byByte('float8_e5m2')),
    float8_e4m3fn: narrow(8, byByte('float8_e4m3fn')),
    float8_e5m2fnuz: narrow(8, byByte('float8_e5m2fnuz')),
    float8_e4m3fnuz: narrow(8, byByte('float8_e4m3fnuz')),
    float8_e8m0fnu: narrow(8, byByte('float8_e8m0fnu')),
    int8: narrow(8, copied(Int8Array)),
    uint8: narrow(8, copied(Uint8Array)),
    bool: narrow(8, copied(Uint8Array)),
    int16: narrow(16, copied(Int16Array)),
    uint16: narrow(16, copied(Uint16Array)),
    int32: wide(32, copied(Int32Array)),
    uint32: wide(32, copied(Uint32Array)),
    int64: wide(64, rounded(BigInt64Array)),
    uint64: wide(64, rounded(BigUint64Array)),
    complex64: narrow(64, copied(Float32Array, 2), 2),
    complex128: wide(128, copied(Float64Array, 2), 2),
    float6_e2m3fn: opaque(6),
    float6_e3m2fn: opaque(6),
    float4_e2m1fn: opaque(4),
    int4: opaque(4),
    uint4: opaque(4),
    int2: opaque(2),
    uint2: opaque(2),
  }),
);

/** Bytes of so many elements; those of less than a byte are packed. */
export const bytesOf = (dtype: Dtype, count: number): number => Math.ceil((dtype.bits * count) / 8);
