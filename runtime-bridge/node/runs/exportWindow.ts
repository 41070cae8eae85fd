/** A finding's window of the journal as a folder of its own, which `tensorwright diagnose` judges like a run. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JournalRecord } from '../../../protocol/src/journal';
import type { AnyRule } from '../diagnosis/rule';
import { windowOf } from '../diagnosis/window';
import { readFrames } from '../journal/frames';
import { recordOf } from '../journal/records';
import { journalOf } from '../journal/writeFrames';
import { journalsOf } from './folder';
import { keepThresholds, thresholdsOf } from './thresholds';

interface Kept {
  readonly rank: number;
  readonly payload: Uint8Array;
  readonly record: JournalRecord;
}

export interface Exported {
  readonly kept: number;
  readonly of: number;
}

/**
 * Writes the records that a rule needs to say what it says of a run.
 *
 * @returns undefined where it says nothing
 * @throws where the files can't be read or written
 */
export function exportWindow(run: string, given: AnyRule, folder: string): Exported | undefined {
  const thresholds = thresholdsOf(run);
  const rule = { ...given, thresholds: { ...given.thresholds, ...thresholds[given.id] } };
  const all = journalsOf(run).flatMap(({ rank, path }): readonly Kept[] =>
    readFrames(readFileSync(path)).frames.flatMap(({ payload }) => {
      const record = recordOf(payload);
      return record === undefined ? [] : [{ rank, payload, record }];
    }),
  );
  // As a verdict of several processes is made: in the order of time.
  const records = [...all].sort((a, b) => a.record.time - b.record.time);
  const kept = windowOf(new Set(all.map(({ rank }) => rank)).size > 1 ? records : all, rule);
  if (kept === undefined) return undefined;
  mkdirSync(folder, { recursive: true });
  keepThresholds(folder, thresholds);
  for (const rank of new Set(kept.map((each) => each.rank))) {
    const payloads = kept.filter((each) => each.rank === rank).map(({ payload }) => payload);
    writeFileSync(join(folder, `rank-${rank}.journal`), journalOf(payloads));
  }
  return { kept: kept.length, of: all.length };
}
