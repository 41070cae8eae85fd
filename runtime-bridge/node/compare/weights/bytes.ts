/** Files read in pieces. Only regular files are opened: a pipe or a device would never answer. */
import { closeSync, constants, fstatSync, openSync, read, readSync } from 'node:fs';
import type { ByteSource } from '../../../../server/src/models/wire';

/** A file, or a part of it, can't be read; the message is a clause. */
export class Unreadable extends Error {}

export class FileBytes implements ByteSource {
  private constructor(
    readonly path: string,
    readonly size: number,
    private readonly descriptor: number,
  ) {}

  /** @throws Unreadable */
  static open(path: string): FileBytes {
    let descriptor: number | undefined;
    try {
      // Without O_NONBLOCK, opening a pipe waits for a writer.
      descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
      const stat = fstatSync(descriptor);
      if (!stat.isFile()) throw new Unreadable('is no file');
      return new FileBytes(path, stat.size, descriptor);
    } catch (error) {
      if (descriptor !== undefined) closeSync(descriptor);
      throw error instanceof Unreadable ? error : new Unreadable(clauseOf(error));
    }
  }

  /** Opens a file for as long as `use` takes. @throws Unreadable */
  static with<Result>(path: string, use: (bytes: FileBytes) => Result): Result {
    const bytes = FileBytes.open(path);
    try {
      return use(bytes);
    } finally {
      bytes.close();
    }
  }

  read(start: number, length: number): Uint8Array | undefined {
    if (start < 0 || start > this.size || length < 0) return undefined;
    const bytes = Buffer.allocUnsafe(Math.min(length, this.size - start));
    return bytes.subarray(0, this.readInto(bytes, start, bytes.length));
  }

  /** All of it. @throws Unreadable where the file ends before */
  exactly(start: number, length: number): Buffer {
    if (!(start >= 0 && length >= 0 && start + length <= this.size)) throw new Unreadable('is cut off');
    const bytes = Buffer.allocUnsafe(length);
    if (this.readInto(bytes, start, length) < length) throw new Unreadable('is cut off');
    return bytes;
  }

  /** @returns how many bytes there were @throws Unreadable */
  readInto(into: Uint8Array, start: number, length: number): number {
    try {
      let had = 0;
      while (had < length) {
        const got = readSync(this.descriptor, into, had, length - had, start + had);
        if (got === 0) break;
        had += got;
      }
      return had;
    } catch (error) {
      throw new Unreadable(clauseOf(error));
    }
  }

  /** The same, while the caller goes on. */
  readSoon(into: Uint8Array, start: number, length: number): Promise<number> {
    return new Promise((settle, reject) => {
      const more = (had: number): void =>
        read(this.descriptor, into, had, length - had, start + had, (error, got) => {
          if (error) reject(new Unreadable(clauseOf(error)));
          else if (got === 0 || had + got === length) settle(had + got);
          else more(had + got);
        });
      more(0);
    });
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

function clauseOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'is not there';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read';
  if (code === 'EISDIR') return 'is a folder';
  return `can't be read: ${error instanceof Error ? error.message : String(error)}`;
}
