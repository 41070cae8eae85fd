/** The loss climbs far above where it began. */
import { clipAdvice, lowerRate } from '../advice';
import { median, shown } from '../numbers';
import { diagnosis } from '../rule';

export const lossDivergence = diagnosis({
  id: 'loss-divergence',
  catalogue: 'L3',
  summary: 'The loss has climbed to a multiple of its best, and of its first, level and stays there.',
  why: 'Single spikes are normal, a new plateau above the start is not. Trainings with several optimizers are not judged: their losses work against each other.',
  source: 'Lightning EarlyStopping divergence threshold; medians of 20 steps.',
  needs: ['scalars'],
  thresholds: { first: 1.5, best: 3, points: 40 },
  explains: ['loss-oscillation', 'exploding-gradient', 'not-learning'],
  rank: 55,
  start: () => ({ best: Infinity, bestStep: 0 }),
  step(state, record, run) {
    if (record.kind !== 'scalars') return state;
    const values = run.curve('loss');
    if (values.length < 20 || values.length % 10 !== 0) return state;
    const level = median(values.recent(20).filter(Number.isFinite));
    return level < state.best ? { best: level, bestStep: record.step } : state;
  },
  verdict({ best, bestStep }, t, run) {
    const values = run.loss;
    if (!run.isSimple || values.length < (run.curve('loss').length > values.length ? 5 : t.points)) return undefined;
    const overflown = run.curve('loss').length > values.length;
    const recent = values.recent(overflown ? 5 : 20);
    const [first, now] = [median(values.head(5)), median(recent)];
    const floor = Math.min(...recent);
    if (first <= 0 || best <= 0 || now < t.first * first || now < t.best * best || floor < first) return undefined;
    return {
      severity: 'error',
      place: run.optimizer,
      since: bestStep,
      message: `The loss has climbed from ${shown(best)} (step ${bestStep}) to ${shown(now)}, above its start of ${shown(first)}: the training diverges.`,
      suggestions: [...lowerRate(run, 10), clipAdvice(run)],
    };
  },
});
