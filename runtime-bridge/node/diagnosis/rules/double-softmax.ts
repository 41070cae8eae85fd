/** Probabilities go into a loss that expects scores. */
import { diagnosis, eventNamed, fact, objectFact, placeIn, textFact } from '../rule';
import type { EventRecord } from '../../../../protocol/src/journal';

export const doubleSoftmax = diagnosis({
  id: 'double-softmax',
  catalogue: 'L10',
  summary: 'The loss applies softmax or sigmoid itself, and its input already went through one.',
  why: 'Squashed twice, the scores lie between 0 and 1 and the loss can neither become small nor give strong gradients. Seen in the graph of the very tensor, or in rows that sum to 1. log_softmax before cross_entropy changes nothing and is not meant.',
  source: 'PyTorch CrossEntropyLoss and BCEWithLogitsLoss; UMLAUT; NeuraLint.',
  needs: ['event:loss-call'],
  thresholds: { rowSum: 1e-3, calls: 2 },
  explains: [
    'not-learning',
    'collapsed-output',
    'lr-too-low',
    'slow-convergence',
    'vanishing-gradient',
    'lr-too-high',
    'label-loss-mismatch',
  ],
  rank: 5,
  start: (): readonly EventRecord[] => [],
  step(state, record, _run, _rank, t) {
    const event = eventNamed(record, 'loss-call');
    return event !== undefined && squashed(event, t.rowSum) !== undefined ? [...state.slice(-3), event] : state;
  },
  verdict(events, t, run) {
    const event = events.at(-1);
    if (event === undefined || events.length < t.calls) return undefined;
    const from = objectFact(event, 'from');
    const made = placeIn(from);
    const loss = placeIn(event);
    const [call, name] = [squashed(event, t.rowSum) as string, textFact(event, 'loss') ?? 'the loss'];
    const layer = typeof from['layer'] === 'string' ? from['layer'] : (textFact(event, 'layer') ?? null);
    const better = call === 'softmax' ? 'nll_loss with log_softmax' : 'binary_cross_entropy';
    return {
      severity: 'error',
      layer,
      place: (textOf(from['layer']) === null ? made : run.layerPlace(layer)) ?? made ?? loss,
      since: 1,
      message: `${name} applies ${name === 'cross_entropy' ? 'log_softmax' : 'sigmoid'} itself, but its input is already the result of ${call}: the scores are squashed twice and hardly differ.`,
      suggestions: [
        { title: `Return the scores without ${call}`, ...(made ?? loss) },
        ...(textOf(from['layer']) === null
          ? []
          : [{ title: `Remove ${call} from the model`, ...run.layerPlace(layer) }]),
        { title: `Or keep ${call} and use ${better} as the loss`, ...loss },
      ],
    };
  },
});

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** Which squashing the input of a loss that squashes has behind it. */
function squashed(event: EventRecord, rowSum: number): string | undefined {
  const [loss, graph] = [textFact(event, 'loss'), textFact(event, 'graph') ?? ''];
  const from = objectFact(event, 'from')['call'];
  if (loss === 'binary_cross_entropy_with_logits')
    return graph.startsWith('SigmoidBackward') || from === 'sigmoid' ? 'sigmoid' : undefined;
  if (loss !== 'cross_entropy') return undefined;
  if (graph.startsWith('SoftmaxBackward') || from === 'softmax') return 'softmax';
  if (graph.startsWith('SigmoidBackward') || from === 'sigmoid') return 'sigmoid';
  const [error, low] = [fact(event, 'rowSumError'), fact(event, 'inputMin')];
  return error !== undefined && error < rowSum && low !== undefined && low >= 0 ? 'softmax' : undefined;
}
