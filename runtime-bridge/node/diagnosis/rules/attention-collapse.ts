/** Attention looks at a single place. */
import type { CodePlace } from '../../../../protocol/src/journal';
import { percent } from '../numbers';
import { diagnosis, eventNamed, listFact, placeIn, toNumber } from '../rule';
import { isStuck } from '../run';

interface Head {
  readonly sharp: number;
  readonly samples: number;
  readonly entropy: number;
  /** Where the softmax is applied. */
  readonly place: CodePlace | undefined;
}
type State = ReadonlyMap<string, Head>;

export const attentionCollapse = diagnosis({
  id: 'attention-collapse',
  catalogue: 'A3',
  summary: 'Attention puts all its weight on single places.',
  why: 'Scores so large that softmax has no derivative left stop the learning. Sharp heads of a model that learns are fine.',
  source: 'Zhai et al., Stabilizing Transformer Training (2023): entropy collapse.',
  needs: ['event:attention', 'scalars'],
  thresholds: { entropy: 0.05, samples: 4, leastGain: 0.2, steps: 60 },
  explains: ['not-learning'],
  rank: 37,
  start: (): State => new Map(),
  step(state, record, _run, _rank, t) {
    const event = eventNamed(record, 'attention');
    if (event === undefined) return state;
    const next = new Map(state);
    for (const each of listFact(event, 'heads')) {
      const [layer, entropy] = [String(each['layer']), toNumber(each['entropy']) ?? 1];
      const before = state.get(layer) ?? { sharp: 0, samples: 0 };
      next.set(layer, {
        sharp: before.sharp + Number(entropy < t.entropy),
        samples: before.samples + 1,
        entropy,
        place: placeIn(each),
      });
    }
    return next;
  },
  verdict(state, t, run) {
    const found = [...state].find(([, { sharp, samples }]) => samples >= t.samples && sharp === samples);
    if (found === undefined || !isStuck(run, t.leastGain, t.steps)) return undefined;
    const [layer, { entropy, place: softmax }] = found;
    return {
      severity: 'warning',
      layer,
      place: softmax ?? run.layerPlace(layer),
      message: `The attention of ${layer} has ${percent(entropy)} of the entropy it could have: it looks at single places, and the loss does not fall.`,
      suggestions: [
        {
          title: 'Divide the scores by the root of the head size, or normalise queries and keys',
          ...(softmax ?? run.layerPlace(layer)),
        },
        { title: 'Lower the learning rate', ...run.optimizer },
      ],
    };
  },
});
