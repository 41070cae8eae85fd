/** How much of real code is understood: shapes of known rank among the tensors of timm's forward methods. */
import { execFile, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inRoot } from '../../scripts/paths.mjs';
import { log } from '../../scripts/progress.mjs';
import { Unavailable } from '../../scripts/unavailable.mjs';
import { install, programOf } from '../environment.mjs';
import { round } from '../figures.mjs';
import { timmFolder, timmVersion } from '../timm.mjs';

/** Models are run for this much processor time; the smallest of every file come first. */
const runSeconds = 300;

const execute = promisify(execFile);

/**
 * Runs timm's models with a probe around every expression, then asks the checker for the same expressions.
 *
 * What counts: every name, attribute, call, subscript, binary and conditional expression of a method `forward` or
 * `forward_*` that was a tensor whenever a model ran. Code that no model reached is left out.
 *
 * @returns how many expressions were tensors, of how many the checker knows the rank, and how often it is one that was seen
 * @throws Unavailable where timm or PyTorch can't be had
 */
export async function measureCoverage(cli) {
  const folder = timmFolder();
  const version = await install([`timm==${timmVersion}`, 'torchvision==0.28.0']);
  log(`coverage: running timm's models for ${runSeconds} s of processor time`);
  const ran = JSON.parse(
    await capture(programOf('python'), [inRoot('bench', 'coverage', 'tensors.py'), folder, runSeconds]),
  );
  log(`coverage: asking for the shapes of ${Object.keys(ran.files).length} files`);
  const totals = { tensors: 0, listed: 0, ranked: 0, seen: 0 };
  const byFile = {};
  await inParallel(Object.entries(ran.files), async ([file, ranges]) => {
    const counts = await known(cli, folder, file, ranges);
    byFile[file] = counts;
    for (const key of Object.keys(totals)) totals[key] += counts[key];
  });
  return {
    version,
    files: Object.keys(ran.files).length,
    models: ran.models.length,
    notRun: ran.failed.length,
    methods: ran.methods,
    methodsRun: ran.methodsRun,
    ...totals,
    rankedPercent: round((100 * totals.ranked) / totals.tensors),
    otherRanks: Object.values(byFile).flatMap(({ others }) => others),
    worst: Object.entries(byFile)
      .sort(([, a], [, b]) => b.tensors - b.ranked - (a.tensors - a.ranked))
      .slice(0, 15)
      .map(([file, { tensors, ranked }]) => `${file}: ${ranked} of ${tensors}`),
  };
}

/** Of the given ranges: how many the checker lists, how many with a known rank, and how many of those with one that was seen. */
async function known(cli, folder, file, ranges) {
  const { stdout } = await execute(process.execPath, [cli, 'shapes', '--format', 'json', join(folder, file)], {
    cwd: folder,
    maxBuffer: 2 ** 28,
  });
  const shapes = new Map(
    JSON.parse(stdout).shapes.map(({ range: { start, end }, shape }) => [
      [start.line, start.character, end.line, end.character].join(),
      shape,
    ]),
  );
  const listed = ranges.filter(([range]) => shapes.has(range.join()));
  const ranked = listed
    .map(([range, ranks]) => ({ range, ranks, rank: rankOf(shapes.get(range.join())) }))
    .filter(({ rank }) => rank !== undefined);
  const others = ranked.filter(({ rank, ranks }) => !ranks.includes(rank));
  return {
    tensors: ranges.length,
    listed: listed.length,
    ranked: ranked.length,
    seen: ranked.length - others.length,
    others: others.map(({ range, ranks, rank }) => `${file}:${range[0] + 1}:${range[1] + 1} ${rank}, seen ${ranks}`),
  };
}

/** How many dims `(B, min(3, H), W)` has; undefined with a part such as `*batch`, whose length isn't known. */
function rankOf(shape) {
  if (/(^\(|, )\*/.test(shape)) return undefined;
  let [depth, commas] = [0, 0];
  const inner = shape.slice(1, -1).replace(/,$/, '');
  for (const char of inner) {
    depth += Number(char === '(') - Number(char === ')');
    commas += Number(char === ',' && depth === 0);
  }
  return inner === '' ? 0 : commas + 1;
}

async function inParallel(items, work) {
  const left = [...items];
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

async function capture(program, args) {
  const child = spawn(program, args.map(String), { stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, errors] = [[], []];
  child.stdout.on('data', (bytes) => out.push(bytes));
  child.stderr.on('data', (bytes) => errors.push(bytes));
  const code = await new Promise((done) => {
    child.on('error', (error) => done(error.message));
    child.on('close', done);
  });
  if (code !== 0)
    throw new Unavailable(
      `running timm's models ended with ${code}: ${Buffer.concat(errors).toString().trim().split('\n').at(-1)}`,
    );
  return Buffer.concat(out).toString();
}
