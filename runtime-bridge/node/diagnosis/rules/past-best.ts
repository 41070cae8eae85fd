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
    const { values, steps } = run.curve('val/loss');
    const best = values.indexOf(Math.min(...values));
    // With a NaN among them there is no best one, and other rules speak.
    if (best < 0 || !Number.isFinite(values[best]) || values.length - 1 - best < t.patience) return undefined;
    return {
      severity: 'info',
      place: run.calledAt('eval'),
      message: `The best validation loss, ${shown(values[best] as number)}, was ${values.length - 1 - best} evaluations ago, in step ${String(steps[best])}.`,
      suggestions: [{ title: 'Stop here and keep the weights of that step', ...run.calledAt('eval') }],
    };
  },
});
