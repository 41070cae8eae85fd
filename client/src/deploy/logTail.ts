/** Reads on in a deployment's log: whole lines only, since a torn one is being written or was cut by a crash. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { DeployRecord } from '../../../protocol/src/deploy';

/** Bytes read at a look; a longer log takes several. */
const pieceBytes = 4 * 1024 * 1024;
/** Records kept besides the first, which has the header. */
const mostRecords = 5_000;

export class LogTail {
  private at = 0;
  records: readonly DeployRecord[] = [];

  constructor(readonly path: string) {}

  /** Whether something came. Absent or unreadable files have nothing to say. */
  read(): boolean {
    const text = this.piece();
    const end = text.lastIndexOf(0x0a) + 1;
    if (end === 0) return false;
    this.at += end;
    const fresh = text
      .subarray(0, end)
      .toString('utf8')
      .split('\n')
      .flatMap((line) => recordOf(line));
    const all = [...this.records, ...fresh];
    this.records = all.length > mostRecords + 1 ? [...all.slice(0, 1), ...all.slice(-mostRecords)] : all;
    return fresh.length > 0;
  }

  private piece(): Buffer {
    let file;
    try {
      file = openSync(this.path, 'r');
    } catch {
      return Buffer.alloc(0);
    }
    try {
      const bytes = Buffer.alloc(Math.min(pieceBytes, Math.max(0, fstatSync(file).size - this.at)));
      return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, this.at));
    } finally {
      closeSync(file);
    }
  }
}

/** Lines of another version, or damaged ones, are passed over: the command line says what is wrong with a log. */
function recordOf(line: string): readonly DeployRecord[] {
  try {
    const record = JSON.parse(line) as Partial<DeployRecord>;
    const whole = typeof record.seq === 'number' && typeof record.to === 'string' && typeof record.reason === 'string';
    return whole && record.position !== undefined ? [record as DeployRecord] : [];
  } catch {
    return [];
  }
}
