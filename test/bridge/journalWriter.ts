/** Writes journals as docs/journal.md describes them: what the agent does in Python, for tests of its readers. */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import {
  exponentBins,
  frameForms,
  journalMagic,
  journalVersion,
  type JournalRecord,
  type RunFacts,
  type StatsRecord,
  statsSubjects,
} from '../../protocol/src/journal';

/** A folder of a run with its facts; the process is this one unless said otherwise. */
export function startRun(root: string, facts: Partial<RunFacts> & { readonly id: string }): RunWriter {
  const folder = join(root, facts.id);
  mkdirSync(folder, { recursive: true });
  const whole: RunFacts = {
    version: 1,
    argv: ['train.py'],
    cwd: root,
    script: join(root, 'train.py'),
    python: '3.11.2',
    platform: 'linux',
    pid: process.pid,
    startedAt: new Date().toISOString(),
    ...facts,
  };
  writeFileSync(join(folder, 'run.json'), JSON.stringify(whole));
  return new RunWriter(folder);
}

export class RunWriter {
  private readonly sequences = new Map<number, number>();

  constructor(readonly folder: string) {}

  path(rank: number): string {
    return join(this.folder, `rank-${rank}.journal`);
  }

  /** Appends records in one write. */
  append(records: readonly JournalRecord[], rank = 0): void {
    const header = this.sequences.has(rank) ? [] : [headerBytes()];
    const frames = records.map((record) => this.frame(payloadOf(record), rank));
    appendFileSync(this.path(rank), Buffer.concat([...header, ...frames]));
  }

  frame(payload: Uint8Array, rank: number): Buffer {
    const sequence = (this.sequences.get(rank) ?? 0) + 1;
    this.sequences.set(rank, sequence);
    const head = Buffer.alloc(12);
    head.writeUInt32LE(payload.length, 0);
    head.writeUInt32LE(sequence, 4);
    head.writeUInt32LE(crc32(payload, crc32(head.subarray(4, 8))), 8);
    return Buffer.concat([head, payload]);
  }
}

export function headerBytes(): Buffer {
  const header = Buffer.alloc(16);
  header.write(journalMagic, 'latin1');
  header.writeUInt32LE(journalVersion, 12);
  return header;
}

export const payloadOf = (record: JournalRecord): Buffer =>
  record.kind === 'stats'
    ? statsBytes(record)
    : Buffer.concat([Buffer.of(frameForms.json), Buffer.from(JSON.stringify(record))]);

function statsBytes({ what, step, time, entries }: StatsRecord): Buffer {
  const head = Buffer.alloc(16);
  head[0] = frameForms.stats;
  head[1] = statsSubjects.indexOf(what);
  head.writeUInt16LE(entries.length, 2);
  head.writeUInt32LE(step, 4);
  head.writeDoubleLE(time, 8);
  const parts = entries.map((entry) => {
    const name = Buffer.from(entry.name);
    const channels = entry.channelMax?.length ?? 0;
    const bytes = Buffer.alloc(8 + name.length + 9 * 8 + 2 * exponentBins * 4 + channels * 8);
    bytes.writeUInt16LE(name.length, 0);
    bytes.writeUInt16LE(channels, 2);
    bytes.writeUInt32LE((entry.rows | (entry.estimated ? 0x80000000 : 0)) >>> 0, 4);
    name.copy(bytes, 8);
    const { n, nan, inf, zeros, sum, sumSquares, min, max, absMax } = entry;
    let at = 8 + name.length;
    for (const value of [n, nan, inf, zeros, sum, sumSquares, min, max, absMax]) at = bytes.writeDoubleLE(value, at);
    for (const count of entry.exponents) at = bytes.writeUInt32LE(count, at);
    for (const value of [...(entry.channelMax ?? []), ...(entry.channelMin ?? [])]) at = bytes.writeFloatLE(value, at);
    return bytes;
  });
  return Buffer.concat([head, ...parts]);
}

/** The record of one step with these values. */
export const scalars = (step: number, values: Readonly<Record<string, number>>): JournalRecord => ({
  kind: 'scalars',
  step,
  time: step / 100,
  values: Object.fromEntries(
    Object.entries(values).map(([tag, value]) => [
      tag,
      Number.isNaN(value) ? 'nan' : value === Infinity ? 'inf' : value === -Infinity ? '-inf' : value,
    ]),
  ),
});
