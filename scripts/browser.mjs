/** Finds a Chromium to drive, or installs Debian's where that is possible. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Unavailable } from './unavailable.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const elsewhere = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

function found() {
  const wished = process.env.TENSORWRIGHT_CHROMIUM;
  const folders = process.env.PATH.split(delimiter);
  const candidates = [...names.flatMap((name) => folders.map((folder) => join(folder, name))), ...elsewhere];
  return wished ?? candidates.find((path) => existsSync(path));
}

const isRoot = () => process.getuid?.() === 0;
const hasApt = () => spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status === 0;

/**
 * The path of a Chromium: TENSORWRIGHT_CHROMIUM, one on PATH, or Debian's, installed now if this is root.
 * @throws Unavailable
 */
export function browser({ log = () => {} } = {}) {
  const path = found();
  if (path) return path;
  const how = "on Debian 'apt-get install chromium', or set TENSORWRIGHT_CHROMIUM to the path of a Chrome or Chromium";
  if (!isRoot() || !hasApt()) throw new Unavailable(`Chromium not found: ${how}`);
  log('installing Chromium with apt-get (about a minute)');
  const quiet = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  spawnSync('apt-get', ['update'], quiet);
  try {
    execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], quiet);
  } catch {
    throw new Unavailable(`Chromium not found and apt-get could not install it: ${how}`);
  }
  return found() ?? 'chromium';
}
