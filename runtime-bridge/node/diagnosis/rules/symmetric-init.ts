/** All units of a layer start the same and stay the same. */
import { firstPlace, initAdvice } from '../advice';
import type { LayerFact } from '../../../../protocol/src/journal';
import { type Alert, diagnosis } from '../rule';
import { isStuck, type Run } from '../run';

interface Seen {
  readonly same: number;
  readonly samples: number;
}
type State = ReadonlyMap<string, Seen>;

export const symmetricInit = diagnosis({
  id: 'symmetric-init',
  catalogue: 'A5',
  summary: 'All units of a layer start with the same weights and keep giving the same.',
  why: 'Equal units get equal gradients: the layer is worth one unit. A last layer that starts at zero is fine, and so is a residual branch: their units part in the first step, and then nothing is said. Two layers of zeros in a row hold each other at zero: neither gets a gradient until the other has moved.',
  source: 'Textbook symmetry breaking; row variance at step 0 and outputs afterwards.',
  needs: ['stats', 'scalars'],
  thresholds: { samples: 6, leastGain: 0.2, steps: 40 },
  explains: [
    'not-learning',
    'no-gradient',
    'vanishing-gradient',
    'dead-relu',
    'collapsed-output',
    'weights-not-updating',
    'lr-too-high',
    'lr-too-low',
    'bad-init',
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
    if (found === undefined) return isStuck(run, t.leastGain, t.steps) ? zeros(run) : undefined;
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

/** Two layers in a row whose weights the script set to zero. */
function zeros(run: Run): Alert | undefined {
  const weighted = run.inOrder().filter(({ parameters }) => parameters.some(({ shape }) => shape.length >= 2));
  const at = weighted.findIndex(
    (layer, i) => isZero(layer) && isZero(weighted[i + 1]) && follows(layer, weighted[i + 1]),
  );
  const [layer, next] = [weighted[at], weighted[at + 1]];
  if (layer === undefined || next === undefined) return undefined;
  const advice = initAdvice(layer).filter(({ title }) => title.startsWith('Initialise weight'));
  return {
    severity: 'error',
    layer: layer.name,
    place: firstPlace(advice) ?? run.layerPlace(layer.name),
    since: 1,
    message: `The weights of ${layer.name} and of ${next.name} after it start at zero: the gradient of each is zero as long as the other is, and the loss does not fall as it should.`,
    suggestions: [
      ...advice,
      {
        title: 'Leave PyTorch’s own random initialisation, or use kaiming_normal_; at most the last layer may be zero',
        ...run.layerPlace(layer.name),
      },
    ],
  };
}

const isZero = (layer: LayerFact | undefined): boolean =>
  layer?.parameters.some(
    ({ shape, init, first }) =>
      shape.length >= 2 && init !== undefined && first?.standardDeviation === 0 && first.mean === 0,
  ) ?? false;

/** Whether the outputs of a layer are as many as the inputs of the next. */
function follows(layer: LayerFact, next: LayerFact | undefined): boolean {
  const width = (each: LayerFact | undefined, dim: number): number | undefined =>
    each?.parameters.find(({ shape }) => shape.length >= 2)?.shape[dim];
  return width(layer, 0) === width(next, 1);
}
