/** What the tests have for views and bridges, for measurements. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { inRoot } from '../scripts/paths.mjs';

/** The tests' own harness, bundled: a bridge, an editor's relay, a page. */
export async function loadHarness() {
  const folder = inRoot('.cache', 'bench');
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, 'harness.mjs');
  const contents = ['test/views/pages', 'test/bridge/journalWriter', 'test/bridge/client', 'protocol/src/bridge']
    .map((path) => `export * from './${path}';`)
    .join('\n');
  await build({
    stdin: { contents, resolveDir: inRoot(), loader: 'ts' },
    bundle: true,
    outfile,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'warning',
  });
  return import(`${pathToFileURL(outfile).href}?${Date.now()}`);
}
