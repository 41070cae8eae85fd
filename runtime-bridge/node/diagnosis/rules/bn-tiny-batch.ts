/** Batch norm over two or three examples. */
import { median } from '../numbers';
import { diagnosis, eventNamed, listFact } from '../rule';

export const bnTinyBatch = diagnosis({
  id: 'bn-tiny-batch',
  catalogue: 'C6',
  summary: 'Batch norm is trained with fewer than four examples a batch.',
  why: 'Mean and variance of so few are mostly noise, and the running statistics that evaluation uses differ from them. A smaller last batch is fine.',
  source: 'Wu and He, Group Normalization (2018).',
  needs: ['event:batch'],
  thresholds: { least: 4, batches: 8 },
  explains: ['not-learning', 'loss-oscillation', 'overfit'],
  rank: 35,
  start: (): readonly number[] => [],
  step(state, record) {
    const event = eventNamed(record, 'batch');
    if (event === undefined || String(event['input']).includes('#')) return state;
    const [size] = listFact<number>(event, 'shape');
    return size === undefined ? state : [...state.slice(-50), size];
  },
  verdict(sizes, t, run) {
    if (sizes.length < t.batches || median(sizes) >= t.least) return undefined;
    const norm = run.inOrder().find(({ type }) => /^(Sync)?BatchNorm/.test(type));
    if (norm === undefined || norm.parameters.every(({ trainable }) => !trainable)) return undefined;
    const awake = [...run.calls.values()].some((calls) => {
      const modes = calls['modes'];
      return typeof modes === 'object' && modes !== null && Number((modes as Record<string, unknown>)['awake']) > 0;
    });
    if (!awake) return undefined;
    const loader = run.loaders.get(run.trainingLoader ?? -1);
    return {
      severity: 'warning',
      layer: norm.name,
      place: run.layerPlace(norm.name),
      since: 1,
      message: `${norm.name} (${norm.type}) normalises over batches of ${median(sizes)}: its statistics are mostly noise.`,
      suggestions: [
        { title: 'Use GroupNorm or LayerNorm, which don’t depend on the batch', ...run.layerPlace(norm.name) },
        { title: 'Or make the batches larger, at least 8', ...loader },
      ],
    };
  },
});
