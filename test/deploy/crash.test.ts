/**
 * Killing the controller, the front and the processes of versions while a deployment goes on under load.
 *
 * Always: the routing ends at the baseline, or at the new version with its gates passed; the log and the front say the
 * same; no request fails but those in flight in a killed process. DEPLOY_KILLS says how many random moments there are
 * besides the boundaries of the log (3); `DEPLOY_KILLS=100` also takes every boundary instead of every fourth.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { build } from 'esbuild';
import { deploymentsOf } from '../../runtime-bridge/node/deploy/records';
import { readLog } from '../../runtime-bridge/node/deploy/logFile';
import { give, rollBack } from '../../runtime-bridge/node/deploy/verbs';
import { findFront } from '../../runtime-bridge/node/inference/frontProcess';
import { inRoot } from '../../scripts/paths.mjs';
import { folderWith } from '../harness/folder';
import type { CrashOrder } from './crashDriver';
import { count, type Load, noSteps, pause, quickPlan, Scene, type Served } from './harness';

const kills = Number(process.env['DEPLOY_KILLS'] ?? 3);
const isLong = kills > 20;
/** One step and a soak: every state, in as little time as there can be. */
const plan = {
  ...quickPlan,
  steps: [{ weight: 50, minRequests: 20, dwell: 0, limit: 30 }],
  soak: 0.1,
  controllerDeadline: 2,
};
/** Entries of such a deployment, from its first to `promoted`; the last ones are not reached by every run. */
const boundaries = 17;

