/** Following a journal file: what has been added since the last look. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { JournalRecord } from '../../../protocol/src/journal';
import { readFrames, type Torn } from './frames';
import { recordOf } from './records';

export interface SequencedRecord {
  readonly sequence: number;
  readonly record: JournalRecord;
}

/** Bytes read at a look: more than the longest frame; a longer tail takes several. */
const chunkBytes = 32 * 1024 * 1024;

/** A place between two frames. */
export interface JournalPlace {
  /** Byte in the file. */
  readonly good: number;
  /** Sequence number of the frame before it. */
  readonly sequence: number;
}

/** Reads on from where it stopped; a torn tail is looked at again, since it may be a frame that is being written. */
export class JournalTail {
  private good: number;
  private sequence: number;
  /** Why the last look stopped before the end of the file, and at which byte. */
  torn: { readonly at: number; readonly why: Torn } | undefined;

  /**
   * @param start where to begin, absent: with the first frame
   * @param piece bytes that `readPiece` looks at; at least those of one frame are read
   */
  constructor(
    readonly path: string,
    start: JournalPlace = { good: 0, sequence: 0 },
    private readonly piece = chunkBytes,
  ) {
    this.good = start.good;
    this.sequence = start.sequence;
  }

  /** After what has been read. */
  get place(): JournalPlace {
    return { good: this.good, sequence: this.sequence };
  }

  /** New records, in order; none where the file is absent. */
  read(): readonly SequencedRecord[] {
    const found: SequencedRecord[] = [];
    while (this.readChunk(found, chunkBytes));
    return found;
  }

  /** Some of the new records, so that a long journal doesn't hold up everything else; `more`: read again. */
  readPiece(): { readonly records: readonly SequencedRecord[]; readonly more: boolean } {
    const records: SequencedRecord[] = [];
    const before = this.good;
    const more = this.readChunk(records, this.piece);
    // A frame longer than the piece.
    return this.good === before && this.torn?.why === 'incomplete' && this.piece < chunkBytes
      ? { more: this.readChunk(records, chunkBytes), records }
      : { records, more };
  }

  /** @returns whether there may be more */
  private readChunk(found: SequencedRecord[], most: number): boolean {
    const bytes = this.bytes(most);
    if (bytes === undefined || bytes.length === 0) return false;
    const before = this.good;
    const { frames, good, sequence, torn } = readFrames(bytes, this.good, this.sequence);
    [this.good, this.sequence] = [good, sequence];
    this.torn = torn === undefined ? undefined : { at: good, why: torn };
    for (const frame of frames) {
      const record = recordOf(frame.payload);
      if (record !== undefined) found.push({ sequence: frame.sequence, record });
    }
    return bytes.length === most && good > before;
  }

  private bytes(most: number): Uint8Array | undefined {
    let file;
    try {
      file = openSync(this.path, 'r');
    } catch {
      return undefined;
    }
    try {
      const size = Math.min(most, Math.max(0, fstatSync(file).size - this.good));
      const bytes = new Uint8Array(size);
      return bytes.subarray(0, readSync(file, bytes, 0, size, this.good));
    } finally {
      closeSync(file);
    }
  }
}
