/** A finding's window of a journal: fewer records, the same finding. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JournalRecord } from '../../protocol/src/journal';
import { rules } from '../../runtime-bridge/node/diagnosis/rules';
import type { AnyRule } from '../../runtime-bridge/node/diagnosis/rule';
import { journalOf } from '../../runtime-bridge/node/journal/writeFrames';
import { exportWindow } from '../../runtime-bridge/node/runs/exportWindow';
import { Judge } from '../../runtime-bridge/node/runs/judge';

const rule = (id: string): AnyRule => rules.find((each) => each.id === id) as AnyRule;

/** Steps whose gradients are never cleared, among curves that say nothing of it. */
const records: readonly JournalRecord[] = [
  { kind: 'start', step: 0, time: 0, run: 'r', rank: 0, world: 1, pid: 1 },
  ...Array.from({ length: 60 }, (_, i): readonly JournalRecord[] => {
    const [step, time] = [i + 1, i + 1];
    return [
      { kind: 'scalars', step, time, values: { loss: 1 / step, lr: 0.1 } },
      { kind: 'event', event: 'calls', step, time, optimizer: 1, steps: step, stale: i },
    ];
  }).flat(),
  { kind: 'end', step: 60, time: 61, reason: 'finished' },
];

describe('the window of a finding', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'window-'));
    const payloads = records.map((record) => Buffer.concat([Buffer.from([1]), Buffer.from(JSON.stringify(record))]));
    writeFileSync(join(folder, 'rank-0.journal'), journalOf(payloads));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('has few of the records and gives the same finding', () => {
    const target = join(folder, 'window');
    const { kept, of } = exportWindow(folder, rule('missing-zero-grad'), target) ?? { kept: 0, of: 0 };
    equal(of, records.length);
    ok(kept > 0 && kept <= 4, `${kept} records`);
    const [whole] = new Judge(folder, { rules }).finish().findings;
    const verdict = new Judge(target, { rules }).finish();
    deepEqual(verdict.torn, []);
    deepEqual(
      verdict.findings.map(({ rule: id, severity, layer }) => ({ id, severity, layer })),
      [{ id: 'missing-zero-grad', severity: whole?.severity, layer: whole?.layer }],
    );
  });

  it('is none where the rule says nothing', () =>
    equal(exportWindow(folder, rule('dead-relu'), join(folder, 'none')), undefined));
});