describe('kills under load', function () {
  this.timeout(120_000 + kills * 30_000);
  let scene: Scene;
  let load: Load;
  const driver = folderWith();
  before(async () => {
    await build({
      entryPoints: [inRoot('test', 'deploy', 'crashDriver.ts')],
      outfile: driver.at('driver.mjs'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'warning',
    });
    scene = new Scene();
    scene.version('1');
    scene.version('2');
    equal((await scene.deploy('1', noSteps)).state, 'promoted');
    load = await scene.load(100);
  });
  after(async () => {
    await load.stop();
    await scene.dispose();
    driver.dispose();
  });

  const other = (version: string): string => (version === '1' ? '2' : '1');

  /** What must hold once nothing goes on any more; answers with the version that serves. */
  async function settled(what: string): Promise<string> {
    const serving = await scene.serving();
    const last = deploymentsOf(scene.stateFolder, 'cnn').at(-1);
    if (last === undefined) throw new Error('no deployment');
    ok(['promoted', 'rolledBack'].includes(last.last.to), `${what}: ended ${last.last.to}: ${last.last.reason}`);
    const { baseline, candidate } = last.header;
    equal(serving, last.last.to === 'promoted' ? candidate : baseline, `${what}: the log and the front say the same`);
    if (last.last.to === 'promoted') ok(last.last.position.cleared, `${what}: promoted with its gates passed`);
    equal(readLog(last.path).broken, undefined);
    return serving ?? '';
  }

  const none = (failed: readonly Served[], what: string): void =>
    deepEqual(
      count(failed, ({ problem, version }) => `${problem} ${version}`),
      {},
      what,
    );

  async function crash(at: number, later: number): Promise<void> {
    const order: CrashOrder = {
      stateFolder: scene.stateFolder,
      frontScript: inRoot('dist', 'front.js'),
      modelFolder: scene.modelFolder,
      version: other((await scene.serving()) ?? '1'),
      plan,
      mode: 'canary',
      at,
      later,
    };
    const child = spawn(process.execPath, [driver.at('driver.mjs'), JSON.stringify(order)], { stdio: 'inherit' });
    await once(child, 'exit');
  }

  const every = Array.from({ length: boundaries }, (_, i) => i + 1).filter((at) => isLong || at % 4 === 1);
  for (const at of every)
    it(`the controller, at entry ${at} of its log`, async () => {
      const from = load.served.length;
      await crash(at, 0);
      const open = deploymentsOf(scene.stateFolder, 'cnn').at(-1);
      if (open !== undefined && !['promoted', 'rolledBack'].includes(open.last.to)) {
        const taken = await give(scene.place, 'cnn', { kind: 'command', verb: 'resume' });
        ok(['promoted', 'rolledBack'].includes(taken.state), taken.reason);
      }
      await settled(`entry ${at}`);
      none(
        load.served.slice(from).filter(({ status }) => status !== 200),
        `entry ${at}`,
      );
    });

  it(`the controller, at ${kills} random moments`, async () => {
    const from = load.served.length;
    for (let i = 0; i < kills; i++) {
      const [at, later] = [1 + Math.floor(Math.random() * boundaries), Math.floor(Math.random() * 300)];
      await crash(at, later);
      const open = deploymentsOf(scene.stateFolder, 'cnn').at(-1);
      const verb = (['resume', 'abort'] as const)[i % 2] ?? 'abort';
      if (open !== undefined && !['promoted', 'rolledBack'].includes(open.last.to))
        await give(scene.place, 'cnn', { kind: 'command', verb }).catch((error: unknown) => {
          // A promotion that had passed its gates is finished, not aborted.
          if (!String(error).includes('An abort is not possible')) throw error;
          return give(scene.place, 'cnn', { kind: 'command', verb: 'retry' }).catch(() => undefined);
        });
      await finished();
      await settled(`entry ${at}, ${later} ms later, ${verb}`);
    }
    none(
      load.served.slice(from).filter(({ status }) => status !== 200),
      'requests',
    );
  });

  /**
   * Until a version's process is gone for the front, its parent, too. A request that comes between the signal and this moment is in the
   * killed process as much as one that came before: nobody could know.
   */
  async function hasEnded(pid: number): Promise<void> {
    for (;;) {
      try {
        process.kill(pid, 0);
      } catch {
        return;
      }
      await pause(1);
    }
  }

  /** Ends when a request is answered that was asked from now on. */
  async function servesAgain(): Promise<void> {
    const now = Date.now();
    while (!load.served.some(({ asked, status }) => asked >= now && status === 200)) await pause(20);
  }

  /** A deployment that soaks is watched to its end. */
  async function finished(): Promise<void> {
    const open = deploymentsOf(scene.stateFolder, 'cnn').at(-1);
    if (open !== undefined && !['promoted', 'rolledBack'].includes(open.last.to))
      await rollBack(scene.place, 'cnn', plan);
  }

  it('a controller that nobody follows: the front goes back to the baseline by itself', async () => {
    const before = (await scene.serving()) ?? '';
    const from = load.served.length;
    await crash(9, 100);
    for (let i = 0; i < 100 && (await scene.serving()) !== before; i++) await pause(100);
    equal(await scene.serving(), before);
    none(
      load.served.slice(from).filter(({ status }) => status !== 200),
      'requests',
    );
    equal((await give(scene.place, 'cnn', { kind: 'command', verb: 'abort' })).state, 'rolledBack');
    await settled('taken back');
  });

  for (const whom of ['front', 'baseline', 'candidate'] as const)
    for (const state of isLong ? ['loading', 'warming', 'canary', 'promoting', 'soaking'] : ['canary'])
      it(`the ${whom}, while the deployment is in the state ${state}`, async () => {
        const serving = (await scene.serving()) ?? '1';
        const from = load.served.length;
        let killedAt = 0;
        let isArmed = true;
        scene.onEvent((event) => {
          if (!isArmed || event.state !== state) return;
          isArmed = false;
          void pause(100).then(async () => {
            const front = await findFront(scene.stateFolder);
            const version = whom === 'baseline' ? serving : other(serving);
            const arm = (await front?.state())?.versions.find((each) => each.version === version);
            const pid = whom === 'front' ? front?.address.pid : arm?.pid;
            if (pid === undefined) return;
            process.kill(pid, 'SIGKILL');
            if (whom !== 'front') await hasEnded(pid);
            killedAt = Date.now();
          });
        });
        const ended = await scene.deploy(other(serving), plan);
        if (!['promoted', 'rolledBack'].includes(ended.state))
          await give(scene.place, 'cnn', { kind: 'command', verb: 'abort' });
        await settled(`${whom} in ${state}`);
        ok(killedAt > 0);
        const failed = load.served.slice(from).filter(({ status }) => status !== 200);
        const innocent = failed.filter(({ asked }) => asked > killedAt);
        // While there is no front nobody can answer; a version's end costs only what was in it.
        if (whom !== 'front') none(innocent, whom);
        else await servesAgain();
      });
});
