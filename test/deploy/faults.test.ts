/** What a machine and its users do to deployments: a taken port, a full disk, names that lead elsewhere. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import { sendCommand } from '../../runtime-bridge/node/deploy/commandServer';
import { holderOf } from '../../runtime-bridge/node/deploy/lease';
import { readLog } from '../../runtime-bridge/node/deploy/logFile';
import { deploymentsOf, leaseFolder } from '../../runtime-bridge/node/deploy/records';
import { deploy, Refused } from '../../runtime-bridge/node/deploy/steer';
import { TargetDown } from '../../runtime-bridge/node/deploy/targets/target';
import { give, rollBack } from '../../runtime-bridge/node/deploy/verbs';
import { inRoot } from '../../scripts/paths.mjs';
import { run } from '../cli/inProcess';
import type { CrashOrder } from './crashDriver';
import { embedded, noSteps, pause, quickPlan, Scene } from './harness';

describe('deployment on a machine that is in the way', function () {
  this.timeout(120_000);
  let scene: Scene;
  beforeEach(() => {
    scene = new Scene();
    scene.version('1');
  });
  afterEach(() => scene.dispose());

  it('a port that another program has: said with the port, and nothing is begun', async () => {
    const other = createServer();
    await once(other.listen(0, '127.0.0.1'), 'listening');
    const { port } = other.address() as AddressInfo;
    try {
      const { modelFolder } = scene;
      const asked = { modelFolder, version: '1', target: embedded, plan: noSteps, mode: 'canary' as const };
      await rejects(deploy({ ...scene.place, port }, asked), (error) => {
        match(String(error), new RegExp(`${port}`));
        return error instanceof TargetDown;
      });
      deepEqual(deploymentsOf(scene.stateFolder, 'cnn'), []);
    } finally {
      other.close();
    }
    equal((await scene.deploy('1', noSteps)).state, 'promoted');
  });

  it('a disk that is full in a canary: all traffic to the baseline, the log whole, and it goes on later', async function () {
    // The limit on the size of a file, which the system enforces as it does a full disk.
    if (process.platform !== 'linux') this.skip();
    equal((await scene.deploy('1', noSteps)).state, 'promoted');
    scene.version('2');
    const driver = scene.folder.at('driver.mjs');
    await build({
      entryPoints: [inRoot('test', 'deploy', 'crashDriver.ts')],
      outfile: driver,
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'warning',
    });
    const order: CrashOrder = {
      stateFolder: scene.stateFolder,
      frontScript: scene.place.frontScript,
      modelFolder: scene.modelFolder,
      version: '2',
      // Without an end of its own: only the log can end it.
      plan: { ...quickPlan, steps: [{ weight: 50, minRequests: 1e6, dwell: 0, limit: 600 }] },
      mode: 'canary',
      at: 0,
      later: 0,
    };
    const load = await scene.load(50);
    const limited = `ulimit -f ${mostKilobytes}; exec "$0" "$@"`;
    const child = spawn('bash', ['-c', limited, process.execPath, driver, JSON.stringify(order)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await Promise.all([once(child, 'close'), written(scene, child)]);
    await load.stop();
    match(said, /"state":"rolledBack","reason":".*\.jsonl can't be written: EFBIG.*; version 1 answers all requests"/);
    deepEqual([await scene.serving(), load.failed], ['1', []]);
    const [, open] = deploymentsOf(scene.stateFolder, 'cnn');
    ok(open);
    const { torn, broken } = readLog(open.path);
    deepEqual([torn, broken], [0, undefined]);
    ok(['canary', 'paused'].includes(open.last.to));
    ok(statSync(open.path).size <= mostKilobytes * 1024);
    equal((await give(scene.place, 'cnn', { kind: 'command', verb: 'abort' })).state, 'rolledBack');
  });
});

/** Of a log: more than a canary has at its start. */
const mostKilobytes = 16;

/** Commands until their controller has ended, for the log to grow. */
async function written({ stateFolder }: Scene, child: ChildProcess): Promise<void> {
  for (let i = 0; child.exitCode === null && child.signalCode === null; i++) {
    const reached = holderOf(leaseFolder(stateFolder), 'cnn')?.reached;
    const verb = i % 2 === 0 ? ('pause' as const) : ('resume' as const);
    if (reached !== undefined) await sendCommand(reached, { kind: 'command', verb }).catch(() => undefined);
    await pause(20);
  }
}

describe('names that lead elsewhere', () => {
  const scene = new Scene();
  const { folder } = scene;
  before(async () => {
    scene.version('1');
    mkdirSync(folder.at('elsewhere/1'), { recursive: true });
    mkdirSync(folder.at('models/.hidden/1'), { recursive: true });
    equal((await scene.deploy('1', noSteps)).state, 'promoted');
  });
  after(() => scene.dispose());

  for (const [args, said] of [
    [['deploy', 'models/cnn', '--version', '../../elsewhere/1'], /has no version \.\.\/\.\.\/elsewhere\/1; it has 1/],
    [['deploy', 'models/cnn', '--version', '01'], /has no version 01/],
    [['deploy', 'models/.hidden', '--version', '1'], /'\.hidden' can't be a model's name/],
    [['deploy', 'models/cnn/../nothing', '--version', '1'], /no such folder: models\/cnn\/\.\.\/nothing/],
    [
      ['deploy', 'models/cnn', '--version', '1', '--target', 'nowhere'],
      /there is no target 'nowhere'; there are embedded, haproxy, triton/,
    ],
    [['deploy', 'models/cnn', '--version', '1', '--plan', 'none.yaml'], /none\.yaml can't be read/],
  ] as const)
    it(args.join(' '), async () => {
      const { code, err } = await run([...args], { cwd: folder.path });
      equal(code, 2);
      match(err, said);
    });

  for (const to of ['../../elsewhere/1', '..', '.', '', '1/../1', '9'])
    it(`rollback --to '${to}'`, async () => {
      await rejects(rollBack(scene.place, 'cnn', noSteps, to), (error) => error instanceof Refused);
      equal(await scene.serving(), '1');
    });

  for (const model of ['..', '.', '', '../cnn', 'cnn/1', 'cnn\0', '*'])
    it(`rollback of '${model.replace('\0', '\\0')}'`, async () => {
      await rejects(rollBack(scene.place, model, noSteps), /nothing was deployed of/);
      ok(!existsSync(folder.at('leases')));
    });
});
