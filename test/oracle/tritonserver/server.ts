/**
 * A real Triton server on loopback ports, asked about one model repository after the other.
 *
 * Backends that the wheel lacks are replaced by standIn.c: for the server's own examples (`identity` and the like) that
 * is a full verdict, for onnxruntime and its kind only what the core rejects is one.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inRoot } from '../../../scripts/paths.mjs';
import type { Content } from '../../triton/memoryFiles';

/** Files and empty folders of a repository, and the model that the verdict is about. */
export interface Repository {
  readonly files: Readonly<Record<string, Content>>;
  readonly dirs: readonly string[];
  readonly model: string;
}

export interface Ruling {
  readonly ok: boolean;
  /** The server's words; empty where the model loads. */
  readonly message: string;
  /** False where the server ended or did not answer in time. */
  readonly isAnswer: boolean;
  /** `line:column: text` of protobuf's reader, 1-based, which the server writes only to its log. */
  readonly parseError?: string;
  /** What it logged as a warning; where the model loads, as an error too. */
  readonly warnings: readonly string[];
}

/** Custom backends: the stand-in is all there is to them. */
export const customBackends = ['identity', 'repeat', 'square', 'query', 'addsub', 'dyna_sequence'];
/** Backends that have rules of their own. */
export const ownedBackends = ['onnxruntime', 'pytorch', 'openvino', 'tensorrt'];

const START_SECONDS = 60;
/** The python backend waits for ever for a model file that is not there. */
const LOAD_SECONDS = 20;
/** All that the HTTP answer says of a failure before loading. */
const NOTHING_SAID = 'failed to poll from model repository';

export class TritonServer {
  private readonly work = mkdtempSync(join(tmpdir(), 'tensorwright-triton-'));
  /** The folder of its models. */
  readonly repository = join(this.work, 'repository');
  private readonly backends = join(this.work, 'backends');
  private readonly logFile = join(this.work, 'log');
  private process: ChildProcess | undefined;
  private address = '';
  restarts = 0;

  private constructor(
    private readonly environment: string,
    private readonly options: readonly string[],
  ) {}

  /** @param options further arguments of tritonserver */
  static async start(environment: string, options: readonly string[] = []): Promise<TritonServer> {
    const server = new TritonServer(environment, options);
    mkdirSync(server.repository);
    server.layOutBackends();
    await server.launch();
    return server;
  }

  /** Whether a model loads, and what the server says where it doesn't. */
  async judge({ files, dirs, model }: Repository): Promise<Ruling> {
    const names = [...new Set([...Object.keys(files), ...dirs].map((path) => path.split('/')[0] ?? ''))].sort();
    await this.awaitGone(names);
    this.write(files, dirs);
    let ruling: Ruling = { ok: false, message: '', isAnswer: false, warnings: [] };
    try {
      // The parts of an ensemble come first: its verdict is then about itself.
      for (const name of names) if (name !== model) await this.load(name);
      const from = this.logSize();
      ruling = this.ruling(await this.load(model), this.log(from));
      await this.clear(names);
    } catch {
      // Some failures end the server a moment after its answer.
      await this.restart();
    }
    return ruling;
  }

  /** Loads models and keeps them; answers with the server's address. @throws Error with the server's words */
  async serve({ files, dirs }: Omit<Repository, 'model'>): Promise<string> {
    this.write(files, dirs);
    for (const name of new Set(Object.keys(files).map((path) => path.split('/')[0] ?? ''))) {
      const said = await this.load(name);
      if (said !== undefined) throw new Error(`${name}: ${said}`);
    }
    return this.address;
  }

  async stop(): Promise<void> {
    await this.end();
    rmSync(this.work, { recursive: true, force: true });
  }

  private get distribution(): string {
    return join(this.environment, 'lib', 'python3.11', 'site-packages', 'pytriton', 'tritonserver');
  }

  private layOutBackends(): void {
    const python = join(this.backends, 'python');
    cpSync(join(this.distribution, 'backends', 'python'), python, { recursive: true });
    const stub = join(python, 'triton_python_backend_stub');
    cpSync(join(this.distribution, 'python_backend_stubs', '3.11', 'triton_python_backend_stub'), stub);
    chmodSync(stub, 0o755);
    const library = join(this.work, 'standIn.so');
    execFileSync('cc', ['-shared', '-fPIC', '-o', library, inRoot('test', 'oracle', 'tritonserver', 'standIn.c')]);
    for (const name of [...customBackends, ...ownedBackends])
      cpSync(library, join(this.backends, name, `libtriton_${name}.so`));
  }

  private async launch(): Promise<void> {
    const [port, metrics] = [await freePort(), await freePort()];
    this.address = `http://127.0.0.1:${port}`;
    const log = openSync(this.logFile, 'a');
    const child = spawn(
      join(this.distribution, 'bin', 'tritonserver'),
      [
        `--model-repository=${this.repository}`,
        `--backend-directory=${this.backends}`,
        '--model-control-mode=explicit',
        '--exit-on-error=false',
        '--allow-grpc=false',
        '--http-address=127.0.0.1',
        `--http-port=${port}`,
        '--metrics-address=127.0.0.1',
        `--metrics-port=${metrics}`,
        '--pinned-memory-pool-byte-size=0',
        ...this.options,
      ],
      { cwd: this.work, env: this.variables(), stdio: ['ignore', log, log] },
    );
    closeSync(log);
    this.process = child;
    const deadline = Date.now() + START_SECONDS * 1000;
    while (Date.now() < deadline && child.exitCode === null) {
      const isUp = await this.call('GET', '/v2/health/live').then(
        ({ status }) => status === 200,
        () => false,
      );
      if (isUp) return;
      await pause(100);
    }
    const tail = this.log(0).slice(-2000);
    await this.stop();
    throw new Error(`tritonserver did not start:\n${tail}`);
  }

