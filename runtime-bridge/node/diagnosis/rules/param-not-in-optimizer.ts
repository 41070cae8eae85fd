/** Parameters get gradients, and no optimizer has them. */
import { diagnosis, eventNamed, fact, listFact } from '../rule';
import { commonLayer } from '../layers';
import type { Run } from '../run';

interface State {
  readonly counts: ReadonlyMap<string, number>;
  readonly foreign: number;
  readonly bare: number;
  readonly samples: number;
  readonly strangers: number;
}

export const paramNotInOptimizer = diagnosis({
  id: 'param-not-in-optimizer',
  catalogue: 'C5',
  summary: 'Trainable parameters get gradients and belong to no optimizer, so they never change.',
  why: 'A layer that was made or replaced after the optimizer, or was left out of its list, stays as it was initialised. Training only the last layers of a model on purpose is fine, and so are other models, as for a perceptual loss.',
  source: 'TrainCheck; PyTorch optimizer documentation.',
  needs: ['event:gradients', 'event:calls'],
  thresholds: { samples: 4 },
  explains: [
    'not-learning',
    'weights-not-updating',
    'no-gradient',
    'lr-too-low',
    'vanishing-gradient',
    'wrong-call-order',
    'loss-divergence',
    'collapsed-output',
  ],
  rank: 17,
  start: (): State => ({ counts: new Map(), foreign: 0, bare: 0, samples: 0, strangers: 0 }),
  step(state, record, run): State {
    const calls = eventNamed(record, 'calls');
    if (calls !== undefined)
      return run.end === undefined && fact(calls, 'bare') === 1 ? { ...state, bare: state.bare + 1 } : state;
    const event = eventNamed(record, 'gradients');
    if (event === undefined) return state;
    const counts = new Map(state.counts);
    const found = listFact(event, 'unowned');
    const mine = found.filter(({ sameModel }) => sameModel === true);
    const foreign = mine.length === 0 && found.length > 0;
    for (const { name } of foreign ? found : mine) counts.set(String(name), (counts.get(String(name)) ?? 0) + 1);
    return {
      ...state,
      counts,
      foreign: state.foreign + Number(foreign),
      samples: state.samples + 1,
      strangers: fact(event, 'strangers') ?? 0,
    };
  },
  verdict(state, t, run) {
    const names = [...state.counts].filter(([, count]) => count >= t.samples).map(([name]) => name);
    if (names.length === 0) return undefined;
    // Only another model's parameters: a fault where the optimizer's own never get a gradient.
    const elsewhere = state.foreign >= t.samples;
    if (elsewhere && state.bare < t.samples) return undefined;
    if (!elsewhere && (run.optimizers.size > 1 || isTail(names, run))) return undefined;
    const layer = commonLayer(names.map((name) => run.ownerOf(name)));
    const { optimizer } = run;
    return {
      severity: 'error',
      layer: layer === '' ? run.ownerOf(names[0] as string) : layer,
      place: optimizer,
      since: 1,
      message: elsewhere
        ? `The optimizer holds parameters that never get a gradient; the model that is trained (${names.length} parameters, as ${names[0] as string}) is not in it.`
        : `${names.length} parameters, as ${names[0] as string}, get gradients and belong to no optimizer: they never change.`,
      suggestions: [
        {
          title: elsewhere
            ? 'Make the optimizer from the parameters of the model that is trained, after it is made'
            : 'Give the optimizer all parameters: model.parameters()',
          ...optimizer,
        },
        { title: 'Or freeze them: requires_grad_(False)', ...run.layerPlace(layer) },
      ],
    };
  },
});

/** Whether the optimizer's parameters are the last ones of the model: then only they are meant to learn. */
function isTail(unowned: readonly string[], run: Run): boolean {
  const order = (name: string): number => run.layers.get(run.ownerOf(name))?.order ?? -1;
  const owned = [...run.optimizers.values()].flatMap(({ groups }) => groups.flatMap(({ parameters }) => parameters));
  const known = owned.map(order).filter((at) => at >= 0);
  return known.length > 0 && Math.min(...known) > Math.max(...unowned.map(order));
}
