/** The loss climbs far above where it began. */
import { clipAdvice, lowerRate } from '../advice';
import { median, shown } from '../numbers';
import { diagnosis, eventNamed } from '../rule';
import { hasBlownUp, recurrentBurst, type Run } from '../run';

interface State {
  /** Lowest level of 20 steps, and the step at which it was reached. */
  readonly best: number;
  readonly bestStep: number;
  /** First step whose loss is not finite. */
  readonly lostAt: number | undefined;
}

export const lossDivergence = diagnosis({
  id: 'loss-divergence',
  catalogue: 'L3',
  summary: 'The loss has climbed to a multiple of its best, and of its first, level and stays there or overflows.',
  why: 'Single spikes are normal, a new plateau above the start is not. Trainings with several optimizers are not judged: their losses work against each other.',
  source: 'Lightning EarlyStopping divergence threshold; medians of 20 steps.',
  needs: ['scalars', 'event:loss-nonfinite'],
  thresholds: { first: 1.5, best: 3, points: 40 },
  explains: ['loss-oscillation', 'exploding-gradient', 'not-learning'],
  rank: 55,
  start: (): State => ({ best: Infinity, bestStep: 1, lostAt: undefined }),
  step(state, record, run): State {
    const lost = eventNamed(record, 'loss-nonfinite');
    if (lost !== undefined)
      return { ...state, lostAt: state.lostAt ?? (lost['scaled'] === true ? undefined : lost.step) };
    const values = run.curve('loss');
    if (values.length < 20 || values.length % 10 !== 0) return state;
    const level = median(values.recent(20).filter(Number.isFinite));
    return level < state.best ? { ...state, best: level, bestStep: record.step } : state;
  },
  verdict({ best, bestStep, lostAt }, t, run) {
    if (!run.isSimple || recurrentBurst(run) !== undefined) return undefined;
    const overflows = lostAt !== undefined && hasBlownUp(run);
    if (!overflows && !hasClimbed(run, best, t)) return undefined;
    const from = Number.isFinite(best) ? best : (run.loss.first ?? NaN);
    const end = overflows
      ? `${shown(run.loss.last ?? NaN)}, and is not finite in step ${lostAt}`
      : `${shown(median(run.loss.recent(20)))}, above its start of ${shown(median(run.loss.head(5)))}`;
    return {
      severity: 'error',
      place: run.optimizer,
      since: bestStep,
      message: `The loss has climbed from ${shown(from)} (step ${bestStep}) to ${end}: the training diverges.`,
      suggestions: [...lowerRate(run, 10), clipAdvice(run)],
    };
  },
});

/** Whether the loss stays above its start and far above its best; few steps are enough where it is lost already. */
function hasClimbed(run: Run, best: number, t: Readonly<Record<'first' | 'best' | 'points', number>>): boolean {
  const values = run.loss;
  const isLost = run.curve('loss').length > values.length;
  if (values.length < (isLost ? 5 : t.points) || best <= 0) return false;
  const recent = values.recent(isLost ? 5 : 20);
  const [first, now] = [median(values.head(5)), median(recent)];
  return first > 0 && now >= t.first * first && now >= t.best * best && Math.min(...recent) >= first;
}
