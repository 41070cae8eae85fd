/** A real HAProxy for the tests of the target: the one on the path, else Debian's own package, unpacked without root. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { inRoot } from './paths.mjs';
import { log } from './progress.mjs';
import { Unavailable } from './unavailable.mjs';

const folder = inRoot('.cache', 'haproxy');
/** What the package needs and a plain Debian lacks. */
const packages = ['haproxy', 'liblua5.3-0', 'libopentracing-c-wrapper0', 'libopentracing1'];

const runs = (command) => spawnSync(command, ['-v']).status === 0;

/**
 * Puts HAProxy on the path of this process.
 *
 * @throws Unavailable where there is none and Debian's can't be had
 */
export function ensureHaproxy() {
  if (runs('haproxy')) return;
  const own = join(folder, 'bin');
  if (!runs(join(own, 'haproxy'))) unpack(own);
  process.env.PATH = `${own}${delimiter}${process.env.PATH ?? ''}`;
}

function unpack(own) {
  const advice = 'HAProxy is not on the path; on Debian: apt-get install haproxy';
  if (process.platform !== 'linux' || spawnSync('dpkg', ['--version']).status !== 0) throw new Unavailable(advice);
  log("getting Debian's HAProxy into .cache/haproxy (2 MB)");
  const files = join(folder, 'packages');
  mkdirSync(files, { recursive: true });
  // Debian of another release may name a library otherwise: what can be had is tried.
  for (const name of packages) spawnSync('apt-get', ['download', name], { cwd: files, timeout: 60_000 });
  for (const file of readdirSync(files)) spawnSync('dpkg', ['-x', join(files, file), join(folder, 'root')]);
  const libraries = join(folder, 'root', 'usr', 'lib');
  const machines = existsSync(libraries) ? readdirSync(libraries).map((name) => join(libraries, name)) : [];
  const program = join(folder, 'root', 'usr', 'sbin', 'haproxy');
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, 'haproxy'), `#!/bin/sh\nLD_LIBRARY_PATH='${machines.join(':')}' exec '${program}' "$@"\n`);
  chmodSync(join(own, 'haproxy'), 0o755);
  if (!runs(join(own, 'haproxy'))) throw new Unavailable(`${advice} (its package could not be unpacked here)`);
}
