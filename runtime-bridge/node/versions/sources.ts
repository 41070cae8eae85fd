/** Where a version comes from: the Git commit of a folder, the facts and newest values of a training run. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type JournalRecord, numberOf, type RunFacts } from '../../../protocol/src/journal';
import { JournalTail } from '../journal/tail';
import { journalsOf } from '../runs/folder';
import { formatOfFile, manifestName } from './names';

export interface Source {
  readonly commit?: string;
  readonly dirty?: boolean;
  readonly run?: string;
  readonly script?: string;
  readonly metrics?: Readonly<Record<string, number>>;
}

const gitTimeoutMs = 10_000;

/** The commit that a folder's files belong to; nothing where Git does not know. */
export function gitSource(folder: string): Source {
  const git = (...args: string[]): string | undefined => {
    // A repository of strangers must not run programs of its own here.
    const safe = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null'];
    const { status, stdout } = spawnSync('git', [...safe, ...args], {
      cwd: folder,
      encoding: 'utf8',
      timeout: gitTimeoutMs,
    });
    return status === 0 ? stdout.trim() : undefined;
  };
  const commit = git('rev-parse', 'HEAD');
  if (commit === undefined) return {};
  const changed = git('status', '--porcelain', '--untracked-files=no');
  return { commit, ...(changed === undefined ? {} : { dirty: changed !== '' }) };
}

/** The facts of a run's folder; undefined where it is none. */
export function runFacts(folder: string): RunFacts | undefined {
  try {
    const facts = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as Partial<RunFacts>;
    const isWhole = [facts.id, facts.script, facts.cwd, facts.startedAt].every((each) => typeof each === 'string');
    return isWhole ? (facts as RunFacts) : undefined;
  } catch {
    return undefined;
  }
}

export function runSource(folder: string, facts: RunFacts): Source {
  const metrics = newestValues(folder);
  return {
    ...(facts.git ? { commit: facts.git.commit, dirty: facts.git.dirty } : {}),
    run: facts.id,
    script: facts.script,
    ...(Object.keys(metrics).length > 0 ? { metrics } : {}),
  };
}

/** Bytes of a journal that are read at once. */
const pieceBytes = 4 * 1024 * 1024;
const mostMetrics = 200;

/** Newest finite value of each curve of rank 0. */
function newestValues(folder: string): Readonly<Record<string, number>> {
  const newest = new Map<string, number>();
  for (const { path } of journalsOf(folder).filter(({ rank }) => rank === 0)) {
    const tail = new JournalTail(path, undefined, pieceBytes);
    for (let more = true; more;) {
      const piece = tail.readPiece();
      for (const { record } of piece.records) take(newest, record);
      ({ more } = piece);
    }
  }
  return Object.fromEntries(newest);
}

function take(newest: Map<string, number>, record: JournalRecord): void {
  if (record.kind !== 'scalars') return;
  for (const [name, value] of Object.entries(record.values)) {
    const number = numberOf(value);
    if (number === undefined || !Number.isFinite(number)) continue;
    if (newest.has(name) || newest.size < mostMetrics) newest.set(name, number);
  }
}

/** Model files that were written below the run's working folder since it started, newest first. */
export function filesOfRun({ cwd, startedAt }: RunFacts): readonly string[] {
  const since = Date.parse(startedAt);
  const found: { readonly path: string; readonly mtimeMs: number }[] = [];
  const look = (folder: string, depth: number): void => {
    const entries = readdirSync(folder, { withFileTypes: true });
    // What was registered already is a copy.
    if (entries.some(({ name }) => name === manifestName)) return;
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && depth < 3 && !entry.name.startsWith('.')) look(path, depth + 1);
      if (!entry.isFile() || formatOfFile(entry.name) === 'unknown' || entry.name.endsWith('.py')) continue;
      const { mtimeMs } = statSync(path);
      if (mtimeMs >= since) found.push({ path, mtimeMs });
    }
  };
  if (existsSync(cwd)) look(resolve(cwd), 0);
  return found.sort((a, b) => b.mtimeMs - a.mtimeMs).map(({ path }) => path);
}
