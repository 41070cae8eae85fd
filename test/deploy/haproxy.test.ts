/** The real HAProxy as the splitter, before our front and before a double of Triton. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TargetRouting } from '../../protocol/src/deploy';
import { targetNamed, type NamedTarget } from '../../runtime-bridge/node/deploy/targets';
import { HaproxyServer } from '../../runtime-bridge/node/deploy/targets/haproxyServer';
import type { Target } from '../../runtime-bridge/node/deploy/targets/target';
import { ensureHaproxy } from '../../scripts/haproxy.mjs';
import { Unavailable } from '../../scripts/unavailable.mjs';
import { conforms, type Subject } from './conformance';
import { count, Load, pause, quickPlan, Scene } from './harness';
import { behindDouble } from './tritonDouble';

/** Why the real one can't be had here; empty where it can. */
function missing(): string {
  try {
    ensureHaproxy();
    return '';
  } catch (error) {
    if (error instanceof Unavailable) return error.message;
    throw error;
  }
}

async function dispose(scene: Scene): Promise<void> {
  const pid = join(scene.stateFolder, 'haproxy', 'cnn', 'haproxy.pid');
  if (existsSync(pid)) process.kill(Number(readFileSync(pid, 'utf8')), 'SIGKILL');
  await scene.dispose();
}

function beforeFront(): Subject & { readonly scene: Scene } {
  const scene = new Scene();
  for (const version of ['1', '2']) scene.version(version);
  scene.version('3', Buffer.from('no model'));
  return { scene, open: scene.opening('haproxy'), dispose: () => dispose(scene) };
}

const split = (weightPercent: number, more: Partial<TargetRouting> = {}): TargetRouting => ({
  ...{ experiment: 'e1', primary: '1', candidate: '2', weightPercent, shadowPercent: 0, unitHeader: 'x-unit-id' },
  ...{ onControllerLoss: 'baseline', deadline: 60, ...more },
});

const body = JSON.stringify({ inputs: [{ name: 'x', shape: [1, 4], datatype: 'FP32', data: [1, 2, 3, 4] }] });
const portOf = (target: Target): number => Number(new URL(target.endpoint()).port);

/** The version that answers each of so many units. */
const answersOf = (target: Target, units: number): Promise<readonly string[]> =>
  Promise.all(
    Array.from({ length: units }, async (_, unit) => {
      const headers = { 'x-unit-id': `u${unit}` };
      const answer = await fetch(`${target.endpoint()}/v2/models/cnn/infer`, { method: 'POST', body, headers });
      await answer.arrayBuffer();
      return answer.headers.get('x-model-version') ?? String(answer.status);
    }),
  );

const reason = missing();

