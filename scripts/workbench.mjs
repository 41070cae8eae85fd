/**
 * The VS Code workbench in a browser: code-server, set up from the npm registry alone, kept in `.cache/workbench`.
 *
 * `prepare` builds it once and resumes after an interruption, `install` adds a .vsix, `serve` opens a folder in it.
 * What can't be done throws `Unavailable` with one line that says what is missing and how to get it.
 *
 *   node scripts/workbench.mjs                    set it up
 *   node scripts/workbench.mjs FOLDER [VSIX]      open FOLDER with the extension, print the address, stay
 */
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { isMain } from './isMain.mjs';
import { fromRoot, inRoot } from './paths.mjs';
import { Unavailable } from './unavailable.mjs';

/** code-server 4.139.1 is VS Code 1.139.1 and wants Node 24. Older than 4.101 it downloads ripgrep while it installs. */
const versions = { 'code-server': '4.139.1', node: '24.21.0' };

/** Parts of VS Code in C++, built here because no registry carries them prebuilt. kerberos may stay unbuilt. */
const nativeModules = [
  '@vscode/spdlog',
  '@vscode/native-watchdog',
  'node-pty',
  '@parcel/watcher',
  '@vscode/fs-copyfile',
  '@vscode/deviceid',
  '@vscode/sqlite3',
];

const home = inRoot('.cache', 'workbench');
const tools = join(home, 'tools');
const codeServer = join(tools, 'node_modules', 'code-server');
const vscode = join(codeServer, 'lib', 'vscode');
const entry = join(codeServer, 'out', 'node', 'entry.js');
const quietNpm = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
/** Without a network the answer comes after seconds, not after npm's two minutes. */
const shortRetries = ['--fetch-retries=3', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000'];

/** Where Node 24 is: its package on Linux, the running one elsewhere. */
function nodeHome() {
  if (process.platform === 'linux') return join(tools, 'node_modules', `node-linux-${process.arch}`);
  return dirname(dirname(process.execPath));
}

const nodeBinary = () => join(nodeHome(), 'bin', 'node');

/** What npm may keep of a surrounding npm: how the registry is reached. The rest concerns that one's own run. */
const keptOfNpm = /^npm_config_(registry|cache|cafile|proxy|https_proxy|noproxy|strict_ssl|userconfig)$/i;
const foreign = /^(vscode_|code_server_|electron_|npm_)|^(port|password|node_options)$/i;

/** The environment of everything that runs under Node 24, without what a surrounding VS Code or npm has set. */
function environment(extra = {}) {
  const kept = Object.entries(process.env).filter(([name]) => keptOfNpm.test(name) || !foreign.test(name));
  const path = [join(nodeHome(), 'bin'), process.env.PATH].join(delimiter);
  return { ...Object.fromEntries(kept), PATH: path, ...extra };
}

/**
 * Runs a program to its end with its output in a file.
 * @throws Unavailable naming `what`, the program's last error line and the file.
 */
async function run(what, command, args, { cwd = home, env = environment(), log }) {
  const output = join(home, `${what.replace(/\W+/g, '-')}.log`);
  const file = createWriteStream(output);
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.pipe(file, { end: false });
  child.stderr.pipe(file, { end: false });
  const started = Date.now();
  const beat = setInterval(() => log(`  ${what}: ${Math.round((Date.now() - started) / 1000)} s so far`), 20_000);
  const code = await new Promise((done) => {
    child.on('error', (error) => done(error.message));
    child.on('close', done);
  }).finally(() => clearInterval(beat));
  await new Promise((done) => file.end(done));
  if (code === 0) return;
  const lines = readFileSync(output, 'utf8').split('\n');
  const cause = lines.find(
    (line) => /\berr(or)?\b/i.test(line) && !/complete log|gyp ERR! (not ok|node|cwd|System)/.test(line),
  );
  throw new Unavailable(
    `workbench: ${what} failed (${cause?.trim().slice(0, 160) ?? code}); see ${fromRoot(output)}, then run again: it resumes`,
  );
}

const npm = (what, args, options) => run(what, 'npm', [...args, ...shortRetries], options);

const onPath = (name) => process.env.PATH.split(delimiter).some((folder) => existsSync(join(folder, name)));

function requirePlatform() {
  if (process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch)) return;
  if (process.platform === 'darwin' && process.versions.node.startsWith('24.')) return;
  throw new Unavailable(
    process.platform === 'darwin'
      ? `workbench: needs Node 24 on this system, this is ${process.version}; install it and run again`
      : `workbench: cannot be built on ${process.platform} ${process.arch}; install VS Code with its command 'code' instead`,
  );
}

