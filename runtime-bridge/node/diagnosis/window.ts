/** The part of a run's records that a finding needs: small enough for a test or a report of a bug. */
import type { JournalRecord } from '../../../protocol/src/journal';
import { type Diagnosis, Engine } from './engine';
import type { AnyRule } from './rule';

export interface RankedRecord {
  readonly rank: number;
  readonly record: JournalRecord;
}

/** How often the rule may be asked while records are left out. */
const mostTries = 600;

/**
 * Leaves out records as long as the rule still says the same of the same layer: first all that came after it spoke,
 * then halves, quarters and so on, down to single ones.
 *
 * @returns undefined where the rule says nothing of these records
 */
export function windowOf<R extends RankedRecord>(records: readonly R[], rule: AnyRule): readonly R[] | undefined {
  const whole = firstFinding(records, rule);
  if (whole === undefined) return undefined;
  let kept = records.slice(0, whole.index + 1);
  let tries = 0;
  const isSame = (some: readonly R[]): boolean => {
    tries += 1;
    const found = firstFinding(some, rule)?.finding;
    return found?.severity === whole.finding.severity && found.layer === whole.finding.layer;
  };
  for (
    let size = Math.ceil(kept.length / 2);
    size >= 1 && tries < mostTries;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  )
    for (let end = kept.length; end > 0 && tries < mostTries; end -= size) {
      const without = [...kept.slice(0, Math.max(0, end - size)), ...kept.slice(end)];
      if (isSame(without)) kept = without;
    }
  return kept;
}

/** The rule's finding and the record after which it came. */
function firstFinding(
  records: readonly RankedRecord[],
  rule: AnyRule,
): { readonly finding: Diagnosis; readonly index: number } | undefined {
  const engine = new Engine({ rules: [rule] });
  for (const [index, { rank, record }] of records.entries()) {
    const [finding] = engine.add(record, rank);
    if (finding !== undefined) return { finding, index };
  }
  return undefined;
}
