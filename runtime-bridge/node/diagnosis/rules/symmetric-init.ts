/** All units of a layer start the same and stay the same. */
import { firstPlace, initAdvice } from '../advice';
import { diagnosis } from '../rule';

interface Seen {
  readonly same: number;
  readonly samples: number;
}
type State = ReadonlyMap<string, Seen>;

export const symmetricInit = diagnosis({
  id: 'symmetric-init',
  catalogue: 'A5',
  summary: 'All units of a layer start with the same weights and keep giving the same.',
  why: 'Equal units get equal gradients: the layer is worth one unit. A last layer that starts at zero is fine, and so is a residual branch: their units part in the first step, and then nothing is said.',
  source: 'Textbook symmetry breaking; row variance at step 0 and outputs afterwards.',
  needs: ['stats'],
  thresholds: { samples: 6, tolerance: 1e-6 },
  explains: [
    'not-learning',
    'no-gradient',
    'vanishing-gradient',
    'dead-relu',
    'collapsed-output',
    'weights-not-updating',
  ],
  rank: 30,
  start: (): State => new Map(),
  step(state, record, run) {
    if (record.kind !== 'stats' || record.what !== 'activation') return state;
    const next = new Map(state);
    for (const { name, channelMax, channelMin } of record.entries) {
      const symmetric = run.layers
        .get(name)
        ?.parameters.some(({ first, shape }) => first?.equalRows === true && (shape[0] ?? 0) > 1);
      if (!symmetric || channelMax === undefined || channelMin === undefined || channelMax.length < 2) continue;
      const before = state.get(name) ?? { same: 0, samples: 0 };
      const same = Number(allSame(channelMax) && allSame(channelMin));
      next.set(name, { same: before.same + same, samples: before.samples + 1 });
    }
    return next;
  },
  verdict(state, t, run) {
    const found = [...state].find(([, { same, samples }]) => samples >= t.samples && same === samples);
    if (found === undefined) return undefined;
    const [name] = found;
    const layer = run.layers.get(name);
    const advice = layer === undefined ? [] : initAdvice(layer);
    return {
      severity: 'error',
      layer: name,
      place: firstPlace(advice) ?? run.layerPlace(name),
      since: 1,
      message: `All ${String(layer?.parameters[0]?.shape[0] ?? '')} units of ${name} started with the same weights and still give the same output: together they learn what one would.`,
      suggestions: [
        ...advice.filter(({ title }) => title.startsWith('Initialise weight')),
        { title: 'Leave PyTorch’s own random initialisation, or use kaiming_normal_', ...run.layerPlace(name) },
      ],
    };
  },
});

function allSame(values: Float32Array): boolean {
  const [first] = values;
  return values.every(
    (value) => Math.abs(value - (first as number)) <= 1e-6 * Math.max(1e-3, Math.abs(first as number)),
  );
}
