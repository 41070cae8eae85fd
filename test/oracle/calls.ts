/** The calls of random_calls.py, made once: they depend on the seed and on these scripts only. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Case } from './cases';
import { runPython } from './python';

const CACHE = join('.cache', 'oracle');
const KEPT = 3; // sets of calls

/** What the calls depend on beside the seed. */
function sources(): string[] {
  const scripts = readdirSync(join('test', 'oracle'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.py'),
  );
  return [
    ...scripts.sort().map((name) => join('test', 'oracle', name)),
    join('server', 'src', 'operators', 'signatures.generated.ts'),
  ];
}

/** Calls by full name, as many of each as said; those that no earlier run made are made now. */
export async function callsOf(counts: ReadonlyMap<string, number>, seed: string): Promise<Map<string, Case[]>> {
  const key = createHash('sha256').update(seed);
  for (const path of sources()) key.update(readFileSync(path));
  const folder = join(CACHE, key.digest('hex').slice(0, 16));
  mkdirSync(folder, { recursive: true });
  const fileOf = (name: string): string => join(folder, `${name}.${counts.get(name)}.jsonl`);
  const missing = [...counts].filter(([name]) => !existsSync(fileOf(name)));
  if (missing.length > 0) {
    const list = join(folder, `names-${process.pid}.json`);
    writeFileSync(list, JSON.stringify(Object.fromEntries(missing)));
    const jobs = String(Math.min(8, availableParallelism()));
    await runPython('random_calls.py', ['--names', list, '--seed', seed, '--jobs', jobs, '--folder', folder]);
    rmSync(list);
  }
  forgetOld(folder);
  return new Map([...counts.keys()].map((name) => [name, existsSync(fileOf(name)) ? read(fileOf(name)) : []]));
}

const read = (file: string): Case[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Case);

function forgetOld(current: string): void {
  const folders = readdirSync(CACHE, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const byAge = folders
    .map((entry) => join(CACHE, entry.name))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const folder of byAge.filter((path) => path !== current).slice(KEPT - 1))
    rmSync(folder, { recursive: true, force: true });
}
