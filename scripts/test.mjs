/**
 * Runs the tests: `node scripts/test.mjs [lint|unit|oracle|e2e] [part of a path]`; without words all parts.
 *
 * Sets up what is missing first. A part that this machine can't run is skipped with one line that says why. The last
 * line is `N passed, N failed, N skipped`.
 */
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { ensurePackages } from './packages.mjs';
import { filesUnder, inRoot } from './paths.mjs';
import { log } from './progress.mjs';
import { Unavailable } from './unavailable.mjs';

const parts = {
  async lint() {
    const { runLint } = await import('./testing/lintPart.mjs');
    return runLint();
  },
  async unit(filter) {
    await build(filter);
    const apart = /^test\/(oracle|e2e)\//;
    return mocha((path) => path.endsWith('.test.ts') && !apart.test(path) && path.includes(filter), filter);
  },
  async oracle(filter) {
    const { ensurePython } = await import('./pythonEnvironment.mjs');
    const { ensureTriton } = await import('./tritonServer.mjs');
    await offer('TRITON', ensureTriton);
    // The tests of configurations need no PyTorch.
    if (!filter.includes('triton')) process.env.TENSORWRIGHT_PYTHON = await ensurePython();
    return runFolder('oracle', filter);
  },
  async e2e(filter) {
    return runFolder('e2e', filter);
  },
};

/** Names in the environment what some tests can use, or why it is missing, for the titles of what they skip. */
async function offer(name, ensure) {
  try {
    process.env[`TENSORWRIGHT_${name}`] = await ensure();
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    process.env[`TENSORWRIGHT_${name}_MISSING`] = error.message;
  }
}

/** Tests of the command line and of the bundles need `dist/`; who runs a few tests of their own may lack it. */
async function build(filter) {
  const { buildAll, isStale } = await import('./build.mjs');
  if (!isStale()) return;
  try {
    await buildAll();
  } catch (error) {
    if (filter === '') throw error;
    log('  the product does not build; tests that need dist/ will fail');
  }
}

/** A folder of tests brings its own `run.mjs`, or holds mocha tests. */
async function runFolder(name, filter) {
  const own = inRoot('test', name, 'run.mjs');
  if (!existsSync(own))
    return mocha(
      (path) => path.startsWith(`test/${name}/`) && /\.test\.(ts|mjs)$/.test(path) && path.includes(filter),
      filter,
      600_000,
    );
  const { run } = await import(pathToFileURL(own).href);
  return run({ python: process.env.TENSORWRIGHT_PYTHON, filter, log });
}

async function mocha(accept, filter, timeoutMs) {
  const { runMocha } = await import('./testing/mochaPart.mjs');
  return runMocha(filesUnder('test', accept), { reporter: filter ? 'spec' : 'dot', timeoutMs });
}

async function runPart(name, filter) {
  const started = Date.now();
  log(`\n${name}`);
  try {
    const { passed, failed, skipped } = await parts[name](filter);
    for (const title of skipped) log(`  skipped: ${title}`);
    log(
      `  ${name}: ${passed} passed, ${failed} failed, ${skipped.length} skipped, ${((Date.now() - started) / 1000).toFixed(1)} s`,
    );
    return { passed, failed, skipped: skipped.length };
  } catch (error) {
    if (error instanceof Unavailable) {
      log(`  skipped: all of ${name}: ${error.message}`);
      return { passed: 0, failed: 0, skipped: 1 };
    }
    log(`  ${name} broke off: ${error.stack}`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

const [only, filter = ''] = process.argv.slice(2);
if (only !== undefined && !(only in parts)) {
  log(`there is no part '${only}'; the parts are ${Object.keys(parts).join(', ')}`);
  process.exit(2);
}
const total = { passed: 0, failed: 0, skipped: 0 };
try {
  await ensurePackages();
} catch (error) {
  log(error.message);
  process.exit(2);
}
for (const name of only === undefined ? Object.keys(parts) : [only]) {
  const result = await runPart(name, filter);
  for (const key of Object.keys(total)) total[key] += result[key];
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
// Servers and browsers that a broken test has left behind must not keep the run alive.
process.exit(total.failed > 0 ? 1 : 0);
