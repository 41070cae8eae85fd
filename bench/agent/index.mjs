/**
 * What watching costs: a training goes on plain, watched with each budget, and plain again, in turns of a few steps, in
 * one process, and the processor time of its steps is compared round by round: what slows the machine for longer than a
 * round slows all of them. The second plain arm shows how much of a figure is noise: single steps of half a second
 * differ by a tenth of it on a machine that is shared. So a second figure is put together of two that are exact: what
 * the agent's own calls took, counted inside of them, and what small steps, of which there are many, take beyond that
 * (calls to get there, caches that the training finds cold).
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
const rounds = Number(process.env.TENSORWRIGHT_BENCH_ROUNDS ?? 80);
const stepsOfBlock = 4;
const smallRounds = 5 * rounds;
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
    log(`  ${title}: ${rounds} rounds of ${4 * stepsOfBlock} steps`);
    const full = await inFolder((folder) => trained(python, [name, 'full'], folder, rounds, stepsOfBlock));
    log(`  the same with small steps: ${smallRounds} rounds of 4 steps`);
    const small = await inFolder((folder) => trained(python, [name, 'small'], folder, smallRounds, 1));
    found.models[name] = {
      title,
      ...Object.fromEntries(Object.keys(budgets).map((which) => [which, together(full[which], small[which])])),
    };
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

/** The figures of the full steps, and what they come to with the small ones' exactness. */
function together(full, small) {
  const beyond = (percent) => (percent - small.countedPercent) * (small.stepMillis / full.stepMillis);
  return {
    ...full,
    beyondMillis: round((small.stepMillis * (small.processorPercent - small.countedPercent)) / 100, 2),
    togetherPercent: round(full.countedPercent + beyond(small.processorPercent), 2),
    togetherPercentBetween: small.processorPercentBetween.map((each) => round(full.countedPercent + beyond(each), 2)),
  };
}

function trained(python, model, folder, ofRounds, ofBlock) {
  const shares = Object.values(budgets);
  const args = [...model, inRoot('dist', 'agent'), folder, String(ofRounds), String(ofBlock), ...shares];
  const { status, stdout, stderr } = spawnSync(python, [inRoot('bench', 'agent', 'trainer.py'), ...args], {
    env: { ...plainly(), TENSORWRIGHT_BUDGET: shares[0] },
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`the training of ${model.join(', ')} ended with ${status}: ${stderr.slice(-300)}`);
  const { plain, again, ...watched } = JSON.parse(stdout);
  const base = plain.map((block, i) => mean([...block, ...again[i]].map(([seconds]) => seconds)));
  const usual = middleMean(base);
  const journalKiB = Math.round(statSync(join(folder, 'rank-0.journal')).size / 1024);
  return Object.fromEntries(
    Object.keys(budgets).map((which, i) => {
      const { blocks, counted, own, first, gap } = watched[`watched${i}`];
      const percentOf = (seconds) => round((100 * seconds) / (usual * blocks.flat().length), 2);
      return [
        which,
        {
          stepMillis: round(1000 * usual),
          ...withInterval('processorPercent', base, blocks),
          // Against the other plain arm alone: both of them together have it in them.
          ...withInterval(
            'noisePercent',
            plain.map((block) => mean(block.map(([seconds]) => seconds))),
            again,
          ),
          unsampledPercent: round(
            added(
              base,
              blocks.map((block) => block.filter(([, sampled]) => !sampled)),
            ),
            2,
          ),
          countedPercent: percentOf(counted),
          ownPercent: percentOf(own),
          firstMillis: Math.round(1000 * first),
          gap,
          journalKiB,
        },
      ];
    }),
  );
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Percent that an arm adds, and between which values it lies in 95 % of draws of as many rounds. */
function withInterval(name, base, blocks) {
  const drawn = Array.from({ length: draws }, () => {
    const chosen = Array.from(base, () => Math.floor(Math.random() * base.length));
    return added(
      chosen.map((i) => base[i]),
      chosen.map((i) => blocks[i]),
    );
  });
  return {
    [name]: round(added(base, blocks), 2),
    [`${name}Between`]: [0.025, 0.975].map((share) => round(percentile(drawn, share), 2)),
  };
}

/**
 * Each step against the plain steps of its own round. Steps that are looked at cost more than the others: each kind has a
 * mean of its own, without the slowest and fastest quarter.
 *
 * @param base seconds of a plain step, by round
 * @param blocks steps as [seconds, sampled], by round
 */
function added(base, blocks) {
  const steps = blocks.flatMap((block, i) => block.map(([seconds, sampled]) => ({ more: seconds - base[i], sampled })));
  const kinds = [true, false].map((kind) => steps.flatMap(({ more, sampled }) => (sampled === kind ? [more] : [])));
  const share = (kind) => (kind.length === 0 ? 0 : (kind.length / steps.length) * middleMean(kind));
  return (100 * kinds.reduce((sum, kind) => sum + share(kind), 0)) / middleMean(base);
}

function plainly() {
  const { ...rest } = process.env;
  for (const name of ['PYTHONPATH', 'TENSORWRIGHT_RUN', 'TENSORWRIGHT_PARENT']) delete rest[name];
  return { ...rest, OMP_NUM_THREADS: '1' };
}
