/** How often each learning rate schedule was stepped, and where. */
import type { CodePlace, JournalRecord } from '../../../protocol/src/journal';
import { eventNamed, listFact, placeIn, toNumber } from './rule';

export interface SchedulerSteps {
  /** Of its record among `run.schedulers`. */
  readonly id: number;
  readonly steps: number;
  /** The call that steps it. */
  readonly place: CodePlace | undefined;
}

/** Those that the newest count of calls tells of. */
export function schedulerSteps(known: readonly SchedulerSteps[], record: JournalRecord): readonly SchedulerSteps[] {
  const event = eventNamed(record, 'calls');
  if (event === undefined) return known;
  return listFact(event, 'schedulers').map((each) => ({
    id: toNumber(each['id']) ?? 0,
    steps: toNumber(each['steps']) ?? 0,
    place: placeIn(each),
  }));
}
