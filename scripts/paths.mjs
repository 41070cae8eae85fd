/** Where things are in this repository. */
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { existsSync, readdirSync } from 'node:fs';

/** The repository's root folder; also found from a bundle of this file somewhere below it. */
export const root = nearestRoot(dirname(fileURLToPath(import.meta.url)));

function nearestRoot(folder) {
  return existsSync(join(folder, 'package-lock.json')) ? folder : nearestRoot(dirname(folder));
}

/**
 * A path inside the repository.
 *
 * @param {string[]} parts
 */
export const inRoot = (...parts) => join(root, ...parts);

/**
 * A path as the repository writes it: relative to its root, with '/'.
 *
 * @param {string} path
 */
export const fromRoot = (path) => relative(root, path).split(sep).join('/');

const unsearched = new Set(['node_modules', 'dist', '.cache', '.git', 'test-results', '__pycache__']);

/**
 * All files under a folder of the repository, sorted, as absolute paths; none where the folder is absent.
 *
 * @param {string} folder from the root
 * @param {(path: string) => boolean} accept asked about each path from the root
 * @returns {string[]}
 */
export function filesUnder(folder, accept = () => true) {
  const start = inRoot(folder);
  if (!existsSync(start)) return [];
  /** @type {string[]} */
  const found = [];
  const visit = (path) => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (unsearched.has(entry.name)) continue;
      const child = join(path, entry.name);
      if (entry.isDirectory()) visit(child);
      else if (accept(fromRoot(child))) found.push(child);
    }
  };
  visit(start);
  return found.sort();
}
