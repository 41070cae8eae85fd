/** Single steps take many times as long as the others. */
import { median, shown, spread } from '../numbers';
import { diagnosis } from '../rule';

interface State {
  readonly times: readonly number[];
  readonly outliers: number;
  readonly longest: number;
}

export const stepOutlier = diagnosis({
  id: 'step-outlier',
  catalogue: 'P4',
  summary: 'Some steps take many times as long as the others.',
  why: 'Garbage collection, saving, a synchronisation or another program. It is only a hint.',
  source: 'SageMaker Debugger StepOutlier, with the median instead of the mean.',
  needs: ['scalars'],
  thresholds: { factor: 10, count: 10, seconds: 0.5, steps: 100 },
  rank: 95,
  start: (): State => ({ times: [], outliers: 0, longest: 0 }),
  step(state, record, _run, _rank, t): State {
    const time = record.kind === 'scalars' ? record.values['time/step'] : undefined;
    if (typeof time !== 'number') return state;
    const times = [...state.times.slice(-199), time];
    // Few steps are as long as that: the others aren't worth a median.
    if (time <= t.seconds || times.length < t.steps || times.length % 5 !== 0) return { ...state, times };
    const limit = median(times) + t.factor * Math.max(spread(times), median(times));
    const far = time > limit;
    return { times, outliers: state.outliers + Number(far), longest: Math.max(state.longest, far ? time : 0) };
  },
  verdict({ outliers, longest, times }, t) {
    if (outliers < t.count) return undefined;
    return {
      severity: 'info',
      message: `${outliers} steps took more than ${t.factor} times the usual ${shown(1e3 * median(times))} ms, the longest ${shown(longest)} s.`,
      suggestions: [{ title: 'Look at what happens in them: saving, evaluation, memory that runs out' }],
    };
  },
});
