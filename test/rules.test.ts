/** The examples in the pages of findings do what the page says: the wrong one is found, the right one is clean. */
import { deepEqual } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { inRoot } from '../scripts/paths.mjs';
import { ruleTexts as allTexts } from '../server/src/rules';

/** Those of Python code; test/triton and test/deployPlan have the others. */
const ruleTexts = allTexts.filter(({ language = 'python' }) => language === 'python');

describe('examples of findings', () => {
  let found: ReadonlyMap<string, readonly string[]>;

  before(() => {
    const folder = mkdtempSync(join(tmpdir(), 'tensorwright-rules-'));
    for (const { id, bad, good } of ruleTexts) {
      writeFileSync(join(folder, `bad-${id}.py`), bad);
      writeFileSync(join(folder, `good-${id}.py`), good);
    }
    const { stdout } = spawnSync(process.execPath, [inRoot('dist', 'cli.js'), 'check', folder, '--format', 'json'], {
      encoding: 'utf8',
    });
    rmSync(folder, { recursive: true });
    const { findings } = JSON.parse(stdout) as { findings: readonly { readonly file: string; readonly id: string }[] };
    found = idsByFile(findings);
  });

  for (const { id } of ruleTexts) {
    it(`${id}: the wrong one is found`, () => {
      deepEqual(found.get(`bad-${id}`), [id]);
    });
    it(`${id}: the right one is clean`, () => {
      deepEqual(found.get(`good-${id}`) ?? [], []);
    });
  }
});

/** Base name of a file -> ids of what was found in it. */
function idsByFile(findings: readonly { readonly file: string; readonly id: string }[]): ReadonlyMap<string, string[]> {
  const ids = new Map<string, string[]>();
  for (const { file, id } of findings) {
    const name = basename(file, '.py');
    ids.set(name, [...(ids.get(name) ?? []), id]);
  }
  return ids;
}
