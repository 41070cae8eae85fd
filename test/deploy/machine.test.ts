/** The state machine against a simulated target: orders of effects, failures, commands. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { engine } from '../../runtime-bridge/node/deploy/engine';
import type { Deployment } from '../../runtime-bridge/node/deploy/engine';
import { busy, header, healthy, plan, until, World } from './world';

const states = (world: World): readonly string[] =>
  world.log.map((entry) => entry.to).filter((state, i, all) => state !== all[i - 1]);
const last = (world: World): string => world.log.at(-1)?.reason ?? '';

describe('deployment: the way of a healthy version', () => {
  it('load-first: loads, warms, routes step by step, drains, unloads', () => {
    const world = new World(healthy, busy, 1);
    world.run(world.begin());
    const order = [
      'inspect',
      'load 4',
      'warm 4',
      'route 3 5%',
      'route 3 25%',
      'route 3 50%',
      'route 4',
      'drain 3',
      'unload 3',
    ];
    deepEqual(world.done, order);
    deepEqual(states(world), [
      'draft',
      'preflight',
      'loading',
      'warming',
      'canary',
      'promoting',
      'soaking',
      'promoted',
    ]);
  });

  it('unload-first where both do not fit: holds, drains, unloads, loads, warms, routes', () => {
    const world = new World(healthy, busy, 1);
    world.act = withMemory(world, {
      free: 300 * 2 ** 20,
      baselineResident: 100 * 2 ** 20,
      candidateEstimate: 100 * 2 ** 20,
    });
    world.run(world.begin());
    deepEqual(world.done, [
      'inspect',
      'route nobody',
      'drain 3',
      'unload 3',
      'load 4',
      'warm 4',
      'route 4',
      'unload 3',
    ]);
    equal(world.log.at(-1)?.to, 'promoted');
  });

  it('unload-first: a version that is not ready within "hold" makes room for the old one again', () => {
    const world = new World(healthy, busy, 1);
    const asked = { ...header, plan: { ...plan, order: 'unload-first' as const, hold: 30 } };
    const carryOut = world.act.bind(world);
    let first = engine.begin('d1', 1, asked, world.now);
    // Everything is done at once but the load of the new version, which never ends.
    const settle = (step: typeof first): void => {
      first = step;
      world.log.push(...step.entries);
      for (const effect of step.effects)
        if (effect.kind === 'act' && !(effect.op === 'load' && effect.version === '4'))
          settle(engine.advance(first.deployment, { ...carryOut(effect), now: world.now }));
    };
    settle(first);
    equal(world.routing?.primary, undefined);
    const tick = (seconds: number): void =>
      settle(engine.advance(first.deployment, { ...world.seen(seconds), now: world.now }));
    for (let i = 0; i < 5; i++) tick(6);
    equal(first.deployment.position.state, 'loading');
    tick(6);
    deepEqual([first.deployment.position.state, world.routing?.primary], ['rolledBack', '3']);
    match(
      world.log.find((entry) => entry.to === 'aborting')?.reason ?? '',
      /^Requests were held off for 30 s, the longest that the plan allows \("hold"\), and version 4 does not serve yet$/,
    );
  });

  it('the first version gets all traffic after its warm-up', () => {
    const world = new World({ 4: { errors: 0 } }, busy, 1);
    world.versions.clear();
    world.routing = undefined;
    world.run(world.begin({ ...header, baseline: undefined }));
    deepEqual(world.done, ['inspect', 'load 4', 'warm 4', 'route 4']);
    equal(world.log.at(-1)?.to, 'promoted');
    match(last(world), /Version 4 serves all traffic/);
  });

  it('a rollback to a warm version only routes, then tidies up', () => {
    const world = new World(healthy, busy, 1);
    world.versions.set('2', { version: '2', state: 'ready' });
    world.run(world.begin({ ...header, mode: 'rollback', candidate: '2' }));
    deepEqual(world.done, ['inspect', 'route 2', 'drain 3', 'unload 3']);
  });

  it('a rollback to a cold version loads it first', () => {
    const world = new World(healthy, busy, 1);
    world.run(world.begin({ ...header, mode: 'rollback', candidate: '2' }));
    deepEqual(world.done, ['inspect', 'load 2', 'warm 2', 'route 2', 'drain 3', 'unload 3']);
  });

  it('a shadow comes first and routes nobody', () => {
    const world = new World(healthy, busy, 1);
    const shadow = { share: 100, minRequests: 100, dwell: 1, limit: 600 };
    const gates = [...plan.gates, { kind: 'agreement', budget: 0.01, dryRun: false } as const];
    world.run(world.begin({ ...header, plan: { ...plan, shadow, gates } }));
    ok(states(world).indexOf('shadow') < states(world).indexOf('canary'));
    equal(world.done[3], 'route 3 0%');
    equal(world.log.at(-1)?.to, 'promoted');
  });
});

function withMemory(
  world: World,
  memory: { free: number; baselineResident: number; candidateEstimate: number },
): World['act'] {
  const act = world.act.bind(world);
  return (action) => {
    const answer = act(action);
    return answer.kind === 'done' && answer.inspection !== undefined
      ? { ...answer, inspection: { ...answer.inspection, ...memory } }
      : answer;
  };
}

describe('deployment: what goes wrong ends at the baseline', () => {
  const back = ['route 3', 'drain 4', 'unload 4'];
  for (const [what, behaviour] of [
    ['fails', { errors: 0.2 }],
    ['answers NaN', { errors: 0, nonFinite: 1 }],
    ['is slow', { errors: 0, median: 25 }],
  ] as const)
    it(`a version that ${what}`, () => {
      const world = new World({ 3: { errors: 0 }, 4: behaviour }, busy, 2);
      const gates = [
        ...plan.gates,
        { kind: 'nonFinite', budget: 0.01, dryRun: false },
        { kind: 'latency', quantile: 0.95, margin: 0.05, slack: 1.25, floor: 2, dryRun: false },
      ] as const;
      world.run(world.begin({ ...header, plan: { ...plan, gates } }));
      deepEqual(world.done.slice(-3), back);
      equal(world.log.at(-1)?.to, 'rolledBack');
      match(
        world.log.find((entry) => entry.to === 'aborting')?.reason ?? '',
        /^Gate (errors|nonFinite|latency-p95): version 4/,
      );
    });

  it('a load that fails moves no traffic', () => {
    const world = new World(healthy, busy, 1);
    world.refuse = (action) => (action.op === 'load' ? 'file is cut' : undefined);
    world.run(world.begin());
    equal(world.log.at(-1)?.to, 'rolledBack');
    match(world.log.find((entry) => entry.to === 'aborting')?.reason ?? '', /Could not load version 4: file is cut/);
    ok(world.done.every((each) => !each.includes('%')));
  });

  it('a target that says OK and does not load is not believed', () => {
    const world = new World(healthy, busy, 1);
    const act = world.act.bind(world);
    world.act = (action) =>
      action.op === 'load' ? { kind: 'done', key: action.key, target: world.target } : act(action);
    world.run(world.begin());
    match(world.log.map((entry) => entry.reason).join('\n'), /said OK, but version 4 is not there/);
    equal(world.log.at(-1)?.to, 'rolledBack');
  });

  it('what was seen before it began is no evidence: neither pairs nor answers of an earlier deployment', () => {
    const world = new World({ 3: { errors: 0 }, 4: { errors: 0.5, differs: 1 } }, busy, 1);
    world.routing = { ...world.routing, candidate: '4', weightPercent: 50, shadowPercent: 100 } as World['routing'];
    world.versions.set('4', { version: '4', state: 'ready' });
    const earlier = world.seen(10);
    world.routing = { ...world.routing, candidate: undefined, weightPercent: 0, shadowPercent: 0 } as World['routing'];
    world.behaviours['4'] = { errors: 0 };
    const shadow = { share: 100, minRequests: 100, dwell: 1, limit: 600 };
    const gates = [...plan.gates, { kind: 'agreement', budget: 0.01, dryRun: false } as const];
    const begun = world.begin({ ...header, plan: { ...plan, shadow, gates } });
    equal(begun.position.state, 'shadow');
    const at = world.send(begun, earlier);
    deepEqual([at.position.state, at.watch.requests], ['shadow', { baseline: 0, candidate: 0 }]);
    world.run(at);
    equal(world.log.at(-1)?.to, 'promoted');
  });

  it('a problem of the preflight does nothing at the target', () => {
    const world = new World(healthy, busy, 1);
    const act = world.act.bind(world);
    const problems = ['Input x is FP32 [1,4] in version 3 and FP32 [1,5] in version 4'];
    world.act = (action) => {
      const answer = act(action);
      return answer.kind === 'done' && answer.inspection !== undefined
        ? { ...answer, inspection: { ...answer.inspection, problems } }
        : answer;
    };
    world.run(world.begin());
    deepEqual(world.done, ['inspect']);
    equal(world.log.at(-1)?.to, 'rolledBack');
    match(world.log.find((entry) => entry.to === 'aborting')?.reason ?? '', /Input x/);
  });

  it('a canary whose process ends goes back', () => {
    const world = new World(healthy, busy, 1);
    const canary = until(world, world.begin(), 'canary');
    world.versions.set('4', { version: '4', state: 'failed', reason: 'killed by signal 9' });
    world.run(canary);
    match(world.log.find((entry) => entry.to === 'aborting')?.reason ?? '', /Version 4 is failed: killed by signal 9/);
    equal(world.routing?.primary, '3');
  });

  it('a version that goes bad after its promotion is rolled back, route first', () => {
    const behaviours = { 3: { errors: 0 }, 4: { errors: 0 } };
    const world = new World(behaviours, busy, 1);
    const soaking = until(world, world.begin(), 'soaking');
    behaviours[4].errors = 0.3;
    world.run(soaking);
    deepEqual(world.done.slice(-3), back);
    ok(states(world).includes('rollingBack'));
  });

  it('a shadow tells NaN that the baseline has not, and forgives what it has', () => {
    const shadow = { share: 100, minRequests: 100, dwell: 1, limit: 600 };
    const gates = [...plan.gates, { kind: 'nonFinite', budget: 0.01, dryRun: false } as const];
    const asked = { ...header, plan: { ...plan, shadow, gates } };
    for (const [before, end] of [
      [0, 'rolledBack'],
      [1, 'promoted'],
    ] as const) {
      const world = new World({ 3: { errors: 0, nonFinite: before }, 4: { errors: 0, nonFinite: 1 } }, busy, 2);
      world.run(world.begin(asked));
      equal(world.log.at(-1)?.to, end);
      equal(states(world).includes('canary'), end === 'promoted');
    }
  });

  it('memory over its limit is a failure', () => {
    const world = new World(healthy, busy, 1);
    const gates = [...plan.gates, { kind: 'resources', growth: 2, growthFloor: 2 ** 20, dryRun: false } as const];
    const canary = until(world, world.begin({ ...header, plan: { ...plan, gates } }), 'canary');
    world.versions.set('4', { version: '4', state: 'ready', resident: 300 * 2 ** 20 });
    world.run(canary);
    match(world.log.find((entry) => entry.to === 'aborting')?.reason ?? '', /300 MiB in memory, more than 201 MiB/);
  });

  it('memory that grows a little with each look is a failure before it is too much', () => {
    const world = new World(healthy, busy, 1);
    const gates = [...plan.gates, { kind: 'resources', growth: 1.5, growthFloor: 2 ** 20, dryRun: false } as const];
    const slow = { ...plan, gates, steps: [{ weight: 5, minRequests: 1, dwell: 600, limit: 3_600 }] };
    let at = until(world, world.begin({ ...header, plan: slow }), 'canary');
    for (let i = 0; i < 200 && at.position.state !== 'rolledBack'; i++) {
      world.versions.set('4', { version: '4', state: 'ready', resident: (100 + i) * 2 ** 20 });
      at = world.tick(at);
    }
    match(world.log.find((entry) => entry.to === 'aborting')?.reason ?? '', /152 MiB in memory, more than 151 MiB/);
    equal(world.routing?.primary, '3');
  });

  it('a version that is wrong on 3 % of the inputs is found in its shadow, before anybody has its answers', () => {
    const world = new World({ 3: { errors: 0 }, 4: { errors: 0, differs: 0.03 } }, busy, 5);
    const shadow = { share: 100, minRequests: 100, dwell: 1, limit: 3_600 };
    const gates = [...plan.gates, { kind: 'agreement', budget: 0.01, dryRun: false } as const];
    world.run(world.begin({ ...header, plan: { ...plan, shadow, gates } }));
    match(
      world.log.find((entry) => entry.to === 'aborting')?.reason ?? '',
      /^Gate agreement: .*more than the budget of 1 %/,
    );
    equal(world.log.at(-1)?.to, 'rolledBack');
    equal(world.answered.candidate, 0);
  });

  for (const [what, jump] of [
    ['a day on', 86_400_000],
    ['a day back', -86_400_000],
  ] as const)
    it(`a clock that jumps ${what} ends no step, and no soak`, () => {
      const world = new World(healthy, busy, 1);
      const jumps = (at: Deployment): Deployment => {
        world.now += jump;
        const next = world.tick(at);
        equal(next.position.state, at.position.state);
        return next;
      };
      const patient = { ...plan, steps: [{ weight: 50, minRequests: 1, dwell: 60, limit: 3_600 }], soak: 60 };
      const canary = jumps(until(world, world.begin({ ...header, plan: patient }), 'canary'));
      world.run(jumps(until(world, canary, 'soaking')));
      equal(world.log.at(-1)?.to, 'promoted');
    });

  it('a gate on trial is told and not acted on', () => {
    const world = new World({ 3: { errors: 0 }, 4: { errors: 0, nonFinite: 1 } }, busy, 2);
    const gates = [...plan.gates, { kind: 'nonFinite', budget: 0.01, dryRun: true }] as const;
    world.run(world.begin({ ...header, plan: { ...plan, gates } }));
    equal(world.log.at(-1)?.to, 'promoted');
    ok(
      world.log.some((entry) => entry.evidence?.some((each) => each.gate === 'nonFinite' && each.decision === 'fail')),
    );
  });
});

describe('deployment: what ends as paused', () => {
  it('low traffic is insufficient, not a verdict', () => {
    const world = new World({ 3: { errors: 0.01 }, 4: { errors: 0.2 } }, { perSecond: 0.02 }, 3);
    const end = world.run(world.begin(), 2_000, 10);
    equal(end.position.pausedBecause, 'insufficient');
    match(
      world.log.find((entry) => entry.to === 'paused')?.reason ?? '',
      /Insufficient data: \d+ of 50 answers of version 4 came within 60 min\. Until it is resumed all requests go to version 3$/,
    );
    deepEqual([end.position.weightPercent, world.routing?.weightPercent, world.routing?.primary], [0, 0, '3']);
    equal(world.send(end, { kind: 'command', verb: 'resume' }).position.weightPercent, 5);
  });

  it('low traffic keeps its share where the plan says so, or a person froze it', () => {
    const scarce = { perSecond: 0.02 };
    const stays = { ...header, plan: { ...plan, onControllerLoss: 'hold' as const } };
    const world = new World(healthy, scarce, 3);
    const end = world.run(world.begin(stays), 2_000, 10);
    deepEqual([end.position.pausedBecause, world.routing?.weightPercent], ['insufficient', 5]);
    const other = new World(healthy, scarce, 3);
    let at = until(other, other.begin(), 'canary');
    at = other.send(at, { kind: 'command', verb: 'freeze' });
    for (let i = 0; i < 500; i++) at = other.tick(at, 10);
    deepEqual([at.position.state, other.routing?.weightPercent], ['canary', 5]);
  });

  it('a split that is not the one asked for', () => {
    const world = new World(healthy, { perSecond: 200, splitError: 0.04 }, 4);
    const end = world.run(world.begin());
    equal(end.position.pausedBecause, 'sample-ratio');
  });

  it('a target that took the traffic back', () => {
    const world = new World(healthy, busy, 1);
    const canary = until(world, world.begin(), 'canary');
    world.takenBack = true;
    world.routing = { ...(world.routing as object), weightPercent: 0 } as World['routing'];
    const end = world.tick(canary);
    deepEqual([end.position.pausedBecause, end.position.weightPercent], ['controller-loss', 0]);
  });

  it('an unseen target is stuck, and goes on as paused once it is seen', () => {
    const world = new World(healthy, busy, 1);
    let at = until(world, world.begin(), 'canary');
    for (let i = 0; i < 5; i++) at = world.send(at, { kind: 'tick', observations: [] });
    equal(at.position.state, 'stuck');
    const before = world.done.length;
    at = world.tick(at);
    equal(at.position.state, 'paused');
    equal(world.done.length, before);
  });
});

describe('deployment: commands', () => {
  const canary = (): { world: World; at: Deployment } => {
    const world = new World(healthy, { perSecond: 10 }, 1);
    return { world, at: until(world, world.begin(), 'canary') };
  };
  it('pause and resume keep the share', () => {
    const { world, at } = canary();
    const paused = world.send(at, { kind: 'command', verb: 'pause' });
    equal(paused.position.weightPercent, 5);
    equal(world.send(paused, { kind: 'command', verb: 'resume' }).position.state, 'canary');
  });
  it('a promotion past open gates needs a reason and is recorded as an override', () => {
    const { world, at } = canary();
    const refused = engine.advance(at, { kind: 'command', verb: 'promote', full: true, now: world.now });
    match(refused.refusal ?? '', /needs a reason/);
    equal(refused.entries.length, 0);
    world.run(world.send(at, { kind: 'command', verb: 'promote', full: true, reason: 'hotfix' }));
    equal(world.log.find((entry) => entry.to === 'promoting')?.override, true);
    equal(world.log.at(-1)?.to, 'promoted');
  });
  it('promote goes one step on', () => {
    const { world, at } = canary();
    equal(world.send(at, { kind: 'command', verb: 'promote', reason: 'seen enough' }).position.weightPercent, 25);
  });
  it('abort routes first', () => {
    const { world, at } = canary();
    world.send(at, { kind: 'command', verb: 'abort' });
    deepEqual(world.done.slice(-3), ['route 3', 'drain 4', 'unload 4']);
  });
  it('freeze stops promotion and rollback', () => {
    const behaviours = { 3: { errors: 0 }, 4: { errors: 0 } };
    const world = new World(behaviours, busy, 1);
    let at = world.send(until(world, world.begin(), 'canary'), { kind: 'command', verb: 'freeze' });
    equal(world.routing?.onControllerLoss, 'hold');
    behaviours[4].errors = 1;
    for (let i = 0; i < 100; i++) at = world.tick(at);
    equal(at.position.state, 'canary');
    at = world.send(at, { kind: 'command', verb: 'resume' });
    world.run(at);
    equal(world.log.at(-1)?.to, 'rolledBack');
  });
  it('rollback in the soak', () => {
    const world = new World(healthy, busy, 1);
    const at = until(world, world.begin(), 'soaking');
    world.send(at, { kind: 'command', verb: 'rollback' });
    deepEqual(world.done.slice(-3), ['route 3', 'drain 4', 'unload 4']);
    equal(world.log.at(-1)?.to, 'rolledBack');
  });
  it('rollback in the soak, with the old version gone: it is loaded before it gets the traffic', () => {
    const world = new World(healthy, busy, 1);
    const at = until(world, world.begin(), 'soaking');
    world.versions.delete('3');
    world.run(world.send(at, { kind: 'command', verb: 'rollback' }));
    deepEqual(world.done.slice(-4), ['load 3', 'route 3', 'drain 4', 'unload 4']);
    equal(world.log.at(-1)?.to, 'rolledBack');
  });
  it('where the way back is refused again and again it is stuck, says so once, and tries again by hand', () => {
    const world = new World(healthy, busy, 1);
    let at = until(world, world.begin(), 'canary');
    world.refuse = ({ op }) => (op === 'route' ? 'no' : undefined);
    at = until(world, world.send(at, { kind: 'command', verb: 'abort' }), 'stuck');
    match(last(world), /Could not route all requests to version 3: no\. Routing is left as it is.*"retry"/);
    const entries = world.log.length;
    for (let i = 0; i < 50; i++) at = world.tick(at);
    equal(world.log.length, entries);
    world.refuse = () => undefined;
    world.run(world.send(at, { kind: 'command', verb: 'retry' }));
    equal(world.log.at(-1)?.to, 'rolledBack');
    equal(world.routing?.primary, '3');
  });
  it('commands that do not fit are refused in a sentence and leave no trace', () => {
    const { world, at } = canary();
    for (const verb of ['resume', 'retry'] as const) {
      const answer = engine.advance(at, { kind: 'command', verb, now: world.now });
      match(answer.refusal ?? '', /is not possible: the deployment is in its canary/);
      equal(answer.entries.length, 0);
    }
  });
});
