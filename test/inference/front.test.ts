/** The front as its controller and its clients meet it: real processes, real models. */
import { connect } from 'node:net';
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { FrontRefusal } from '../../runtime-bridge/node/inference/frontProcess';
import { bucketOf } from '../../runtime-bridge/node/deploy/engine/buckets';
import type { Observation } from '../../protocol/src/front';
import { scaling } from '../harness/onnxFile';
import { isRunning, TestFront, until } from './frontHarness';

const values = (body: Record<string, unknown>): unknown =>
  (body['outputs'] as readonly { data?: unknown }[] | undefined)?.[0]?.data;

describe('front', () => {
  let front: TestFront;
  before(async () => {
    front = await TestFront.start();
  });
  after(() => front.dispose());

  /** Versions that multiply by the given factors, loaded, the first as the baseline. */
  async function serve(model: string, ...factors: readonly number[]): Promise<void> {
    for (const [i, factor] of factors.entries()) {
      const version = String(i + 1);
      const { state, reason } = await front.load(model, version, front.model(model, version, scaling(factor)));
      equal(state, 'ready', reason);
    }
  }

  const observed = (model: string, count: number): Promise<readonly Observation[]> =>
    until(
      async () => (await front.control.observations(model, 0, 1000)).observations,
      (all) => all.length >= count,
    );

  it('answers by the highest version while nothing routes, by the baseline when something does', async () => {
    await serve('plain', 1, 2);
    deepEqual(values((await front.scale('plain')).body), [2, 4, 6, 8]);
    await front.route({ model: 'plain', baseline: '1' });
    const { body, headers } = await front.scale('plain');
    deepEqual(values(body), [1, 2, 3, 4]);
    equal(headers.get('x-model-version'), '1');
    equal(headers.get('x-experiment'), null);
  });

  it('splits by the bucket of the unit, and tells it', async () => {
    await serve('split', 1, 2);
    await front.route({
      model: 'split',
      baseline: '1',
      candidate: '2',
      experiment: 'e1',
      weightPercent: 30,
      unitHeader: 'x-unit-id',
    });
    for (let i = 0; i < 40; i++) {
      const bucket = bucketOf('e1', `u${i}`);
      const { headers, body } = await front.scale('split', { 'x-unit-id': `u${i}` });
      equal(headers.get('x-bucket'), String(bucket));
      equal(headers.get('x-experiment'), 'e1');
      equal(headers.get('x-model-version'), bucket < 3000 ? '2' : '1');
      equal(body['model_version'], bucket < 3000 ? '2' : '1');
    }
    equal((await front.scale('split')).headers.get('x-bucket'), 'unsticky');
    const all = await observed('split', 41);
    ok(all.every((each) => each.kind === 'request' && each.ok && each.input?.mean === 2.5));
    equal(new Set(all.slice(0, 40).map(({ unit }) => unit)).size, 40);
    equal(all[40]?.unit, undefined);
    ok(!JSON.stringify(all).includes('"u1"'), 'names of units stay in the front');
  });

  it('answers by the baseline when the candidate is killed, and counts it against the candidate', async () => {
    await serve('killed', 1, 2);
    await front.route({ model: 'killed', baseline: '1', candidate: '2', experiment: 'e', weightPercent: 100 });
    const candidate = (await front.control.state()).versions.find(
      ({ model, version }) => model === 'killed' && version === '2',
    );
    process.kill(candidate?.pid ?? 0, 'SIGKILL');
    const answers = await Promise.all(Array.from({ length: 20 }, () => front.scale('killed')));
    ok(answers.every(({ status }) => status === 200));
    const { state, reason } = await front.settled('killed', '2').then(() =>
      until(
        () => front.settled('killed', '2'),
        (found) => found.state === 'failed',
      ),
    );
    equal(state, 'failed');
    match(reason ?? '', /its process ended by SIGKILL/);
    deepEqual(values((await front.scale('killed')).body), [1, 2, 3, 4]);
    const all = await observed('killed', 21);
    const failed = all.filter((each) => each.kind === 'request' && each.arm === 'candidate' && !each.ok);
    ok(failed.length > 0);
    equal(all.length, 21);
  });

  it('starts a killed baseline again and lets its requests wait', async () => {
    await serve('reborn', 1);
    await front.route({ model: 'reborn', baseline: '1' });
    const { pid = 0 } = await front.settled('reborn', '1');
    process.kill(pid, 'SIGKILL');
    await until(
      () => Promise.resolve(isRunning(pid)),
      (running) => !running,
    );
    deepEqual(
      values(
        (
          await until(
            () => front.scale('reborn'),
            ({ status }) => status === 200,
          )
        ).body,
      ),
      [1, 2, 3, 4],
    );
    ok((await front.settled('reborn', '1')).pid !== pid);
  });

  it('copies requests to a candidate in the shadow and compares', async () => {
    await serve('shadow', 1, 1.5);
    await front.route({ model: 'shadow', baseline: '1', candidate: '2', experiment: 'e', shadowPercent: 100 });
    deepEqual(values((await front.scale('shadow')).body), [1, 2, 3, 4]);
    const pair = (await observed('shadow', 2)).find((each) => each.kind === 'pair');
    ok(pair?.kind === 'pair');
    equal(pair.candidateOk, true);
    // The largest of four is the fourth for both.
    equal(pair.agrees, true);
    equal(pair.maxAbsolute, 2);
    equal(pair.candidateOutput?.mean, 3.75);
  });

  it('sees a candidate that answers NaN', async () => {
    await serve('nan', 1, Number.NaN);
    await front.route({ model: 'nan', baseline: '1', candidate: '2', experiment: 'e', weightPercent: 100 });
    equal((await front.scale('nan')).status, 200);
    const [seen] = await observed('nan', 1);
    equal(seen?.kind === 'request' ? seen.output?.nonFinite : 0, 4);
  });

  it('takes a candidate back when its controller is silent, and keeps it where the policy says hold', async () => {
    await serve('silent', 1, 2);
    await front.route({
      model: 'silent',
      baseline: '1',
      candidate: '2',
      experiment: 'e',
      weightPercent: 100,
      deadline: 0.3,
    });
    equal((await front.scale('silent')).headers.get('x-model-version'), '2');
    const taken = await until(
      () => front.control.state(),
      ({ takenBack }) => takenBack.includes('silent'),
    );
    equal(taken.routings.find(({ model }) => model === 'silent')?.weightPercent, 0);
    equal((await front.scale('silent')).headers.get('x-model-version'), '1');
    const held = {
      model: 'silent',
      baseline: '1',
      candidate: '2',
      experiment: 'e',
      weightPercent: 100,
      deadline: 0.1,
    } as const;
    deepEqual((await front.route({ ...held, onControllerLoss: 'hold' })).takenBack.includes('silent'), false);
    await new Promise((settle) => setTimeout(settle, 400));
    equal((await front.scale('silent')).headers.get('x-model-version'), '2');
    await front.route({ model: 'silent', baseline: '1' });
  });

  it('keeps the candidate while heartbeats come', async () => {
    await serve('heard', 1, 2);
    await front.route({
      model: 'heard',
      baseline: '1',
      candidate: '2',
      experiment: 'e',
      weightPercent: 100,
      deadline: 5,
    });
    for (let i = 0; i < 4; i++) {
      await front.control.command('heartbeat', { epoch: 1, model: 'heard' });
      equal((await front.scale('heard')).headers.get('x-model-version'), '2');
    }
    await front.route({ model: 'heard', baseline: '1' });
  });

  it('holds requests off where the routing says so', async () => {
    await serve('held', 1);
    await front.route({ model: 'held', baseline: '1', held: true });
    const { status, headers } = await front.scale('held');
    equal(status, 503);
    equal(headers.get('retry-after'), '1');
  });

  it('obeys the highest epoch of a model only', async () => {
    await serve('epochs', 1);
    await front.route({ model: 'epochs', baseline: '1' }, 7);
    await rejects(front.route({ model: 'epochs', baseline: '1' }, 6), (error: unknown) => {
      ok(error instanceof FrontRefusal);
      equal(error.status, 409);
      match(error.message, /epoch 6.*epoch 7 has taken epochs over/);
      return true;
    });
  });

  const refused = async (work: Promise<unknown>, status: number, words: RegExp): Promise<void> =>
    rejects(work, (error: unknown) => {
      ok(error instanceof FrontRefusal, String(error));
      equal(error.status, status, error.message);
      match(error.message, words);
      return true;
    });

  it('refuses commands that would leave requests without an answer', async () => {
    await serve('guard', 1);
    await front.route({ model: 'guard', baseline: '1' });
    await refused(
      front.control.command('unload', { epoch: 1, model: 'guard', version: '1', drain: 0 }),
      400,
      /named by the routing/,
    );
    await refused(front.route({ model: 'guard', baseline: '2' }), 400, /version 2 of guard is not loaded/);
    await refused(
      front.route({ model: 'guard', baseline: '1', candidate: '9', weightPercent: 5 }),
      400,
      /version 9 of guard is not loaded/,
    );
    await refused(front.route({ model: 'guard', baseline: '1', weightPercent: 5 }), 400, /share but no candidate/);
    await refused(
      front.control.command('load', { epoch: 1, model: 'guard', version: '3', folder: '/nowhere/3' }),
      404,
      /there is no folder/,
    );
    await refused(
      front.control.command('load', { epoch: 1, model: '../up', version: '3', folder: '/tmp' }),
      400,
      /can't be a model's name/,
    );
  });

  for (const [what, content, words] of [
    ['a file that is cut off', scaling(1).subarray(0, 60), /can't be read as ONNX/],
    ['a text', Buffer.from('version https://git-lfs.github.com/spec/v1\n'), /can't be read as ONNX|can't be loaded/],
    ['nothing', new Uint8Array(), /model.onnx is empty/],
  ] as const)
    it(`says why ${what} can't be served, and goes on`, async () => {
      const { state, reason } = await front.load('broken', '1', front.model('broken', '1', content));
      equal(state, 'failed');
      match(reason ?? '', words);
      equal((await front.get('/v2/health/live')).status, 200);
      await front.control.command('unload', { epoch: 1, model: 'broken', version: '1', drain: 0 });
    });

  it('refuses a version whose configuration can not be read', async () => {
    const folder = front.model('typo', '1', scaling(1), 'max_batch_size: x');
    await refused(
      front.control.command('load', { epoch: 1, model: 'typo', version: '1', folder }),
      400,
      /config.pbtxt can't be read/,
    );
  });

  it('leads out of no folder through default_model_filename', async () => {
    const folder = front.model('leads', '1', scaling(1), 'default_model_filename: "../../x.onnx"');
    await refused(
      front.control.command('load', { epoch: 1, model: 'leads', version: '1', folder }),
      400,
      /leads out of/,
    );
  });

  it('joins requests where the configuration asks for it, each with its own rows', async () => {
    const config =
      'max_batch_size: 8 dynamic_batching { max_queue_delay_microseconds: 200000 preferred_batch_size: [ 4 ] }';
    await front.load('joined', '1', front.model('joined', '1', scaling(2), config));
    const answers = await Promise.all(
      [1, 2, 3, 4].map((value) =>
        front.post('/v2/models/joined/infer', {
          inputs: [{ name: 'x', shape: [1, 4], datatype: 'FP32', data: [value, value, value, value] }],
        }),
      ),
    );
    deepEqual(
      answers.map(({ body }) => values(body)),
      [1, 2, 3, 4].map((value) => [2 * value, 2 * value, 2 * value, 2 * value]),
    );
    const { body } = await front.get('/v2/models/joined/stats');
    const [stats] = body['model_stats'] as readonly { inference_count: number; execution_count: number }[];
    equal(stats?.inference_count, 4);
    ok(stats.execution_count < 4, `${stats.execution_count} executions of four requests`);
  });

  it('refuses requests that are larger than its limit, and goes on', async () => {
    const { host } = new URL(front.control.endpoint);
    const status = await new Promise<string>((settle, fail) => {
      const socket = connect(Number(host.split(':')[1]), '127.0.0.1', () =>
        socket.write('POST /v2/models/plain/infer HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n'),
      );
      socket.on('data', (chunk) => {
        settle(chunk.toString('latin1').split('\r\n')[0] ?? '');
        socket.destroy();
      });
      socket.on('error', fail);
    });
    match(status, /413/);
    equal((await front.get('/v2/health/live')).status, 200);
  });

  it('unloads a version with its process', async () => {
    await serve('gone', 1);
    const { pid = 0 } = await front.settled('gone', '1');
    await front.control.command('unload', { epoch: 1, model: 'gone', version: '1', drain: 5 });
    equal(isRunning(pid), false);
    equal((await front.scale('gone')).status, 404);
  });

  it('lets nobody in at the control listener without the token, and no web page with it', async () => {
    const { controlPort, token } = front.control.address;
    const url = `http://127.0.0.1:${controlPort}/control/state`;
    equal((await fetch(url)).status, 401);
    const authorization = `Bearer ${token}`;
    equal((await fetch(url, { headers: { authorization } })).status, 200);
    equal((await fetch(url, { headers: { authorization, origin: 'http://evil.example' } })).status, 403);
    equal((await front.post('/v2/models/plain/infer', {}, { origin: 'http://evil.example' })).status, 403);
  });
});

describe('front before another server', () => {
  it('passes requests on to its versions, and answers by the baseline when it goes', async () => {
    const [near, far] = [await TestFront.start(), await TestFront.start()];
    try {
      await far.load('m', '7', far.model('m', '7', scaling(2)));
      await near.load('m', '1', near.model('m', '1', scaling(1)));
      const { state, reason } = await near.load('m', '7', `${far.control.endpoint}/v2/models/m/versions/7`);
      equal(state, 'ready', reason);
      await near.route({ model: 'm', baseline: '1', candidate: '7', experiment: 'e', weightPercent: 100 });
      const answer = await near.scale('m');
      deepEqual(values(answer.body), [2, 4, 6, 8]);
      equal(answer.headers.get('x-model-version'), '7');
      await far.kill();
      deepEqual(values((await near.scale('m')).body), [1, 2, 3, 4]);
    } finally {
      await near.dispose();
      await far.dispose();
    }
  });
});

describe('front that was killed', () => {
  it('comes back at the same port with the same versions, its candidates without a share', async () => {
    const front = await TestFront.start();
    try {
      for (const [version, factor] of [
        ['1', 1],
        ['2', 2],
      ] as const)
        await front.load('m', version, front.model('m', version, scaling(factor)), 3);
      await front.route(
        { model: 'm', baseline: '1', candidate: '2', experiment: 'e', weightPercent: 100, deadline: 600 },
        3,
      );
      const { port } = front.control.address;
      const workers = (await front.control.state()).versions.map(({ pid = 0 }) => pid);
      await front.kill();
      await until(
        () => Promise.resolve(workers.some(isRunning)),
        (some) => !some,
      );
      await front.startAgain();
      equal(front.control.address.port, port);
      const answer = await front.scale('m');
      equal(answer.status, 200);
      equal(answer.headers.get('x-model-version'), '1');
      const state = await front.control.state();
      deepEqual(state.takenBack, ['m']);
      equal(state.epoch, 3);
      deepEqual(
        state.versions.map(({ version }) => version),
        ['1', '2'],
      );
    } finally {
      await front.dispose();
    }
  });

  it('does not start where its port is taken, and says so', async () => {
    const front = await TestFront.start();
    try {
      const { port } = front.control.address;
      await rejects(TestFront.start({ port }), /port \d+ is taken by another program/);
    } finally {
      await front.dispose();
    }
  });
});
