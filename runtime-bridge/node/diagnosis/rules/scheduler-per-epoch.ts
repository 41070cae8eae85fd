/** A schedule counted in batches is stepped once an epoch. */
import { shown } from '../numbers';
import { diagnosis } from '../rule';
import { schedulerSteps, type SchedulerSteps } from '../schedulerSteps';

export const schedulerPerEpoch = diagnosis({
  id: 'scheduler-per-epoch',
  catalogue: 'C2',
  summary: 'OneCycleLR is stepped once an epoch though it counts batches.',
  why: 'The run ends while the rate still warms up. OneCycleLR knows how many steps it was made for.',
  source: 'PyTorch OneCycleLR.',
  needs: ['event:calls'],
  thresholds: { rarer: 5, calls: 3, steps: 60 },
  explains: ['not-learning', 'lr-too-low', 'slow-convergence'],
  rank: 14,
  start: (): readonly SchedulerSteps[] => [],
  step: schedulerSteps,
  verdict(state, t, run) {
    for (const { id, steps, place } of state) {
      const scheduler = run.schedulers.get(id);
      const total = scheduler?.settings['total_steps'];
      if (scheduler?.type !== 'OneCycleLR' || typeof total !== 'number' || run.step < t.steps) continue;
      if (steps < t.calls || steps * t.rarer > run.step || total < t.rarer * steps) continue;
      return {
        severity: 'warning',
        place: place ?? scheduler,
        since: 1,
        message: `OneCycleLR was made for ${total} steps and has been stepped ${steps} times in ${run.step} steps: the learning rate is still ${shown(run.curve('lr').last ?? 0)}.`,
        suggestions: [
          { title: 'Call scheduler.step() after every optimizer.step()', ...(run.calledAt('step') ?? place) },
          { title: 'Or make it for the number of epochs', file: scheduler.file, line: scheduler.line },
        ],
      };
    }
    return undefined;
  },
});
