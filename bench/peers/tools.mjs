/**
 * The other tools, each in its best documented way for code without annotations: what is installed, the command that a
 * user would type, and how its answer is read. None is configured beyond its documentation.
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { inRoot } from '../../scripts/paths.mjs';
import { runLogged } from '../../scripts/progress.mjs';
import { Unavailable } from '../../scripts/unavailable.mjs';
import { install, programOf } from '../environment.mjs';

/** A file that is not done after this long counts as not checked. */
const limitSeconds = 60;

/**
 * @typedef {object} Tool
 * @property {string} name
 * @property {string} way how it is run, for the table
 * @property {readonly string[]} commands as a user would type them
 * @property {string} [scope] which files it can say anything of at all, where that is not all
 * @property {() => Promise<string>} prepare installs it and answers its version; throws Unavailable
 * @property {(root: string, cases: readonly import('./cases.mjs').Case[]) => Promise<Answer>} check
 *
 * @typedef {{found: import('./cases.mjs').Found[], notChecked: number}} Answer
 */

/** The finding of a path below the root; the first folder is the case's. */
const at = (path, line, severity, message) => ({
  folder: /\bc\d{4}\b/.exec(path)?.[0],
  line,
  severity: severity === 'info' || severity === 'hint' ? 'information' : severity,
  message,
});

/** @returns {Tool} */
const ours = (cli) => ({
  name: 'Tensorwright',
  way: '`check`',
  commands: ['tensorwright check --format json .'],
  prepare: async () => 'this tree',
  async check(root) {
    const { findings } = JSON.parse(await output(process.execPath, [cli, 'check', '--format', 'json', '.'], root));
    return {
      found: findings.map(({ file, range, severity, message }) => at(file, range.start.line + 1, severity, message)),
      notChecked: 0,
    };
  },
});

/** Shapes are on where the stub package is installed: https://pyrefly.org/en/docs/tensor-shapes-setup/ */
const pyrefly = {
  name: 'pyrefly',
  way: '`check` with its tensor-shape stubs',
  commands: ['pip install pyrefly pyrefly-torch-stubs', 'pyrefly check --output-format json'],
  prepare: () => install(['pyrefly', 'pyrefly-torch-stubs']),
  async check(root) {
    writeFileSync(join(root, 'pyrefly.toml'), `python-interpreter-path = ${JSON.stringify(programOf('python'))}\n`);
    const { errors } = JSON.parse(await output(programOf('pyrefly'), ['check', '--output-format', 'json'], root));
    return {
      found: errors.map(({ path, line, severity, description }) => at(path, line, severity, description)),
      notChecked: 0,
    };
  },
};

const torchshapeflow = {
  name: 'torchshapeflow',
  way: '`check`',
  commands: ['pip install torchshapeflow', 'tsf check --json .'],
  scope: 'annotated functions',
  prepare: () => install(['torchshapeflow']),
  async check(root) {
    const { files } = JSON.parse(await output(programOf('tsf'), ['check', '--json', '.'], root));
    return {
      found: files.flatMap(({ path, diagnostics }) =>
        diagnostics.map(({ line, severity, message }) => at(path, line, severity, message)),
      ),
      notChecked: 0,
    };
  },
};

const torchtycCheck = {
  name: 'torchtyc',
  way: '`check`',
  commands: ['pip install torchtyc', 'torchtyc check --format json .'],
  scope: 'functions with jaxtyping annotations',
  prepare: () => install(['torchtyc']),
  async check(root) {
    const args = ['check', '--python', programOf('python'), '--format', 'json', '.'];
    return { found: traced(JSON.parse(await output(programOf('torchtyc'), args, root))), notChecked: 0 };
  },
};

/** Executes the file on meta tensors; one without a script part has nothing to execute. */
const torchtycRun = {
  name: 'torchtyc',
  way: '`run` (executes the file on meta tensors)',
  commands: ['pip install torchtyc', 'torchtyc run --format json FILE   # for each file with a script part'],
  scope: 'files with a script part',
  prepare: () => install(['torchtyc']),
  async check(root, cases) {
    const left = cases.filter(({ hasScript }) => hasScript);
    const found = [];
    let notChecked = 0;
    const worker = async () => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) {
        const { folder, name } = next;
        const args = ['run', '--python', programOf('python'), '--format', 'json', join(folder, name)];
        try {
          const report = JSON.parse(await output(programOf('torchtyc'), args, root));
          // Its paths begin at the file's own folder.
          found.push(...traced(report).map((finding) => ({ ...finding, folder })));
        } catch {
          notChecked += 1;
        }
      }
    };
    await Promise.all(Array.from({ length: availableParallelism() }, worker));
    return { found, notChecked };
  },
};

/** Lines of torchtyc count from 0. */
const traced = ({ diagnostics }) =>
  diagnostics.map(({ path, line, severity, message }) => at(path, line + 1, severity, message));

/** A language server in Rust whose program also checks one file; nobody here could install it yet. */
const shapels = {
  name: 'shapels',
  way: '`--path`',
  commands: ['cargo install shapels', 'shapels --path FILE   # for each file'],
  async prepare() {
    const there = inRoot('.cache', 'bench', 'shapels');
    try {
      await runLogged('cargo install shapels', 'cargo', ['install', 'shapels', '--root', there]);
    } catch (error) {
      throw new Unavailable(
        `on no Python or npm registry; its README says to build it with cargo from a checkout, its editor extension is on the marketplace: ${error.message.replace(/\s*\(see .*/, '')}`,
      );
    }
    return 'from cargo';
  },
  async check() {
    throw new Unavailable('installs by now; how its answers are read is still to be written');
  },
};

/** @returns {Tool[]} in the table's order */
export const tools = (cli) => [ours(cli), pyrefly, torchshapeflow, torchtycCheck, torchtycRun, shapels];

/** What a program prints; checkers end with other codes than 0 where they find something. */
async function output(program, args, cwd) {
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, errors] = [[], []];
  child.stdout.on('data', (bytes) => out.push(bytes));
  child.stderr.on('data', (bytes) => errors.push(bytes));
  const limit = setTimeout(() => child.kill(), limitSeconds * 1000);
  const failed = await new Promise((done) => {
    child.on('error', (error) => done(error.message));
    child.on('close', () => done(child.signalCode === null ? undefined : `stopped after ${limitSeconds} s`));
  });
  clearTimeout(limit);
  const text = Buffer.concat(out).toString();
  if (failed !== undefined || text.trim() === '')
    throw new Error(failed ?? `${program} printed nothing: ${Buffer.concat(errors).toString().trim().slice(-200)}`);
  return text;
}
