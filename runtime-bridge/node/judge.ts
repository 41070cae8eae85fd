/** The diagnosis as the bridge takes it: the same rules as `tensorwright run` and `tensorwright diagnose`. */
import type { Alert } from '../../protocol/src/bridge';
import type { JournalRecord } from '../../protocol/src/journal';
import { type Diagnosis, Engine } from './diagnosis/engine';
import { rules } from './diagnosis/rules';
import { linesOf, reportOf } from './runs/report';
import { thresholdsOf } from './runs/thresholds';
import type { RunJudge } from './files/judging';

export function judgeOf(folder: string): RunJudge {
  const engine = new Engine({ rules, thresholds: thresholdsOf(folder) });
  const lines = linesOf(folder);
  /** When each was found; the engine's findings are one object from then on. */
  const times = new Map<Diagnosis, number>();
  return {
    take(rank: number, record: JournalRecord): boolean {
      const found = engine.add(record, rank);
      for (const diagnosis of found) times.set(diagnosis, record.time);
      return found.length > 0;
    },
    alerts(): readonly Alert[] {
      const findings = engine.findings();
      const { findings: reported } = reportOf({ findings, steps: 0, overhead: {}, torn: [], journals: 0 }, lines);
      return reported.map((finding, i) => ({ ...finding, time: times.get(findings[i] as Diagnosis) ?? 0 }));
    },
  };
}
