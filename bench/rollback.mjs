/**
 * How long a person waits for a rollback to a version that is still warm: from the start of the command until the last
 * answer of the version that is taken back, under load. Each round deploys version 2 anew and takes it back in its soak.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { loadTypeScript } from '../scripts/loadTypeScript.mjs';
import { inRoot } from '../scripts/paths.mjs';
import { spread } from './figures.mjs';
import { inFolder } from './folder.mjs';

const rounds = Number(process.env.ROLLBACKS ?? 50);
const perSecond = 200;
/** Straight to the promotion; warm for as long as by default at most. */
const plan = 'warmup: 3\nshadow: off\nsteps: []\ngates: []\nsoak: 10m\n';

export async function measureRollback(cli) {
  const { scaling } = await loadTypeScript(inRoot('test', 'harness', 'onnxFile.ts'));
  const { Load } = await loadTypeScript(inRoot('test', 'deploy', 'load.ts'));
  return inFolder(async (folder) => {
    for (const version of ['1', '2']) {
      const to = join(folder, 'models', 'cnn', version);
      mkdirSync(to, { recursive: true });
      writeFileSync(join(to, 'model.onnx'), scaling(Number(version)));
    }
    writeFileSync(join(folder, 'deploy.yaml'), plan);
    const start = (...args) =>
      spawn(process.execPath, [cli, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
    const deploy = (version) =>
      start('deploy', 'models/cnn', '--version', version, '--plan', 'deploy.yaml', '--format', 'json');
    try {
      await ended(deploy('1'));
      const { serving } = JSON.parse(await ended(start('status', '--format', 'json')));
      const load = new Load(Number(new URL(serving[0].endpoint).port), perSecond);
      const [untilLast, untilEnd] = [[], []];
      for (let round = 0; round < rounds; round++) {
        const deployment = deploy('2');
        await until(deployment, ({ state }) => state === 'soaking');
        await answeredBy(load, '2');
        const from = load.served.length;
        const began = Date.now();
        await ended(start('rollback', 'cnn'));
        untilEnd.push(Date.now() - began);
        await answeredBy(load, '1');
        const late = load.served.slice(from).filter(({ version }) => version === '2');
        untilLast.push(Math.max(0, ...late.map(({ at }) => at - began)));
      }
      const served = await load.stop();
      const failed = served.filter(({ status }) => status !== 200).length;
      return {
        rounds,
        perSecond,
        requests: served.length,
        failed,
        untilLast: spread(untilLast),
        untilEnd: spread(untilEnd),
      };
    } finally {
      await ended(start('front', 'stop'));
    }
  });
}

/** What a command writes until it ends. @throws Error where it does not end well */
async function ended(child) {
  const [written, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  if (code !== 0) throw new Error(`${child.spawnargs.slice(2).join(' ')} ends with ${code}: ${written.slice(-500)}`);
  return written;
}

/** Until an event of a deployment is the one that is waited for; the rest of them is read by nobody. */
async function until(deployment, isIt) {
  for await (const line of createInterface({ input: deployment.stdout })) if (isIt(JSON.parse(line))) break;
  deployment.stdout.resume();
}

async function answeredBy(load, version) {
  while (load.served.at(-1)?.version !== version) await new Promise((next) => setTimeout(next, 5));
}
