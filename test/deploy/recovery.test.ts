/** The state machine after a crash: whatever entry of the log was the last, the routing ends where the log says. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import type { DeployHeader } from '../../protocol/src/deploy';
import { engine } from '../../runtime-bridge/node/deploy/engine';
import { type Behaviour, busy, header, healthy, plan, until, World } from './world';

describe('deployment: a crash after every entry', () => {
  const shadow = { share: 100, minRequests: 100, dwell: 1, limit: 600 };
  const ways: readonly [string, Record<string, Behaviour>, DeployHeader][] = [
    ['healthy', healthy, { ...header, plan: { ...plan, shadow } }],
    ['bad', { 3: { errors: 0 }, 4: { errors: 0.3 } }, header],
    ['unload-first', healthy, { ...header, plan: { ...plan, order: 'unload-first' } }],
  ];

  it('while the old version was unloaded after the soak: that is finished', () => {
    const world = new World(healthy, busy, 1);
    const asked = { ...header, plan: { ...plan, steps: [], soak: 1 } };
    until(world, world.begin(asked), 'promoted');
    const unloading = world.log.findIndex(({ intent }) => intent?.op === 'unload');
    const at = world.settle(engine.recover(world.log.slice(0, unloading + 1), 2, world.target, world.now));
    equal(at.position.state, 'promoted');
    equal(world.routing?.primary, '4');
  });

  for (const [name, behaviours, asked] of ways) {
    const whole = new World(behaviours, busy, 7);
    whole.run(whole.begin(asked));
    for (let seq = 1; seq <= whole.log.length; seq++)
      for (const effectWasDone of [false, true])
        it(`${name}: after entry ${seq} (${whole.log[seq - 1]?.to}), effect ${effectWasDone ? '' : 'not '}carried out`, () => {
          const world = new World(behaviours, busy, 7);
          crashAt(world, asked, seq, effectWasDone);
          const log = JSON.parse(JSON.stringify(world.log)) as typeof world.log;
          const isOver = ['promoted', 'rolledBack'].includes(log.at(-1)?.to ?? '');
          let at = world.settle(engine.recover(log, 2, world.target, world.now));
          if (isOver) return;
          if (at.position.state === 'paused') {
            equal(world.routing?.primary, '3');
            at = world.send(at, { kind: 'command', verb: 'abort' });
          }
          world.run(at);
          const ended = world.log.at(-1);
          const served = ended?.to === 'promoted' ? '4' : '3';
          deepEqual([world.routing?.primary, world.routing?.candidate], [served, undefined]);
          equal(world.versions.get(served)?.state, 'ready');
          if (served === '4') ok(world.log.some((entry) => entry.to === 'promoting'));
        });
  }
});

/** Runs until an entry is written, and its effect done or not; then nothing more. */
function crashAt(world: World, asked: DeployHeader, seq: number, effectWasDone: boolean): void {
  let step = engine.begin('d1', 1, asked, world.now);
  for (;;) {
    for (const entry of step.entries) {
      if (entry.seq > seq) return;
      world.log.push(entry);
      if (entry.seq < seq) continue;
      if (effectWasDone && entry.intent !== undefined) world.act(entry.intent);
      return;
    }
    const [effect] = step.effects.flatMap((each) => (each.kind === 'act' ? [each] : []));
    const answer = effect === undefined ? world.seen() : world.act(effect);
    step = engine.advance(step.deployment, { ...answer, now: world.now });
  }
}
