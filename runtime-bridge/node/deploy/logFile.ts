/**
 * The log of a deployment: one JSON object a line, only ever appended to, each line sealed with the hash of the one
 * before it.
 *
 * A line is on the disk before `append` returns. Bytes after the last line end are what a crash left of a line and are
 * cut. Anything else that does not fit the chain was changed by somebody: nothing is steered by such a log.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** What the log adds to a record. */
export interface Seal {
  /** 1, 2, 3 ... */
  readonly seq: number;
  /** SHA-256 of the line before; zeros in the first. */
  readonly prevHash: string;
  /** SHA-256 of this line without this entry. */
  readonly hash: string;
}

/** A record of an unknown form, as it was read. */
export type LogRecord = Seal & Readonly<Record<string, unknown>>;

export interface LogReading {
  readonly records: readonly LogRecord[];
  /** Bytes of whole lines. */
  readonly bytes: number;
  /** Bytes after them: a line that was not finished. */
  readonly torn: number;
  /** Where the chain does not hold, and why; the records stop there. */
  readonly broken?: string;
}

/** The log was changed by somebody; the message says where. */
export class TamperedLog extends Error {}
/** The log can't be read; the message says why. */
export class LogNotRead extends Error {}
/** The log can't be written; the message says why. */
export class LogNotWritten extends Error {}

/** A log past this is not one of ours: a deployment writes kilobytes. */
const maxBytes = 512 * 1024 * 1024;
const firstHash = '0'.repeat(64);
const lineForm = /^(\{.*),"hash":"([0-9a-f]{64})"\}$/;

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * Reads a log and checks its chain; never throws for what is in it.
 *
 * @throws LogNotRead
 */
export function readLog(path: string): LogReading {
  const content = contentOf(path);
  if (typeof content === 'number') return { records: [], bytes: 0, torn: 0, broken: `it has ${content} bytes` };
  const end = content.lastIndexOf(0x0a) + 1;
  const records: LogRecord[] = [];
  const reading = { records, bytes: end, torn: content.length - end };
  for (const line of content.toString('utf8', 0, end).split('\n').slice(0, -1)) {
    const record = unsealed(line, records.at(-1));
    if (typeof record === 'string') return { ...reading, broken: `line ${records.length + 1} ${record}` };
    records.push(record);
  }
  return reading;
}

/** Of a file that is too long its length. */
function contentOf(path: string): Buffer | number {
  try {
    const { size } = statSync(path);
    if (size > maxBytes) return size;
    // A device has no size and may have no end.
    return size === 0 ? Buffer.alloc(0) : readFileSync(path);
  } catch (error) {
    throw new LogNotRead(`${path} can't be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The record of a line, or why it is none. */
function unsealed(line: string, before: Seal | undefined): LogRecord | string {
  const [, body, hash] = lineForm.exec(line) ?? [];
  if (body === undefined) return 'is no record';
  if (hashOf(`${body}}`) !== hash) return 'does not fit its hash';
  const record = JSON.parse(line) as LogRecord;
  if (record.seq !== (before?.seq ?? 0) + 1) return `has number ${record.seq} after ${before?.seq ?? 0}`;
  return record.prevHash === (before?.hash ?? firstHash) ? record : 'does not follow the line before it';
}

/** A log that is written. One process at a time: whoever holds the lease. */
export class DeploymentLog {
  private last: Seal | undefined;

  private constructor(
    readonly path: string,
    private readonly file: number,
    private bytes: number,
    /** What was in it when it was opened. */
    readonly records: readonly LogRecord[],
  ) {
    this.last = records.at(-1);
  }

  /**
   * Opens a log, makes it where there is none, and cuts a line that was not finished.
   *
   * @throws TamperedLog, LogNotRead, LogNotWritten
   */
  static open(path: string): DeploymentLog {
    const isNew = !existsSync(path);
    try {
      mkdirSync(dirname(path), { recursive: true });
      const file = openSync(path, isNew ? 'ax' : 'r+', 0o600);
      if (isNew) syncFolder(dirname(path));
      const { records, bytes, torn, broken } = readLog(path);
      if (broken !== undefined) {
        closeSync(file);
        throw new TamperedLog(changedLog(path, broken));
      }
      if (torn > 0) ftruncateSync(file, bytes);
      return new DeploymentLog(path, file, bytes, records);
    } catch (error) {
      throw error instanceof TamperedLog || error instanceof LogNotRead ? error : notWritten(path, error);
    }
  }

  /**
   * Appends a record; on the disk when this returns.
   *
   * @throws LogNotWritten with the log as it was before
   */
  append(record: object): Seal {
    const { seq, hash } = this.last ?? { seq: 0, hash: firstHash };
    const body = JSON.stringify({ seq: seq + 1, ...record, prevHash: hash });
    const sealed = { seq: seq + 1, prevHash: hash, hash: hashOf(body) };
    const line = Buffer.from(`${body.slice(0, -1)},"hash":"${sealed.hash}"}\n`);
    try {
      this.refuseForeignBytes();
      for (let done = 0; done < line.length;)
        done += writeSync(this.file, line, done, line.length - done, this.bytes + done);
      fsyncSync(this.file);
    } catch (error) {
      this.takeBack();
      throw notWritten(this.path, error);
    }
    this.bytes += line.length;
    this.last = sealed;
    return sealed;
  }

  close(): void {
    closeSync(this.file);
  }

  /** Whoever else writes here would break the chain: noticed before, not after. */
  private refuseForeignBytes(): void {
    const { size } = fstatSync(this.file);
    if (size < this.bytes) throw new Error(`it has lost ${this.bytes - size} bytes`);
    if (size > this.bytes && readSync(this.file, Buffer.alloc(1), 0, 1, this.bytes) > 0)
      throw new Error('another process has written to it');
  }

  private takeBack(): void {
    try {
      ftruncateSync(this.file, this.bytes);
    } catch {
      // Whoever reads it next cuts what was not finished.
    }
  }
}

/** What is said of a log that was changed. */
export const changedLog = (path: string, broken: string): string =>
  `${path} was changed: ${broken}. Nothing is steered by it and the traffic stays as it is; keep the file as evidence and move it away`;

const notWritten = (path: string, error: unknown): LogNotWritten =>
  new LogNotWritten(`${path} can't be written: ${error instanceof Error ? error.message : String(error)}`);

function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  fsyncSync(folder);
  closeSync(folder);
}
