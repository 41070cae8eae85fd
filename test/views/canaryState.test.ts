/** The Canary view: what it shows of a log, which commands it offers, where an interval is drawn. */
import { deepEqual, equal } from 'node:assert/strict';
import { appendFileSync, writeFileSync } from 'node:fs';
import type { DeploymentLog } from '../../protocol/src/canary';
import type { DeployHeader, DeployPosition, DeployRecord, DeployState, GateVerdict } from '../../protocol/src/deploy';
import { explanationOf } from '../../client/src/deploy/explanation';
import { LogTail } from '../../client/src/deploy/logTail';
import { place, scaleOf, width } from '../../webviews/src/canary/scale';
import { byWeight, reduce, shown, stages, start, verbsFor, verdictOf } from '../../webviews/src/canary/state';
import { folderWith } from '../harness/folder';

const header: DeployHeader = {
  model: 'digits',
  target: 'embedded',
  mode: 'canary',
  baseline: '1',
  candidate: '2',
  folder: '/models/digits/2',
  sha256: '00',
  seed: 1,
  plan: {
    order: 'auto',
    warmup: 10,
    shadow: { share: 100, minRequests: 100, dwell: 5, limit: 60 },
    steps: [
      { weight: 5, minRequests: 200, dwell: 5, limit: 600 },
      { weight: 50, minRequests: 200, dwell: 5, limit: 600 },
    ],
    gates: [],
    onControllerLoss: 'baseline',
    controllerDeadline: 60,
    soak: 600,
    drain: 5,
    hold: 10,
    alpha: 0.05,
  },
};

const position: DeployPosition = {
  state: 'canary',
  step: 0,
  weightPercent: 5,
  shadowPercent: 0,
  order: 'load-first',
  todo: [],
  frozen: false,
  cleared: false,
  after: 0,
};

const verdict = (gate: string, decision: GateVerdict['decision'], more: Partial<GateVerdict> = {}): GateVerdict => ({
  gate,
  decision,
  dryRun: false,
  nBaseline: 900,
  nCandidate: 100,
  alpha: 0.01,
  sentence: `${gate} is ${decision}`,
  ...more,
});

/** A log whose records lead through these states. */
function logOf(
  id: string,
  begun: number,
  ...steps: readonly (readonly [DeployState, Partial<DeployPosition>?])[]
): DeploymentLog {
  let from: DeployState = 'draft';
  const records = steps.map(([to, over], index): DeployRecord => {
    const record: DeployRecord = {
      seq: index + 1,
      ts: begun + index,
      deploymentId: id,
      epoch: 1,
      actor: 'controller',
      from,
      to,
      reason: `now ${to}`,
      position: { ...position, state: to, ...over },
      ...(index === 0 ? { header } : {}),
      ...(to === 'canary' ? { evidence: [verdict('errors', 'pass')] } : {}),
      prevHash: '',
      hash: '',
    };
    from = to;
    return record;
  });
  return { id, stateFolder: '/project/.tensorwright', records };
}

const shownOf = (log: DeploymentLog): NonNullable<ReturnType<typeof shown>> => {
  const found = shown(reduce(start, { kind: 'deployments', logs: [log] }));
  if (found === undefined) throw new Error('nothing is shown');
  return found;
};

