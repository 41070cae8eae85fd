/**
 * From a clean clone to findings in the terminal and the examples in VS Code.
 *
 * `npm start` does all; `npm start -- --no-editor` stops after the findings.
 */
import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { existsSync } from 'node:fs';
import { ensurePackages } from './packages.mjs';
import { fromRoot, inRoot, root } from './paths.mjs';
import { log } from './progress.mjs';
import { Unavailable } from './unavailable.mjs';

const examples = inRoot('examples');

async function start() {
  await ensurePackages();
  const { buildAll, isStale } = await import('./build.mjs');
  if (isStale()) {
    log('building');
    await buildAll();
  }
  showFindings();
  if (process.argv.includes('--no-editor')) return;

  const { packageExtension } = await import('./package.mjs');
  log('\npackaging the extension');
  const vsix = await packageExtension();
  const code = commandOnPath('code');
  if (code === undefined) await openInBrowser(vsix);
  else openOnDesktop(code, vsix);
}

/** `tensorwright check examples`, as it would be typed. */
function showFindings() {
  log('tensorwright check examples\n');
  const { status } = spawnSync(process.execPath, [inRoot('dist', 'cli.js'), 'check', fromRoot(examples)], {
    cwd: root,
    stdio: 'inherit',
  });
  // 1 says that there are findings, which is what the examples are for.
  if (status !== 0 && status !== 1) throw new Unavailable(`the check ended with exit code ${status}`);
}

function commandOnPath(name) {
  const files = process.platform === 'win32' ? [`${name}.cmd`, `${name}.exe`] : [name];
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.flatMap((folder) => files.map((file) => join(folder, file))).find((path) => existsSync(path));
}

function openOnDesktop(code, vsix) {
  const run = (...args) =>
    spawnSync(
      `"${code}"`,
      args.map((arg) => `"${arg}"`),
      { stdio: 'inherit', shell: true },
    ).status;
  log('installing it in VS Code and opening examples/');
  if (
    run('--install-extension', vsix, '--force') !== 0 ||
    run(examples, join(examples, 'first-classifier', 'classifier.py')) !== 0
  )
    throw new Unavailable(`VS Code (${code}) did not start; install ${fromRoot(vsix)} by hand and open examples/`);
}

async function openInBrowser(vsix) {
  log("no command 'code' on PATH: opening VS Code in the browser instead (the first time takes some minutes)");
  const { serve } = await import('./workbench.mjs');
  const server = await serve({ folder: examples, vsix, log });
  console.log(`\nOpen ${server.address}\nCtrl+C ends it.`);
  await new Promise((done) => {
    for (const name of ['SIGINT', 'SIGTERM']) process.once(name, done);
  });
  await server.stop();
}

try {
  await start();
} catch (error) {
  if (!(error instanceof Unavailable)) throw error;
  log(error.message);
  process.exitCode = 1;
}
