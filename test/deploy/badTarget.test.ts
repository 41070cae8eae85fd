/** Targets and versions that misbehave, behind the real front: each ends in a clear sentence with the baseline serving. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { join } from 'node:path';
import type { DeployPlan } from '../../protocol/src/deploy';
import { type NamedTarget, targetNamed } from '../../runtime-bridge/node/deploy/targets';
import { TargetDown } from '../../runtime-bridge/node/deploy/targets/target';
import type { Ended } from '../../runtime-bridge/node/deploy/controller';
import { rollBack } from '../../runtime-bridge/node/deploy/verbs';
import { type Load, noSteps, quickPlan, Scene } from './harness';
import { type Faults, ServerDouble } from './serverDouble';

const half = { weight: 50, minRequests: 20, dwell: 0, limit: 60 };
const plan: DeployPlan = { ...quickPlan, steps: [half], soak: 0 };
const shadowed: DeployPlan = {
  ...plan,
  shadow: { share: 100, minRequests: 20, dwell: 0, limit: 60 },
  gates: [{ kind: 'agreement', budget: 0.01, dryRun: false }],
};
const timed: DeployPlan = {
  ...plan,
  gates: [{ kind: 'latency', quantile: 0.5, margin: 0.3, slack: 1.25, floor: 300, dryRun: false }],
};

describe('a target that misbehaves', function () {
  this.timeout(120_000);
  let scene: Scene;
  let server: ServerDouble;
  let target: NamedTarget;
  let load: Load;
  let version = 1;

  before(async () => {
    scene = new Scene();
    server = new ServerDouble(scene.modelFolder);
    await server.start();
    target = targetNamed(`triton=${server.address}`) as NamedTarget;
    equal((await deployed('1', noSteps)).state, 'promoted');
    load = await scene.load(200);
  });
  after(async () => {
    await load.stop();
    await scene.dispose();
    await server.stop();
  });

  function deployed(asked: string, by: DeployPlan): Promise<Ended> {
    scene.folder.write(join('models', 'cnn', asked, 'weights.bin'), asked);
    return scene.deploy(asked, by, { target });
  }

  const table: readonly (readonly [string, Faults, DeployPlan, RegExp])[] = [
    ['says OK and does not load', { lies: true }, plan, /Triton said OK, but version \d+ is not there/],
    ['dies while it loads', { diesAtLoad: true }, plan, /Could not load version \d+: Triton at http.* does not answer/],
    ['hangs up at the first request', { hangsUp: true }, plan, /failed at a request of the warm-up: .*does not answer/],
    ['answers what is no protocol', { garbage: true }, plan, /failed at a request of the warm-up: .*can't be read/],
    ['is slow', { slow: 700 }, timed, /^Gate latency-p50: version \d+/],
    ['is wrong on some inputs', { wrongEvery: 4 }, shadowed, /^Gate agreement: version \d+/],
  ];
  for (const [what, faults, by, said] of table)
    it(`one whose version ${what}: back at the baseline`, async () => {
      const asked = String((version += 1));
      server.faults.set(asked, faults);
      scene.events.length = 0;
      const ended = await deployed(asked, by);
      deepEqual([ended.state, await scene.serving()], ['rolledBack', '1'], ended.reason);
      const reasons = scene.events.map(({ reason }) => reason);
      ok(
        reasons.some((reason) => said.test(reason)),
        reasons.join('\n'),
      );
    });

  it('one that is slow to tell: it takes longer, nothing else', async () => {
    server.patience = 100;
    const ended = await deployed('50', plan);
    server.patience = 0;
    deepEqual([ended.state, await scene.serving()], ['promoted', '50'], ended.reason);
    equal((await deployed('1', noSteps)).state, 'promoted');
  });

  it('one that is started again in a canary: both versions come back and it goes on', async () => {
    let restarted: Promise<void> | undefined;
    const restart = async (): Promise<void> => {
      await server.stop();
      await server.start();
    };
    scene.onEvent(({ state }) => {
      if (state === 'canary') restarted ??= restart();
    });
    const ended = await deployed('60', { ...plan, gates: [], steps: [{ ...half, minRequests: 200 }] });
    await restarted;
    ok(restarted !== undefined);
    deepEqual([ended.state, await scene.serving()], ['promoted', '60'], ended.reason);
    equal((await deployed('1', noSteps)).state, 'promoted');
  });

  it('one whose observations make no sense: the controller stops, and the baseline serves', async () => {
    const { kind } = target;
    const senseless: NamedTarget = {
      ...target,
      kind: {
        ...kind,
        open: async (place) =>
          Object.assign(await kind.open(place), { observations: () => Promise.resolve([undefined] as never) }),
      },
    };
    scene.folder.write(join('models', 'cnn', '70', 'weights.bin'), '70');
    const ended = await scene.deploy('70', plan, { target: senseless });
    deepEqual([ended.state, await scene.serving()], ['rolledBack', '1'], ended.reason);
    match(ended.reason, /^the controller has failed: .*; version 1 answers all requests$/);
    await rollBack(scene.place, 'cnn', plan);
  });

  it('one that is down: refused before anything is begun, with how to name another', async () => {
    const logs = scene.events.length;
    const nobody = targetNamed('triton=http://127.0.0.1:9') as NamedTarget;
    await rejects(scene.deploy('1', plan, { target: nobody }), (error) => {
      match(String(error), /Triton at http:\/\/127\.0\.0\.1:9 does not answer: .*"--target triton=http:\/\/HOST:PORT"/);
      return error instanceof TargetDown;
    });
    deepEqual([scene.events.length, await scene.serving()], [logs, '1']);
  });
});
