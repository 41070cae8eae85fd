/** Packages the extension: `tensorwright-<version>.vsix` in the repository's root. */
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { posix } from 'node:path';
import { buildAll, isStale } from './build.mjs';
import { isMain } from './isMain.mjs';
import { filesUnder, fromRoot, inRoot } from './paths.mjs';
import { runLogged } from './progress.mjs';

// Everything is in the bundles; links of the README lead to files of the package.
const options = ['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links'];

/**
 * Builds what is stale and packages it.
 *
 * @returns {Promise<string>} absolute path of the .vsix
 * @throws {import('./unavailable.mjs').Unavailable} with the packager's last line
 */
export async function packageExtension() {
  if (isStale()) await buildAll();
  const { name, version } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
  const vsix = inRoot(`${name}-${version}.vsix`);
  const vsce = inRoot('node_modules', '@vscode', 'vsce', 'vsce');
  await runLogged('vsce package', process.execPath, [vsce, 'package', ...options, '--out', vsix], { cwd: stage() });
  return vsix;
}

/** Copies what ships into a folder of its own: the packager looks at every file of its folder, caches included. */
function stage() {
  const folder = inRoot('.cache', 'package');
  rmSync(folder, { recursive: true, force: true });
  for (const path of [...shipped(), '.vscodeignore']) cpSync(inRoot(path), posix.join(folder, path));
  return folder;
}

/** Files that .vscodeignore names after '!', as paths from the root. */
function shipped() {
  const lines = readFileSync(inRoot('.vscodeignore'), 'utf8').split(/\r?\n/);
  const patterns = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  return patterns.flatMap((pattern) => {
    if (!pattern.includes('*')) return existsSync(inRoot(pattern)) ? [pattern] : [];
    const folder = posix.dirname(pattern.slice(0, pattern.indexOf('*') + 1));
    const name = new RegExp(
      `^${pattern
        .replaceAll('.', '\\.')
        .replaceAll('**', '.+')
        .replace(/(?<!\.)\*/g, '[^/]*')}$`,
    );
    return filesUnder(folder, (path) => name.test(path)).map(fromRoot);
  });
}

if (isMain(import.meta.url)) console.log(await packageExtension());
