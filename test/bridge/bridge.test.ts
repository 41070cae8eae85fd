/** The bridge as a client meets it: journals on the disk, a socket, answers. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { once } from 'node:events';
import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type Bridge, type BridgeOptions, startBridge } from '../../runtime-bridge/node/transport/server';
import { bridgeRequests } from '../../protocol/src/bridge';
import { folderWith } from '../harness/folder';
import { BridgeClient, open, until } from './client';
import { headerBytes, payloadOf, scalars, startRun } from './journalWriter';

describe('bridge', () => {
  let folder: ReturnType<typeof folderWith>;
  const bridges: Bridge[] = [];
  const clients: BridgeClient[] = [];

  beforeEach(() => {
    folder = folderWith();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    for (const bridge of bridges.splice(0)) await bridge.close();
    folder.dispose();
  });

  async function start(options: Partial<BridgeOptions> = {}): Promise<Bridge> {
    const bridge = await startBridge({ folders: [folder.path], ...options });
    bridges.push(bridge);
    return bridge;
  }

  async function client(bridge: Bridge): Promise<BridgeClient> {
    const connected = await BridgeClient.connect(bridge.address);
    clients.push(connected);
    return connected;
  }

  const key = (tag: string, rank = 0): { run: string; rank: number; tag: string } => ({ run: 'one', rank, tag });
  const all = { x: 'step', from: 0, to: 1e9, pixels: 1000, smoothing: 0 } as const;
  const steps = async (from: BridgeClient, run = 'one'): Promise<number> =>
    (await from.ask(bridgeRequests.runs, null)).find(({ id }) => id === run)?.step ?? -1;

  it('follows a run that is being written, several ranks, and tells that it changed', async () => {
    const run = startRun(folder.path, { id: 'one' });
    const asking = await client(await start());
    run.append([scalars(1, { loss: 2, lr: 0.1 }), scalars(2, { loss: 1, lr: 0.1 })]);
    await until(
      'step 2',
      () => steps(asking),
      (step) => step === 2,
    );
    run.append([scalars(3, { loss: Number.NaN, lr: 0.1 })]);
    run.append([scalars(3, { loss: 5 })], 1);
    await until(
      'step 3 in a hint',
      () => asking.hints.at(-1)?.runs[0]?.sequences,
      (seen) => String(seen) === '3,1',
    );
    const [loss, other] = await asking.ask(bridgeRequests.readCurves, {
      series: [key('loss'), key('loss', 1)],
      window: all,
    });
    deepEqual([...(loss?.low ?? [])], [2, 1, Number.NaN]);
    deepEqual([...(loss?.nonfinite ?? [])], [0, 0, 1]);
    deepEqual([...(other?.low ?? [])], [5]);
    const [summary] = await asking.ask(bridgeRequests.runs, null);
    equal(summary?.state, 'running');
    equal(Number.isNaN(summary.values['loss']), true);
  });

  it('waits at a frame that is half written, and goes on when the rest comes', async () => {
    const run = startRun(folder.path, { id: 'one' });
    run.append([scalars(1, { loss: 1 })]);
    const asking = await client(await start());
    const frame = run.frame(payloadOf(scalars(2, { loss: 2 })), 0);
    appendFileSync(run.path(0), frame.subarray(0, frame.length - 3));
    await until(
      'step 1',
      () => steps(asking),
      (step) => step === 1,
    );
    await new Promise((done) => setTimeout(done, 120));
    equal(await steps(asking), 1);
    appendFileSync(run.path(0), frame.subarray(frame.length - 3));
    await until(
      'step 2',
      () => steps(asking),
      (step) => step === 2,
    );
  });

  it('a journal whose header is not there yet is no run that failed', async () => {
    const run = startRun(folder.path, { id: 'one' });
    appendFileSync(run.path(0), headerBytes().subarray(0, 5));
    const asking = await client(await start());
    await until(
      'the run',
      () => asking.ask(bridgeRequests.runs, null),
      (runs) => runs.length === 1,
    );
    rmSync(run.path(0));
    run.append([scalars(1, { loss: 1 })]);
    await until(
      'step 1',
      () => steps(asking),
      (step) => step === 1,
    );
  });

  it('a second bridge, and one that is started anew, know the same', async () => {
    const run = startRun(folder.path, { id: 'one' });
    run.append(Array.from({ length: 500 }, (_, i) => scalars(i + 1, { loss: Math.sin(i) })));
    const [first, second] = [await start(), await start()];
    const curves = [];
    for (const bridge of [first, second]) {
      const asking = await client(bridge);
      await until(
        'all steps',
        () => steps(asking),
        (step) => step === 500,
      );
      curves.push(await asking.ask(bridgeRequests.readCurves, { series: [key('loss')], window: all }));
    }
    deepEqual(curves[0], curves[1]);
  });

  it('goes on from a sequence number', async () => {
    const run = startRun(folder.path, { id: 'one' });
    run.append(Array.from({ length: 50 }, (_, i) => scalars(i + 1, { loss: i })));
    const asking = await client(await start());
    await until(
      'all steps',
      () => steps(asking),
      (step) => step === 50,
    );
    const seen: number[] = [];
    for (let after = 20, more = true; more;) {
      const answer = await asking.ask(bridgeRequests.journal, { run: 'one', rank: 0, after, limit: 7 });
      seen.push(...answer.records.map(({ sequence }) => sequence));
      ({ last: after, more } = answer);
    }
    deepEqual(
      seen,
      Array.from({ length: 30 }, (_, i) => i + 21),
    );
  });

  it('says that a run is over whose process is gone', async () => {
    // No system gives out this number.
    const run = startRun(folder.path, { id: 'one', pid: 2 ** 30 });
    run.append([scalars(7, { loss: 1 })]);
    const asking = await client(await start());
    const [summary] = await until(
      'the run to be read',
      () => asking.ask(bridgeRequests.runs, null),
      (runs) => runs[0]?.loaded === true,
    );
    equal(summary?.state, 'ended');
    equal(summary.step, 7);
  });

  it('writes commands where the agent reads them, and refuses what cannot be', async () => {
    const run = startRun(folder.path, { id: 'one', control: true });
    startRun(folder.path, { id: 'closed' });
    const asking = await client(await start());
    await until(
      'the runs',
      () => asking.ask(bridgeRequests.runs, null),
      (runs) => runs.length === 2,
    );
    const { id } = await asking.ask(bridgeRequests.control, {
      run: 'one',
      command: 'set-learning-rate',
      arguments: { value: 0.01 },
    });
    await asking.ask(bridgeRequests.control, { run: 'one', command: 'pause', arguments: {} });
    const lines = readFileSync(join(run.folder, 'control.jsonl'), 'utf8').trim().split('\n');
    deepEqual(JSON.parse(lines[0] ?? ''), { id, command: 'set-learning-rate', arguments: { value: 0.01 } });
    equal((JSON.parse(lines[1] ?? '') as { command: string }).command, 'pause');
    for (const [target, command, given, sentence] of [
      ['closed', 'pause', {}, /started without control/],
      ['one', 'set-learning-rate', { value: -1 }, /learning rate is a number from 0 on/],
      ['one', 'set-batch-size', { value: 0 }, /at least one example/],
      ['one', 'run-python' as 'pause', {}, /command must be one of pause/],
      ['none', 'pause', {}, /There is no run none/],
    ] as const)
      await rejects(asking.ask(bridgeRequests.control, { run: target, command, arguments: given }), sentence);
  });

  it('old curves past the memory come back from the disk', async () => {
    const count = 70_000;
    const run = startRun(folder.path, { id: 'one', pid: 2 ** 30 });
    for (let start = 0; start < count; start += 10_000)
      run.append(Array.from({ length: 10_000 }, (_, i) => scalars(start + i + 1, { loss: start + i, lr: -start - i })));
    const asking = await client(await start({ memoryBytes: 600_000 }));
    await asking.ask(bridgeRequests.load, { run: 'one' });
    const raw = await asking.ask(bridgeRequests.rawCurve, { series: key('lr'), from: 65_000, count: 1000 });
    equal(raw.total, count);
    deepEqual([...raw.y.subarray(534, 538)], [-65534, -65535, -65536, -65537]);
    const [first] = await asking.ask(bridgeRequests.readCurves, { series: [key('loss')], window: { ...all, to: 10 } });
    deepEqual([...(first?.low ?? [])].slice(0, 3), [0, 1, 2]);
  });

  it('a client that does not read slows nobody and costs no memory', async () => {
    const run = startRun(folder.path, { id: 'one' });
    const bridge = await start();
    const [stuck, quick] = [await client(bridge), await client(bridge)];
    stuck.socket.pause();
    const many = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`metric/${i}`, i]));
    for (let step = 1; step <= 300; step++) run.append([scalars(step, { ...many, loss: step })]);
    await until(
      'step 300',
      () => steps(quick),
      (step) => step === 300,
    );
    const waits: number[] = [];
    for (let step = 301; step <= 320; step++) {
      const started = performance.now();
      run.append([scalars(step, { ...many, loss: step })]);
      await until(
        'a hint',
        () => quick.hints.at(-1)?.runs[0]?.step ?? 0,
        (seen) => seen >= step,
      );
      waits.push(performance.now() - started);
    }
    waits.sort((a, b) => a - b);
    ok((waits[10] as number) < 300, `half of the hints took longer than ${waits[10]} ms`);
  });

  it('a client that asks without reading is cut off', async () => {
    const run = startRun(folder.path, { id: 'one' });
    run.append(Array.from({ length: 20_000 }, (_, i) => scalars(i + 1, { loss: i })));
    const said: string[] = [];
    const asking = await client(await start({ log: (line) => said.push(line) }));
    await until(
      'all steps',
      () => steps(asking),
      (step) => step === 20_000,
    );
    asking.socket.pause();
    // Each answer has half a megabyte; some hundred fill what may wait.
    for (let i = 0; i < 400; i++)
      void asking.ask(bridgeRequests.rawCurve, { series: key('loss'), from: 0, count: 20_000 }).catch(() => undefined);
    await until(
      'the bridge to give up',
      () => said.join(),
      (text) => text.includes('asks faster than it reads'),
    );
  });

  describe('who may come in', () => {
    const refused = async (headers: Record<string, string>, path = '/'): Promise<string> => {
      const { port } = (await start()).address;
      const socket = connect(port, '127.0.0.1');
      const lines = Object.entries({ Host: `127.0.0.1:${port}`, ...headers }).map(
        ([name, value]) => `${name}: ${value}`,
      );
      socket.write(
        `GET ${path} HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${lines.join('\r\n')}\r\n\r\n`,
      );
      const [answer] = (await once(socket, 'data')) as [Buffer];
      socket.destroy();
      return answer.toString().split('\r\n')[0] ?? '';
    };
    const withToken = async (headers: Record<string, string>): Promise<number> => {
      const bridge = await start();
      const socket = open(bridge.address, { headers: { authorization: `Bearer ${bridge.address.token}`, ...headers } });
      const status = new Promise<number>((settle) => {
        socket.on('open', () => settle(101));
        socket.on('unexpected-response', (_, response) => settle(response.statusCode ?? 0));
        socket.on('error', () => undefined);
      });
      return status.finally(() => socket.terminate());
    };

    it('nobody without the token', async () => match(await refused({}), /401/));
    it('nobody with another token', async () => match(await refused({ Authorization: 'Bearer guess' }), /401/));
    it('the owner of the token', async () => equal(await withToken({}), 101));
    it('no page of a browser, even with the token', async () =>
      equal(await withToken({ origin: 'http://localhost' }), 403));
    it('nobody who calls this host by another name', async () => equal(await withToken({ host: 'evil.example' }), 403));
  });

  describe('bytes that are no message', () => {
    for (const [what, bytes, code] of [
      ['text', 'hello', 1007],
      ['noise', Uint8Array.of(255, 255, 255, 255, 1, 2, 3), 1007],
      ['an array outside its message', encoded('{"jsonrpc":"2.0","params":{"$array":["f64",0,1000000000]}}'), 1007],
      ['more than may be', new Uint8Array(300 * 1024), 1009],
    ] as const)
      it(`${what}: the connection closes, others stay`, async () => {
        const bridge = await start();
        const other = await client(bridge);
        const socket = open(bridge.address);
        await once(socket, 'open');
        socket.send(bytes);
        const [closed] = (await once(socket, 'close')) as [number];
        equal(closed, code);
        deepEqual(await other.ask(bridgeRequests.runs, null), []);
      });

    it('a request that is not known is answered with an error', async () => {
      const asking = await client(await start());
      await rejects(asking.ask({ method: 'runs/delete' }, {}), /Unhandled method/);
      await rejects(asking.ask(bridgeRequests.curves, { run: 7 as unknown as string }), /run must be text/);
    });
  });
});

function encoded(json: string): Uint8Array {
  const text = new TextEncoder().encode(json);
  const bytes = new Uint8Array(4 + text.length);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  return bytes;
}
