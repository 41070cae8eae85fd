/** What every target does, whatever serves behind it: a table that each one's tests run. */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import type { TargetRouting } from '../../protocol/src/deploy';
import { Superseded, type Target, TargetRefused } from '../../runtime-bridge/node/deploy/targets/target';
import { pause } from './load';

/** A target with versions 1 and 2 of `cnn` to load, and a version 3 that does not load; a new one for each behaviour. */
export interface Subject {
  open(epoch: number): Promise<Target>;
  dispose(): Promise<void>;
}

const allTo = (primary: string): TargetRouting => ({
  ...{ experiment: '', primary, weightPercent: 0, shadowPercent: 0, onControllerLoss: 'baseline', deadline: 60 },
});
const half: TargetRouting = { ...allTo('1'), experiment: 'e', candidate: '2', weightPercent: 50 };
const body = JSON.stringify({ inputs: [{ name: 'x', shape: [1, 4], datatype: 'FP32', data: [1, 2, 3, 4] }] });

/** Answers with the version that answered. */
async function ask(target: Target, path = ''): Promise<string> {
  const answer = await fetch(`${target.endpoint()}/v2/models/cnn${path}/infer`, { method: 'POST', body });
  await answer.arrayBuffer();
  return answer.ok ? (answer.headers.get('x-model-version') ?? '') : String(answer.status);
}

const ready = async (target: Target): Promise<readonly string[]> =>
  (await target.observe()).versions.filter(({ state }) => state === 'ready').map(({ version }) => version);

const behaviours: Readonly<Record<string, (target: Target, open: Subject['open']) => Promise<void>>> = {
  async 'shows neither versions nor a routing before anything is asked of it'(target) {
    const { versions, routing, takenBack } = await target.observe();
    deepEqual([versions, routing, takenBack], [[], undefined, false]);
  },
  async 'a load is done when the version answers, and may be given again'(target) {
    for (let i = 0; i < 2; i++) await target.load('1');
    deepEqual([await ready(target), await ask(target, '/versions/1')], [['1'], '1']);
  },
  async 'a load that fails is refused with a reason, and the other version goes on serving'(target) {
    await target.load('1');
    await target.route(allTo('1'));
    await rejects(target.load('3'), (error) => error instanceof TargetRefused && error.message !== '');
    deepEqual([(await ready(target)).filter((each) => each !== '1'), await ask(target)], [[], '1']);
  },
  async 'a routing is in force when it is set, is read back, and may be set again'(target) {
    await target.load('1');
    await target.load('2');
    for (const version of ['1', '2', '2', '1']) {
      await target.route(allTo(version));
      deepEqual([(await target.observe()).routing?.primary, await ask(target)], [version, version]);
    }
  },
  async 'a routing to a version that is not there is refused, and the old one stands'(target) {
    await target.load('1');
    await target.route(allTo('1'));
    await rejects(target.route(half), TargetRefused);
    await rejects(target.route(allTo('2')), TargetRefused);
    deepEqual([(await target.observe()).routing?.candidate, await ask(target)], [undefined, '1']);
  },
  async 'a split sends requests to both versions and tells of each answer once'(target) {
    await target.load('1');
    await target.load('2');
    await target.route(half);
    const before = await target.seen();
    const answers: string[] = [];
    // Fewer than one in a million runs has all of them on one side.
    for (let i = 0; i < 24; i++) answers.push(await ask(target));
    deepEqual([...new Set(answers)].sort(), ['1', '2']);
    while ((await target.seen()) < before + answers.length) await pause(5);
    const seen = (await target.observations(before)).flatMap((each) => (each.kind === 'request' ? [each] : []));
    // Of answers on two connections, a server with threads may write the later one down first.
    deepEqual(seen.map(({ version, ok: isOk }) => (isOk ? version : 'failed')).sort(), answers.sort());
    const rising = seen.map(({ sequence }) => sequence);
    deepEqual(
      rising,
      [...rising].sort((a, b) => a - b),
    );
    deepEqual(await target.observations(rising.at(-1) ?? 0), []);
  },
  async 'an unload is done when the version is gone, and may be given again; who serves is not unloaded'(target) {
    await target.load('1');
    await target.load('2');
    await target.route(allTo('1'));
    for (let i = 0; i < 2; i++) await target.unload('2');
    await rejects(target.unload('1'), TargetRefused);
    deepEqual([await ready(target), await ask(target), (await ask(target, '/versions/2')).length], [['1'], '1', 3]);
  },
  async 'a controller of an earlier epoch has nothing to say any more'(target, open) {
    await target.load('1');
    await target.route(allTo('1'));
    const later = await open(9);
    await later.heartbeat();
    await rejects(target.route(allTo('1')), Superseded);
    await rejects(target.load('2'), Superseded);
    equal((await later.observe()).epoch, 9);
    ok((await ready(later)).includes('1'));
  },
};

/** Runs the table. @param make what is tested, new for each behaviour */
export function conforms(make: () => Promise<Subject>): void {
  for (const [behaviour, holds] of Object.entries(behaviours))
    it(behaviour, async () => {
      const subject = await make();
      try {
        await holds(await subject.open(2), (epoch) => subject.open(epoch));
      } finally {
        await subject.dispose();
      }
    });
}
