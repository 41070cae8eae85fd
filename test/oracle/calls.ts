/** The calls of random_calls.py and database.py, made once: they depend on the seed and on these scripts only. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import type { Case } from './cases';
import { runPython } from './python';

const CACHE = join('.cache', 'oracle');
const KEPT = 3; // sets of calls of a script

/** A script that makes calls and runs them in PyTorch. */
export interface Maker {
  readonly script: string;
  readonly seed: string;
  /** What its calls depend on beside the seed. */
  readonly sources: readonly string[];
}

const scripts = readdirSync(join('test', 'oracle'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.py'))
  .sort()
  .map((name) => join('test', 'oracle', name));
const signatures = join('server', 'src', 'operators', 'signatures.generated.ts');

export const randomCalls = (seed: string): Maker => ({
  script: 'random_calls.py',
  seed,
  sources: [...scripts.filter((path) => !path.endsWith('database.py')), signatures],
});

export const databaseCalls = (seed: string): Maker => ({
  script: 'database.py',
  seed,
  sources: scripts.filter((path) =>
    /[\\/](database|judge|mutate|observed|op_samples|pool|spec|__init__)\.py$/.test(path),
  ),
});

const folderOf = ({ script, seed, sources }: Maker): string => {
  const key = createHash('sha256').update(seed);
  for (const path of sources) key.update(readFileSync(path));
  const folder = join(CACHE, script.replace('.py', ''), key.digest('hex').slice(0, 16));
  mkdirSync(folder, { recursive: true });
  return folder;
};

/** Calls by full name, as many of each as said; those that no earlier run made are made now. */
export async function callsOf(counts: ReadonlyMap<string, number>, maker: Maker): Promise<Map<string, Case[]>> {
  const folder = folderOf(maker);
  const fileOf = (name: string): string => join(folder, `${name}.${counts.get(name)}.jsonl`);
  const missing = [...counts].filter(([name]) => !existsSync(fileOf(name)));
  if (missing.length > 0) {
    const list = join(folder, `names-${process.pid}.json`);
    writeFileSync(list, JSON.stringify(Object.fromEntries(missing)));
    const jobs = String(Math.min(8, availableParallelism()));
    await runPython(maker.script, ['--names', list, '--seed', maker.seed, '--jobs', jobs, '--folder', folder]);
    rmSync(list);
  }
  forgetOld(folder);
  return new Map([...counts.keys()].map((name) => [name, existsSync(fileOf(name)) ? read(fileOf(name)) : []]));
}

/** What `--list` of the script prints, asked once. */
export async function listOf(maker: Maker): Promise<Record<string, string[]>> {
  const file = join(folderOf(maker), 'list.json');
  if (!existsSync(file)) writeFileSync(file, await runPython(maker.script, ['--list']));
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, string[]>;
}

const read = (file: string): Case[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Case);

function forgetOld(current: string): void {
  const folders = readdirSync(dirname(current), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const byAge = folders
    .map((entry) => join(dirname(current), entry.name))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const folder of byAge.filter((path) => path !== current).slice(KEPT - 1))
    rmSync(folder, { recursive: true, force: true });
}
