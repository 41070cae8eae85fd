/** The bundles stay small: each within its budget, and nothing inside that belongs elsewhere. */
import { deepEqual, ok } from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import type { Metafile } from 'esbuild';
import { metafilePath } from '../scripts/build.mjs';
import { inRoot } from '../scripts/paths.mjs';

/** Bytes by file of dist/. Raise one only together with the reason. */
const budgets = JSON.parse(readFileSync(inRoot('scripts', 'budgets.json'), 'utf8')) as Record<string, number>;
const metafiles = JSON.parse(readFileSync(metafilePath, 'utf8')) as Record<string, Metafile>;

/** What must not be found in a bundle. */
const strangers: Readonly<Record<string, RegExp>> = {
  client: /^(server|cli|test|scripts)\/|node_modules\/(web-tree-sitter|commander)\//,
  bridge: /^(client|cli|server|webviews|test|scripts)\/|node_modules\/(vscode-language|commander|web-tree-sitter)/,
  'webviews/curves': /^(client|cli|server|runtime-bridge|test|scripts)\/|node_modules\/(ws|vscode-)/,
  'webviews/layers': /^(client|cli|server|runtime-bridge|test|scripts)\/|node_modules\/(ws|vscode-|chart)/,
  'server-main': /^(client|cli|test|scripts)\/|node_modules\/(commander|vscode-languageclient)\//,
  'cli-main': /^(client|server\/src\/lsp|test|scripts)\/|node_modules\/vscode-/,
};

/** The largest inputs of a bundle, so that a failure says where to look. */
const largest = (bundle: string): string =>
  Object.values(metafiles[bundle.replace('.js', '')]?.outputs ?? {})
    .flatMap(({ inputs }) => Object.entries(inputs))
    .sort(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput)
    .slice(0, 5)
    .map(([path, { bytesInOutput }]) => `${path} ${bytesInOutput}`)
    .join(', ');

describe('bundle budget', () => {
  for (const [file, most] of Object.entries(budgets))
    it(`${file}: at most ${most} bytes`, () => {
      const { size } = statSync(inRoot('dist', file));
      ok(size <= most, `it has ${size}; largest: ${largest(file)}`);
    });
});

describe('bundle contents', () => {
  for (const [bundle, pattern] of Object.entries(strangers))
    it(`${bundle} holds nothing of other rooms`, () => {
      deepEqual(
        Object.keys(metafiles[bundle]?.inputs ?? {}).filter((path) => pattern.test(path)),
        [],
      );
    });
});