function requireCompiler() {
  const missing = ['make', 'g++', 'python3'].filter((name) => !onPath(name));
  if (missing.length === 0) return;
  throw new Unavailable(
    `workbench: ${missing.join(', ')} not found, needed to build VS Code's native modules; on Debian: apt-get install build-essential python3`,
  );
}

/** The steps of the set-up, in order. Each may be cut off at any point and started again. */
const steps = [
  {
    name: 'code-server',
    says: 'downloading code-server and Node 24',
    async run({ log }) {
      mkdirSync(tools, { recursive: true });
      const dependencies = { 'code-server': versions['code-server'] };
      if (process.platform === 'linux') dependencies[`node-linux-${process.arch}`] = versions.node;
      writeFileSync(join(tools, 'package.json'), JSON.stringify({ private: true, dependencies }, null, 2));
      await npm('code-server', ['install', ...quietNpm], { cwd: tools, log });
    },
  },
  {
    name: 'vscode',
    says: "downloading VS Code's dependencies",
    run: ({ log }) => npm('vscode', ['install', '--omit=dev', ...quietNpm], { cwd: vscode, log }),
  },
  {
    name: 'native modules',
    says: 'building native modules (about two minutes)',
    run({ log }) {
      requireCompiler();
      const env = environment({ npm_config_nodedir: nodeHome(), JOBS: '2' });
      return npm('native modules', ['rebuild', '--foreground-scripts', '--ignore-scripts=false', ...nativeModules], {
        cwd: vscode,
        env,
        log,
      });
    },
  },
  {
    name: 'extensions',
    says: "downloading the built-in extensions' dependencies",
    run: ({ log }) =>
      npm('extensions', ['install', '--omit=dev', ...quietNpm], { cwd: join(vscode, 'extensions'), log }),
  },
  {
    name: 'start scripts',
    says: 'linking start scripts and trying a start',
    async run({ log }) {
      const system = process.platform === 'darwin' ? 'darwin' : 'linux';
      link(`code-${system}.sh`, join(vscode, 'bin', 'remote-cli', 'code-server'));
      link(`browser-${system}.sh`, join(vscode, 'bin', 'helpers', 'browser.sh'));
      await run('start scripts', nodeBinary(), [entry, ...profileArguments('trial'), '--version'], { log });
    },
  },
];

function link(target, path) {
  rmSync(path, { force: true });
  symlinkSync(target, path);
}

/** Waits while another process sets the workbench up; a lock whose owner is gone is taken over. */
async function locked(log, work) {
  const lock = join(home, 'lock');
  for (let told = false; ;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (!isAlive(Number(readOr(lock, '0')))) {
      rmSync(lock, { force: true });
      continue;
    }
    if (!told) log('workbench: another process is setting it up, waiting');
    told = true;
    await sleep(1000);
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function isAlive(pid) {
  if (!pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

function readOr(path, otherwise) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return otherwise;
  }
}

/**
 * Sets the workbench up where it isn't yet; a second call returns at once.
 * @param {{ log?: (line: string) => void }} [options] receives progress lines
 * @returns the Node binary and the start file of code-server, and the folder that holds both
 * @throws Unavailable
 */
export async function prepare({ log = () => {} } = {}) {
  requirePlatform();
  mkdirSync(home, { recursive: true });
  const stamp = join(home, 'ready.json');
  const wanted = { versions, platform: `${process.platform}-${process.arch}` };
  const readState = () => {
    const state = JSON.parse(readOr(stamp, '{}'));
    return JSON.stringify(state.wanted) === JSON.stringify(wanted) ? state : { wanted, done: [] };
  };
  if (readState().done.length < steps.length) {
    await locked(log, async () => {
      const state = readState();
      for (const [index, step] of steps.entries()) {
        if (state.done.includes(step.name)) continue;
        log(`workbench ${index + 1}/${steps.length}: ${step.says}`);
        await step.run({ log });
        state.done.push(step.name);
        writeFileSync(`${stamp}.new`, JSON.stringify(state));
        renameSync(`${stamp}.new`, stamp);
      }
    });
  }
  return { node: nodeBinary(), entry, home };
}

const profileFolder = (profile) => join(home, 'profiles', profile);

/** A profile keeps extensions, settings and code-server's own configuration away from the user's. */
function profileArguments(profile) {
  const folder = profileFolder(profile);
  mkdirSync(folder, { recursive: true });
  const config = join(folder, 'code-server.yaml');
  if (!existsSync(config)) writeFileSync(config, 'auth: none\n');
  return ['--config', config, '--extensions-dir', join(folder, 'extensions'), '--user-data-dir', join(folder, 'user')];
}

/** Removes a profile's extensions, settings and remembered windows. */
export function forget(profile) {
  rmSync(profileFolder(profile), { recursive: true, force: true });
}

/**
 * Installs a .vsix into a profile, over an older one of the same name.
 * @throws Unavailable
 */
export async function install(vsix, { profile = 'default', log = () => {} } = {}) {
  const { node } = await prepare({ log });
  await run(
    'install extension',
    node,
    [entry, ...profileArguments(profile), '--install-extension', resolve(vsix), '--force'],
    { log },
  );
}

/** Settings of a fresh profile: nothing that greets, updates, asks or reports. */
const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'chat.disableAIFeatures': true,
  'files.autoSave': 'off', // the browser build would save edits of the examples by itself
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'git.openRepositoryInParentFolders': 'never',
};

function writeSettings(profile, settings) {
  const path = join(profileFolder(profile), 'user', 'User', 'settings.json');
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify({ ...quietSettings, ...settings }, null, 2));
}

