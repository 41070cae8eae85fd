/**
 * How long after a step its point is drawn, and the alert that it causes is at the editor: a real training by the real
 * command, the real bridge, the Curves view in Chromium, and the editor's own connection.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot } from '../../scripts/paths.mjs';
import { log } from '../../scripts/progress.mjs';
import { ensurePython } from '../../scripts/pythonEnvironment.mjs';
import { spread } from '../figures.mjs';
import { inFolder } from '../folder.mjs';
import { loadHarness } from '../harness.mjs';

const steps = 200;
const failures = Number(process.env.TENSORWRIGHT_BENCH_RUNS ?? 20);
const stepsToFailure = 60;

/**
 * @returns {Promise<object>} milliseconds from a step to its point and to its alert
 * @throws {import('../../scripts/unavailable.mjs').Unavailable} without Chromium or PyTorch
 */
export async function measureLive() {
  const python = await ensurePython();
  const harness = await loadHarness();
  return inFolder(async (folder) => {
    const runs = join(folder, '.tensorwright', 'runs');
    mkdirSync(runs, { recursive: true });
    const view = await harness.openView('curves', [runs]);
    try {
      log(`  ${steps} steps, twenty a second`);
      const points = { steps, millis: spread(await drawn(view, python, folder)) };
      const waits = [];
      for (let i = 1; i <= failures; i += 1) {
        if (i % 5 === 0) log(`  ${i} of ${failures} runs with a NaN`);
        waits.push(await alerted(view.server.link, harness.bridgeRequests.alerts, python, folder));
      }
      return { points, alerts: { runs: failures, millis: spread(waits) } };
    } finally {
      await view.close();
    }
  });
}

/** Runs the training to its end; when each step came. */
async function train(python, folder, ...args) {
  const stamps = join(folder, 'stamps.json');
  const [count, pause, ...rest] = args.map(String);
  const script = [inRoot('bench', 'live', 'trainer.py'), count, pause, stamps, ...rest];
  const child = spawn(process.execPath, [inRoot('dist', 'cli.js'), 'run', '--python', python, ...script], {
    cwd: folder,
    stdio: 'ignore',
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`the training ended with ${code}`);
  return JSON.parse(readFileSync(stamps, 'utf8')).map((seconds) => 1000 * seconds);
}

/** Milliseconds from each step to the first frame that shows it or a later one; the very first opens the chart. */
async function drawn({ page }, python, folder) {
  await page.evaluate(() => {
    window.shown = [];
    const look = () => {
      const figure = [...document.querySelectorAll('figure')].find((each) => /^loss/.test(each.textContent.trim()));
      const value = Number(/now ([\d.]+)/.exec(figure?.querySelector('.readout')?.textContent ?? '')?.[1]);
      if (value > 0 && window.shown.at(-1)?.[0] !== value) window.shown.push([value, Date.now()]);
      requestAnimationFrame(look);
    };
    look();
  });
  const times = await train(python, folder, steps, 0.05);
  const shown = await page.evaluate(() => window.shown);
  const [, ...waits] = times.map((time, i) => {
    const found = shown.find(([value]) => value >= 1 + (i + 1) / 1000 - 1e-9);
    if (found === undefined) throw new Error(`step ${i + 1} was never shown`);
    return found[1] - time;
  });
  return waits;
}

/** Milliseconds from the step with the NaN to the alert's words at the editor. */
async function alerted(link, request, python, folder) {
  const before = new Set(link.runs.map(({ id }) => id));
  let at;
  const stop = link.watchRuns(({ runs }) => {
    for (const run of runs)
      if (!before.has(run.id) && run.errors > 0)
        void link.ask(request, { run: run.id }).then((alerts) => {
          if (alerts.some(({ rule }) => rule === 'loss-nonfinite')) at ??= Date.now();
        });
  });
  try {
    const times = await train(python, folder, stepsToFailure, 0.01, 'nan');
    if (at === undefined) throw new Error('no alert came while the training lived');
    return at - times.at(-1);
  } finally {
    stop();
  }
}
