/** Parameters that are to be trained never get a gradient though their layers run. */
import { diagnosis, eventNamed, listFact, placeIn } from '../rule';
import { commonLayer } from '../layers';

interface State {
  readonly counts: ReadonlyMap<string, number>;
  readonly samples: number;
  readonly graphless: readonly string[];
}

export const noGradient = diagnosis({
  id: 'no-gradient',
  catalogue: 'G3',
  summary: 'Layers run, and are to be trained, but no gradient ever reaches them.',
  why: 'A detach(), a no_grad() block or a conversion to NumPy cuts the way back. Frozen parameters, layers that don’t run and optimizers that take turns are not meant.',
  source: 'TrainCheck invariants; PyTorch autograd.',
  needs: ['event:gradients'],
  thresholds: { samples: 8, least: 3, share: 0.95 },
  explains: ['not-learning', 'weights-not-updating', 'vanishing-gradient', 'collapsed-output'],
  rank: 20,
  start: (): State => ({ counts: new Map(), samples: 0, graphless: [] }),
  step(state, record) {
    const event = eventNamed(record, 'gradients');
    if (event === undefined) return state;
    const counts = new Map(state.counts);
    for (const name of listFact<string>(event, 'missing')) counts.set(name, (counts.get(name) ?? 0) + 1);
    return { counts, samples: state.samples + 1, graphless: listFact<string>(event, 'graphless') };
  },
  verdict({ counts, samples, graphless }, t, run) {
    if (samples < (run.end === undefined ? t.samples : t.least)) return undefined;
    const missing = [...counts].filter(([, count]) => count >= t.share * samples).map(([name]) => name);
    if (missing.length === 0 || run.optimizers.size === 0) return undefined;
    // Several layers without a common one: the first of them stands for all.
    const layer = commonLayer(missing.map((name) => run.ownerOf(name))) || run.ownerOf(missing[0] as string);
    const cuts = run.traces.flatMap((trace) =>
      [...listFact(trace, 'graphless'), ...listFact(trace, 'detaches')].flatMap((each) => placeIn(each) ?? []),
    );
    const place = cuts[0] ?? run.layerPlace(layer);
    const frozen = graphless.length > 0 ? 'runs under torch.no_grad()' : 'is cut off from the loss';
    return {
      severity: 'error',
      layer,
      place,
      since: 1,
      message: `${layer || 'The model'} ${frozen}: ${missing.length} of its parameters, as ${String(missing[0])}, have had no gradient in any of ${samples} steps looked at.`,
      suggestions: [
        {
          title:
            graphless.length > 0
              ? 'Take torch.no_grad() away in training'
              : 'Remove the detach() or the conversion between this layer and the loss',
          ...place,
        },
        {
          title: 'Or freeze the layer with requires_grad_(False) and leave it out of the optimizer',
          ...run.layerPlace(layer),
        },
      ],
    };
  },
});
