/** Chunks of columns in a temporary file that is gone with its process. */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Spill } from '../store/column';

export class SpillFile implements Spill {
  private file: number | undefined;
  private size = 0;

  write(chunk: Float64Array): number {
    this.file ??= openNameless();
    const key = this.size;
    const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let done = 0; done < bytes.length;) done += writeSync(this.file, bytes, done, bytes.length - done, key + done);
    this.size += chunk.byteLength;
    return key;
  }

  read(key: number, length: number): Float64Array {
    const chunk = new Float64Array(length);
    const bytes = new Uint8Array(chunk.buffer);
    for (let done = 0; done < bytes.length;) {
      const read = this.file === undefined ? 0 : readSync(this.file, bytes, done, bytes.length - done, key + done);
      if (read === 0) throw new Error('the file of spilled curves is shorter than it was');
      done += read;
    }
    return chunk;
  }

  dispose(): void {
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
  }
}

/** Open and already removed, where the system allows that: nothing is left behind however the process ends. */
function openNameless(): number {
  const folder = mkdtempSync(join(tmpdir(), 'tensorwright-curves-'));
  const file = openSync(join(folder, 'chunks'), 'w+');
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // Windows keeps an open file; the system's own cleaning takes it.
  }
  return file;
}
