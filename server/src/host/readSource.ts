/** Reading one source file: decoded and limited, with a reason where it can't be read. */
import { readFileSync, statSync } from 'node:fs';
import { decodeSource } from './decode';

/** Larger files are generated or data; they are left out with a reason. */
export const largestSource = 2 * 1024 * 1024;

export interface SourceText {
  readonly text: string;
  /** Changes when the file does. */
  readonly stamp: string;
}

export interface Unreadable {
  /** A clause for a person: 'is larger than 2 MB'. */
  readonly reason: string;
}

/** Reads a file. Never throws: a file that went away or may not be read has a reason. */
export function readSource(path: string): SourceText | Unreadable {
  try {
    const found = statSync(path);
    // Reading a pipe would wait for a writer.
    if (!found.isFile()) return { reason: found.isDirectory() ? 'is a folder' : 'is no regular file' };
    const { size, mtimeMs, ino } = found;
    if (size > largestSource) return { reason: `is larger than ${largestSource / 1024 / 1024} MB and was not read` };
    return { text: decodeSource(readFileSync(path)), stamp: `${mtimeMs}:${size}:${ino}` };
  } catch (error) {
    return { reason: unreadableReason(error) };
  }
}

/** What the system says, in words. */
export function unreadableReason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return 'does not exist';
    case 'EACCES':
    case 'EPERM':
      return 'may not be read (no permission)';
    case 'ELOOP':
      return 'is a symbolic link that leads to itself';
    default:
      return `could not be read (${typeof code === 'string' ? code : String(error)})`;
  }
}
