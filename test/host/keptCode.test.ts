/** Programs start with the code that an earlier start compiled, and start as well without it. */
import { deepEqual, equal } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { inRoot } from '../../scripts/paths.mjs';
import { bundle } from '../harness/product';

const { version } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8')) as { readonly version: string };

/** What happens to the file of kept code between two starts, and whether the second one makes it anew. */
const rows: readonly (readonly [what: string, change: (file: string) => void, again: boolean])[] = [
  ['nothing', () => undefined, false],
  ['cut off', (file) => truncateSync(file, 1000), true],
  ['emptied', (file) => truncateSync(file, 0), true],
  ['one byte changed', (file) => writeFileSync(file, flipped(readFileSync(file), 5000)), true],
  ['of another program', (file) => writeFileSync(file, flipped(readFileSync(file), 0)), true],
];

function flipped(bytes: Buffer, at: number): Buffer {
  bytes[at] = (bytes[at] ?? 0) ^ 0xff;
  return bytes;
}

describe('kept code', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'tensorwright-kept-'))));
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const start = (cache: string): string => {
    const env = { ...process.env, XDG_CACHE_HOME: cache };
    const { stdout, stderr, status } = spawnSync(process.execPath, [resolve(bundle('cli')), '--version'], { env });
    deepEqual([status, stderr.toString()], [0, '']);
    return stdout.toString();
  };

  for (const [what, change, again] of rows)
    it(`${what}: the next start ${again ? 'compiles and keeps' : 'takes what was kept'}`, () => {
      const home = join(folder, 'tensorwright');
      equal(start(folder), `${version}\n`);
      const [file = ''] = readdirSync(home).map((name) => join(home, name));
      const kept = readFileSync(file);
      change(file);
      const changed = readFileSync(file);
      equal(start(folder), `${version}\n`);
      deepEqual(readdirSync(home).length, 1);
      equal(readFileSync(file).equals(changed), !again);
      equal(readFileSync(file).subarray(0, 4).equals(kept.subarray(0, 4)), true);
    });

  it('a cache folder that can not be made costs nothing but time', () => {
    const taken = join(folder, 'taken');
    writeFileSync(taken, 'a file');
    equal(start(taken), `${version}\n`);
  });
});
