/** A schedule made for epochs is stepped with every batch, or the other way round. */
import { numberOf, type SchedulerRecord } from '../../../../protocol/src/journal';
import { shown } from '../numbers';
import { diagnosis } from '../rule';
import type { Run } from '../run';
import { schedulerSteps, type SchedulerSteps } from '../schedulerSteps';

export const schedulerPerBatch = diagnosis({
  id: 'scheduler-per-batch',
  catalogue: 'C2',
  summary: 'A learning rate schedule counted in epochs is stepped with every batch.',
  why: 'Then the rate is down to nothing, or up and down, within the first epoch. Schedules that are long enough for batches are fine.',
  source: 'PyTorch lr_scheduler; lengths of loaders.',
  needs: ['event:calls', 'scalars'],
  thresholds: { steps: 20, share: 0.8, left: 0.02, epochs: 3 },
  explains: ['not-learning', 'lr-too-low', 'loss-oscillation', 'weights-not-updating', 'slow-convergence'],
  rank: 13,
  start: (): readonly SchedulerSteps[] => [],
  step: schedulerSteps,
  verdict(state, t, run) {
    for (const { id, steps, place } of state) {
      const scheduler = run.schedulers.get(id);
      if (scheduler === undefined || steps < t.steps || steps < t.share * run.step) continue;
      const reason = tooShort(scheduler, run, t.left, t.epochs);
      if (reason === undefined) continue;
      return {
        severity: 'warning',
        place: place ?? scheduler,
        since: 1,
        message: `${scheduler.type} is stepped with every batch (${steps} times in ${run.step} steps): ${reason}`,
        suggestions: [
          { title: 'Call scheduler.step() once an epoch, after the loop over batches', ...(place ?? scheduler) },
          {
            title: 'Or count the schedule in batches: epochs * len(loader)',
            file: scheduler.file,
            line: scheduler.line,
          },
        ],
      };
    }
    return undefined;
  },
});

/** Why the schedule is too short for batches; undefined where it isn't. */
function tooShort(scheduler: SchedulerRecord, run: Run, left: number, epochs: number): string | undefined {
  const length = run.loaders.get(run.trainingLoader ?? -1)?.length ?? null;
  const rates = run.curve('lr');
  const [first, now] = [rates.first ?? 0, rates.last ?? 0];
  const setting = (name: string): number => {
    const value = scheduler.settings[name];
    return typeof value === 'number' ? value : NaN;
  };
  if (!['StepLR', 'MultiStepLR', 'ExponentialLR', 'CosineAnnealingLR', 'PolynomialLR'].includes(scheduler.type))
    return undefined;
  if (scheduler.type === 'CosineAnnealingLR')
    return length !== null && setting('T_max') < 0.7 * length && run.step > setting('T_max')
      ? `its T_max of ${setting('T_max')} is shorter than an epoch of ${length} batches.`
      : undefined;
  const early = length === null ? run.step < 200 : run.step <= epochs * length;
  return now < left * first && early && numberOf(first) !== 0
    ? `the learning rate is down from ${shown(first)} to ${shown(now)} after ${run.step} steps${length === null ? '' : `, ${shown(run.step / length)} epochs`}.`
    : undefined;
}
