/** A real front over a folder of models, and a client of it. */
import { writeFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FrontCommands, FrontState, Routing } from '../../protocol/src/front';
import { type FrontControl, type StartOptions, startFront } from '../../runtime-bridge/node/inference/frontProcess';
import { inRoot } from '../../scripts/paths.mjs';
import { folderWith } from '../harness/folder';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

export class TestFront {
  private constructor(
    readonly folder: ReturnType<typeof folderWith>,
    public control: FrontControl,
    private readonly options: StartOptions,
  ) {}

  static async start(options: Partial<StartOptions> = {}): Promise<TestFront> {
    const folder = folderWith();
    const all = {
      script: inRoot('dist', 'front.js'),
      stateFolder: join(folder.path, 'state'),
      models: join(folder.path, 'models'),
      threads: 1,
      ...options,
    };
    return new TestFront(folder, await startFront(all), all);
  }

  /** Writes a version and gives its folder. */
  model(name: string, version: string, file: Uint8Array, config?: string): string {
    const folder = join(this.folder.path, 'models', name, version);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'model.onnx'), file);
    if (config !== undefined) writeFileSync(join(dirname(folder), 'config.pbtxt'), config);
    return folder;
  }

  /** Loads a version and waits until it is ready or has failed. */
  async load(model: string, version: string, folder: string, epoch = 1): Promise<FrontState['versions'][number]> {
    await this.control.command('load', { epoch, model, version, folder });
    return this.settled(model, version);
  }

  async settled(model: string, version: string): Promise<FrontState['versions'][number]> {
    const find = async (): Promise<FrontState['versions'][number] | undefined> =>
      (await this.control.state()).versions.find((each) => each.model === model && each.version === version);
    return until(find, (found) => found !== undefined && found.state !== 'loading') as Promise<
      FrontState['versions'][number]
    >;
  }

  route(routing: Partial<Routing> & Pick<Routing, 'model' | 'baseline'>, epoch = 1): Promise<FrontState> {
    const body: FrontCommands['route'] = {
      epoch,
      routing: {
        experiment: '',
        weightPercent: 0,
        shadowPercent: 0,
        onControllerLoss: 'baseline',
        deadline: 60,
        ...routing,
      },
    };
    return this.control.command('route', body);
  }

  async post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    const sent = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
    const response = await fetch(this.control.endpoint + path, { method: 'POST', body: sent, headers });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: parsed(text) };
  }

  async get(path: string): Promise<Reply> {
    const response = await fetch(this.control.endpoint + path);
    return { status: response.status, headers: response.headers, body: parsed(await response.text()) };
  }

  /** Sends four numbers through `y = x * factor`. */
  scale(model: string, headers: Record<string, string> = {}): Promise<Reply> {
    return this.post(
      `/v2/models/${model}/infer`,
      { inputs: [{ name: 'x', shape: [1, 4], datatype: 'FP32', data: [1, 2, 3, 4] }] },
      headers,
    );
  }

  /** The same folder under a new process. */
  async startAgain(): Promise<void> {
    this.control = await startFront(this.options);
  }

  async kill(): Promise<void> {
    const { pid } = this.control.address;
    process.kill(pid, 'SIGKILL');
    await until(
      () => Promise.resolve(isRunning(pid)),
      (running) => !running,
    );
  }

  async dispose(): Promise<void> {
    await this.control.stop().catch(() => undefined);
    this.folder.dispose();
  }
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return { text };
  }
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Asks again until the answer is as wanted; a minute at most. */
export async function until<T>(ask: () => Promise<T>, isWanted: (answer: T) => boolean): Promise<T> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const answer = await ask();
    if (isWanted(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`waited a minute, last: ${JSON.stringify(answer)}`);
    await new Promise((settle) => setTimeout(settle, 20));
  }
}
