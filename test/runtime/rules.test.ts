/** The catalogue of diagnosis rules is complete, and findings follow from records alone. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { JournalRecord } from '../../protocol/src/journal';
import { Engine } from '../../runtime-bridge/node/diagnosis/engine';
import { rules } from '../../runtime-bridge/node/diagnosis/rules';
import { editOf } from '../../runtime-bridge/node/runs/report';
import { filesUnder } from '../../scripts/paths.mjs';

const folder = 'runtime-bridge/node/diagnosis/rules';
const ids = rules.map(({ id }) => id);

/** Rules that no pair of trainings in test/training shows yet. */
const withoutPair = [
  'always-clipped',
  'attention-collapse',
  'channels-last-layout',
  'collapsed-output',
  'exploding-gradient',
  'gradient-underflow',
  'half-precision-headroom',
  'initial-loss',
  'loss-oscillation',
  'memory-growth',
  'past-best',
  'replicas-differ',
  'same-data-on-ranks',
  'slow-convergence',
  'step-outlier',
  'straggler',
  'weight-growth',
];

describe('diagnosis rules', () => {
  it('are listed under their file names, sorted, each once', () => {
    const files = filesUnder(folder, (path: string) => !path.endsWith('index.ts')).map((path: string) =>
      basename(path, '.ts'),
    );
    deepEqual(ids, files);
  });

  it('explain only symptoms that exist', () => {
    deepEqual(
      rules.flatMap(({ explains }) => explains ?? []).filter((id) => !ids.includes(id)),
      [],
    );
  });

  it('have a pair of trainings, faulty and healthy, but for those that are named here', () => {
    const shown = filesUnder('test/training').map((file: string) => {
      const [head] = readFileSync(file, 'utf8').split('\n');
      return (JSON.parse((head ?? '').replace('# pair: ', '')) as { fault: string }).fault;
    });
    deepEqual(
      ids.filter((id) => !shown.includes(id)),
      withoutPair,
    );
    deepEqual(
      shown.filter((id: string) => !ids.includes(id)),
      [],
    );
  });
});

/** A run whose gradients are still there at each backward. */
const staleRun: readonly JournalRecord[] = [
  { kind: 'start', step: 0, time: 0, run: 'r', rank: 0, world: 1, pid: 1 },
  ...[2, 3, 4, 5].map((step): JournalRecord => ({
    kind: 'event',
    event: 'calls',
    step,
    time: step,
    optimizer: 1,
    steps: step,
    stale: step - 1,
    places: { backward: { file: '/work/train.py', line: 7 } },
  })),
];

describe('engine', () => {
  it('names the place, the numbers and an edit', () => {
    const engine = new Engine({ rules });
    for (const record of staleRun) engine.add(record);
    const [finding, ...more] = engine.findings();
    deepEqual(more, []);
    equal(finding?.rule, 'missing-zero-grad');
    equal(finding.severity, 'error');
    deepEqual(finding.place, { file: '/work/train.py', line: 7 });
    const edit = finding.suggestions[0]?.edit;
    ok(edit);
    const lines = ['', '', '', '', '', '', '        loss.backward()'];
    equal(editOf(edit, () => lines)?.newText, '        optimizer.zero_grad()\n');
  });

  it('is silent where gradients are cleared', () => {
    const engine = new Engine({ rules });
    for (const record of staleRun) engine.add(record.kind === 'event' ? { ...record, stale: 0 } : record);
    deepEqual(engine.findings(), []);
  });

  it('judges again with other thresholds', () => {
    const engine = new Engine({ rules, thresholds: { 'missing-zero-grad': { stale: 100 } } });
    for (const record of staleRun) engine.add(record);
    deepEqual(engine.findings(), []);
  });
});
