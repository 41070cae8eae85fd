/** A Python environment for what benchmarks install: theirs alone, with the PyTorch that judges the tests. */
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot } from '../scripts/paths.mjs';
import { log, runLogged } from '../scripts/progress.mjs';
import { ensurePython } from '../scripts/pythonEnvironment.mjs';
import { Unavailable } from '../scripts/unavailable.mjs';

const folder = inRoot('.cache', 'bench', 'python');
const windows = process.platform === 'win32';

/** Path of a program in the environment. */
export const programOf = (name) => join(folder, windows ? 'Scripts' : 'bin', windows ? `${name}.exe` : name);

/**
 * Makes the environment once. PyTorch is not installed again but seen through a path file, so that nothing
 * brings another one along.
 *
 * @throws Unavailable without Python and PyTorch
 */
export async function ensureEnvironment() {
  if (existsSync(join(folder, 'ready'))) return;
  const torchPython = await ensurePython();
  await runLogged('python -m venv for benchmarks', torchPython, ['-m', 'venv', '--clear', folder]);
  const packagesOf = (python) =>
    capture(python, ['-c', 'import sysconfig; print(sysconfig.get_path("purelib"))'], 'asking for packages').trim();
  writeFileSync(join(packagesOf(programOf('python')), 'torch-of-tests.pth'), `${packagesOf(torchPython)}\n`);
  writeFileSync(join(folder, 'ready'), '');
}

/**
 * Installs packages where one of them is missing and says which versions are there.
 *
 * @param {readonly string[]} packages the first one is the tool
 * @returns {Promise<string>} as `name 1.2, other 3.4`
 * @throws Unavailable with pip's last line
 */
export async function install(packages) {
  await ensureEnvironment();
  const missing = packages.filter((name) => versionOf(name) === undefined);
  if (missing.length > 0) {
    log(`installing ${missing.join(', ')}`);
    await runLogged(`pip install ${missing[0]}`, programOf('python'), [
      ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'],
      ...missing,
    ]);
  }
  return packages.map((name) => `${name.split('==')[0]} ${versionOf(name)}`).join(', ');
}

/** The version that is there of `name` or `name==version`; undefined for another one. */
function versionOf(wanted) {
  const [name, exact] = wanted.split('==');
  const code = `from importlib.metadata import version; print(version(${JSON.stringify(name)}))`;
  const { status, stdout } = spawnSync(programOf('python'), ['-c', code], { encoding: 'utf8' });
  const found = status === 0 ? stdout.trim() : undefined;
  return exact === undefined || found === exact ? found : undefined;
}

function capture(program, args, what) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Unavailable(`${what} failed: ${error?.message ?? stderr.trim().split('\n').at(-1)}`);
  return stdout;
}