function freePort() {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.on('error', fail);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}

/**
 * Opens a folder in the workbench, on the loopback interface only.
 * @param {object} options
 * @param {string} options.folder what to open
 * @param {string} [options.vsix] extension to install first
 * @param {number} [options.port] 0 or absent: a free one
 * @param {string} [options.profile] where extensions and settings are kept
 * @param {boolean} [options.trusted] false leaves VS Code's question about trust in place
 * @param {object} [options.settings] user settings of a fresh profile, over the quiet ones
 * @param {(line: string) => void} [options.log]
 * @returns its address, the folder of its logs, and `stop()`, which ends it and what it has started
 * @throws Unavailable
 */
export async function serve({
  folder,
  vsix,
  port = 0,
  profile = 'default',
  trusted = true,
  settings = {},
  log = () => {},
}) {
  const { node } = await prepare({ log });
  if (vsix) await install(vsix, { profile, log });
  writeSettings(profile, settings);
  const chosen = port || (await freePort());
  const output = join(profileFolder(profile), 'code-server.log');
  const args = [
    '--auth',
    'none',
    '--bind-addr',
    `127.0.0.1:${chosen}`,
    '--disable-telemetry',
    '--disable-update-check',
  ];
  args.push('--disable-getting-started-override', ...(trusted ? ['--disable-workspace-trust'] : []), resolve(folder));
  const child = spawn(node, [entry, ...profileArguments(profile), ...args], {
    cwd: resolve(folder),
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // a group of its own, so that stop() reaches the extension host too
  });
  const file = createWriteStream(output);
  child.stdout.pipe(file);
  child.stderr.pipe(file);
  const stop = stopper(child);
  try {
    await answers(`http://127.0.0.1:${chosen}/healthz`, child);
  } catch (error) {
    await stop();
    throw new Unavailable(`workbench: ${error.message}; see ${fromRoot(output)}`);
  }
  const address = `http://127.0.0.1:${chosen}/?folder=${encodeURIComponent(resolve(folder))}`;
  return { address, logs: join(profileFolder(profile), 'user', 'logs'), stop };
}

/** Ends a process group, gently and then not; also when this process ends first. */
function stopper(child) {
  const ended = new Promise((done) => child.on('close', done));
  const signal = (name) => {
    try {
      process.kill(-child.pid, name);
    } catch {
      // already gone
    }
  };
  const atExit = () => signal('SIGKILL');
  process.on('exit', atExit);
  return async () => {
    signal('SIGTERM');
    await Promise.race([ended, sleep(3000)]);
    signal('SIGKILL');
    await ended;
    process.off('exit', atExit);
  };
}

async function answers(url, child, withinMs = 60_000) {
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await sleep(100)) {
    if (child.exitCode !== null) throw new Error(`code-server ended with exit code ${child.exitCode}`);
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
  }
  throw new Error(`code-server did not answer within ${withinMs / 1000} s`);
}

async function main([folder, vsix]) {
  const log = (line) => process.stderr.write(`${line}\n`);
  if (!folder) {
    await prepare({ log });
    return log('workbench: ready');
  }
  const server = await serve({ folder, vsix, log });
  process.stdout.write(`${server.address}\n`);
  for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => server.stop().then(() => process.exit(0)));
}

if (isMain(import.meta.url)) {
  main(process.argv.slice(2)).catch((error) => {
    if (!(error instanceof Unavailable)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  });
}
