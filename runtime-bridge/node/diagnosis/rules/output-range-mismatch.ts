/** The last activation can't reach the targets. */
import type { EventRecord } from '../../../../protocol/src/journal';
import { shown } from '../numbers';
import { diagnosis, eventNamed, fact, objectFact, placeIn, textFact } from '../rule';

/** Range of an activation's values. */
const ranges: Readonly<Record<string, readonly [number, number]>> = {
  Sigmoid: [0, 1],
  Softmax: [0, 1],
  Tanh: [-1, 1],
  Relu: [0, Infinity],
  Softplus: [0, Infinity],
};

export const outputRangeMismatch = diagnosis({
  id: 'output-range-mismatch',
  catalogue: 'L11',
  summary: 'Targets lie outside of what the model’s last activation can give.',
  why: 'A sigmoid never gives 3 and a ReLU never gives -1: the model is wrong there however long it trains. A target that exceeds the range by rounding is not meant.',
  source: 'DeepDiagnosis "out of range", with the range of the activation in the graph.',
  needs: ['event:loss-call'],
  thresholds: { calls: 3, beyond: 0.25 },
  explains: ['not-learning', 'collapsed-output', 'saturated-activation', 'dead-relu', 'vanishing-gradient'],
  rank: 7,
  start: (): readonly EventRecord[] => [],
  step(state, record, _run, _rank, t) {
    const event = eventNamed(record, 'loss-call');
    return event !== undefined && beyond(event, t.beyond) !== undefined ? [...state.slice(-4), event] : state;
  },
  verdict(events, t, run) {
    const event = events.at(-1);
    const found = event === undefined ? undefined : beyond(event, t.beyond);
    if (event === undefined || found === undefined || events.length < t.calls) return undefined;
    const made = placeIn(objectFact(event, 'from'));
    const layer = textFact(event, 'layer') ?? lastLayer(run.inOrder().map(({ name }) => name));
    const place = made ?? run.layerPlace(layer);
    return {
      severity: 'error',
      layer,
      place,
      since: 1,
      message: `Targets go from ${shown(found.low)} to ${shown(found.high)}, but ${found.name.toLowerCase()}, the last operation of the model, only gives values from ${shown(found.range[0])} to ${shown(found.range[1])}.`,
      suggestions: [
        { title: `Remove the ${found.name.toLowerCase()} at the end of the model`, ...place },
        { title: 'Or scale the targets to its range', ...placeIn(event) },
      ],
    };
  },
});

const lastLayer = (names: readonly string[]): string | null => names.filter((name) => name !== '').at(-1) ?? null;

interface Beyond {
  readonly name: string;
  readonly range: readonly [number, number];
  readonly low: number;
  readonly high: number;
}

function beyond(event: EventRecord, share: number): Beyond | undefined {
  if (!['mse_loss', 'l1_loss', 'smooth_l1_loss', 'huber_loss'].includes(textFact(event, 'loss') ?? ''))
    return undefined;
  const graph = /^(\w+?)_?Backward\d*$/.exec(textFact(event, 'graph') ?? '')?.[1];
  const from = objectFact(event, 'from')['call'];
  const name = [graph, typeof from === 'string' ? from.slice(0, 1).toUpperCase() + from.slice(1) : undefined].find(
    (each): each is string => each !== undefined && each in ranges,
  );
  const [low, high, deviation] = [fact(event, 'targetMin'), fact(event, 'targetMax'), fact(event, 'targetDeviation')];
  if (name === undefined || low === undefined || high === undefined || deviation === undefined) return undefined;
  const range = ranges[name] as readonly [number, number];
  const slack = share * Math.max(deviation, 1e-6);
  return low < range[0] - slack || high > range[1] + slack ? { name, range, low, high } : undefined;
}
