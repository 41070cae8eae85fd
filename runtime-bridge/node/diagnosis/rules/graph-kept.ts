/** Graphs of past steps are still alive. */
import { percent } from '../numbers';
import { diagnosis, eventNamed, listFact, objectFact, placeIn, toNumber } from '../rule';

export const graphKept = diagnosis({
  id: 'graph-kept',
  catalogue: 'C4',
  summary: 'The graphs of past losses are kept alive: memory grows with every step.',
  why: 'Adding up loss instead of loss.item() keeps every step’s graph. Seen exactly, by following each loss’s graph until it is freed; keeping a few steps, as truncated backpropagation does, is fine.',
  source: 'PyTorch FAQ, "My model reports CUDA runtime error: out of memory".',
  needs: ['event:calls'],
  thresholds: { followed: 25, share: 0.9 },
  explains: ['memory-growth'],
  rank: 16,
  start: () => ({ alive: 0, followed: 0, kept: undefined as ReturnType<typeof placeIn> }),
  step(state, record) {
    const event = eventNamed(record, 'calls');
    if (event === undefined) return state;
    const graphs = objectFact(event, 'graphs');
    const [kept] = listFact(event, 'keepers');
    return {
      alive: toNumber(graphs['alive']) ?? 0,
      followed: toNumber(graphs['followed']) ?? 0,
      kept: kept === undefined ? state.kept : placeIn(kept),
    };
  },
  verdict({ alive, followed, kept }, t, run) {
    if (followed < t.followed || alive < t.share * followed) return undefined;
    const place = kept ?? run.calledAt('backward');
    return {
      severity: 'error',
      place,
      since: 2,
      message: `${alive} of the last ${followed} losses are still alive with their graphs (${percent(alive / followed)}): something keeps the tensor instead of its number.`,
      suggestions: [
        { title: 'Add up loss.item(), or keep loss.detach()', ...place },
        ...(kept === undefined ? [] : [{ title: 'The loss is made here', ...run.calledAt('backward') }]),
      ],
    };
  },
});
