/**
 * The loops over single-precision numbers in WebAssembly, four numbers at a time: a weight diff waits for nothing else.
 *
 * The module is put together below from its instructions. Numbers live in its memory; buffers that files are read into
 * do too, so that nothing is copied. Encoding: WebAssembly Core Specification 2.0, chapter 5 (binary format).
 */

/** Sums over pairs of a left and a right number. */
export interface Sums {
  squares: number;
  leftSquares: number;
  rightSquares: number;
  /** Of left times right. */
  products: number;
  /** Largest absolute difference. */
  largest: number;
  /** Pairs that differ. */
  changed: number;
}

/** What is used of it; Node's types leave it to those of browsers. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly compare: (left: number, right: number, apart: number, count: number) => void;
  readonly tally: (from: number, tables: number, count: number) => void;
  readonly widen: (from: number, into: number, count: number) => void;
}

const pageBytes = 65_536;
/** Numbers that one turn of a loop takes. */
const step = 4;

/** An instance with memory of its own. */
export class Kernel {
  private readonly exports: Exports;
  private readonly results: Float64Array;
  private readonly changed: Int32Array;
  private used = resultBytes;

  /** @param bytes what `bytes` and `floats` will ask for together */
  constructor(bytes: number) {
    const instance = new WebAssembly.Instance(new WebAssembly.Module(moduleOf(Math.ceil((bytes + 4096) / pageBytes))));
    this.exports = instance.exports as Exports;
    this.results = new Float64Array(this.exports.memory.buffer, 0, 10);
    this.changed = new Int32Array(this.exports.memory.buffer, 80, 4);
  }

  bytes(length: number): Buffer {
    const at = this.used;
    this.used += Math.ceil(length / 16) * 16;
    return Buffer.from(this.exports.memory.buffer, at, length);
  }

  floats(length: number): Float32Array {
    const { buffer, byteOffset } = this.bytes(4 * length);
    return new Float32Array(buffer, byteOffset, length);
  }

  words(length: number): Uint32Array {
    const { buffer, byteOffset } = this.bytes(4 * length);
    return new Uint32Array(buffer, byteOffset, length);
  }

  /** Whether numbers lie in its memory. */
  has(numbers: ArrayBufferView): boolean {
    return numbers.buffer === this.exports.memory.buffer;
  }

  /**
   * Adds right minus left to the sums and writes it into `apart`; all three lie in its memory.
   *
   * @returns how many pairs were taken: the last ones of a block may be left
   */
  compare(left: Float32Array, right: Float32Array, apart: Float32Array, count: number, sums: Sums): number {
    const taken = count - (count % step);
    if (taken === 0) return 0;
    this.exports.compare(left.byteOffset, right.byteOffset, apart.byteOffset, taken);
    const lanes = this.results;
    const lane = (place: number): number => (lanes[2 * place] as number) + (lanes[2 * place + 1] as number);
    sums.squares += lane(0);
    sums.leftSquares += lane(1);
    sums.rightSquares += lane(2);
    sums.products += lane(3);
    sums.largest = Math.max(sums.largest, lanes[8] as number, lanes[9] as number);
    for (const found of this.changed) sums.changed += found;
    return taken;
  }

  /**
   * Counts numbers by their sign and exponent, the i-th in table i modulo 4: neighbours often fall into the same bin, and
   * a count waits for its last store.
   *
   * @param tables four of 512 counts, in its memory
   * @returns how many numbers were taken
   */
  tally(from: Float32Array, count: number, tables: Uint32Array): number {
    const taken = count - (count % step);
    if (taken > 0) this.exports.tally(from.byteOffset, tables.byteOffset, taken);
    return taken;
  }

  /** bfloat16, the upper halves of float32, into float32; `from` may be read a little past its end. */
  widen(from: Uint8Array, count: number, into: Float32Array): void {
    if (count > 0) this.exports.widen(from.byteOffset, into.byteOffset, count);
  }
}

/** Counts by the 9 bits of sign and exponent. */
export const bins = 512;
const tableBytes = 4 * bins;

/** Four sums and a maximum of two lanes of 8 bytes each, then four counts of 4 bytes. */
const resultBytes = 96;

type Code = readonly number[];

/** An unsigned LEB128 number. */
const number = (value: number): Code => (value < 128 ? [value] : [(value & 127) | 128, ...number(value >>> 7)]);
const list = (items: readonly Code[]): Code => [...number(items.length), ...items.flat()];
const sized = (bytes: Code): Code => [...number(bytes.length), ...bytes];
const text = (words: string): Code => sized([...Buffer.from(words)]);

