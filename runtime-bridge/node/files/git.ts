/** What git says of the folder that a run was started in: asked beside the training, never by it. */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { RunFacts } from '../../../protocol/src/journal';

export type GitFacts = NonNullable<RunFacts['git']>;

const seconds = 10;
/** A longer difference is not kept. */
const mostBytes = 1024 * 1024;
const fileOf = (folder: string): string => join(folder, 'git.json');

/** Asks git and leaves the answer in the run's folder: git.json, and changes.diff where files differ from the commit. */
export async function keepGitFacts(folder: string, cwd: string): Promise<GitFacts | undefined> {
  const known = gitFactsIn(folder);
  if (known !== undefined) return known;
  const commit = (await git(cwd, ['rev-parse', 'HEAD']))?.trim();
  if (commit === undefined || !/^[0-9a-f]{40,64}$/.test(commit)) return undefined;
  const changes = await git(cwd, ['diff', 'HEAD', '--no-ext-diff', '--no-textconv']);
  const facts = { commit, dirty: changes !== '' };
  try {
    if (changes !== undefined && changes !== '') writeFileSync(join(folder, 'changes.diff'), changes);
    writeFileSync(fileOf(folder), `${JSON.stringify(facts)}\n`);
  } catch {
    // A folder that can't be written to: the answer still holds.
  }
  return facts;
}

/** What an earlier question left in the folder. */
export function gitFactsIn(folder: string): GitFacts | undefined {
  try {
    const { commit, dirty } = JSON.parse(readFileSync(fileOf(folder), 'utf8')) as Partial<GitFacts>;
    return typeof commit === 'string' && typeof dirty === 'boolean' ? { commit, dirty } : undefined;
  } catch {
    return undefined;
  }
}

/** The output of a question to git; undefined where there is no answer, or one that is too long. */
async function git(cwd: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const env = { ...process.env, GIT_OPTIONAL_LOCKS: '0' };
    const options = { cwd, env, timeout: 1000 * seconds, maxBuffer: mostBytes };
    return (await promisify(execFile)('git', [...args], options)).stdout;
  } catch {
    return undefined;
  }
}