describe('the Canary view', () => {
  for (const [what, logs, chosen, expected] of [
    ['nothing without a deployment', [], undefined, undefined],
    [
      'what goes on, before what was begun later and has ended',
      [logOf('a', 1, ['canary']), logOf('b', 9, ['promoted'])],
      undefined,
      'a',
    ],
    ['the newest where all have ended', [logOf('a', 1, ['rolledBack']), logOf('b', 9, ['promoted'])], undefined, 'b'],
    ['what the user chose', [logOf('a', 1, ['rolledBack']), logOf('b', 9, ['canary'])], 'a', 'a'],
    ['no log that has not been begun', [{ id: 'x', stateFolder: '', records: [] }], undefined, undefined],
  ] as const)
    it(`shows ${what}`, () => {
      let state = reduce(start, { kind: 'deployments', logs });
      if (chosen !== undefined) state = reduce(state, { kind: 'choose', deployment: chosen });
      equal(shown(state)?.id, expected);
    });

  for (const [what, log, expected] of [
    ['a first step', logOf('a', 1, ['canary', { step: 0 }]), '5 %'],
    ['a second step', logOf('a', 1, ['canary', { step: 1 }]), '50 %'],
    ['a pause in the second step', logOf('a', 1, ['paused', { step: 1, pausedFrom: 'canary' }]), '50 %'],
    ['the shadow', logOf('a', 1, ['shadow']), 'shadow 100 %'],
    ['the guard after it', logOf('a', 1, ['soaking']), 'promote'],
    ['the way back, which is no stage', logOf('a', 1, ['aborting']), undefined],
  ] as const)
    it(`marks the stage of ${what}`, () => {
      equal(stages(shownOf(log)).find(({ now }) => now)?.label, expected);
    });

  for (const [state, over, expected] of [
    ['canary', {}, ['promote', 'pause', 'freeze', 'abort']],
    ['canary', { frozen: true }, ['promote', 'resume', 'abort']],
    ['paused', {}, ['promote', 'resume', 'abort']],
    ['loading', {}, ['abort']],
    ['soaking', {}, ['rollback']],
    ['promoted', {}, ['rollback']],
    ['rolledBack', {}, []],
  ] as const)
    it(`offers ${expected.join(', ') || 'nothing'} while ${state}${'frozen' in over ? ' and frozen' : ''}`, () => {
      deepEqual(verbsFor(shownOf(logOf('a', 1, [state, over]))), expected);
    });

  it('says of a deployment that went back why it did', () => {
    equal(verdictOf(shownOf(logOf('a', 1, ['canary'], ['aborting'], ['rolledBack']))), 'now rolledBack. now aborting');
    equal(verdictOf(shownOf(logOf('a', 1, ['canary']))), 'now canary');
  });

  it('keeps what was judged last when the deployment has gone on', () => {
    deepEqual(
      shownOf(logOf('a', 1, ['canary'], ['promoting'])).gates.map(({ gate }) => gate),
      ['errors'],
    );
  });

  it('puts the gate that decides on top', () => {
    deepEqual(
      byWeight([verdict('a', 'pass'), verdict('b', 'insufficient'), verdict('c', 'fail')]).map(({ gate }) => gate),
      ['c', 'b', 'a'],
    );
  });

  for (const [what, over] of [
    ['below its margin', { estimate: 0.001, lower: -0.004, upper: 0.006, margin: 0.01 }],
    ['far beyond it', { estimate: 0.4, lower: 0.3, upper: 0.5, margin: 0.01 }],
    ['of no width at zero', { estimate: 0, lower: 0, upper: 0, margin: 0 }],
    ['without an end', { estimate: 1, lower: 0.5, upper: Number.POSITIVE_INFINITY, margin: 2 }],
  ] as const)
    it(`draws an interval ${what} from left to right inside of its picture`, () => {
      const judged = verdict('errors', 'pass', over);
      const scale = scaleOf(judged);
      const [lower, estimate, upper] = [over.lower, over.estimate, over.upper].map((value) => place(scale, value));
      equal((lower as number) <= (estimate as number) && (estimate as number) <= (upper as number), true);
      for (const x of [lower, upper]) equal((x as number) >= 0 && (x as number) <= width, true);
    });

  it('explains a verdict with its gates and its reason', () => {
    const words = explanationOf(logOf('a', 1, ['preflight'], ['canary']));
    for (const part of ['digits: version 2, against version 1', 'now canary', '**errors**: pass. errors is pass'])
      equal(words.includes(part), true, part);
  });

  it('reads whole lines of a log that grows, and passes over damaged ones', () => {
    const folder = folderWith({});
    try {
      const path = folder.at('a.jsonl');
      const tail = new LogTail(path);
      equal(tail.read(), false);
      const [first, second] = logOf('a', 1, ['preflight'], ['canary']).records.map((record) => JSON.stringify(record));
      writeFileSync(path, `${first}\n{"seq":\n${second?.slice(0, 20)}`);
      equal(tail.read(), true);
      deepEqual(
        tail.records.map(({ to }) => to),
        ['preflight'],
      );
      appendFileSync(path, `${second?.slice(20)}\n`);
      equal(tail.read(), true);
      deepEqual(
        tail.records.map(({ to }) => to),
        ['preflight', 'canary'],
      );
      equal(tail.read(), false);
    } finally {
      folder.dispose();
    }
  });
});
