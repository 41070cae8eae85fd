/**
 * What watching costs: a training goes on plain and watched in turns of a few steps, in one process, and the processor
 * time of its steps is compared. A second plain arm shows how much of a figure is noise.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot } from '../../scripts/paths.mjs';
import { log } from '../../scripts/progress.mjs';
import { ensurePython } from '../../scripts/pythonEnvironment.mjs';
import { median, middleMean, percentile, round } from '../figures.mjs';
import { inFolder } from '../folder.mjs';

const models = { resnet18: 'ResNet-18, 32 x 32', transformer: 'transformer of 6 layers' };
const budgets = { usual: '0.04', onePercent: '0.01' };
const rounds = Number(process.env.TENSORWRIGHT_BENCH_ROUNDS ?? 60);
const stepsOfBlock = 4;
const starts = 15;
const draws = 400;

/**
 * @returns {Promise<object>} percent of processor time that watching adds, by model and budget; milliseconds that the
 *   agent's start takes
 */
export async function measureAgent() {
  const python = await ensurePython();
  const found = { steps: rounds * stepsOfBlock, startMillis: await startMillis(python), models: {} };
  for (const [name, title] of Object.entries(models)) {
    found.models[name] = { title };
    for (const [which, budget] of Object.entries(budgets)) {
      log(`  ${title}, budget ${budget}: ${rounds} rounds of ${3 * stepsOfBlock} steps`);
      found.models[name][which] = await inFolder((folder) => trained(python, name, budget, folder));
    }
  }
  return found;
}

/** Median of fresh processes. */
const startMillis = (python) =>
  inFolder((folder) => {
    const script = inRoot('bench', 'agent', 'starter.py');
    const taken = Array.from({ length: starts }, (_, i) => {
      const run = join(folder, String(i));
      mkdirSync(run);
      const { stdout } = spawnSync(python, [script, inRoot('dist', 'agent'), run], {
        env: plainly(),
        encoding: 'utf8',
      });
      return Number(stdout);
    });
    return round(median(taken));
  });

function trained(python, model, budget, folder) {
  const args = [inRoot('dist', 'agent'), folder, String(rounds), String(stepsOfBlock)];
  const { status, stdout, stderr } = spawnSync(python, [inRoot('bench', 'agent', 'trainer.py'), model, ...args], {
    env: { ...plainly(), TENSORWRIGHT_BUDGET: budget },
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) throw new Error(`the training of ${model} ended with ${status}: ${stderr.slice(-300)}`);
  const { plain, watched, again, first, own, gap } = JSON.parse(stdout);
  return {
    stepMillis: round(1000 * middleMean(plain.flat().map(([seconds]) => seconds))),
    ...withInterval('processorPercent', plain, watched),
    ...withInterval('noisePercent', plain, again),
    unsampledPercent: round(
      added(
        plain.flat(),
        watched.flat().filter(([, sampled]) => !sampled),
      ),
      2,
    ),
    ownPercent: round((100 * own) / watched.flat().reduce((sum, [seconds]) => sum + seconds, 0), 2),
    firstMillis: Math.round(1000 * first),
    gap,
    journalKiB: Math.round(statSync(join(folder, 'rank-0.journal')).size / 1024),
  };
}

/** Percent that an arm adds, and between which values it lies in 95 % of draws of as many rounds. */
function withInterval(name, plain, other) {
  const drawn = Array.from({ length: draws }, () => {
    const chosen = Array.from(plain, () => Math.floor(Math.random() * plain.length));
    return added(
      chosen.flatMap((i) => plain[i]),
      chosen.flatMap((i) => other[i]),
    );
  });
  return {
    [name]: round(added(plain.flat(), other.flat()), 2),
    [`${name}Between`]: [0.025, 0.975].map((share) => round(percentile(drawn, share), 2)),
  };
}

/** Steps that are looked at cost more than the others: each kind has a mean of its own, without its slowest and fastest. */
function added(plain, other) {
  const usual = middleMean(plain.map(([seconds]) => seconds));
  const kinds = [true, false].map((kind) => other.flatMap(([seconds, sampled]) => (sampled === kind ? [seconds] : [])));
  const share = (steps) => (steps.length === 0 ? 0 : (steps.length / other.length) * middleMean(steps));
  return 100 * (kinds.reduce((sum, steps) => sum + share(steps), 0) / usual - 1);
}

function plainly() {
  const { ...rest } = process.env;
  for (const name of ['PYTHONPATH', 'TENSORWRIGHT_RUN', 'TENSORWRIGHT_PARENT']) delete rest[name];
  return { ...rest, OMP_NUM_THREADS: '1' };
}
