/** Gradients shrink on their way to the first layers until nothing is left of them. */
import type { LayerFact } from '../../../../protocol/src/journal';
import { shown } from '../numbers';
import { diagnosis } from '../rule';
import { isStuck, type Run } from '../run';
import { activationAdvice, firstPlace, initAdvice } from '../advice';

interface Sizes {
  readonly gradient: number;
  readonly samples: number;
}
type State = ReadonlyMap<string, Sizes>;

export const vanishingGradient = diagnosis({
  id: 'vanishing-gradient',
  catalogue: 'G1',
  summary: 'Gradients of the first layers are a tiny part of those of the last.',
  why: 'Layers that shrink the signal multiply: after ten of them the first layers do not learn. Nothing is said while the loss still falls, and a frozen layer has no gradient that could vanish.',
  source: 'AutoTrainer (ratio of first to last, gated on progress); SageMaker Debugger VanishingGradient.',
  needs: ['stats', 'scalars'],
  thresholds: { ratio: 1e-3, samples: 5, leastGain: 0.2, steps: 60, leastLayers: 3 },
  explains: ['not-learning', 'weights-not-updating', 'lr-too-low', 'bad-init', 'collapsed-output', 'dead-relu'],
  rank: 50,
  start: (): State => new Map(),
  step(state, record) {
    if (record.kind !== 'stats' || record.what !== 'gradient') return state;
    const next = new Map(state);
    for (const { name, n, sumSquares } of record.entries) {
      const size = Math.sqrt(sumSquares / Math.max(1, n));
      const before = state.get(name) ?? { gradient: 0, samples: 0 };
      next.set(name, {
        gradient: (before.gradient * before.samples + size) / (before.samples + 1),
        samples: before.samples + 1,
      });
    }
    return next;
  },
  verdict(state, t, run) {
    const sized = weighted(run).flatMap((layer) => {
      const found = state.get(`${layer.name}.weight`);
      return found && found.samples >= t.samples ? [{ layer, size: found.gradient }] : [];
    });
    if (sized.length < t.leastLayers || !isStuck(run, t.leastGain, t.steps)) return undefined;
    const last = sized.at(-1)?.size ?? 0;
    const low = sized.filter(({ size }) => size > 0 && size < t.ratio * last);
    const guilty = low.find(({ layer }) => layer.parameters.some(({ init }) => init !== undefined)) ?? low[0];
    if (guilty === undefined || low.length < 1) return undefined;
    const { name } = guilty.layer;
    const advice = initAdvice(guilty.layer);
    return {
      severity: 'error',
      layer: name,
      place: firstPlace(advice) ?? run.layerPlace(name),
      message: `The gradient of ${name} is ${shown(guilty.size)}, that of the last layer ${shown(last)}: the signal shrinks in every layer between, and ${name} does not learn.`,
      suggestions: [
        ...advice,
        ...activationAdvice(guilty.layer),
        { title: 'Use ReLU or GELU with kaiming_normal_, or tanh with xavier_normal_', ...run.layerPlace(name) },
        { title: 'Put a normalisation between the layers, or add residual connections', ...run.layerPlace(name) },
      ],
    };
  },
});

const weighted = (run: Run): readonly LayerFact[] =>
  run.inOrder().filter(({ parameters }) => parameters.some(({ shape, trainable }) => trainable && shape.length >= 2));
