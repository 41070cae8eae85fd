/** Evaluation data is scaled otherwise than training data. */
import { shown } from '../numbers';
import { diagnosis, eventNamed, fact } from '../rule';

interface State {
  readonly mean: number;
  readonly deviation: number;
  readonly samples: number;
  readonly apart: number;
  readonly seen: number;
  readonly other: readonly [number, number];
  readonly line: { readonly file: string | null; readonly line: number | null };
}

export const transformGap = diagnosis({
  id: 'transform-gap',
  catalogue: 'D8',
  summary: 'Inputs of evaluations have another mean or scale than those of training.',
  why: 'A normalisation that only one of them gets makes every evaluation meaningless.',
  source: 'Mean and standard deviation of inputs in both phases.',
  needs: ['stats', 'event:evaluation'],
  thresholds: { shift: 1, factor: 3, evaluations: 2, samples: 3 },
  explains: ['overfit'],
  rank: 25,
  start: (): State => ({
    mean: 0,
    deviation: 0,
    samples: 0,
    apart: 0,
    seen: 0,
    other: [0, 0],
    line: { file: null, line: null },
  }),
  step(state, record, _run, _rank, t): State {
    if (record.kind === 'stats' && record.what === 'input') {
      const entry = record.entries.find(({ name }) => !name.includes('#'));
      if (entry === undefined || entry.n < 32) return state;
      const mean = entry.sum / entry.n;
      const deviation = Math.sqrt(Math.max(0, entry.sumSquares / entry.n - mean ** 2));
      const weight = 1 / (state.samples + 1);
      return {
        ...state,
        mean: state.mean + weight * (mean - state.mean),
        deviation: state.deviation + weight * (deviation - state.deviation),
        samples: state.samples + 1,
      };
    }
    const event = eventNamed(record, 'evaluation');
    const [mean, deviation] = [fact(event, 'inputMean'), fact(event, 'inputDeviation')];
    if (
      event === undefined ||
      mean === undefined ||
      deviation === undefined ||
      state.samples < t.samples ||
      deviation === 0
    )
      return state;
    const apart =
      Math.abs(mean - state.mean) > t.shift * Math.max(deviation, state.deviation) ||
      deviation > t.factor * state.deviation ||
      state.deviation > t.factor * deviation;
    return {
      ...state,
      apart: state.apart + Number(apart),
      seen: state.seen + 1,
      other: apart ? [mean, deviation] : state.other,
      line: { file: event.file ?? null, line: event.line ?? null },
    };
  },
  verdict({ apart, seen, other, mean, deviation, line }, t, run) {
    if (apart < (run.end === undefined ? t.evaluations : 1) || apart < 0.9 * seen) return undefined;
    const loaders = [...run.loaders.values()].filter(({ id }) => id !== run.trainingLoader);
    return {
      severity: 'warning',
      place: line,
      message: `Evaluations see inputs of mean ${shown(other[0])} and standard deviation ${shown(other[1])}, training ${shown(mean)} and ${shown(deviation)}: they are prepared differently.`,
      suggestions: [
        { title: 'Give both the same normalisation', ...(loaders[0]?.item ?? loaders[0] ?? line) },
        { title: 'Give both the same normalisation', ...run.loaders.get(run.trainingLoader ?? -1) },
      ],
    };
  },
});
