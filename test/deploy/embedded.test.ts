/** Deployments to the real front, in this process: what is served while they go on, and how they end. */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { LeaseHeld } from '../../runtime-bridge/node/deploy/lease';
import { deploymentsOf, logPath } from '../../runtime-bridge/node/deploy/records';
import { give, rollBack } from '../../runtime-bridge/node/deploy/verbs';
import { onnxFile, scaling } from '../harness/onnxFile';
import { count, noSteps, pause, quickPlan, Scene } from './harness';

const vector = { name: 'x', type: 'FP32' as const, shape: ['n', 4] };
const step = { weight: 50, minRequests: 20, dwell: 0, limit: 30 };
const result = { name: 'y', type: 'FP32' as const, shape: ['n', 4] };

/** x / 0 * 0: NaN for every input. */
const notANumber = onnxFile({
  inputs: [vector],
  outputs: [result],
  nodes: [
    { op: 'Div', inputs: ['x', 'zero'], outputs: ['infinite'] },
    { op: 'Mul', inputs: ['infinite', 'zero'], outputs: ['y'] },
  ],
  constants: [{ name: 'zero', shape: [], values: [0] }],
});
/** Loads, and fails at each request but those with 49 numbers: the runtime can't know before. */
const failing = onnxFile({
  inputs: [vector],
  outputs: [result],
  nodes: [
    { op: 'Shape', inputs: ['table'], outputs: ['square'] },
    { op: 'Reshape', inputs: ['x', 'square'], outputs: ['z'] },
    { op: 'Shape', inputs: ['x'], outputs: ['sizes'] },
    { op: 'Reshape', inputs: ['z', 'sizes'], outputs: ['y'] },
  ],
  constants: [{ name: 'table', shape: [7, 7], values: Array.from({ length: 49 }, () => 0) }],
});
const takesMore = onnxFile({
  inputs: [vector, { ...vector, name: 'mask' }],
  outputs: [result],
  nodes: [{ op: 'Mul', inputs: ['x', 'mask'], outputs: ['y'] }],
});
const otherType = onnxFile({
  inputs: [{ ...vector, type: 'FP64' }],
  outputs: [{ ...result, type: 'FP64' }],
  nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
});

describe('deployment to the embedded front', function () {
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
    deepEqual(
      count(load.failed, ({ problem }) => problem),
      {},
    );
    const front = await scene.front();
    deepEqual(
      front?.versions.map(({ version }) => version),
      ['2'],
      'the old one is unloaded',
    );
  });

  for (const [what, file, said] of [
    ['cut off', scaling(2).subarray(0, 60), /model\.onnx of version 2 is no whole ONNX file/],
    ['of another type', otherType, /input 'x' has type FP32 in version 1 and FP64 in version 2/],
    ['that asks for more', takesMore, /input 'mask' is asked for by version 2, and version 1 has none/],
    ['that the runtime refuses', scaling(2).map((byte, i, all) => (i === all.length - 1 ? 99 : byte)), /version 2/],
    ['that answers NaN', notANumber, /version 2 answers NaN or infinity in output 'y' where version 1 does not/],
    ['that fails at each request', failing, /version 2 failed at a request of the warm-up/],
  ] as const)
    it(`a model ${what} ends before any traffic, with the baseline serving`, async () => {
      scene.version('2', file);
      const load = await scene.load(50);
      const ended = await scene.deploy('2');
      await load.stop();
      deepEqual([ended.state, await scene.serving()], ['rolledBack', '1']);
      ok(
        scene.events.some(({ reason }) => said.test(reason)),
        scene.events.map(({ reason }) => reason).join('\n'),
      );
      equal(Math.max(...scene.events.map(({ weightPercent }) => weightPercent)), 0);
      deepEqual(
        load.served.filter(({ status, version }) => status !== 200 || version !== '1'),
        [],
      );
    });

  it('two controllers: the second one is told who is at work', async () => {
    scene.version('2');
    const first = scene.deploy('2', { ...quickPlan, shadow: { share: 100, minRequests: 1e6, dwell: 0, limit: 60 } });
    while (!scene.states.includes('shadow')) await pause(20);
    const place = scene.place;
    await rejects(
      scene.deploy('2'),
      (error) => error instanceof LeaseHeld && error.message.includes(`process ${process.pid}`),
    );
    equal((await give(place, 'cnn', { kind: 'command', verb: 'abort' })).state, 'rolledBack');
    equal((await first).state, 'rolledBack');
    equal(await scene.serving(), '1');
  });

  it('rollback to a warm version while it soaks, and later to the one that was unloaded; no request fails', async () => {
    scene.version('2');
    const load = await scene.load();
    const deployed = scene.deploy('2', { ...noSteps, soak: 60 });
    while (!scene.states.includes('soaking')) await pause(20);
    await pause(300);
    const asked = Date.now();
    equal((await rollBack(scene.place, 'cnn', noSteps)).state, 'rolledBack');
    equal((await deployed).state, 'rolledBack');
    equal(await scene.serving(), '1');
    await pause(200);
    ok(load.served.some(({ version, at }) => version === '2' && at < asked));
    equal((await scene.deploy('2', { ...noSteps, soak: 0 })).state, 'promoted');
    equal((await rollBack(scene.place, 'cnn', noSteps)).state, 'rolledBack');
    equal(await scene.serving(), '1');
    await load.stop();
    deepEqual(
      count(load.failed, ({ problem }) => problem),
      {},
    );
  });

  for (const line of [1, 2])
    it(`a log whose line ${line} was changed steers nothing, and the traffic stays where it is`, async () => {
      const [deployment] = deploymentsOf(scene.stateFolder, 'cnn');
      const path = logPath(scene.stateFolder, deployment?.id ?? '');
      const lines = readFileSync(path, 'utf8').trimEnd().split('\n').slice(0, 3);
      // As if its controller had been lost before the end, and somebody had moved the weight.
      lines[line - 1] = (lines[line - 1] ?? '').replace('"weightPercent":0', '"weightPercent":90');
      writeFileSync(path, `${lines.join('\n')}\n`);
      for (const given of [give(scene.place, 'cnn', { kind: 'command', verb: 'resume' }), scene.deploy('1')])
        await rejects(given, new RegExp(`was changed: line ${line} does not fit its hash`));
      equal(await scene.serving(), '1');
    });

  it('a pause that nobody asked for leaves no share with a version that nobody watches', async () => {
    scene.version('2');
    const load = await scene.load(100);
    const plan = { ...quickPlan, controllerDeadline: 600, steps: [{ ...step, minRequests: 1e6, limit: 1 }] };
    const ended = await scene.deploy('2', plan);
    equal(ended.state, 'paused');
    ok(scene.events.some(({ reason }) => /Insufficient data.*all requests go to version 1$/.test(reason)));
    deepEqual([await scene.serving(), (await scene.front())?.takenBack], ['1', []]);
    equal((await give(scene.place, 'cnn', { kind: 'command', verb: 'abort' })).state, 'rolledBack');
    await load.stop();
    deepEqual(
      count(load.failed, ({ problem }) => problem),
      {},
    );
  });
});
