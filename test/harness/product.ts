/** The bundles as users run them: `dist/` is built before the tests run. */
import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { join, resolve } from 'node:path';

/** Where a bundle is. Tests run with the repository as working directory. */
export const bundle = (name: 'cli' | 'server'): string =>
  join(process.env['TENSORWRIGHT_DIST'] ?? 'dist', `${name}.js`);

export interface Ended {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  readonly millis: number;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** What it has written to stdout so far. */
  readonly out: () => string;
}

/** Starts the command line. */
export function startCli(args: readonly string[], options: SpawnOptions & { readonly cwd: string }): Running {
  const start = performance.now();
  const script = resolve(bundle('cli'));
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const written = { out: '', err: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (written.out += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (written.err += text));
  const ended = new Promise<Ended>((settle, reject) => {
    child.on('error', reject);
    child.on('close', (code) => settle({ code, ...written, millis: performance.now() - start }));
  });
  return { child, ended, out: () => written.out };
}

/** Runs the command line to its end. */
export const runCli = (args: readonly string[], cwd: string): Promise<Ended> => startCli(args, { cwd }).ended;
