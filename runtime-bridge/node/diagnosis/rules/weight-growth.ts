/** Weights grow without end. */
import { shown } from '../numbers';
import { diagnosis } from '../rule';
import { weightSizes, type WeightSizes } from '../weightSizes';

export const weightGrowth = diagnosis({
  id: 'weight-growth',
  catalogue: 'W3',
  summary: 'Weights have grown to many times their first size.',
  why: 'Large weights make a model sharp and its gradients rough. Weight decay holds them. It is only a hint.',
  source: 'Norms of the weights over time.',
  needs: ['stats'],
  thresholds: { factor: 20, samples: 10, size: 1 },
  rank: 91,
  start: (): WeightSizes => new Map(),
  step: weightSizes,
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
