/** Examples of an evaluation are trained on. */
import { percent } from '../numbers';
import { diagnosis, eventNamed, listFact } from '../rule';

interface State {
  /** Added to in place: a copy for each batch would cost more with each. */
  readonly trained: Set<number>;
  /** By loader. */
  readonly evaluated: Map<number, Set<number>>;
  /** Whether examples are told apart: rows of few values are equal by chance. */
  readonly isDistinct: boolean;
}

/** Examples that are remembered. */
const mostExamples = 200_000;

export const dataLeakage = diagnosis({
  id: 'data-leakage',
  catalogue: 'L8',
  summary: 'Examples of an evaluation are trained on.',
  why: 'Such an evaluation says how well the examples were learnt by heart, not how well others will be recognised. Compared are hashes of whole examples, of the batches that are looked at. An evaluation over the very data set that is trained on is one on purpose, and so is one beside another that shares nothing with training.',
  source: 'Kaufman et al., Leakage in Data Mining (2012); 64-bit hashes of samples in both splits.',
  needs: ['event:rows'],
  thresholds: { share: 0.1, least: 8, evaluated: 20 },
  explains: ['overfit'],
  rank: 22,
  start: (): State => ({ trained: new Set(), evaluated: new Map(), isDistinct: true }),
  step(state, record): State {
    const event = eventNamed(record, 'rows');
    if (event === undefined) return state;
    const rows = listFact<number>(event, 'rows');
    const different = new Set(rows);
    if (event['phase'] === 'train') {
      if (state.trained.size < mostExamples) for (const row of different) state.trained.add(row);
      return state;
    }
    const loader = Number(event['loader']);
    const known = state.evaluated.get(loader) ?? new Set<number>();
    if (known.size < mostExamples) for (const row of different) known.add(row);
    state.evaluated.set(loader, known);
    return { ...state, isDistinct: state.isDistinct && different.size > 0.95 * rows.length };
  },
  verdict({ trained, evaluated, isDistinct }, t, run) {
    const shares = [...evaluated]
      .filter(([, rows]) => rows.size >= t.evaluated)
      .map(([loader, rows]) => {
        const known = [...rows].filter((row) => trained.has(row)).length;
        return { loader: run.loaders.get(loader), known, of: rows.size };
      });
    const [worst] = [...shares].sort((a, b) => b.known / b.of - a.known / a.of);
    if (worst === undefined || !isDistinct || shares.some(({ known }) => known === 0)) return undefined;
    if (worst.known < t.least || worst.known < t.share * worst.of) return undefined;
    return {
      severity: 'warning',
      place: worst.loader,
      message: `${worst.known} of ${worst.of} examples of this loader's evaluations that were looked at, ${percent(worst.known / worst.of)}, are trained on as well: what the evaluation says does not hold for new data.`,
      suggestions: [
        { title: 'Take the examples of the evaluation out of the training data', ...worst.loader },
        {
          title: 'Split before examples are copied, oversampled or augmented: torch.utils.data.random_split',
          ...run.loaders.get(run.trainingLoader ?? -1),
        },
      ],
    };
  },
});
