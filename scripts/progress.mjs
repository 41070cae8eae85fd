/** Lines about long steps on stderr, and programs run with their output in a file. */
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { fromRoot, inRoot, root } from './paths.mjs';
import { Unavailable } from './unavailable.mjs';

export const log = (line) => process.stderr.write(`${line}\n`);

const beatMs = 15_000;

/**
 * Runs a program to its end; says every 15 s that it still runs. Its output goes to `.cache/logs/<name>.log`.
 *
 * @throws Unavailable with the last line the program wrote and the log's path
 */
export async function runLogged(name, command, args, { cwd = root, env = process.env } = {}) {
  mkdirSync(inRoot('.cache', 'logs'), { recursive: true });
  const path = inRoot('.cache', 'logs', `${name.replace(/\W+/g, '-')}.log`);
  const file = createWriteStream(path);
  const started = Date.now();
  const child = spawn(command, args, {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  child.stdout.pipe(file, { end: false });
  child.stderr.pipe(file, { end: false });
  const beat = setInterval(() => log(`  ${name}: ${Math.round((Date.now() - started) / 1000)} s so far`), beatMs);
  const outcome = await new Promise((done) => {
    child.on('error', (error) => done(error.message));
    child.on('close', (code) => done(code));
  });
  clearInterval(beat);
  await new Promise((done) => file.end(done));
  if (outcome === 0) return;
  const last = readFileSync(path, 'utf8').trim().split('\n').at(-1) || String(outcome);
  throw new Unavailable(`${name} failed: ${last.trim().slice(0, 200)} (see ${fromRoot(path)})`);
}
