/** False errors on correct code: the sources of timm, as the wheel has them. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { inRoot } from '../scripts/paths.mjs';
import { Unavailable } from '../scripts/unavailable.mjs';
import { median, round } from './figures.mjs';
import { residentMiB } from './process.mjs';

export const timmVersion = '1.0.31';

/** A run this long is not repeated; one of the other length is ended. */
const longSeconds = 60;
const limitSeconds = 300;

/**
 * The folder that holds the package `timm`; downloads it once.
 * @throws Unavailable without Python, pip or the registry
 */
export function timmFolder(python = 'python3') {
  const folder = inRoot('.cache', 'bench', `timm-${timmVersion}`);
  if (existsSync(folder)) return folder;
  const part = `${folder}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  const pip = [
    '-m',
    'pip',
    'download',
    '--quiet',
    '--no-deps',
    '--only-binary=:all:',
    '--dest',
    part,
    `timm==${timmVersion}`,
  ];
  const downloaded = spawnSync(python, pip, { encoding: 'utf8' });
  const wheel = downloaded.status === 0 && readdirSync(part).find((name) => name.endsWith('.whl'));
  if (!wheel) {
    const cause = downloaded.error?.message ?? downloaded.stderr.trim().split('\n').at(-1);
    throw new Unavailable(`timm ${timmVersion} could not be downloaded with '${python} -m pip download': ${cause}`);
  }
  const unpacked = spawnSync(python, ['-m', 'zipfile', '-e', join(part, wheel), part], { encoding: 'utf8' });
  if (unpacked.status !== 0)
    throw new Unavailable(`timm ${timmVersion} could not be unpacked: ${unpacked.stderr.trim()}`);
  renameSync(part, folder);
  return folder;
}

/** Errors, warnings and seconds of one `tensorwright check timm` in one process; seconds are the median of the runs. */
export async function measureTimm(cli, runs = 3) {
  const folder = timmFolder();
  const results = [];
  while (results.length < runs && (results[0]?.seconds ?? 0) < longSeconds) results.push(await check(cli, folder));
  const [{ findings, stats }] = results;
  const count = (severity) => findings.filter((finding) => finding.severity === severity).length;
  return {
    version: timmVersion,
    files: stats.files,
    lines: stats.lines,
    errors: count('error'),
    warnings: count('warning'),
    seconds: round(median(results.map(({ seconds }) => seconds)), 2),
    mostMemoryMiB: round(Math.max(...results.map(({ memory }) => memory)), 0),
    first: findings
      .filter(({ severity }) => severity === 'error' || severity === 'warning')
      .slice(0, 20)
      .map(
        ({ file, range, id, severity, message }) =>
          `${relative(folder, file).replaceAll('\\', '/')}:${range.start.line + 1} ${severity} ${id} ${message}`,
      ),
  };
}

async function check(cli, folder) {
  const started = performance.now();
  const child = spawn(process.execPath, [cli, 'check', '--format', 'json', 'timm'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, errors] = [[], []];
  child.stdout.on('data', (bytes) => out.push(bytes));
  child.stderr.on('data', (bytes) => errors.push(bytes));
  let memory = 0;
  const watch = setInterval(() => (memory = Math.max(memory, residentMiB(child.pid) ?? 0)), 100);
  const limit = setTimeout(() => child.kill(), limitSeconds * 1000);
  const code = await new Promise((done) => child.on('close', done));
  clearInterval(watch);
  clearTimeout(limit);
  if (child.signalCode !== null) throw new Error(`check did not end within ${limitSeconds} s`);
  const seconds = (performance.now() - started) / 1000;
  if (code !== 0 && code !== 1)
    throw new Error(`check ended with exit code ${code}: ${Buffer.concat(errors).toString().trim().slice(-500)}`);
  return { ...JSON.parse(Buffer.concat(out)), seconds, memory };
}
