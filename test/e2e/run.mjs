/**
 * End-to-end tests: a person's steps in the real VS Code workbench, over copies of the examples.
 *
 *   node test/e2e/run.mjs [words of "SESSION: a test's name"]
 *
 * TENSORWRIGHT_VSIX names a packaged extension to use instead of a fresh one. Screenshots of every step are kept in
 * test-results/screenshots. What the machine lacks is said in one line, and the tests count as skipped.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { isMain } from '../../scripts/isMain.mjs';
import { fromRoot, inRoot } from '../../scripts/paths.mjs';
import { Unavailable } from '../../scripts/unavailable.mjs';
import { forget } from '../../scripts/workbench.mjs';
import { openWorkbench } from './driver/workbench.mjs';

const screenshots = inRoot('test-results', 'screenshots');

/**
 * The sessions: each file of cases/ has `name`, `tests` in order, and maybe `after` and `opens`: what the workbench is
 * opened with. The interpreter is a setting of the machine or of the folder, so it belongs to `opens.folderSettings`.
 */
async function sessions(filter) {
  const files = readdirSync(new URL('./cases/', import.meta.url)).sort();
  const all = await Promise.all(files.map((file) => import(`./cases/${file}`)));
  return all
    .map((session) => ({
      ...session,
      tests: session.tests.filter(([name]) => `${session.name}: ${name}`.includes(filter ?? '')),
    }))
    .filter(({ tests }) => tests.length > 0);
}

/**
 * Runs all tests, or those whose name has `filter` in it.
 * @returns {Promise<{ passed: number, failed: number, skipped: string[] }>}
 * @throws Unavailable before any test where the machine lacks what it takes
 */
export async function run({ filter, log = () => {} } = {}) {
  const vsix = process.env.TENSORWRIGHT_VSIX ?? (await packaged(log));
  rmSync(screenshots, { recursive: true, force: true });
  mkdirSync(screenshots, { recursive: true });
  const total = { passed: 0, failed: 0, skipped: [] };
  for (const session of await sessions(filter)) await runSession(session, vsix, total, log);
  return total;
}

async function packaged(log) {
  const { packageExtension } = await import('../../scripts/package.mjs');
  return packageExtension({ log });
}

async function runSession({ name, opens = {}, tests, after }, vsix, total, log) {
  const folder = mkdtempSync(join(tmpdir(), 'tensorwright-e2e-'));
  const profile = `e2e-${name}`;
  forget(profile);
  cpSync(inRoot('examples'), folder, { recursive: true });
  const { folderSettings = {}, ...how } = opens;
  mkdirSync(join(folder, '.vscode'), { recursive: true });
  writeFileSync(join(folder, '.vscode', 'settings.json'), JSON.stringify(folderSettings));
  log(`opening the workbench: ${name}`);
  let workbench;
  try {
    workbench = await openWorkbench({ folder, vsix, profile, screenshots, log, ...how });
    for (const [index, test] of tests.entries()) {
      const prefix = `${name}-${String(index + 1).padStart(2, '0')}`;
      const passed = await runTest(test, { workbench, folder, profile, prefix });
      total[passed ? 'passed' : 'failed'] += 1;
    }
  } finally {
    after?.({ folder });
    await workbench?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One test; a failure keeps a picture, says why, and leaves the workbench as the next test expects it. */
async function runTest([name, steps], { workbench, prefix, ...where }) {
  const started = Date.now();
  const seconds = () => `${((Date.now() - started) / 1000).toFixed(1)} s`;
  const shot = (step) => workbench.screenshot(`${prefix}-${step}`);
  try {
    await steps({ workbench, shot, ...where });
    console.log(`  ✓ ${name} (${seconds()})`);
    return true;
  } catch (error) {
    if (error instanceof Unavailable) throw error;
    await shot('failed').catch(() => {});
    const reason = stripVTControlCharacters(error instanceof Error ? error.message : String(error))
      .trim()
      .replaceAll('\n', '\n      ');
    console.log(
      `  ✗ ${name} (${seconds()})\n      ${reason}\n      picture: ${fromRoot(screenshots)}/${prefix}-failed.png`,
    );
    return false;
  } finally {
    await workbench.leave().catch(() => {});
  }
}

if (isMain(import.meta.url)) {
  const log = (line) => process.stderr.write(`${line}\n`);
  const { passed, failed, skipped } = await run({ filter: process.argv.slice(2).join(' '), log }).catch((error) => {
    if (!(error instanceof Unavailable)) throw error;
    return { passed: 0, failed: 0, skipped: [error.message] };
  });
  for (const reason of skipped) console.log(`  - skipped: ${reason}`);
  console.log(`${passed} passed, ${failed} failed, ${skipped.length} skipped`);
  process.exitCode = failed > 0 ? 1 : 0;
}
