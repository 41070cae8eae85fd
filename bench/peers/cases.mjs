/** Edited model files with what PyTorch said of each, and how a checker's findings are scored against that. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { inRoot } from '../../scripts/paths.mjs';
import { log } from '../../scripts/progress.mjs';
import { ensurePython } from '../../scripts/pythonEnvironment.mjs';
import { Unavailable } from '../../scripts/unavailable.mjs';
import { round } from '../figures.mjs';

/** The folder of the sets and of what makes them; `SHAPE_CASES` names another one. */
const shared = process.env.SHAPE_CASES ?? inRoot('..', 'shared', 'shapes');

/** A set that no tool was tuned on: the same kinds of edits, other places. */
export const freshSeed = 20261123;
const fresh = { perBase: 5, tries: 8 };

/**
 * @typedef {object} Case one file, correct or with one edit
 * @property {string} folder name of the folder that it lies in
 * @property {string} name of the file
 * @property {string} source
 * @property {boolean} fails whether PyTorch raised
 * @property {boolean} decidable whether the file alone proves it: no input shape is needed, or the file has the call
 * @property {boolean} hasScript whether it has a part that runs when it is started
 * @property {readonly number[]} lines the edit's line and the line that PyTorch blames, from 1
 * @property {string} origin what the edit was made of
 * @property {boolean} original whether it is unedited
 */

/** @typedef {{folder: string, line: number, severity: string, message: string}} Found `line` counts from 1 */

/**
 * The sets that can be had: the one beside the repository, and one made fresh with its generator.
 *
 * @returns {Promise<{name: string, cases: Case[]}[]>}
 * @throws Unavailable where nothing lies beside the repository
 */
export async function caseSets() {
  const kept = join(shared, 'mutants-dev.jsonl');
  if (!existsSync(kept))
    throw new Unavailable('no ../shared/shapes beside the repository and no SHAPE_CASES: no edited files to judge by');
  return [
    { name: 'kept', cases: casesIn(kept) },
    { name: 'fresh', cases: casesIn(await freshFile()) },
  ];
}

/** Makes the fresh set once; PyTorch runs every edit, which takes minutes. */
async function freshFile() {
  const file = inRoot('.cache', 'bench', `mutants-${freshSeed}-${fresh.perBase}-${fresh.tries}.jsonl`);
  if (existsSync(file)) return file;
  const part = `${file}.part`;
  mkdirSync(inRoot('.cache', 'bench'), { recursive: true });
  const python = await ensurePython();
  log('peers: making fresh mutants; PyTorch judges each (about ten minutes, once)');
  const made = spawnSync(
    python,
    [
      join(shared, 'shape_mutants.py'),
      join(shared, 'bases', 'bases.json'),
      ...['--out', part, '--seed', String(freshSeed)],
      ...['--per-base', String(fresh.perBase), '--tries', String(fresh.tries)],
    ],
    { encoding: 'utf8', maxBuffer: 2 ** 26 },
  );
  if (made.status !== 0)
    throw new Unavailable(`fresh mutants could not be made: ${made.stderr.trim().split('\n').at(-1)}`);
  renameSync(part, file);
  return file;
}

const casesIn = (file) =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line, at) => {
      const each = JSON.parse(line);
      return {
        folder: `c${String(at).padStart(4, '0')}`,
        name: basename(each.file_name),
        source: each.source,
        fails: each.fails,
        decidable: each.fails && !(each.needs_input && each.mode !== 'script'),
        hasScript: each.mode === 'script',
        lines: [each.error_line, each.edit_line].filter(Boolean),
        origin: `${each.origin}/${each.file_name}`,
        original: each.edit_kind === 'original',
      };
    });

/**
 * Writes each case into a folder of its own outside of the repository, whose ignore rules some tools obey.
 *
 * @param {readonly Case[]} cases
 * @param {(root: string) => Promise<T>} use
 * @template T
 */
export async function withFiles(cases, use) {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'peers-')));
  try {
    for (const { folder, name, source } of cases) {
      mkdirSync(join(root, folder));
      writeFileSync(join(root, folder, name), source);
    }
    return await use(root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/**
 * Shares of failing files that a tool calls wrong, and how many running ones it does. What a tool says of the unedited
 * file too is no detection.
 *
 * @param {readonly Case[]} cases
 * @param {readonly Found[]} found
 */
export function score(cases, found) {
  const of = (each) => found.filter(({ folder }) => folder === each.folder);
  const plain = ({ message }) => message.replaceAll(/\bc\d{4}\b/g, '');
  const before = new Map(
    cases.filter(({ original }) => original).map((each) => [each.origin, new Set(of(each).map(plain))]),
  );
  const isNew = (each) => (finding) => !before.get(each.origin)?.has(plain(finding));
  const isError = ({ severity }) => severity === 'error';
  const detected = (each) => of(each).some((finding) => isError(finding) && isNew(each)(finding));
  const located = (each) =>
    of(each).some(
      (finding) =>
        finding.severity !== 'information' &&
        isNew(each)(finding) &&
        each.lines.some((line) => Math.abs(line - finding.line) <= 1),
    );
  const failing = cases.filter(({ fails }) => fails);
  const decidable = cases.filter((each) => each.decidable);
  const running = cases.filter(({ fails }) => !fails);
  const scripts = decidable.filter(({ hasScript }) => hasScript);
  const percent = (part, of) => (of.length === 0 ? undefined : round((100 * part.length) / of.length, 1));
  return {
    cases: cases.length,
    failing: failing.length,
    decidable: decidable.length,
    decidableScripts: scripts.length,
    running: running.length,
    detectedPercent: percent(failing.filter(detected), failing),
    decidableDetectedPercent: percent(decidable.filter(detected), decidable),
    decidableLocatedPercent: percent(decidable.filter(located), decidable),
    decidableScriptsDetectedPercent: percent(scripts.filter(detected), scripts),
    falseAlarms: running.filter((each) => of(each).some(isError)).length,
    falseAlarmsOnUnedited: running.filter((each) => each.original && of(each).some(isError)).length,
  };
}
