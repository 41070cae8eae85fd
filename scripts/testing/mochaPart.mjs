/** Bundles TypeScript tests with esbuild and runs them with mocha in this process. */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import Mocha from 'mocha';
import { parserFiles } from '../parserFiles.mjs';
import { fromRoot, inRoot, root } from '../paths.mjs';

/** A test that has not ended by then hangs. A slow machine is no failure, so this is far above what any test takes. */
const HANGS_MS = 300_000;

/**
 * Runs test files; packages stay external, so that tests and product share one copy of each.
 * The folder is this run's own: several runs at once don't meet. Tests run with the repository as working directory.
 *
 * @param {readonly string[]} files absolute paths of `*.test.ts`
 * @param {{ reporter?: string, timeoutMs?: number }} options
 * @returns {Promise<{ passed: number, failed: number, skipped: string[] }>} `skipped` holds full titles
 */
export async function runMocha(files, { reporter = 'dot', timeoutMs = HANGS_MS } = {}) {
  if (files.length === 0) return { passed: 0, failed: 0, skipped: [] };
  process.chdir(root);
  process.setSourceMapsEnabled(true);
  mkdirSync(inRoot('.cache', 'tests'), { recursive: true });
  const folder = mkdtempSync(inRoot('.cache', 'tests', 'run-'));
  try {
    for (const file of parserFiles) if (existsSync(file)) copyFileSync(file, join(folder, file.split(/[\\/]/).at(-1)));
    const bundled = await bundleTests(files, folder);
    return await runBundled(bundled, { reporter, timeoutMs });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One bundle a test file, with shared code split off; answers with the bundles' paths. */
async function bundleTests(files, folder) {
  // All in one folder, so that code finds the parser's files beside itself.
  const entries = files.map((file) => ({ in: file, out: fromRoot(file).replace(/\.ts$/, '').replaceAll('/', '--') }));
  await build({
    entryPoints: entries,
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'shared-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: 'inline',
    sourcesContent: false,
    logLevel: 'warning',
  });
  return entries.map(({ out }) => join(folder, `${out}.mjs`));
}

async function runBundled(files, { reporter, timeoutMs }) {
  const mocha = new Mocha({ reporter, timeout: timeoutMs, slow: 2_000 });
  files.forEach((file) => mocha.addFile(file));
  await mocha.loadFilesAsync();
  const skipped = [];
  return new Promise((resolve) => {
    const runner = mocha.run((failures) => resolve({ passed: runner.stats.passes, failed: failures, skipped }));
    runner.on('pending', (test) => skipped.push(test.fullTitle()));
  });
}
