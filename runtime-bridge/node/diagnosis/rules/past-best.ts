/** The best evaluation is long ago. */
import { shown } from '../numbers';
import { diagnosis } from '../rule';

export const pastBest = diagnosis({
  id: 'past-best',
  catalogue: 'L6',
  summary: 'The best evaluation is many evaluations ago.',
  why: 'Training longer costs time and gains nothing. It is only a hint.',
  source: 'Early stopping; patience of 10 evaluations as in SageMaker Debugger Overtraining.',
  needs: ['scalars'],
  thresholds: { patience: 10 },
  rank: 92,
  start: () => 0,
  step: (state) => state,
  verdict(_state, t, run) {
    const { best, bestStep, sinceBest } = run.validation;
    if (sinceBest - 1 < t.patience) return undefined;
    return {
      severity: 'info',
      place: run.calledAt('eval'),
      message: `The best validation loss, ${shown(best)}, was ${sinceBest - 1} evaluations ago, in step ${bestStep}.`,
      suggestions: [{ title: 'Stop here and keep the weights of that step', ...run.calledAt('eval') }],
    };
  },
});
