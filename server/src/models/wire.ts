/** Protobuf's wire format, read field by field out of a file of any size: what is skipped is never loaded. */

/** A file that is read in pieces. */
export interface ByteSource {
  readonly size: number;
  /** Shorter at the end of the file; undefined where it can't be read. */
  read(start: number, length: number): Uint8Array | undefined;
}

/** One field: a number, or where its content lies. */
export interface WireField {
  readonly number: number;
  /** Of whole numbers; those above 2^53 are rounded, negative ones come out as such. */
  readonly value: number;
  /** Offsets of the content of strings and messages; both 0 for numbers. */
  readonly start: number;
  readonly end: number;
  /** Where a number of fixed size lies. */
  readonly fixed?: { readonly at: number; readonly bytes: 4 | 8 };
}

/** The file is cut off, or is something else. */
export class BrokenWire extends Error {}

const PIECE = 65_536;
/** Longer texts are no names. */
const LONGEST_TEXT = 65_536;
/** Bytes of a number that surely fits in 53 bits. */
const SAFE_BYTES = 7;

export class WireReader {
  private piece: Uint8Array = new Uint8Array();
  private from = 0;
  /** Where the number that was read last ends. */
  private next = 0;

  constructor(private readonly source: ByteSource) {}

  /** The fields between two offsets, in order. */
  *fields(start: number, end: number): Generator<WireField> {
    let at = start;
    while (at < end) {
      const key = this.varint(at, end);
      const afterKey = this.next;
      const [number, type] = [Math.floor(key / 8), key % 8];
      if (number <= 0) throw new BrokenWire('a field has the number 0');
      if (type === 0) {
        const value = this.varint(afterKey, end);
        at = this.next;
        yield { number, value, start: 0, end: 0 };
      } else if (type === 2) {
        const length = this.varint(afterKey, end);
        const content = this.next;
        if (length < 0 || content + length > end) throw new BrokenWire('a field is longer than what it lies in');
        at = content + length;
        yield { number, value: 0, start: content, end: at };
      } else if (type === 1 || type === 5) {
        const bytes = type === 1 ? 8 : 4;
        at = afterKey + bytes;
        if (at > end) throw new BrokenWire('a number is cut off');
        yield { number, value: 0, start: 0, end: 0, fixed: { at: afterKey, bytes } };
      } else throw new BrokenWire(`a field has the unknown type ${type}`);
    }
  }

  /** The fields of a message. */
  inside({ start, end }: WireField): Generator<WireField> {
    return this.fields(start, end);
  }

  text(field: WireField): string {
    if (field.end - field.start > LONGEST_TEXT) throw new BrokenWire('a name is too long');
    const bytes = this.bytes(field.start, field.end);
    let text = '';
    let isAscii = true;
    for (const byte of bytes) {
      text += String.fromCharCode(byte);
      if (byte > 127) isAscii = false;
    }
    // Names outside ASCII are decoded the way that every host can.
    return isAscii ? text : decodeURIComponent(escapeBytes(bytes));
  }

  /** What lies between two offsets. Only for content that is known to be short. */
  bytes(start: number, end: number): Uint8Array {
    const length = end - start;
    if (length === 0) return new Uint8Array();
    if (start < this.from || end > this.from + this.piece.length) this.load(start, Math.max(length, PIECE));
    const found = this.piece.subarray(start - this.from, end - this.from);
    if (found.length < length) throw new BrokenWire('the file is cut off');
    return found;
  }

  /** A few bytes of content that may be long, without reading what lies around it. */
  sample(start: number, length: number): Uint8Array {
    return this.source.read(start, length) ?? new Uint8Array();
  }

  /** Whole numbers of a repeated field: one by itself, or many packed into one. */
  *integers(field: WireField): Generator<number> {
    if (field.end === 0) {
      yield field.value;
      return;
    }
    for (let at = field.start; at < field.end;) {
      const value = this.varint(at, field.end);
      at = this.next;
      yield value;
    }
  }

  /** Numbers of fixed size of a repeated field, one or many packed; doubles have 8 bytes, floats 4. */
  *reals(field: WireField, bytes: 4 | 8): Generator<number> {
    const [start, end] = field.fixed ? [field.fixed.at, field.fixed.at + field.fixed.bytes] : [field.start, field.end];
    for (let at = start; at + bytes <= end; at += bytes) {
      const view = viewOf(this.bytes(at, at + bytes));
      yield bytes === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true);
    }
  }

  private varint(at: number, end: number): number {
    let value = 0;
    let scale = 1;
    for (let next = at; next < at + SAFE_BYTES; next++) {
      if (next >= end) throw new BrokenWire('a number is cut off');
      const byte = this.byte(next);
      value += (byte & 127) * scale;
      if (byte < 128) {
        this.next = next + 1;
        return value;
      }
      scale *= 128;
    }
    return this.longVarint(at, end);
  }

  private longVarint(at: number, end: number): number {
    let value = 0n;
    for (let shift = 0n, next = at; shift < 70n; shift += 7n, next++) {
      if (next >= end) throw new BrokenWire('a number is cut off');
      const byte = this.byte(next);
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) {
        this.next = next + 1;
        return Number(BigInt.asIntN(64, value));
      }
    }
    throw new BrokenWire('a number has too many bytes');
  }

  private byte(at: number): number {
    if (at < this.from || at >= this.from + this.piece.length) this.load(at, PIECE);
    const byte = this.piece[at - this.from];
    if (byte === undefined) throw new BrokenWire('the file is cut off');
    return byte;
  }

  private load(start: number, length: number): void {
    this.piece = this.source.read(start, length) ?? new Uint8Array();
    this.from = start;
  }
}

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const escapeBytes = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