const [i32, v128] = [0x7f, 0x7b];
const get = (local: number): Code => [0x20, local];
const set = (local: number, value: Code): Code => [...value, 0x21, local];
/** Below 64. */
const constant = (value: number): Code => [0x41, value];
const advance = (local: number, by: number): Code => set(local, [...get(local), ...constant(by), 0x6a]);
/** Goes round while `counter`, lowered by a step, is above 0. */
const repeat = (counter: number, body: Code): Code => [
  ...[0x03, 0x40, ...body],
  ...set(counter, [...get(counter), ...constant(step), 0x6b]),
  ...[...get(counter), ...constant(0), 0x4a, 0x0d, 0, 0x0b],
];

/** A vector instruction after its operands. */
const vector =
  (opcode: number) =>
  (...operands: readonly Code[]): Code => [...operands.flat(), 0xfd, ...number(opcode)];
const load = (address: number): Code => [...vector(0x00)(get(address)), 0, 0];
const store = (address: Code, offset: number, value: Code): Code => [
  ...vector(0x0b)(address, value),
  ...[0, ...number(offset)],
];
const upperHalf = (value: Code): Code => [
  ...vector(0x0d)(value, value),
  ...[8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15],
];
const floatsDiffer = vector(0x42);
const floatsMinus = vector(0xe5);
const toDoubles = vector(0x5f);
const plus = vector(0xf0);
const minus = vector(0xf1);
const times = vector(0xf2);
const absolute = vector(0xec);
/** The first operand where the second is not larger: a NaN in the second never wins. */
const larger = vector(0xf7);
/** A comparison that holds is -1. */
const intsMinus = vector(0xb1);
const shiftedUp = vector(0xab);
const widenShorts = vector(0xa9);
/** 8 bytes, the upper half empty. */
const loadHalf = (address: number): Code => [...vector(0x5d)(get(address)), 0, 0];

/** (left, right, apart, count): the body of `compare`. */
function comparison(): Code {
  const [left, right, apart, count, a, b, x, y, d] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const [squares, lefts, rights, products, most, changed] = [9, 10, 11, 12, 13, 14];
  const half = (part: (value: Code) => Code): Code => [
    ...set(x, toDoubles(part(get(a)))),
    ...set(y, toDoubles(part(get(b)))),
    ...set(d, minus(get(y), get(x))),
    ...set(squares, plus(get(squares), times(get(d), get(d)))),
    ...set(lefts, plus(get(lefts), times(get(x), get(x)))),
    ...set(rights, plus(get(rights), times(get(y), get(y)))),
    ...set(products, plus(get(products), times(get(x), get(y)))),
    ...set(most, larger(get(most), absolute(get(d)))),
  ];
  const turn = [
    ...set(a, load(left)),
    ...set(b, load(right)),
    ...store(get(apart), 0, floatsMinus(get(b), get(a))),
    ...set(changed, intsMinus(get(changed), floatsDiffer(get(a), get(b)))),
    ...half((value) => value),
    ...half(upperHalf),
    ...[left, right, apart].flatMap((address) => advance(address, 4 * step)),
  ];
  const results = [squares, lefts, rights, products, most, changed].flatMap((local, place) =>
    store(constant(0), 16 * place, get(local)),
  );
  return sized([...list([[11, v128]]), ...repeat(count, turn), ...results, 0x0b]);
}

/** (from, into, count): the body of `widen`. */
function widening(): Code {
  const [from, into, count] = [0, 1, 2];
  const turn = [
    ...store(get(into), 0, shiftedUp(widenShorts(loadHalf(from)), constant(16))),
    ...advance(from, 2 * step),
    ...advance(into, 4 * step),
  ];
  return sized([...list([]), ...repeat(count, turn), 0x0b]);
}

/** (from, tables, count): the body of `tally`. */
function tallying(): Code {
  const [from, tables, count, bin] = [0, 1, 2, 3];
  const one = (place: number): Code => {
    const bits = [...get(from), 0x28, 2, 4 * place];
    const word = [...bits, ...constant(23), 0x76, ...constant(2), 0x74];
    const at = number(place * tableBytes);
    return [
      ...set(bin, [...get(tables), ...word, 0x6a]),
      ...[...get(bin), ...get(bin), 0x28, 2, ...at, ...constant(1), 0x6a, 0x36, 2, ...at],
    ];
  };
  const turn = [...[0, 1, 2, 3].flatMap(one), ...advance(from, 4 * step)];
  return sized([...list([[1, i32]]), ...repeat(count, turn), 0x0b]);
}

function moduleOf(pages: number): Uint8Array<ArrayBuffer> {
  const section = (id: number, items: readonly Code[]): Code => [id, ...sized(list(items))];
  const takes = (parameters: number): Code => [0x60, ...list(Array.from({ length: parameters }, () => [i32])), 0];
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [takes(4), takes(3)]),
    ...section(3, [[0], [1], [1]]),
    ...section(5, [[0, ...number(pages)]]),
    ...section(7, [
      [...text('memory'), 2, 0],
      [...text('compare'), 0, 0],
      [...text('widen'), 0, 1],
      [...text('tally'), 0, 2],
    ]),
    ...section(10, [comparison(), widening(), tallying()]),
  ]);
}
