/** Starting a script under the agent: same arguments, working directory, output and signals. */
import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';

export interface LaunchOptions {
  readonly python: string;
  readonly script: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** The folder with the agent; without it the script runs unwatched. */
  readonly agent: string | undefined;
  readonly runFolder: string | undefined;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why it could not be started. */
  readonly problem?: string;
}

/** Signals that are passed on to the script. */
const passedOn: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Runs the script to its end. */
export function launch(options: LaunchOptions): Promise<Ended> {
  const child = spawn(options.python, [options.script, ...options.args], {
    cwd: options.cwd,
    env: environmentOf(options),
    stdio: 'inherit',
  });
  // A terminal sends Ctrl-C to the script as well: it decides, and we wait for it.
  const pass = (signal: NodeJS.Signals): void => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  };
  for (const signal of passedOn) process.on(signal, pass);
  return new Promise((resolve) => {
    const done = (ended: Ended): void => {
      for (const signal of passedOn) process.off(signal, pass);
      resolve(ended);
    };
    child.on('error', (error: NodeJS.ErrnoException) =>
      done({
        code: null,
        signal: null,
        problem: error.code === 'ENOENT' ? `no such interpreter: ${options.python}` : error.message,
      }),
    );
    child.on('close', (code, signal) => done({ code, signal }));
  });
}

function environmentOf({ variables, agent, runFolder, script }: LaunchOptions): NodeJS.ProcessEnv {
  if (agent === undefined || runFolder === undefined) return { ...variables };
  const path = [join(agent, 'start'), variables['PYTHONPATH']].filter((each) => each !== undefined && each !== '');
  return {
    ...variables,
    PYTHONPATH: path.join(delimiter),
    TENSORWRIGHT_RUN: runFolder,
    TENSORWRIGHT_SCRIPT: script,
    TENSORWRIGHT_PARENT: undefined,
  };
}
