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
  readonly value: number;
  /** Offsets of the content of strings and messages; both 0 for numbers. */
  readonly start: number;
  readonly end: number;
}

/** The file is cut off, or is something else. */
export class BrokenWire extends Error {}

const PIECE = 65_536;
/** Longer texts are no names. */
const LONGEST_TEXT = 65_536;

export class WireReader {
  private piece: Uint8Array = new Uint8Array();
  private from = 0;

  constructor(private readonly source: ByteSource) {}

  /** The fields between two offsets, in order. */
  *fields(start: number, end: number): Generator<WireField> {
    let at = start;
    while (at < end) {
      const [key, afterKey] = this.varint(at, end);
      const [number, type] = [Math.floor(key / 8), key % 8];
      if (number === 0) throw new BrokenWire('a field has the number 0');
      if (type === 0) {
        const [value, next] = this.varint(afterKey, end);
        yield { number, value, start: 0, end: 0 };
        at = next;
      } else if (type === 2) {
        const [length, content] = this.varint(afterKey, end);
        if (content + length > end) throw new BrokenWire('a field is longer than what it lies in');
        yield { number, value: 0, start: content, end: content + length };
        at = content + length;
      } else if (type === 1 || type === 5) {
        at = afterKey + (type === 1 ? 8 : 4);
        if (at > end) throw new BrokenWire('a number is cut off');
      } else throw new BrokenWire(`a field has the unknown type ${type}`);
    }
  }

  text({ start, end }: WireField): string {
    if (end - start > LONGEST_TEXT) throw new BrokenWire('a name is too long');
    const bytes = this.source.read(start, end - start);
    if (!bytes || bytes.length < end - start) throw new BrokenWire('a name is cut off');
    let text = '';
    for (const byte of bytes) text += String.fromCharCode(byte);
    // Names outside ASCII are decoded the way that every host can.
    return bytes.some((byte) => byte > 127) ? decodeURIComponent(escapeBytes(bytes)) : text;
  }

  /** The numbers of a packed field. @throws BrokenWire where there are more than `most` */
  numbers({ start, end }: WireField, most: number): readonly number[] {
    const found: number[] = [];
    for (let at = start; at < end;) {
      const [value, next] = this.varint(at, end);
      if (found.push(value) > most) throw new BrokenWire('a list is too long');
      at = next;
    }
    return found;
  }

  /** Numbers above 2^53 are rounded; negative ones come out as such. */
  private varint(at: number, end: number): [number, number] {
    let value = 0n;
    for (let shift = 0n, next = at; shift < 70n; shift += 7n, next++) {
      if (next >= end) throw new BrokenWire('a number is cut off');
      const byte = this.byte(next);
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return [Number(BigInt.asIntN(64, value)), next + 1];
    }
    throw new BrokenWire('a number has too many bytes');
  }

  private byte(at: number): number {
    if (at < this.from || at >= this.from + this.piece.length) {
      this.piece = this.source.read(at, PIECE) ?? new Uint8Array();
      this.from = at;
    }
    const byte = this.piece[at - this.from];
    if (byte === undefined) throw new BrokenWire('the file is cut off');
    return byte;
  }
}

const escapeBytes = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
