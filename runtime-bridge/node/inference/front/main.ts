/**
 * `node dist/front.js --state-dir DIR [--port N] [--models DIR] [--threads N] [--max-request-bytes N]`: the embedded
 * front. Prints its address as one line of JSON when it listens; goes at SIGTERM, SIGINT or the command `stop`.
 */
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { FrontAddress } from '../../../../protocol/src/front';
import { version } from '../../../../package.json';
import { controlServer } from './controlServer';
import { Front } from './front';
import { listen, loopback } from './http';
import { publicServer } from './publicServer';
import { Repository } from './repository';
import { type KeptState, lockFolder, readState, removeAddress, writeAddress, writeState } from './stateFiles';

const defaultMostBytes = 256 << 20;

const options = {
  'state-dir': { type: 'string' },
  port: { type: 'string' },
  models: { type: 'string' },
  threads: { type: 'string' },
  'max-request-bytes': { type: 'string' },
} as const;

async function main(): Promise<void> {
  const { values } = parseArgs({ options });
  const folder = resolve(values['state-dir'] ?? '.tensorwright');
  const unlock = lockFolder(folder);
  try {
    await serve(folder, unlock, values);
  } catch (error) {
    unlock();
    throw error;
  }
}

async function serve(
  folder: string,
  unlock: () => void,
  values: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const before = readState(folder);
  const models = values['models'] === undefined ? before.models : resolve(values['models']);
  let state: KeptState = { ...before, ...(models === undefined ? {} : { models }) };
  const settings = {
    script: join(dirname(__filename), 'inference-worker.js'),
    // Both arms get the same; on a small machine two arms share what there is.
    threads: whole(values['threads'], Math.max(1, Math.floor(availableParallelism() / 2)), 'threads'),
    provider: 'cpu',
  };
  const front = new Front(settings, (kept) => {
    state = { ...state, ...kept };
    writeState(folder, state);
  });
  const token = randomBytes(32).toString('base64url');
  const publicListener = publicServer({
    front,
    repository: new Repository(front, models),
    productVersion: version,
    mostBytes: whole(values['max-request-bytes'], defaultMostBytes, 'max-request-bytes'),
  });
  const control = controlServer(front, token, () => void stop());
  const port = await listen(publicListener, whole(values['port'], before.port, 'port'));
  const controlPort = await listen(control, 0);
  state = { ...state, port };
  writeState(folder, state);
  front.restore(before);
  const address: FrontAddress = {
    version: 1,
    pid: process.pid,
    port,
    controlPort,
    token,
    startedAt: new Date().toISOString(),
  };
  writeAddress(folder, address);
  process.stdout.write(`${JSON.stringify({ ...address, token: undefined, endpoint: `http://${loopback}:${port}` })}\n`);
  let isStopping = false;
  const stop = async (): Promise<void> => {
    if (isStopping) return;
    isStopping = true;
    removeAddress(folder);
    control.close();
    publicListener.close();
    await front.close();
    unlock();
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop()).on('SIGINT', () => void stop());
  // Whoever started it may be gone; its output then goes nowhere.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}

function whole(written: string | undefined, otherwise: number, name: string): number {
  if (written === undefined) return otherwise;
  const value = Number(written);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} is a whole number, not "${written}"`);
  return value;
}

main().catch((error: unknown) => {
  process.stderr.write(`the front did not start: ${error instanceof Error ? error.message : String(error)}\n`);
  // Timers and processes of what had begun would keep it alive.
  process.exit(2);
});
