/** Deployments to the real front, in this process: what is served while they go on, and how they end. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { count, noSteps, pause, quickPlan, Scene } from './harness';

describe('deployment to the embedded front', function () {
  this.timeout(60_000);
  let scene: Scene;
  beforeEach(async () => {
    scene = new Scene();
    scene.version('1');
    equal((await scene.deploy('1', noSteps)).state, 'promoted');
    scene.events.length = 0;
  });
  afterEach(() => scene.dispose());

  it('a good version goes through its steps to all traffic, and no request fails', async () => {
    scene.version('2');
    const load = await scene.load();
    const ended = await scene.deploy('2');
    await load.stop();
    deepEqual([ended.state, await scene.serving()], ['promoted', '2'], ended.reason);
    deepEqual(scene.states, ['draft', 'preflight', 'loading', 'warming', 'canary', 'promoting', 'soaking', 'promoted']);
    deepEqual(count(load.failed, ({ problem }) => problem), {});
    deepEqual((await scene.front())?.versions.map(({ version }) => version), ['2'], 'the old one is unloaded');
  });
});
