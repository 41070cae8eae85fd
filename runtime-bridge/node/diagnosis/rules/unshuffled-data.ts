/** Batches hold examples of one kind: the data comes in order. */
import { numberOf } from '../../../../protocol/src/journal';
import { percent, shown } from '../numbers';
import { diagnosis, eventNamed, fact, facts } from '../rule';

interface State {
  readonly counts: readonly number[];
  readonly within: number;
  readonly batches: number;
  readonly size: number;
  readonly spreads: readonly number[];
  readonly lows: readonly number[];
  readonly highs: readonly number[];
}

export const unshuffledData = diagnosis({
  id: 'unshuffled-data',
  catalogue: 'D3',
  summary: 'Training batches come in the order of their labels.',
  why: 'Each batch then pulls towards one class and the next undoes it. The variety of labels within batches is compared with that over the run; data that is stored shuffled is fine without shuffle=True.',
  source: 'Runs of labels against their expectation; TrainCheck data loader invariants.',
  needs: ['event:loss-call'],
  thresholds: { batches: 10, share: 0.45, entropy: 0.4 },
  explains: ['not-learning', 'loss-oscillation', 'loss-divergence', 'collapsed-output', 'class-imbalance'],
  rank: 22,
  start: (): State => ({ counts: [], within: 0, batches: 0, size: 0, spreads: [], lows: [], highs: [] }),
  step(state, record): State {
    const event = eventNamed(record, 'loss-call');
    const labels = event && facts(event, 'labels');
    if (labels !== undefined) {
      const size = labels.reduce((sum, each) => sum + each, 0);
      if (size < 4) return state;
      const counts = labels.map((count, i) => count + (state.counts[i] ?? 0));
      return { ...state, counts, within: state.within + entropy(labels), batches: state.batches + 1, size };
    }
    const [deviation, low, high] = [fact(event, 'targetDeviation'), fact(event, 'targetMin'), fact(event, 'targetMax')];
    if (deviation === undefined || low === undefined || high === undefined) return state;
    return {
      ...state,
      batches: state.batches + 1,
      spreads: [...state.spreads.slice(-200), deviation],
      lows: [...state.lows.slice(-200), low],
      highs: [...state.highs.slice(-200), high],
    };
  },
  verdict(state, t, run) {
    const loader = run.loaders.get(run.trainingLoader ?? -1);
    if (loader === undefined || loader.shuffle || loader.sampler !== 'SequentialSampler' || state.batches < t.batches)
      return undefined;
    // One class after the other shows once several have come.
    const classes = state.counts.filter((count) => count > 0).length;
    const overall = entropy(state.counts);
    const expected = Math.min(overall, Math.log(Math.max(1.5, state.size)));
    const ordered = classes >= 2 && overall > t.entropy && state.within / state.batches < t.share * expected;
    const range = Math.max(...state.highs) - Math.min(...state.lows);
    const sorted =
      state.spreads.length >= t.batches &&
      state.spreads.reduce((sum, each) => sum + each, 0) / state.spreads.length < 0.06 * range;
    if (!ordered && !sorted) return undefined;
    const shuffle =
      numberOf(loader.batchSize ?? 0) === undefined
        ? {}
        : { edit: { file: loader.file, line: loader.line, replace: { find: 'shuffle=False', with: 'shuffle=True' } } };
    return {
      severity: 'warning',
      place: loader,
      since: 1,
      message: ordered
        ? `A batch has ${percent(state.within / state.batches / expected)} of the variety of labels that the data has: it comes in the order of its labels, ${classes} classes in ${state.batches} batches looked at.`
        : `Targets within a batch differ by ${shown(state.spreads[0] ?? 0)} where the data spans ${shown(range)}: it comes sorted by its target.`,
      suggestions: [{ title: 'Give the training DataLoader shuffle=True', ...loader, ...shuffle }],
    };
  },
});

function entropy(counts: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.reduce((sum, count) => (count > 0 ? sum - (count / total) * Math.log(count / total) : sum), 0);
}
