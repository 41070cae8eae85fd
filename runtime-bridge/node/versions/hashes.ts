/** SHA-256 of files, remembered by size and time of change, so that listing models reads no weights twice. */
import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

interface Known {
  readonly size: number;
  readonly mtimeMs: number;
  readonly sha256: string;
}

/** Hashes past which the oldest are forgotten. */
const mostKnown = 20_000;

export class Hashes {
  private readonly known: Map<string, Known>;
  private changed = false;

  /** @param file where they are kept: `.tensorwright/cache/hashes.json` of the workspace */
  constructor(private readonly file: string) {
    this.known = new Map(Object.entries(stored(file)).filter((entry): entry is [string, Known] => isKnown(entry[1])));
  }

  /** Of a file as it is now. @throws where it can't be read */
  async of(path: string, signal?: AbortSignal): Promise<string> {
    const { size, mtimeMs } = statSync(path);
    const known = this.known.get(path);
    if (known?.size === size && known.mtimeMs === mtimeMs) return known.sha256;
    const hash = createHash('sha256');
    for await (const piece of createReadStream(path, { signal, highWaterMark: 1024 * 1024 }))
      hash.update(piece as Buffer);
    const sha256 = hash.digest('hex');
    this.remember(path, sha256, { size, mtimeMs });
    return sha256;
  }

  remember(path: string, sha256: string, { size, mtimeMs } = statSync(path) as Pick<Known, 'size' | 'mtimeMs'>): void {
    this.known.delete(path);
    this.known.set(path, { size, mtimeMs, sha256 });
    this.changed = true;
  }

  /** A cache that can't be written costs time, nothing else. */
  save(): void {
    if (!this.changed) return;
    const files = Object.fromEntries([...this.known].slice(-mostKnown));
    const waiting = `${this.file}.${process.pid}`;
    try {
      makeStateFolder(dirname(this.file));
      writeFileSync(waiting, JSON.stringify({ version: 1, files }));
      renameSync(waiting, this.file);
    } catch {
      rmSync(waiting, { force: true });
    }
  }
}

/** A folder below `.tensorwright`, which Git is told to leave alone. @throws where the disk says no */
export function makeStateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const ignore = join(dirname(folder), '.gitignore');
  if (!existsSync(ignore)) writeFileSync(ignore, '*\n');
}

function stored(file: string): object {
  try {
    const { files } = JSON.parse(readFileSync(file, 'utf8')) as { files?: unknown };
    return typeof files === 'object' && files !== null ? files : {};
  } catch {
    return {};
  }
}

function isKnown(value: unknown): value is Known {
  const { size, mtimeMs, sha256 } = (value ?? {}) as Partial<Record<keyof Known, unknown>>;
  return typeof size === 'number' && typeof mtimeMs === 'number' && typeof sha256 === 'string';
}
