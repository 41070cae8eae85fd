/** Weight decay pulls the weights to zero faster than training can hold them. */
import { numberOf } from '../../../../protocol/src/journal';
import { shown } from '../numbers';
import { diagnosis } from '../rule';
import { isStuck } from '../run';
import { weightSizes, type WeightSizes } from '../weightSizes';

export const weightDecayTooHigh = diagnosis({
  id: 'weight-decay-too-high',
  catalogue: 'A6',
  summary: 'Weights shrink towards zero under strong weight decay.',
  why: 'Decay is meant to be a weak pull. Where it wins, the outputs collapse to a constant. Usual values lie between 1e-5 and 0.1.',
  source: 'Norms of the weights over time; practice for usual values.',
  needs: ['stats', 'scalars'],
  thresholds: { decay: 0.05, shrink: 0.5, leastGain: 0.5, steps: 60, samples: 5 },
  explains: [
    'collapsed-output',
    'not-learning',
    'vanishing-gradient',
    'dead-relu',
    'lr-too-low',
    'symmetric-init',
    'no-gradient',
  ],
  rank: 28,
  start: (): WeightSizes => new Map(),
  step: weightSizes,
  verdict(state, t, run) {
    const { optimizer } = run;
    const decay = Math.max(0, ...(optimizer?.groups ?? []).map(({ weightDecay }) => numberOf(weightDecay) ?? 0));
    if (optimizer === undefined || decay < t.decay || !isStuck(run, t.leastGain, t.steps)) return undefined;
    const matrices = [...state].filter(([name]) =>
      run.layers.get(run.ownerOf(name))?.parameters.some((each) => each.name === name && each.shape.length >= 2),
    );
    const shrunk = matrices.filter(
      ([, { first, last, samples }]) => samples >= t.samples && first > 0 && last < t.shrink * first,
    );
    if (matrices.length === 0 || shrunk.length < 0.5 * matrices.length) return undefined;
    const [name, { first, last }] = shrunk[0] as [string, { first: number; last: number }];
    return {
      severity: 'error',
      layer: run.ownerOf(name),
      place: optimizer,
      message: `Weight decay ${shown(decay)} has shrunk ${name} from ${shown(first)} to ${shown(last)} (root mean square), and ${shrunk.length} of ${matrices.length} weights with it; the loss does not fall as it should.`,
      suggestions: [
        {
          title: `Lower weight_decay from ${shown(decay)} to about 1e-4 (SGD, Adam) or 1e-2 (AdamW)`,
          ...optimizer,
          edit: {
            file: optimizer.file,
            line: optimizer.line,
            replace: {
              find: `weight_decay=${decay}`,
              with: `weight_decay=${optimizer.type === 'AdamW' ? '1e-2' : '1e-4'}`,
            },
          },
        },
      ],
    };
  },
});
