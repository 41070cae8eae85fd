/**
 * Memory that a front and the process of a version both reach: a file without a name on a file system in memory.
 *
 * A pipe holds 200 kB; a larger tensor stops in it until the other side wakes up and reads, several times over. Here it
 * is written and read in one go. Where there is no such file system, or it is full, tensors go through the pipe.
 */
import { closeSync, openSync, readSync, unlinkSync, writevSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';

const memoryFolder = '/dev/shm';
const slotBytes = 8 << 20;
/** One request computes, one lies ready; more than that is rare. */
const slots = 3;
/** Below it the pipe is as fast. */
const worthwhile = 1 << 16;

/** A place for the tensors of one request, and then for those of its answer. */
export type Slot = number;

export class Scratch {
  private readonly free: Slot[] = Array.from({ length: slots }, (_, slot) => slot);

  constructor(readonly descriptor: number) {}

  /** Undefined where the system has no memory to share in this way. */
  static create(): Scratch | undefined {
    const path = join(memoryFolder, `tensorwright-${randomUUID()}`);
    try {
      const descriptor = openSync(path, 'wx+', 0o600);
      unlinkSync(path);
      return new Scratch(descriptor);
    } catch {
      return undefined;
    }
  }

  take(): Slot | undefined {
    return this.free.pop();
  }

  giveBack(slot: Slot): void {
    this.free.push(slot);
  }

  /** Whether the pieces now lie in the slot. */
  write(slot: Slot, pieces: readonly Uint8Array[], bytes: number): boolean {
    if (bytes < worthwhile || bytes > slotBytes) return false;
    try {
      return writevSync(this.descriptor, pieces, slot * slotBytes) === bytes;
    } catch {
      return false;
    }
  }

  read(slot: Slot, bytes: number): Buffer {
    const buffer = Buffer.allocUnsafeSlow(bytes);
    readSync(this.descriptor, buffer, 0, bytes, slot * slotBytes);
    return buffer;
  }

  close(): void {
    closeSync(this.descriptor);
  }
}
