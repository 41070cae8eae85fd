/** Folders of runs: `.tensorwright/runs/<id>/` below the folder that a script is started in. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Makes the folder of a new run.
 *
 * @throws where the disk says no
 */
export function makeRunFolder(cwd: string, now: Date): string {
  const home = join(cwd, '.tensorwright');
  mkdirSync(join(home, 'runs'), { recursive: true });
  const ignore = join(home, '.gitignore');
  if (!existsSync(ignore)) writeFileSync(ignore, '*\n');
  const stamp = now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  const folder = join(home, 'runs', `${stamp}-${randomBytes(2).toString('hex')}`);
  mkdirSync(folder);
  return folder;
}

export interface RankJournal {
  readonly rank: number;
  readonly path: string;
}

/** The journals of a run, sorted by rank. */
export function journalsOf(folder: string): readonly RankJournal[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((name) => {
      const found = /^rank-(\d+)(?:-.*)?\.journal$/.exec(name);
      return found ? [{ rank: Number(found[1]), path: join(folder, name) }] : [];
    })
    .sort((a, b) => a.rank - b.rank || (a.path < b.path ? -1 : 1));
}
