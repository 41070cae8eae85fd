/** The same batch comes again and again out of a data loader. */
import { diagnosis, eventNamed, facts } from '../rule';

interface State {
  /** Added to in place: a copy for each batch would cost more with each. */
  readonly seen: Map<string, number>;
  readonly repeats: number;
  readonly batches: number;
}

export const repeatedBatch = diagnosis({
  id: 'repeated-batch',
  catalogue: 'D3',
  summary: 'A data loader gives the same batch several times within an epoch.',
  why: 'A data set that ignores its index, or workers with equal random numbers, show the model a part of the data only. One batch used over and over on purpose does not come out of a loader of many.',
  source: 'Hashes of batches; NumPy seeds equal in all workers (PyTorch FAQ).',
  needs: ['event:batch'],
  thresholds: { repeats: 5, share: 0.4 },
  explains: ['not-learning', 'collapsed-output'],
  rank: 21,
  start: (): State => ({ seen: new Map(), repeats: 0, batches: 0 }),
  step(state, record, run): State {
    const event = eventNamed(record, 'batch');
    const print = event && facts(event, 'print');
    const loader = event && run.loaders.get(Number(event['loader']));
    if (event === undefined || print === undefined || loader === undefined || (loader.length ?? 0) < 5) return state;
    if (String(event['input']).includes('#') || print.every((each) => each === 0)) return state;
    const key = `${String(event['epoch'])} ${String(event['input'])} ${print.join(' ')}`;
    const before = state.seen.get(key);
    const seen = state.seen.set(key, event.step);
    const repeated = before !== undefined && before !== event.step;
    return { seen, repeats: state.repeats + Number(repeated), batches: state.batches + 1 };
  },
  verdict({ repeats, batches }, t, run) {
    if (repeats < t.repeats || repeats < t.share * batches) return undefined;
    const loader = run.loaders.get(run.trainingLoader ?? -1);
    const place = loader?.item ?? loader;
    return {
      severity: 'warning',
      place,
      message: `${repeats} of ${batches} batches looked at had come before in the same epoch: the data set gives the same examples again.`,
      suggestions: [
        { title: 'Use the index that __getitem__ is given', ...place },
        { title: 'Seed the random numbers of each worker: worker_init_fn', ...loader },
      ],
    };
  },
});
