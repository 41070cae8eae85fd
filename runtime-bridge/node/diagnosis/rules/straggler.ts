/** One process is slower than the others. */
import { median, shown } from '../numbers';
import { diagnosis } from '../rule';

type State = ReadonlyMap<number, readonly number[]>;

export const straggler = diagnosis({
  id: 'straggler',
  catalogue: 'R3',
  summary: 'One process needs longer for its data than the others, and all wait for it.',
  why: 'Every step ends when the last process is ready. Compared is the time before the shared part of a step.',
  source: 'SageMaker Debugger LoadBalancing; MegaScale.',
  needs: ['scalars'],
  thresholds: { steps: 50, factor: 1.5, seconds: 5e-3 },
  rank: 43,
  start: (): State => new Map(),
  step(state, record, run, rank): State {
    const wait = record.kind === 'scalars' ? record.values['time/data'] : undefined;
    if (typeof wait !== 'number' || (run.start?.world ?? 1) < 2) return state;
    return new Map(state).set(rank, [...(state.get(rank) ?? []).slice(-99), wait]);
  },
  verdict(state, t, run) {
    const waits = [...state]
      .filter(([, times]) => times.length >= t.steps)
      .map(([rank, times]) => ({ rank, time: median(times) }));
    if (waits.length < 2) return undefined;
    const sorted = waits.sort((a, b) => b.time - a.time);
    const [slow, next] = [sorted[0] as { rank: number; time: number }, sorted[1] as { rank: number; time: number }];
    if (slow.time < t.factor * next.time || slow.time - next.time < t.seconds) return undefined;
    const loader = run.loaders.get(run.trainingLoader ?? -1);
    return {
      severity: 'warning',
      place: loader?.item ?? loader,
      message: `Rank ${slow.rank} waits ${shown(1e3 * slow.time)} ms for a batch, the others ${shown(1e3 * next.time)} ms: all wait for it.`,
      suggestions: [{ title: 'Give all ranks the same kind and amount of data', ...(loader?.item ?? loader) }],
    };
  },
});
