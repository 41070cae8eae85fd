/**
 * Verifying with PyTorch: the user's module runs once in the user's interpreter, in a process of its own.
 *
 * This is the only place of the checker that runs what it reads; it is called by an explicit order alone.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finding } from '../core/finding';
import { LineIndex } from '../core/text/lines';
import { spanOf, type Place } from '../core/text/place';
import type { Trial } from '../flow/trial';
import { decidable, verification, type Judged, type LinesOf, type Observed, type Verification } from '../flow/verdict';
import type { Service } from '../service';
import { child, folderOf } from './paths';
import type { Project } from './project';
import { readSource } from './readSource';

export interface VerifyOptions {
  readonly path: string;
  /** Name of the module class. */
  readonly module: string;
  /** Arguments in place of what is chosen. */
  readonly inputs: string;
  /** `observe.py`. */
  readonly script: string;
  readonly limitMs: number;
  /** Ends the process and the answer. */
  readonly signal?: AbortSignal;
}

export interface Verified {
  readonly verification: Verification;
  /** Errors in the class that come with the sizes of a call elsewhere: this trial says nothing of them. */
  readonly elsewhere: readonly Finding[];
  /** Where refutations were written down, in the order of the findings; empty outside of a workspace folder. */
  readonly records: readonly string[];
}

/** Above these a module is built without data: a few seconds on a slow machine. */
const LARGEST = { parameters: 500e6, flops: 100e9 };

/** @returns a sentence where nothing came of it: what is missing and what to do */
export async function verify(project: Project, options: VerifyOptions): Promise<Verified | string> {
  const { path, module } = options;
  const problem = unusable(project, path);
  if (problem !== undefined) return problem;
  const trial = project.service.trial(path, module, options.inputs);
  if (typeof trial === 'string') return trial;
  const linesOf = linesIn(project.service);
  const observed = await observe(project, trial, linesOf, options);
  if (typeof observed === 'string') return observed;
  if (observed.stage === 'torch')
    return `${project.interpreter ?? 'the interpreter'} can't load PyTorch: ${observed.error?.message ?? ''}. Select an environment that has it (tensorwright.pythonPath).`;
  const verified = verification(trial, observed, linesOf);
  const elsewhere = errorsElsewhere(project, path, module, trial);
  return {
    verification: verified,
    elsewhere,
    records: recordRefutations(project, path, verified, linesOf, options.inputs),
  };
}

function errorsElsewhere({ service }: Project, path: string, module: string, trial: Trial): readonly Finding[] {
  const span = service.modules(path).find(({ name }) => name === module)?.span;
  const same = (a: Finding, b: Finding): boolean => a.id === b.id && spanOf(a.place).start === spanOf(b.place).start;
  return (service.findings(path) ?? []).filter((finding) => {
    const { start, end } = spanOf(finding.place);
    const inside = span !== undefined && span.start <= start && end <= span.end;
    return inside && finding.severity === 'error' && !trial.flow.findings.some((found) => same(found, finding));
  });
}

/** Why a file can't be run. */
function unusable({ interpreter, service }: Project, path: string): string | undefined {
  if (interpreter === undefined)
    return 'no Python interpreter was found; name one in tensorwright.pythonPath or with --python';
  if (!existsSync(path)) return 'the file is not on the disk yet; save it first';
  const stored = readSource(path);
  if ('text' in stored && stored.text !== service.text(path))
    return 'the file has changes that are not saved, and PyTorch would run the saved text; save it first';
  return undefined;
}

const linesIn =
  (service: Service): LinesOf =>
  (place: Place) => {
    const text = place.at.base < 0 ? undefined : service.text(place.at.file);
    if (text === undefined) return undefined;
    const lines = new LineIndex(text);
    const { start, end } = spanOf(place);
    return [lines.position(start).line + 1, lines.position(end).line + 1];
  };

async function observe(
  project: Project,
  trial: Trial,
  linesOf: LinesOf,
  { path, module, inputs, script, limitMs, signal }: VerifyOptions,
): Promise<Observed | string> {
  const folder = mkdtempSync(join(tmpdir(), 'tensorwright-verify-'));
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
        watched: decidable(trial)
          .filter(({ place }) => place.at.file === path)
          .map(({ place }) => linesOf(place)),
      }),
    );
    const ended = await run(project.interpreter ?? '', [script, question, answer], {
      folder: project.root === '' ? folderOf(path) : project.root,
      limitMs,
      ...(signal ? { signal } : {}),
    });
    if (ended.reason !== undefined) return ended.reason;
    if (existsSync(answer)) return JSON.parse(readFileSync(answer, 'utf8')) as Observed;
    return `Python ended without an answer: ${ended.said || `exit code ${ended.code ?? 'unknown'}`}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const isTooLarge = ({ flow: { parameters, flops } }: Trial): boolean =>
  (parameters.number ?? 0) > LARGEST.parameters || (flops.number ?? 0) > LARGEST.flops;

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
    const timer = setTimeout(
      () => stop(`the module did not answer within ${limitMs / 1000} s and was ended; choose smaller sizes`),
      limitMs,
    );
    const cancel = (): void => stop('it was stopped');
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted === true) cancel();
    process_.stderr.on('data', (data: Buffer) => (said = (said + data.toString()).slice(-4000)));
    const done = (code: number | null): void => {
      clearTimeout(timer);
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

// ---- refutations

/** Writes down each refutation, ready to be reported; answers with the paths, relative to the workspace folder. */
function recordRefutations(
  { root }: Project,
  path: string,
  verified: Verification,
  linesOf: LinesOf,
  inputs: string,
): readonly string[] {
  const refuted = verified.judged.filter(({ verdict }) => verdict === 'refuted');
  if (root === '' || refuted.length === 0) return [];
  try {
    const data = child(root, '.tensorwright');
    mkdirSync(child(data, 'refuted'), { recursive: true });
    if (!existsSync(child(data, '.gitignore'))) writeFileSync(child(data, '.gitignore'), '*\n');
    return refuted.map((judged) => {
      const name = `refuted/${verified.trial.flow.name}-${judged.finding.id}-line-${linesOf(judged.finding.place)?.[0] ?? 0}.md`;
      writeFileSync(child(data, name), reproduction(judged, path, verified, linesOf, inputs));
      return `.tensorwright/${name}`;
    });
  } catch {
    // A folder that can't be written to costs the record, not the answer.
    return [];
  }
}

function reproduction(
  { finding }: Judged,
  path: string,
  { trial, observed }: Verification,
  linesOf: LinesOf,
  inputs: string,
): string {
  const source = readSource(path);
  const given = trial.inputs.map(({ name, sizes, dtype }) => `${name}: (${sizes.join(', ')}) ${dtype ?? 'float32'}`);
  const guessed = Object.entries(trial.guesses).map(([name, text]) => `${name}=${text}`);
  return [
    `# ${finding.id}: refuted by PyTorch ${observed.torch ?? ''}`,
    '',
    `Line ${linesOf(finding.place)?.[0] ?? '?'} has the finding \`${finding.id}\`: ${finding.message}`,
    `PyTorch runs that line without an error.`,
    '',
    `- module: ${trial.flow.name}`,
    `- inputs: ${given.join('; ') || 'none'}`,
    `- arguments: ${[...guessed, inputs].filter((each) => each !== '').join(', ') || 'defaults'}`,
    '',
    '```python',
    ('text' in source ? source.text : '').trimEnd(),
    '```',
    '',
  ].join('\n');
}
