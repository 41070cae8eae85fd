/** Paths that the documentation mentions exist, and so do the commands. */
import { deepEqual } from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { filesUnder, fromRoot, inRoot } from '../scripts/paths.mjs';

const pages = [
  inRoot('README.md'),
  inRoot('CHANGELOG.md'),
  // The pages of findings have one form; their index stands for them.
  ...filesUnder(
    'docs',
    (path) => path.endsWith('.md') && (!path.startsWith('docs/rules/') || path.endsWith('/README.md')),
  ),
  ...filesUnder('examples', (path) => path.endsWith('.md')),
];
const topLevel =
  /^(client|server|cli|protocol|test|docs|examples|scripts|syntaxes|webviews|runtime-bridge|media|\.ci)\//;
const madeByRunning = /^(dist|test-results|\.cache)\//;

/** `server/src/core/` and the like; names with <placeholders> or * stand for many and are left out. */
const pathsIn = (text: string): string[] =>
  [...text.matchAll(/`([^`\s]+)`/g)]
    .flatMap(([, code]) => code ?? [])
    .filter((code) => topLevel.test(code) && !/[<>*{}]/.test(code) && !madeByRunning.test(code));

/** Targets of links and images that lead to a file. */
const linksIn = (text: string): string[] =>
  [...text.matchAll(/\]\(([^)\s#]+)[^)]*\)/g)]
    .flatMap(([, target]) => target ?? [])
    .filter((target) => !/^[a-z]+:/.test(target));

const npmScriptsIn = (text: string): string[] =>
  [...text.matchAll(/npm run ([\w:]+)/g)].flatMap(([, name]) => name ?? []);

describe('documentation', () => {
  for (const page of pages) {
    const text = readFileSync(page, 'utf8');
    it(`${fromRoot(page)} names files and commands that exist`, () => {
      const { scripts } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8')) as {
        scripts: Record<string, string>;
      };
      const missing = [
        ...pathsIn(text).filter((path) => !existsSync(inRoot(path))),
        ...linksIn(text).filter((target) => !existsSync(join(dirname(page), target))),
        ...npmScriptsIn(text).filter((name) => !(name in scripts)),
      ];
      deepEqual(missing, []);
    });
  }
});
