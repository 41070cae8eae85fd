/** Training waits for its data. */
import { median, percent, shown } from '../numbers';
import { diagnosis } from '../rule';

interface State {
  readonly waits: readonly number[];
  readonly steps: readonly number[];
}

export const dataLoaderBottleneck = diagnosis({
  id: 'data-loader-bottleneck',
  catalogue: 'P1',
  summary: 'Most of each step is spent waiting for the data loader.',
  why: 'The model could train in a fraction of the time. Small models on data in memory wait as well; said is only what costs real time for each example, over the last fifty steps and not just in a first epoch.',
  source: 'SageMaker Debugger IOBottleneck; share and absolute cost.',
  needs: ['scalars'],
  thresholds: { share: 0.5, perExample: 2e-4, batch: 4e-3, steps: 40 },
  rank: 41,
  start: (): State => ({ waits: [], steps: [] }),
  step(state, record) {
    if (record.kind !== 'scalars') return state;
    const [wait, step] = [record.values['time/data'], record.values['time/step']];
    if (typeof wait !== 'number' || typeof step !== 'number') return state;
    return { waits: [...state.waits.slice(-49), wait], steps: [...state.steps.slice(-49), step] };
  },
  verdict({ waits, steps }, t, run) {
    const loader = run.loaders.get(run.trainingLoader ?? -1);
    if (waits.length < t.steps || loader === undefined) return undefined;
    // A first epoch may fill a cache: the second must wait as well.
    if (run.end === undefined && run.epochs < 2 && (loader.length ?? Infinity) < 1000) return undefined;
    const wait = median(waits);
    const share = median(waits.map((each, i) => each / Math.max(1e-9, steps[i] as number)));
    if (share < t.share || wait < t.batch || wait / Math.max(1, loader.batchSize ?? 1) < t.perExample) return undefined;
    const place = loader.item ?? loader;
    return {
      severity: 'warning',
      place: loader,
      message: `${percent(share)} of a step, ${shown(1e3 * wait)} ms, is spent waiting for a batch of ${String(loader.batchSize ?? '?')} from ${loader.dataset} (${loader.workers} workers).`,
      suggestions: [
        { title: 'Do the costly part once, when the data set is made, or keep its results', ...place },
        {
          title: `Load in parallel: num_workers=${Math.max(2, 2 * loader.workers)}`,
          file: loader.file,
          line: loader.line,
        },
      ],
    };
  },
});
