/** Following a journal file: what has been added since the last look. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { JournalRecord } from '../../../protocol/src/journal';
import { readFrames, type Torn } from './frames';
import { recordOf } from './records';

export interface SequencedRecord {
  readonly sequence: number;
  readonly record: JournalRecord;
}

/** Bytes read at a look; a longer tail takes several. */
const chunkBytes = 32 * 1024 * 1024;

/** Reads on from where it stopped; a torn tail is looked at again, since it may be a frame that is being written. */
export class JournalTail {
  private good = 0;
  private sequence = 0;
  /** Why the last look stopped before the end of the file, and at which byte. */
  torn: { readonly at: number; readonly why: Torn } | undefined;

  constructor(readonly path: string) {}

  /** New records, in order; none where the file is absent. */
  read(): readonly SequencedRecord[] {
    const found: SequencedRecord[] = [];
    while (this.readChunk(found));
    return found;
  }

  /** @returns whether there may be more */
  private readChunk(found: SequencedRecord[]): boolean {
    const bytes = this.bytes();
    if (bytes === undefined || bytes.length === 0) return false;
    const before = this.good;
    const { frames, good, sequence, torn } = readFrames(bytes, this.good, this.sequence);
    [this.good, this.sequence] = [good, sequence];
    this.torn = torn === undefined ? undefined : { at: good, why: torn };
    for (const frame of frames) {
      const record = recordOf(frame.payload);
      if (record !== undefined) found.push({ sequence: frame.sequence, record });
    }
    return bytes.length === chunkBytes && good > before;
  }

  private bytes(): Uint8Array | undefined {
    let file;
    try {
      file = openSync(this.path, 'r');
    } catch {
      return undefined;
    }
    try {
      const size = Math.min(chunkBytes, Math.max(0, fstatSync(file).size - this.good));
      const bytes = new Uint8Array(size);
      return bytes.subarray(0, readSync(file, bytes, 0, size, this.good));
    } finally {
      closeSync(file);
    }
  }
}
