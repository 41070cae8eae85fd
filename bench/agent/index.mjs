/**
 * What watching costs: the same training plain, watched, and watched with a budget of 1 %, in processes that take
 * turns of a few steps, so that whatever else the machine does falls on all of them.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { inRoot } from '../../scripts/paths.mjs';
import { log } from '../../scripts/progress.mjs';
import { ensurePython } from '../../scripts/pythonEnvironment.mjs';
import { median, round } from '../figures.mjs';
import { inFolder } from '../folder.mjs';

const models = { resnet18: 'ResNet-18, 32 x 32', transformer: 'transformer of 6 layers' };
/** By budget; the plain run stands there twice, which shows how much of a figure is noise. */
const variants = { plain: undefined, again: undefined, usual: '0.04', onePercent: '0.01' };
const rounds = Number(process.env.TENSORWRIGHT_BENCH_ROUNDS ?? 40);
/** Rounds of the first looks at a training, which cost some hundredths of a second once. */
const firstRounds = 3;
const stepsOfBlock = 4;
const starts = 15;

/**
 * @returns {Promise<object>} percent that watching adds to processor and wall time, by model and variant; milliseconds
 *   that the agent's start takes
 */
export async function measureAgent() {
  const python = await ensurePython();
  const found = { steps: rounds * stepsOfBlock, startMillis: await startMillis(python), models: {} };
  for (const [name, title] of Object.entries(models)) {
    log(`  ${title}: ${rounds} rounds`);
    found.models[name] = { title, ...(await inFolder((folder) => trained(python, name, folder))) };
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

/** Percent added to the plain run, sums over all rounds. */
async function trained(python, model, folder) {
  const names = Object.keys(variants);
  const trainers = new Map(names.map((name) => [name, new Trainer(python, model, variants[name], join(folder, name))]));
  const zeros = () => new Map(names.map((name) => [name, { wall: 0, processor: 0 }]));
  const [firsts, sums] = [zeros(), zeros()];
  try {
    for (let i = 0; i < firstRounds + rounds; i += 1)
      for (let k = 0; k < names.length; k += 1) {
        const name = names[(i + k) % names.length];
        const took = await trainers.get(name).block(stepsOfBlock);
        const sum = (i < firstRounds ? firsts : sums).get(name);
        for (const what of ['wall', 'processor']) sum[what] += took[what];
      }
  } finally {
    for (const trainer of trainers.values()) await trainer.end();
  }
  const added = (name, what) => round(100 * (sums.get(name)[what] / sums.get('plain')[what] - 1), 2);
  const first = (name) => Math.round(1000 * (firsts.get(name).processor - firsts.get('plain').processor));
  const figures = names
    .filter((name) => name !== 'plain')
    .map((name) => {
      const { journalKiB, ownSeconds } = trainers.get(name);
      const all = firsts.get(name).processor + sums.get(name).processor;
      return [
        name,
        {
          processorPercent: added(name, 'processor'),
          wallPercent: added(name, 'wall'),
          firstMillis: first(name),
          ...(ownSeconds === undefined ? {} : { ownPercent: round((100 * ownSeconds) / all, 2), journalKiB }),
        },
      ];
    });
  return {
    stepMillis: round((1000 * sums.get('plain').processor) / (rounds * stepsOfBlock)),
    ...Object.fromEntries(figures),
  };
}

/** A training process that works while it is asked to. */
class Trainer {
  constructor(python, model, budget, run) {
    mkdirSync(run);
    this.run = run;
    const watched = {
      PYTHONPATH: inRoot('dist', 'agent', 'start'),
      TENSORWRIGHT_RUN: run,
      TENSORWRIGHT_BUDGET: budget,
    };
    const env = { ...plainly(), ...(budget === undefined ? {} : watched) };
    this.child = spawn(python, [inRoot('bench', 'agent', 'trainer.py'), model], {
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.closed = new Promise((done) => this.child.on('close', done));
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  async block(steps) {
    this.child.stdin.write(`${steps}\n`);
    const { value, done } = await this.lines.next();
    if (done) throw new Error('a training ended early');
    return JSON.parse(value);
  }

  async end() {
    this.child.stdin.end();
    await this.closed;
    const journal = join(this.run, 'rank-0.journal');
    if (!existsSync(journal)) return;
    const bytes = readFileSync(journal);
    this.journalKiB = Math.round(bytes.length / 1024);
    // The last record says what the agent counted of its own time.
    this.ownSeconds = Number(/"overhead":\{"seconds":([\d.e-]+)/.exec(bytes.subarray(-400).toString('latin1'))?.[1]);
  }
}

function plainly() {
  const { ...rest } = process.env;
  for (const name of ['PYTHONPATH', 'TENSORWRIGHT_RUN', 'TENSORWRIGHT_PARENT']) delete rest[name];
  return { ...rest, OMP_NUM_THREADS: '1' };
}