  private variables(): NodeJS.ProcessEnv {
    const python = join(this.environment, 'bin', 'python');
    const ask = 'import sysconfig; print(sysconfig.get_config_var("LIBDIR"))';
    const libraries = execFileSync(python, ['-c', ask], { encoding: 'utf8' }).trim();
    return {
      ...process.env,
      PYTHONDONTWRITEBYTECODE: '1',
      PATH: `${dirname(python)}:${process.env['PATH'] ?? ''}`,
      LD_LIBRARY_PATH: [
        join(this.distribution, '..', '..', 'nvidia_pytriton.libs'),
        join(this.distribution, 'external_libs'),
        libraries,
      ].join(':'),
    };
  }

  private write(files: Repository['files'], dirs: readonly string[]): void {
    for (const path of dirs) mkdirSync(join(this.repository, path), { recursive: true });
    for (const [path, content] of Object.entries(files)) {
      const target = join(this.repository, path);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, typeof content === 'string' ? content : Buffer.from(content.base64, 'base64'));
    }
  }

  /** Undefined where the model loads. */
  private async load(name: string): Promise<string | undefined> {
    const { status, body } = await this.call('POST', `/v2/repository/models/${encodeURIComponent(name)}/load`, {});
    if (status === 200) return undefined;
    return (body as { error?: string } | undefined)?.error ?? `HTTP ${status}`;
  }

  private ruling(said: string | undefined, log: string): Ruling {
    const lines = log.split('\n').flatMap((line) => {
      const match = /^([EW])\d{4} \S+ \d+ \S+\] "?(.*?)"?$/.exec(line);
      return match ? [{ kind: match[1] ?? '', text: this.anonymous(match[2] ?? '') }] : [];
    });
    const polled = lines.flatMap(({ text }) => /^Poll failed for model directory '[^']*': (.*)/.exec(text)?.[1] ?? []);
    const message = (said?.includes(NOTHING_SAID) ? (polled.at(-1) ?? said) : (said ?? '')).trim();
    const parseError = /Error parsing text-format [\w.]+: (\d+:\d+: .*)/.exec(log)?.[1]?.trim();
    return {
      ok: said === undefined,
      message: this.anonymous(message),
      isAnswer: true,
      ...(parseError === undefined ? {} : { parseError }),
      warnings: lines.filter(({ kind }) => kind === 'W' || said === undefined).map(({ text }) => text),
    };
  }

  /** Without the names of temporary folders. */
  private anonymous(text: string): string {
    return text.replaceAll(this.repository, '/repository').replaceAll(this.backends, '/backends');
  }

  private async clear(names: readonly string[]): Promise<void> {
    for (const name of names)
      await this.call('POST', `/v2/repository/models/${encodeURIComponent(name)}/unload`, {
        parameters: { unload_dependents: true },
      });
    this.empty(names);
  }

  private empty(names: readonly string[]): void {
    for (const name of names) rmSync(join(this.repository, name), { recursive: true, force: true });
  }

  /** Unloading goes on in the background. */
  private async awaitGone(names: readonly string[]): Promise<void> {
    for (let round = 0; round < 500; round++) {
      const { body } = await this.call('POST', '/v2/repository/index', {});
      const listed = (body ?? []) as readonly { name: string; state?: string }[];
      const busy = listed.filter(({ state }) => ['READY', 'LOADING', 'UNLOADING'].includes(state ?? ''));
      if (!busy.some(({ name }) => names.includes(name))) return;
      await pause(10);
    }
  }

  private async restart(): Promise<void> {
    this.restarts += 1;
    await this.end(1000);
    rmSync(this.repository, { recursive: true, force: true });
    mkdirSync(this.repository);
    await this.launch();
  }

  private async end(patience = 20_000): Promise<void> {
    const { process: child } = this;
    const isRunning = child?.exitCode === null && child.signalCode === null;
    if (!child || !isRunning) return;
    const ended = new Promise<void>((settle) => child.once('exit', () => settle()));
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), patience);
    await ended;
    clearTimeout(timer);
  }

  private async call(
    method: string,
    path: string,
    content?: object,
  ): Promise<{ readonly status: number; readonly body: unknown }> {
    const answer = await fetch(this.address + path, {
      method,
      signal: AbortSignal.timeout(LOAD_SECONDS * 1000),
      ...(content ? { body: JSON.stringify(content) } : {}),
    });
    const text = await answer.text();
    try {
      return { status: answer.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
    } catch {
      return { status: answer.status, body: { error: text } };
    }
  }

  private logSize(): number {
    return statSync(this.logFile).size;
  }

  private log(from: number): string {
    return readFileSync(this.logFile).subarray(from).toString('utf8');
  }
}

const pause = (millis: number): Promise<void> => new Promise((settle) => setTimeout(settle, millis));

const freePort = (): Promise<number> =>
  new Promise((settle, reject) => {
    const listener = createServer();
    listener.on('error', reject);
    listener.listen(0, '127.0.0.1', () => {
      const address = listener.address();
      listener.close(() => settle(typeof address === 'object' && address ? address.port : 0));
    });
  });
