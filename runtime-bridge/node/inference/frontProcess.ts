/** Starting, finding and stopping the front of a state folder: for the command line, the controller and the editor. */
import { spawn } from 'node:child_process';
import { mkdirSync, openSync, closeSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import type { FrontAddress, FrontCommands, FrontState, ObservationPage } from '../../../protocol/src/front';
import { readAddress } from './front/stateFiles';

const loopback = '127.0.0.1';
const answerMs = 10_000;
const startMs = 20_000;

/** The front said no: 400, 401, 404 or 409 with its sentence. */
export class FrontRefusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** A connection to the control listener of a front that runs. */
export class FrontControl {
  constructor(readonly address: FrontAddress) {}

  get endpoint(): string {
    return `http://${loopback}:${this.address.port}`;
  }

  state(): Promise<FrontState> {
    return this.ask('GET', 'state') as Promise<FrontState>;
  }

  /** @throws FrontRefusal, or Error where there is no front */
  command<Name extends keyof FrontCommands>(name: Name, body: FrontCommands[Name]): Promise<FrontState> {
    // A version is unloaded once its requests are answered.
    const patience = name === 'unload' ? answerMs + (body as FrontCommands['unload']).drain * 1000 : answerMs;
    return this.ask('POST', name, body, patience) as Promise<FrontState>;
  }

  observations(model: string, after: number, limit: number): Promise<ObservationPage> {
    const query = new URLSearchParams({ model, after: String(after), limit: String(limit) });
    return this.ask('GET', `observations?${query.toString()}`) as Promise<ObservationPage>;
  }

  async stop(): Promise<void> {
    await this.ask('POST', 'stop', {});
    const deadline = Date.now() + answerMs;
    while (isAlive(this.address.pid) && Date.now() < deadline) await pause(20);
  }

  private ask(method: string, path: string, body?: object, patience = answerMs): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const { controlPort: port, token } = this.address;
      const sent = request(
        {
          host: loopback,
          port,
          method,
          path: `/control/${path}`,
          headers: { authorization: `Bearer ${token}` },
          signal: AbortSignal.timeout(patience),
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            try {
              const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
              if (response.statusCode === 200) resolve(value);
              else
                reject(
                  new FrontRefusal(response.statusCode ?? 0, (value as { error?: string }).error ?? 'no reason given'),
                );
            } catch (error) {
              reject(error instanceof Error ? error : new Error(String(error)));
            }
          });
        },
      );
      sent.on('error', reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

/** The front of a state folder, where one runs and answers. */
export async function findFront(stateFolder: string): Promise<FrontControl | undefined> {
  const address = readAddress(stateFolder);
  if (address === undefined || !isAlive(address.pid)) return undefined;
  const control = new FrontControl(address);
  return control.state().then(
    () => control,
    () => undefined,
  );
}

export interface StartOptions {
  /** `dist/front.js`. */
  readonly script: string;
  readonly stateFolder: string;
  readonly port?: number;
  readonly models?: string;
  readonly threads?: number;
}

/**
 * The front of a state folder, started as a process of its own where there is none; it outlives its starter.
 *
 * @throws Error with the front's own sentence where it does not start
 */
export async function startFront(options: StartOptions): Promise<FrontControl> {
  const { script, stateFolder, port, models, threads } = options;
  const running = await findFront(stateFolder);
  if (running !== undefined) return running;
  mkdirSync(stateFolder, { recursive: true });
  const logPath = join(stateFolder, 'front.log');
  const log = openSync(logPath, 'w');
  const args = [script, '--state-dir', stateFolder];
  for (const [name, value] of Object.entries({ port, models, threads }))
    if (value !== undefined) args.push(`--${name}`, String(value));
  const child = spawn(process.execPath, args, { detached: true, stdio: ['ignore', log, log], windowsHide: true });
  closeSync(log);
  let failure: string | undefined;
  child.on('error', (error) => (failure = error.message));
  child.on('exit', () => (failure ??= readFileSync(logPath, 'utf8').trim().split('\n').at(-1) ?? ''));
  child.unref();
  const deadline = Date.now() + startMs;
  while (Date.now() < deadline) {
    const found = await findFront(stateFolder);
    if (found !== undefined) return found;
    if (failure !== undefined) throw new Error(failure === '' ? 'the front ended while it started' : failure);
    await pause(30);
  }
  throw new Error(`the front did not answer within ${startMs / 1000} s; its log is ${logPath}`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const pause = (millis: number): Promise<void> => new Promise((settle) => setTimeout(settle, millis));
