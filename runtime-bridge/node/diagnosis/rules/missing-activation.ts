/** Linear layers without anything non-linear between them. */
import type { LayerFact } from '../../../../protocol/src/journal';
import { diagnosis, eventNamed } from '../rule';
import type { Layer, Run } from '../run';

export const missingActivation = diagnosis({
  id: 'missing-activation',
  catalogue: 'C7',
  summary: 'Two linear layers follow each other directly: together they can do no more than one.',
  why: 'Without a non-linear function between them their product is a single matrix. Narrow layers between wide ones (bottlenecks, low rank) are fine, and so are depthwise convolutions and everything with a normalisation between.',
  source: 'UMLAUT; NeuraLint; seen in the traced forward, not in the text.',
  needs: ['model', 'event:trace', 'scalars'],
  thresholds: { steps: 20 },
  explains: ['not-learning', 'slow-convergence'],
  rank: 36,
  start: () => ({ traced: 0, nonlinear: 0 }),
  step(state, record) {
    const trace = eventNamed(record, 'trace');
    return trace === undefined
      ? state
      : { traced: state.traced + 1, nonlinear: Math.max(state.nonlinear, Number(trace['nonlinear'] ?? 0)) };
  },
  verdict({ traced }, t, run) {
    if (traced < 1 || run.step < t.steps) return undefined;
    const chain = chains(run)[0];
    if (chain === undefined) return undefined;
    const [first, second] = chain;
    return {
      severity: 'warning',
      layer: first.name,
      place: (first.fedAt?.line ?? null) === null ? run.layerPlace(first.name) : first.fedAt,
      since: 1,
      message: `${first.name} goes into ${second.name} with nothing non-linear between: the two are worth one ${first.type}.`,
      suggestions: [
        {
          title: `Put nn.ReLU() or nn.GELU() between ${first.name} and ${second.name}`,
          ...run.layerPlace(second.name),
        },
        { title: 'Apply an activation to its output in forward()', ...run.layerPlace(first.name) },
      ],
    };
  },
});

/** Pairs that could be one layer as wide as they are. */
function chains(run: Run): readonly (readonly [Layer, Layer])[] {
  return run.inOrder().flatMap((layer) => {
    // A model that is a single layer has no name: it is not what a layer without a successor feeds.
    const next = layer.feeds === undefined ? undefined : run.layers.get(layer.feeds);
    if (next === undefined || next.name === layer.name || next.type !== layer.type) return [];
    const [input, middle] = sizes(layer);
    const [, output] = sizes(next);
    if (input === undefined || middle === undefined || output === undefined || middle < Math.min(input, output))
      return [];
    const plain = [layer, next].every(({ settings }) => settings['groups'] === undefined || settings['groups'] === 1);
    const wide = layer.type === 'Linear' || ![layer, next].some(({ settings }) => isPointwise(settings['kernel_size']));
    return plain && wide ? [[layer, next] as const] : [];
  });
}

const isPointwise = (size: unknown): boolean => Array.isArray(size) && size.every((each) => each === 1);

function sizes({ settings }: LayerFact): readonly (number | undefined)[] {
  const size = (a: string, b: string): number | undefined => {
    const value = settings[a] ?? settings[b];
    return typeof value === 'number' ? value : undefined;
  };
  return [size('in_features', 'in_channels'), size('out_features', 'out_channels')];
}
