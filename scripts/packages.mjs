/** The npm packages that the scripts themselves need; imports nothing from them. */
import { existsSync, readFileSync } from 'node:fs';
import { inRoot } from './paths.mjs';
import { log, runLogged } from './progress.mjs';
import { Unavailable } from './unavailable.mjs';

const leastNode = [20, 19];

/**
 * Installs what package-lock.json names and node_modules lacks.
 *
 * @throws Unavailable where Node is too old or npm fails
 */
export async function ensurePackages() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < leastNode[0] || (major === leastNode[0] && minor < leastNode[1]))
    throw new Unavailable(`Node ${leastNode.join('.')} or newer is needed, this is ${process.version}`);
  if (installed()) return;
  log('installing npm packages (about a minute)');
  await runLogged('npm ci', 'npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
}

/** Whether every package of the lock file is there in its version, but for those of other platforms. */
function installed() {
  const there = inRoot('node_modules', '.package-lock.json');
  if (!existsSync(there)) return false;
  const has = packagesOf(there);
  return Object.entries(packagesOf(inRoot('package-lock.json'))).every(
    ([path, { version, optional }]) => path === '' || optional || has[path]?.version === version,
  );
}

const packagesOf = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;