describe('target haproxy', function () {
  this.timeout(120_000);
  if (reason !== '') {
    it.skip(reason);
    return;
  }

  describe('before our front', () => conforms(() => Promise.resolve(beforeFront())));

  describe('before a double of Triton', () => {
    conforms(() => behindDouble('haproxy', dispose));
  });

  describe('steered', () => {
    let subject: ReturnType<typeof beforeFront>;
    let target: Target;
    beforeEach(async () => {
      subject = beforeFront();
      target = await subject.open(2);
      for (const version of ['1', '2']) await target.load(version);
    });
    afterEach(() => subject.dispose());

    it('a unit keeps its version while the share grows, and another experiment draws anew', async () => {
      const seen: string[][] = [];
      for (const weight of [20, 50, 80, 100]) {
        await target.route(split(weight));
        seen.push([...(await answersOf(target, 200))]);
      }
      for (const [i, later] of seen.slice(1).entries())
        for (const [unit, version] of later.entries())
          ok(version === '2' || seen[i]?.[unit] === '1', `unit ${unit} went back at step ${i + 1}`);
      const shares = seen.map((versions) => versions.filter((version) => version === '2').length / 2);
      for (const [i, weight] of [20, 50, 80, 100].entries())
        ok(Math.abs((shares[i] ?? 0) - weight) < 15, String(shares));
      await target.route(split(50, { experiment: 'e2' }));
      const other = await answersOf(target, 200);
      const both = other.filter((version, unit) => version === '2' && seen[1]?.[unit] === '2').length;
      ok(both > 20 && both < 80, `${both} of 200 units have the candidate in both experiments`);
    });

    it('no request fails while the share changes many times', async () => {
      await target.route(split(0));
      const load = new Load(portOf(target), 200);
      while (load.served.length === 0) await pause(5);
      const changes = Number(process.env['HAPROXY_CHANGES'] ?? 100);
      for (let i = 0; i < changes; i++) await target.route(split((i * 37) % 101));
      await target.route(split(100));
      while (load.served.at(-1)?.version !== '2') await pause(5);
      const served = await load.stop();
      deepEqual(load.failed, []);
      deepEqual(Object.keys(count(served, ({ version }) => version)).sort(), ['1', '2']);
    });

    it('a controller that is silent costs the candidate its share, and the next one is told', async () => {
      await target.route(split(100, { deadline: 6 }));
      deepEqual(await answersOf(target, 3), ['2', '2', '2']);
      // No heartbeat from here on.
      while ((await answersOf(target, 1))[0] !== '1') await pause(50);
      const next = await subject.open(3);
      const { routing, takenBack } = await next.observe();
      deepEqual([routing?.weightPercent, takenBack], [0, true]);
      await next.route(split(100));
      deepEqual([await answersOf(next, 3), (await next.observe()).takenBack], [['2', '2', '2'], false]);
    });

    it('a controller that is silent changes nothing where the plan says so', async () => {
      await target.route(split(100, { deadline: 4, onControllerLoss: 'hold' }));
      const server = new HaproxyServer(join(subject.scene.stateFolder, 'haproxy', 'cnn'), 'cnn');
      while (!(await server.missesController())) await pause(50);
      deepEqual(await answersOf(target, 3), ['2', '2', '2']);
    });

    it('one that was killed is started again with the routing that it had', async () => {
      await target.route(split(100));
      process.kill(Number(readFileSync(join(subject.scene.stateFolder, 'haproxy/cnn/haproxy.pid'), 'utf8')), 'SIGKILL');
      await target.heartbeat();
      deepEqual(await answersOf(target, 3), ['2', '2', '2']);
    });

    it('requests are held off with a time to come back', async () => {
      const { primary: _, ...held } = split(0);
      await target.route(held);
      const answer = await fetch(`${target.endpoint()}/v2/models/cnn/infer`, { method: 'POST', body });
      deepEqual([answer.status, answer.headers.get('retry-after')], [503, '1']);
    });

    it('lines that do not begin with its token count for nothing', async () => {
      await target.route(split(50));
      const before = await target.seen();
      const { logPort } = JSON.parse(
        readFileSync(join(subject.scene.stateFolder, 'haproxy/cnn/setup.json'), 'utf8'),
      ) as { logPort: number };
      const { createSocket } = await import('node:dgram');
      const forger = createSocket('udp4');
      await new Promise((settle) => forger.send('0000 candidate 2 500 1 -', logPort, '127.0.0.1', settle));
      forger.close();
      await answersOf(target, 1);
      while ((await target.seen()) < before + 1) await pause(5);
      equal((await target.observations(before)).length, 1);
    });
  });

  it('a whole deployment: the first version, then a canary, promoted by its gates', async () => {
    const subject = beforeFront();
    const { scene } = subject;
    try {
      const named = targetNamed('haproxy') as NamedTarget;
      const plan = { ...quickPlan, soak: 0, gates: quickPlan.gates.filter(({ kind }) => kind === 'errors') };
      equal((await scene.deploy('1', plan, { target: named })).state, 'promoted');
      const refused = await scene.deploy('2', quickPlan, { target: named });
      equal(refused.state, 'rolledBack');
      const said = scene.events.map(({ reason: each }) => each).join('\n');
      match(said, /does not see what is answered, so the gate nonFinite can't be judged/);
      const target = await subject.open(1);
      const load = new Load(portOf(target), 200);
      const { state, reason: why } = await scene.deploy('2', plan, { target: named });
      const served = await load.stop();
      deepEqual([state, load.failed], ['promoted', []], why);
      equal(served.at(-1)?.version, '2');
    } finally {
      await subject.dispose();
    }
  });
});
