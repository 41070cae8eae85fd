/** Thresholds of the user's own: what can be used of them, and that runs are judged with them. */
import { deepEqual, equal } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { JournalRecord } from '../../protocol/src/journal';
import { rules } from '../../runtime-bridge/node/diagnosis/rules';
import { joinThresholds, readThresholds } from '../../runtime-bridge/node/diagnosis/thresholds';
import { judgeOf } from '../../runtime-bridge/node/judge';
import { keepThresholds, thresholdsOf } from '../../runtime-bridge/node/runs/thresholds';
import { inRoot } from '../../scripts/paths.mjs';
import { startRun } from '../bridge/journalWriter';
import { folderWith } from '../harness/folder';

describe('thresholds', () => {
  for (const [raw, problem] of [
    [[], "'thresholds' must be a table of rule ids"],
    [{ 'dead-rely': {} }, "'thresholds' names the unknown rule 'dead-rely'"],
    [{ 'past-best': 3 }, "'thresholds.past-best' must be a table of numbers"],
    [{ 'past-best': { evaluations: 3 } }, "'thresholds.past-best' has no 'evaluations'; it has patience"],
    [{ 'past-best': { patience: '3' } }, "'thresholds.past-best.patience' must be a number"],
    [{ 'past-best': { patience: Infinity } }, "'thresholds.past-best.patience' must be a number"],
    [{ 'loss-nonfinite': { toString: 3 } }, "'thresholds.loss-nonfinite' has no 'toString'; it has none"],
  ] as const)
    it(problem, () => {
      deepEqual(readThresholds(rules, raw), { thresholds: {}, problems: [problem] });
    });

  it('one wrong number does not cost the others', () => {
    const { thresholds } = readThresholds(rules, { 'dead-relu': { warn: 0.7, warm: 1 }, 'no-such': {} });
    deepEqual(thresholds, { 'dead-relu': { warn: 0.7 } });
  });

  it('join number by number', () => {
    deepEqual(joinThresholds({ a: { x: 1, y: 1 }, b: { z: 1 } }, { a: { y: 2 } }), { a: { x: 1, y: 2 }, b: { z: 1 } });
  });

  it('are all read by their rules', () => {
    const unread = rules.flatMap(({ id, thresholds }) => {
      const text = readFileSync(inRoot('runtime-bridge', 'node', 'diagnosis', 'rules', `${id}.ts`), 'utf8');
      return Object.keys(thresholds).flatMap((name) =>
        new RegExp(String.raw`\bt\.${name}\b`).test(text) ? [] : [`${id} ${name}`],
      );
    });
    deepEqual(unread, []);
  });

  it('are kept with the run, and judge it in the bridge', () => {
    const folder = folderWith();
    try {
      const run = startRun(folder.path, { id: '20261123-101500-abcd' });
      equal(alertsOf(run.folder), 'always-clipped');
      keepThresholds(run.folder, { 'always-clipped': { coefficient: 0.01 } });
      deepEqual(thresholdsOf(run.folder), { 'always-clipped': { coefficient: 0.01 } });
      equal(alertsOf(run.folder), '');
    } finally {
      folder.dispose();
    }
  });
});

/** What is said of a run whose gradients of norm 20 are all cut to 1. */
function alertsOf(folder: string): string {
  const judge = judgeOf(folder);
  for (let step = 1; step <= 20; step++) {
    const clips = { calls: step, clipped: step, limit: 1, norm: 20 };
    judge.take(0, { kind: 'event', event: 'calls', step, time: step, clips } satisfies JournalRecord);
  }
  return judge
    .alerts()
    .map(({ rule }) => rule)
    .join(' ');
}
