/** The model says the same for every example. */
import { shown } from '../numbers';
import { diagnosis, eventNamed, fact, facts, textFact } from '../rule';
import { isStuck } from '../run';

interface State {
  readonly flat: number;
  readonly samples: number;
  readonly size: number;
  readonly layer: string | undefined;
}

export const collapsedOutput = diagnosis({
  id: 'collapsed-output',
  catalogue: 'A6',
  summary: 'The model gives the same output for all examples of a batch though their targets differ.',
  why: 'It has learnt the average and ignores its input. At the very start that is normal; here it stays.',
  source: 'Standard deviation over the examples of a batch, against that of the targets.',
  needs: ['event:loss-call', 'scalars'],
  thresholds: { relative: 0.01, probability: 0.002, samples: 8, step: 60, leastGain: 0.3 },
  explains: ['not-learning', 'lr-too-low'],
  rank: 60,
  start: (): State => ({ flat: 0, samples: 0, size: 0, layer: undefined }),
  step(state, record, _run, _rank, t) {
    const event = eventNamed(record, 'loss-call');
    if (event === undefined) return state;
    const rows = fact(event, 'rowDeviation');
    const [given, wanted] = [fact(event, 'inputDeviation'), fact(event, 'targetDeviation')];
    const labels = facts(event, 'labels');
    const mixed = labels === undefined || labels.filter((count) => count > 0).length > 1;
    const layer = textFact(event, 'layer') ?? state.layer;
    if (rows !== undefined && mixed) return { ...next(state, rows < t.probability, rows), layer };
    if (given !== undefined && wanted !== undefined && wanted > 0)
      return { ...next(state, given < t.relative * wanted, given / wanted), layer };
    return state;
  },
  verdict({ flat, samples, size, layer }, t, run) {
    if (run.step < t.step || flat < t.samples || flat < 0.5 * samples || !isStuck(run, t.leastGain, t.step))
      return undefined;
    return {
      severity: 'warning',
      layer: layer ?? null,
      place: run.layerPlace(layer) ?? run.layerPlace(''),
      message: `For ${flat} batches the outputs hardly differ from example to example (standard deviation ${shown(size)}) though the targets do: the model ignores its input.`,
      suggestions: [
        { title: 'Lower weight decay and learning rate', ...run.optimizer },
        {
          title: 'Look for a layer that kills the signal: dead ReLUs, a pooling over everything, zero weights',
          ...run.layerPlace(''),
        },
      ],
    };
  },
});

function next(state: State, isFlat: boolean, size: number): State {
  return isFlat
    ? { ...state, flat: state.flat + 1, samples: state.samples + 1, size }
    : { ...state, flat: 0, samples: state.samples + 1, size };
}
