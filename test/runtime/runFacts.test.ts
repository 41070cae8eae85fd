/** What a run's folder keeps beside its journals: the user's code as it ran, and what git says of it. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepGitFacts } from '../../runtime-bridge/node/files/git';
import { sourceLines } from '../../runtime-bridge/node/files/source';

describe('a folder of a run', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'run-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const kept = (sources: string): void => {
    mkdirSync(join(folder, 'source'));
    writeFileSync(join(folder, 'source', '0.py'), 'a = 1\r\nb = 2\n');
    writeFileSync(join(folder, 'secret.py'), 'no copy\n');
    writeFileSync(join(folder, 'sources.json'), sources);
  };

  it('gives the lines of a file that was copied', () => {
    kept('{"/project/train.py": "source/0.py"}');
    deepEqual(sourceLines(folder, '/project/train.py'), ['a = 1', 'b = 2', '']);
    equal(sourceLines(folder, '/project/other.py'), undefined);
  });

  for (const sources of ['{"/t.py": "secret.py"}', '{"/t.py": "source/../secret.py"}', '{"/t.py": 3}', '[', 'null'])
    it(`gives nothing of ${sources}`, () => {
      kept(sources);
      equal(sourceLines(folder, '/t.py'), undefined);
    });

  it('has the commit, and the changes since', async () => {
    const cwd = join(folder, 'project');
    mkdirSync(cwd);
    const git = (...args: string[]): void => {
      const { status, stderr } = spawnSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd });
      equal(status, 0, String(stderr));
    };
    git('init', '-q');
    writeFileSync(join(cwd, 'train.py'), 'lr = 1\n');
    git('add', '.');
    git('commit', '-qm', 'first');
    const clean = await keepGitFacts(join(folder, 'project'), cwd);
    equal(clean?.dirty, false);
    match(clean.commit, /^[0-9a-f]{40}$/);
    writeFileSync(join(cwd, 'train.py'), 'lr = 2\n');
    const run = join(folder, 'run');
    mkdirSync(run);
    deepEqual(await keepGitFacts(run, cwd), { commit: clean.commit, dirty: true });
    match(readFileSync(join(run, 'changes.diff'), 'utf8'), /\+lr = 2/);
    writeFileSync(join(cwd, 'train.py'), 'lr = 1\n');
    deepEqual(await keepGitFacts(run, cwd), { commit: clean.commit, dirty: true }, 'as it was when the run began');
  });

  it('has nothing of git where there is none', async () => {
    equal(await keepGitFacts(folder, folder), undefined);
    equal(existsSync(join(folder, 'git.json')), false);
  });
});
