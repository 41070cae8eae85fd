/**
 * Asking the real PyTorch: a script of ours builds the user's module in the user's interpreter, in a process of its own.
 *
 * This is the only place of the checker that runs what it reads; it is called by an explicit order alone.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Trial } from '../flow/trial';
import { folderOf } from './paths';
import type { Project } from './project';
import { readSource } from './readSource';

export interface PytorchOptions {
  readonly path: string;
  /** Name of the module class. */
  readonly module: string;
  /** Arguments in place of what is chosen. */
  readonly inputs: string;
  /** The script that is run: it gets the file of a question and writes the file of an answer. */
  readonly script: string;
  readonly limitMs: number;
  /** Ends the process and the answer. */
  readonly signal?: AbortSignal;
}

/** How far a script came, and what stopped it. */
export interface PytorchAnswer {
  /** `torch` where not even that could be imported. */
  readonly stage: string;
  readonly torch?: string;
  readonly error?: {
    readonly type: string;
    readonly message: string;
    /** Lines of the file on the way to the error, innermost first, 1-based. */
    readonly lines: readonly number[];
    /** `functional.py:2905`. */
    readonly place: string;
  };
}

interface Question {
  readonly trial: Trial;
  /** What this script is asked beside the module, its arguments and its inputs. */
  readonly rest: object;
}

/** Above these a module is built without data: a few seconds on a slow machine. */
const LARGEST = { parameters: 500e6, flops: 100e9 };

/** Why a file can't be run. */
export function unusable({ interpreter, service }: Project, path: string): string | undefined {
  if (interpreter === undefined)
    return 'no Python interpreter was found; name one in tensorwright.pythonPath or with --python';
  if (!existsSync(path)) return 'the file is not on the disk yet; save it first';
  const stored = readSource(path);
  if ('text' in stored && stored.text !== service.text(path))
    return 'the file has changes that are not saved, and PyTorch would run the saved text; save it first';
  return undefined;
}

/** @returns a sentence where there is no answer: what is missing and what to do */
export async function askPytorch<A extends PytorchAnswer>(
  project: Project,
  { path, module, inputs, script, limitMs, signal, trial, rest }: PytorchOptions & Question,
): Promise<A | string> {
  const folder = mkdtempSync(join(tmpdir(), 'tensorwright-pytorch-'));
  const [question, answer] = [join(folder, 'question.json'), join(folder, 'answer.json')];
  try {
    writeFileSync(
      question,
      JSON.stringify({
        file: path,
        roots: project.root === '' ? [] : [project.root],
        module,
        inputs: trial.inputs.map(({ name, sizes, dtype }) => ({ name, sizes, dtype: dtype ?? null })),
        arguments: inputs,
        guesses: trial.guesses,
        meta: isTooLarge(trial),
        ...rest,
      }),
    );
    const ended = await run(project.interpreter ?? '', [script, question, answer], {
      folder: project.root === '' ? folderOf(path) : project.root,
      limitMs,
      ...(signal ? { signal } : {}),
    });
    if (ended.reason !== undefined) return ended.reason;
    if (!existsSync(answer))
      return `Python ended without an answer: ${ended.said || `exit code ${ended.code ?? 'unknown'}`}`;
    const told = JSON.parse(readFileSync(answer, 'utf8')) as A;
    if (told.stage !== 'torch') return told;
    return `${project.interpreter ?? 'the interpreter'} can't load PyTorch: ${told.error?.message ?? ''}. Select an environment that has it (tensorwright.pythonPath).`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const isTooLarge = ({ flow: { parameters, flops } }: Trial): boolean =>
  (parameters.number ?? 0) > LARGEST.parameters || (flops.number ?? 0) > LARGEST.flops;

/** What ends this process, and what it started along with it. */
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

interface Ended {
  readonly code: number | null;
  /** The last line that it wrote to stderr. */
  readonly said: string;
  /** Why it was ended from here. */
  readonly reason?: string;
}

function run(
  program: string,
  args: readonly string[],
  { folder, limitMs, signal }: { readonly folder: string; readonly limitMs: number; readonly signal?: AbortSignal },
): Promise<Ended> {
  return new Promise((resolve) => {
    const process_ = spawn(program, args, {
      cwd: folder,
      env: { ...process.env, CUDA_VISIBLE_DEVICES: '', PYTHONDONTWRITEBYTECODE: '1' },
      stdio: ['ignore', 'ignore', 'pipe'],
      // A group of its own, so that what it starts ends with it.
      detached: process.platform !== 'win32',
    });
    let said = '';
    let reason: string | undefined;
    const stop = (why: string): void => {
      reason ??= why;
      kill(process_);
    };
    // A group of its own doesn't hear the terminal's Ctrl-C.
    const interrupted = (signal_: NodeJS.Signals): void => {
      kill(process_);
      process.kill(process.pid, signal_);
    };
    for (const each of ENDING) process.once(each, interrupted);
    const timer = setTimeout(
      () =>
        stop(`Python did not answer within ${limitMs / 1000} s and was ended; choose smaller sizes or a longer limit`),
      limitMs,
    );
    const cancel = (): void => stop('it was stopped');
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted === true) cancel();
    process_.stderr.on('data', (data: Buffer) => (said = (said + data.toString()).slice(-4000)));
    const done = (code: number | null): void => {
      clearTimeout(timer);
      for (const each of ENDING) process.removeListener(each, interrupted);
      signal?.removeEventListener('abort', cancel);
      kill(process_);
      resolve({ code, said: said.trim().split('\n').at(-1) ?? '', ...(reason === undefined ? {} : { reason }) });
    };
    process_.once('error', (error) => {
      reason ??= `${program} could not be started: ${error.message}`;
      done(null);
    });
    process_.once('exit', done);
  });
}

/** Ends a process and what it started. */
function kill({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}
