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

/** Rules that no pair of trainings in test/training shows. */
const withoutPair: readonly string[] = [];

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
    places: { backward: { file: '/project/train.py', line: 7 } },
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
    deepEqual(finding.place, { file: '/project/train.py', line: 7 });
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

  it('takes a model that is one layer for no successor of another', () => {
    const linear = { type: 'Linear', file: '/project/train.py', line: 3, parameters: [] };
    const settings = { in_features: 8, out_features: 8 };
    const engine = new Engine({ rules });
    const records: readonly JournalRecord[] = [
      { kind: 'start', step: 0, time: 0, run: 'r', rank: 0, world: 1, pid: 1 },
      {
        ...{ kind: 'model', step: 1, time: 1, root: 'Sequential', type: 'Sequential', file: null, line: null },
        layers: [{ ...linear, name: '0', settings, order: 1 }],
      },
      {
        ...{ kind: 'model', step: 1, time: 1, root: 'Linear', type: 'Linear', file: null, line: null },
        layers: [{ ...linear, name: '', settings, order: 2 }],
      },
      { kind: 'event', event: 'trace', step: 10, time: 2, nonlinear: 1 },
      { kind: 'end', step: 60, time: 3, reason: 'finished' },
    ];
    for (const record of records) engine.add(record);
    deepEqual(engine.findings(), []);
  });

  it('finds weights that are put back after each step, and no clamping of them', () => {
    const run = (back: boolean): readonly JournalRecord[] => [
      { kind: 'start', step: 0, time: 0, run: 'r', rank: 0, world: 1, pid: 1 },
      {
        ...{ kind: 'optimizer', step: 0, time: 0, id: 1, type: 'SGD', file: '/project/train.py', line: 5 },
        groups: [{ lr: 0.1, settings: {}, parameters: ['fc.weight'] }],
      },
      ...[1, 2, 3, 4, 5, 6, 7].flatMap((step): readonly JournalRecord[] => [
        ...(back && step > 1
          ? [{ kind: 'event', event: 'put-back', step, time: step, parameters: ['fc.weight'] } as const]
          : []),
        { kind: 'stats', what: 'update', step, time: step, entries: [] },
      ]),
    ];
    const found = (records: readonly JournalRecord[]): readonly string[] => {
      const engine = new Engine({ rules });
      for (const record of records) engine.add(record);
      return engine.findings().map(({ rule, layer }) => `${rule} ${String(layer)}`);
    };
    deepEqual(found(run(true)), ['weights-not-updating fc']);
    deepEqual(found(run(false)), []);
  });

  it('judges again with other thresholds', () => {
    const engine = new Engine({ rules, thresholds: { 'missing-zero-grad': { stale: 100 } } });
    for (const record of staleRun) engine.add(record);
    deepEqual(engine.findings(), []);
  });
});
