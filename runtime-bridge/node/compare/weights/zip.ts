/**
 * The entries of a zip archive that lie in it as they are, uncompressed, which is how PyTorch and NumPy write tensors.
 *
 * Source: APPNOTE.TXT 6.3.10, sections 4.3.7 (local header), 4.3.12 (directory), 4.3.14 to 4.3.16 (its end), 4.5.3 (zip64).
 */
import { type FileBytes, Unreadable } from './bytes';
import { mostTensors } from './tensors';

export interface ZipEntry {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly isStored: boolean;
  /** Offset of its local header. */
  readonly header: number;
}

const endSignature = 0x06054b50;
const end64Signature = 0x06064b50;
const locatorSignature = 0x07064b50;
const entrySignature = 0x02014b50;
const localSignature = 0x04034b50;
/** The end record and the longest comment that may follow it. */
const longestEnd = 22 + 65_535;
const longestDirectory = 256 * 1024 * 1024;

/** The directory of an archive, in its order. @throws Unreadable */
export function readZip(file: FileBytes): readonly ZipEntry[] {
  const { start, bytes, count } = directoryOf(file);
  if (bytes > longestDirectory || count > mostTensors) throw new Unreadable('has too long a directory');
  const directory = file.exactly(start, bytes);
  const entries: ZipEntry[] = [];
  for (let at = 0; entries.length < count;) {
    if (at + 46 > bytes || directory.readUInt32LE(at) !== entrySignature)
      throw new Unreadable('has a broken directory');
    const [name, extra, comment] = [28, 30, 32].map((field) => directory.readUInt16LE(at + field)) as [
      number,
      number,
      number,
    ];
    const next = at + 46 + name + extra + comment;
    if (next > bytes) throw new Unreadable('has a broken directory');
    entries.push(entryOf(directory.subarray(at, next), name, extra));
    at = next;
  }
  return entries;
}

function entryOf(record: Buffer, nameLength: number, extraLength: number): ZipEntry {
  const flags = record.readUInt16LE(8);
  const method = record.readUInt16LE(10);
  let [packed, size, header] = [20, 24, 42].map((field) => record.readUInt32LE(field)) as [number, number, number];
  const extra = record.subarray(46 + nameLength, 46 + nameLength + extraLength);
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    // Only the fields that did not fit are there, in this order.
    const wide = extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
    let from = 0;
    const next = (value: number): number => {
      if (value !== 0xffffffff) return value;
      if (from + 8 > wide.length) throw new Unreadable('has a broken directory');
      from += 8;
      return Number(wide.readBigUInt64LE(from - 8));
    };
    [size, packed, header] = [next(size), next(packed), next(header)];
  }
  const name = record.toString('utf8', 46, 46 + nameLength);
  // Bit 0: encrypted.
  return { name, size, header, isStored: method === 0 && (flags & 1) === 0 && packed === size };
}

/** Where an entry's bytes start. @throws Unreadable */
export function startOf(file: FileBytes, { header, name, size, isStored }: ZipEntry): number {
  if (!isStored) throw new Unreadable(`has the compressed entry ${name.slice(0, 80)}, which is not read`);
  const local = file.exactly(header, 30);
  if (local.readUInt32LE(0) !== localSignature) throw new Unreadable('has a broken directory');
  const start = header + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
  if (start + size > file.size) throw new Unreadable('is cut off');
  return start;
}

function directoryOf(file: FileBytes): { readonly start: number; readonly bytes: number; readonly count: number } {
  const from = Math.max(0, file.size - longestEnd);
  const tail = file.exactly(from, file.size - from);
  let at = tail.length - 22;
  while (at >= 0 && tail.readUInt32LE(at) !== endSignature) at--;
  if (at < 0) throw new Unreadable('is cut off, or no zip archive');
  const [count, bytes, start] = [tail.readUInt16LE(at + 10), tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16)];
  if (count !== 0xffff && bytes !== 0xffffffff && start !== 0xffffffff) return { start, bytes, count };
  if (at < 20 || tail.readUInt32LE(at - 20) !== locatorSignature) return { start, bytes, count };
  const end = file.exactly(Number(tail.readBigUInt64LE(at - 12)), 56);
  if (end.readUInt32LE(0) !== end64Signature) throw new Unreadable('has a broken directory');
  const [wideCount, wideBytes, wideStart] = [32, 40, 48].map((field) => Number(end.readBigUInt64LE(field))) as [
    number,
    number,
    number,
  ];
  return { start: wideStart, bytes: wideBytes, count: wideCount };
}
