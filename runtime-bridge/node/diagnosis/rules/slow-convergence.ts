/** The loss falls, but so slowly that the run will not finish the way. */
import { diagnosis } from '../rule';
import { chanceLevel } from '../chance';
import { UpdateRatios } from '../ratios';
import { median, shown } from '../numbers';

export const slowConvergence = diagnosis({
  id: 'slow-convergence',
  catalogue: 'L7',
  summary: 'The loss falls in a straight line and has only come a small part of the way.',
  why: 'Small steps all go in the same direction: longer ones would arrive sooner. It is only a hint.',
  source: 'AutoTrainer slow convergence; ratio of updates below 1e-4.',
  needs: ['scalars', 'stats'],
  thresholds: { steps: 300, ratio: 1e-4, gain: 0.3, least: 0.005 },
  rank: 93,
  start: () => new UpdateRatios(),
  step: (state, record, run) => state.with(record, run),
  verdict(state, t, run) {
    const values = run.loss;
    const progress = run.progress;
    if (!run.isSimple || progress === undefined || values.length < t.steps || chanceLevel(run) === undefined)
      return undefined;
    const parts = values.sums.bins(5);
    const falling = parts.every((value, i) => i === 0 || value < (parts[i - 1] as number));
    const size = median(state.samples.slice(-10).map(({ ratio }) => ratio));
    if (!falling || progress.gain > t.gain || progress.gain < t.least || !(size > 0 && size < t.ratio))
      return undefined;
    return {
      severity: 'info',
      place: run.optimizer,
      message: `The loss has fallen steadily from ${shown(progress.first)} to ${shown(progress.last)} in ${values.length} steps, with steps of ${shown(size)} of the weights' size.`,
      suggestions: [{ title: 'Try a learning rate three to ten times as large', ...run.optimizer }],
    };
  },
});
