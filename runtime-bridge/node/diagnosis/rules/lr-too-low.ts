/** The learning rate is zero, or so small that nothing happens. */
import { numberOf } from '../../../../protocol/src/journal';
import { median, shown } from '../numbers';
import { type Alert, diagnosis } from '../rule';
import type { Run } from '../run';
import { UpdateRatios } from '../ratios';

export const lrTooLow = diagnosis({
  id: 'lr-too-low',
  catalogue: 'W1',
  summary: 'The learning rate is zero or tiny: the weights hardly move.',
  why: 'A ratio of update to weight below 1e-6 takes a million steps to change a weight by its size. Warm-up from zero is fine: the rate must stay there.',
  source: 'Ratio of update to weight; SageMaker Debugger WeightUpdateRatio.',
  needs: ['stats', 'scalars'],
  thresholds: { zeroSteps: 30, ratio: 2e-5, samples: 5, leastGain: 0.1, steps: 100 },
  explains: ['not-learning', 'weights-not-updating', 'vanishing-gradient'],
  rank: 26,
  start: () => new UpdateRatios(),
  step: (state, record, run) => state.with(record, run),
  verdict(state, t, run) {
    const { optimizer } = run;
    const rates = run.curve(optimizer === undefined || optimizer.id === 1 ? 'lr' : `lr/${optimizer.id}`);
    if (optimizer === undefined || rates.length === 0) return undefined;
    const recent = rates.recent(t.zeroSteps);
    const atZero = recent.length >= t.zeroSteps && recent.every((rate) => rate === 0);
    if (atZero && rates.nonZero < 0.5 * rates.length) return zero(run, recent.length);
    const progress = run.progress;
    const rising = (rates.last ?? 0) > 1.05 * (rates.back(20) ?? rates.first ?? 0);
    if (progress === undefined || progress.points < t.steps || progress.gain > t.leastGain || rising) return undefined;
    const low = state.samples.filter(({ ratio }) => ratio < t.ratio);
    if (low.length < t.samples || low.length < 0.9 * state.samples.length) return undefined;
    const size = median(low.map(({ ratio }) => ratio));
    const lr = rates.last ?? 0;
    return {
      severity: 'warning',
      place: optimizer,
      since: low[0]?.step ?? 1,
      message: `With a learning rate of ${shown(lr)} a step changes the weights by ${shown(size)} of their size (1e-3 is usual), and the loss went from ${shown(progress.first)} to ${shown(progress.last)} in ${run.step} steps.`,
      suggestions: [
        {
          title: `Raise the learning rate from ${shown(lr)} to about ${shown(lr * Math.max(10, 10 ** Math.round(Math.log10(1e-3 / Math.max(size, 1e-9)))))}`,
          ...optimizer,
        },
        ...[...run.schedulers.values()]
          .slice(-1)
          .map((each) => ({ title: `Check the schedule of ${each.type}`, file: each.file, line: each.line })),
      ],
    };
  },
});

function zero(run: Run, steps: number): Alert {
  const scheduler = [...run.schedulers.values()].at(-1);
  const written = numberOf(run.optimizer?.groups[0]?.lr) ?? 0;
  const place = scheduler ?? run.optimizer;
  return {
    severity: 'error',
    place,
    since: Math.max(1, run.step - steps + 1),
    message: `The learning rate has been 0 for ${steps} steps: nothing is learnt.${scheduler ? ` ${scheduler.type} sets it.` : ''}`,
    suggestions: [
      {
        title: scheduler
          ? `Let ${scheduler.type} give a factor above 0: check integer division and the number of steps`
          : `Raise lr from ${shown(written)}`,
        file: place?.file ?? null,
        line: place?.line ?? null,
      },
      { title: 'Set the learning rate that training is to run with', ...run.optimizer },
    ],
  };
}
