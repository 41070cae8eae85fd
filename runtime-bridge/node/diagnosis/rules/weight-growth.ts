/** Weights grow without end. */
import { shown } from '../numbers';
import { diagnosis } from '../rule';

type State = ReadonlyMap<string, { readonly first: number; readonly last: number; readonly samples: number }>;

export const weightGrowth = diagnosis({
  id: 'weight-growth',
  catalogue: 'W3',
  summary: 'Weights have grown to many times their first size.',
  why: 'Large weights make a model sharp and its gradients rough. Weight decay holds them. It is only a hint.',
  source: 'Norms of the weights over time.',
  needs: ['stats'],
  thresholds: { factor: 20, samples: 10, size: 1 },
  rank: 91,
  start: (): State => new Map(),
  step(state, record) {
    if (record.kind !== 'stats' || record.what !== 'weight') return state;
    const next = new Map(state);
    for (const { name, sumSquares, n } of record.entries) {
      const size = Math.sqrt(sumSquares / Math.max(1, n));
      const before = state.get(name);
      next.set(name, { first: before?.first ?? size, last: size, samples: (before?.samples ?? 0) + 1 });
    }
    return next;
  },
  verdict(state, t, run) {
    const grown = [...state].find(
      ([name, { first, last, samples }]) =>
        samples >= t.samples && last > t.size && first > 1e-3 && last > t.factor * first && name.endsWith('weight'),
    );
    if (grown === undefined) return undefined;
    const [name, { first, last }] = grown;
    return {
      severity: 'info',
      layer: run.ownerOf(name),
      place: run.layerPlace(run.ownerOf(name)),
      message: `${name} has grown from ${shown(first)} to ${shown(last)} (root mean square).`,
      suggestions: [{ title: 'Add weight decay, or lower the learning rate', ...run.optimizer }],
    };
  },
});
