/** Activations come near the largest number of float16. */
import { shown } from '../numbers';
import { diagnosis } from '../rule';

const largest = 65504;

export const halfPrecisionHeadroom = diagnosis({
  id: 'half-precision-headroom',
  catalogue: 'N3',
  summary: 'Activations in float16 come near its largest number, 65504.',
  why: 'The next factor of four is infinity. bfloat16 has the range of float32 and does not overflow here.',
  source: 'T5 in float16 sat at 6.27e4 before it failed (Hugging Face DebugUnderflowOverflow).',
  needs: ['stats'],
  thresholds: { share: 0.25, samples: 3, of: 5 },
  rank: 40,
  start: (): ReadonlyMap<string, readonly number[]> => new Map(),
  step(state, record, run) {
    if (record.kind !== 'stats' || record.what !== 'activation') return state;
    const next = new Map(state);
    for (const { name, absMax } of record.entries) {
      const half = run.layers.get(name)?.parameters.some(({ dtype }) => dtype === 'float16') ?? false;
      if (half) next.set(name, [...(state.get(name) ?? []), absMax].slice(-5));
    }
    return next;
  },
  verdict(state, t, run) {
    for (const [layer, values] of state) {
      const near = values.filter((value) => value > t.share * largest);
      if (values.length < t.of || near.length < t.samples) continue;
      return {
        severity: 'warning',
        layer,
        place: run.layerPlace(layer),
        message: `Outputs of ${layer} reach ${shown(Math.max(...near))} in float16, which ends at ${largest}: the next growth is infinity.`,
        suggestions: [
          { title: 'Use torch.bfloat16, which has the range of float32', ...run.layerPlace(layer) },
          { title: 'Normalise before this layer, or make its weights smaller', ...run.layerPlace(layer) },
        ],
      };
    }
    return undefined;
  },
});
