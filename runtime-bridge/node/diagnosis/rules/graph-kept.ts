/** Graphs of past steps are still alive. */
import { diagnosis, eventNamed, listFact, objectFact, placeIn, toNumber } from '../rule';

export const graphKept = diagnosis({
  id: 'graph-kept',
  catalogue: 'C4',
  summary: 'The graphs of past losses are kept alive: memory grows with every step.',
  why: 'Adding up loss instead of loss.item() keeps every step’s graph. Seen exactly, by following each loss’s graph until it is freed; keeping a few steps, as truncated backpropagation does, or one loss for long, as that of the best step, is fine.',
  source: 'PyTorch FAQ, "My model reports CUDA runtime error: out of memory".',
  needs: ['event:calls'],
  thresholds: { row: 8 },
  explains: ['memory-growth'],
  rank: 16,
  start: () => ({ row: 0, age: 0, kept: undefined as ReturnType<typeof placeIn> }),
  step(state, record) {
    const event = eventNamed(record, 'calls');
    if (event === undefined) return state;
    const graphs = objectFact(event, 'graphs');
    const [kept] = listFact(event, 'keepers');
    return {
      row: toNumber(graphs['row']) ?? 0,
      age: toNumber(graphs['age']) ?? 0,
      kept: kept === undefined ? state.kept : placeIn(kept),
    };
  },
  verdict({ row, age, kept }, t, run) {
    if (row < t.row) return undefined;
    const place = kept ?? run.calledAt('backward');
    return {
      severity: 'error',
      place,
      since: 2,
      message: `The graphs of ${row} losses in a row were still there ${age} steps later: something keeps the tensor instead of its number.`,
      suggestions: [
        { title: 'Add up loss.item(), or keep loss.detach()', ...place },
        ...(kept === undefined ? [] : [{ title: 'The loss is made here', ...run.calledAt('backward') }]),
      ],
    };
  },
});
