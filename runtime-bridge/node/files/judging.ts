/**
 * A run's verdict, apart from its curves: it reads the journals itself, a little at a time, so that a rule that takes
 * long holds up nobody. A run that is over and was judged by `tensorwright run` keeps that verdict.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Alert } from '../../../protocol/src/bridge';
import type { JournalRecord } from '../../../protocol/src/journal';
import { JournalTail } from '../journal/tail';

/** Judges a run while its records come. */
export interface RunJudge {
  /** @returns whether the verdict may have changed */
  take(rank: number, record: JournalRecord): boolean;
  /** The verdict now, worst first. */
  alerts(): readonly Alert[];
}

/** A judge for the run of a folder. */
export type MakeJudge = (folder: string) => RunJudge;

const pieceBytes = 64 * 1024;

interface Followed {
  readonly rank: number;
  readonly tail: JournalTail;
  /** Read and not yet judged. */
  waiting: readonly JournalRecord[];
}

export class Judging {
  private readonly followed = new Map<number, Followed>();
  private settled = false;
  alerts: readonly Alert[] = [];

  constructor(
    private readonly folder: string,
    private readonly rules: RunJudge,
  ) {}

  /** @param over whether the run is; then a verdict in its folder is taken as it is */
  judge(
    journals: readonly { readonly rank: number; readonly path: string }[],
    millis: number,
    over: boolean,
  ): { readonly changed: boolean; readonly more: boolean } {
    if (this.settled) return { changed: false, more: false };
    if (over && this.followed.size === 0) {
      const kept = findingsIn(this.folder);
      if (kept !== undefined) {
        this.settled = true;
        this.alerts = kept;
        return { changed: kept.length > 0, more: false };
      }
    }
    for (const { rank, path } of journals)
      if (!this.followed.has(rank))
        this.followed.set(rank, { rank, tail: new JournalTail(path, undefined, pieceBytes), waiting: [] });
    const until = performance.now() + millis;
    let [changed, more] = [false, false];
    for (const one of this.followed.values()) {
      const step = this.advance(one, until);
      changed ||= step.changed;
      more ||= step.more;
    }
    if (changed) this.alerts = this.rules.alerts();
    return { changed, more };
  }

  private advance(one: Followed, until: number): { readonly changed: boolean; readonly more: boolean } {
    let changed = false;
    for (;;) {
      if (one.waiting.length === 0) {
        one.waiting = one.tail.readPiece().records.map(({ record }) => record);
        if (one.waiting.length === 0) return { changed, more: false };
      }
      let done = 0;
      for (const record of one.waiting) {
        if (performance.now() > until) break;
        changed = this.rules.take(one.rank, record) || changed;
        done++;
      }
      one.waiting = one.waiting.slice(done);
      if (one.waiting.length > 0) return { changed, more: true };
    }
  }
}

/** The verdict that `tensorwright run` left in the folder. */
function findingsIn(folder: string): readonly Alert[] | undefined {
  try {
    const { findings } = JSON.parse(readFileSync(join(folder, 'findings.json'), 'utf8')) as { findings?: Alert[] };
    return findings?.map((finding) => ({ ...finding, time: (finding as Partial<Alert>).time ?? Number.NaN }));
  } catch {
    return undefined;
  }
}
