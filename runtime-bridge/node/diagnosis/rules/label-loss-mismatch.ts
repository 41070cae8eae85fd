/** Loss and labels, or loss and outputs, don't belong together. */
import type { EventRecord } from '../../../../protocol/src/journal';
import { shown } from '../numbers';
import { type Alert, diagnosis, eventNamed, fact, objectFact, placeIn, type Suggestion, textFact } from '../rule';

export const labelLossMismatch = diagnosis({
  id: 'label-loss-mismatch',
  catalogue: 'L11',
  summary: 'Targets or outputs lie where the loss has no meaning.',
  why: 'Binary cross entropy of targets beyond 0 and 1 becomes negative and has no end; nll_loss of probabilities instead of log-probabilities rewards the wrong thing. Counted over several batches.',
  source: 'PyTorch loss documentation; SageMaker Debugger; UMLAUT.',
  needs: ['event:loss-call', 'scalars'],
  thresholds: { calls: 2 },
  explains: [
    'not-learning',
    'loss-divergence',
    'exploding-gradient',
    'lr-too-high',
    'collapsed-output',
    'saturated-activation',
    'dead-relu',
    'output-range-mismatch',
  ],
  rank: 6,
  start: (): readonly EventRecord[] => [],
  step(state, record) {
    const event = eventNamed(record, 'loss-call');
    return event !== undefined && mismatch(event) !== undefined ? [...state.slice(-3), event] : state;
  },
  verdict(events, t): Alert | undefined {
    const event = events.at(-1);
    if (event === undefined || events.length < t.calls) return undefined;
    const found = mismatch(event);
    const place = placeIn(event);
    if (found === undefined) return undefined;
    return {
      severity: 'error',
      layer: textFact(event, 'layer') ?? null,
      place,
      since: 1,
      message: found.message,
      suggestions: [{ title: found.fix, ...place }, ...madeAt(event)],
    };
  },
});

/** Where the input of the loss was squashed. */
function madeAt(event: EventRecord): readonly Suggestion[] {
  const made = placeIn(objectFact(event, 'from'));
  return made === undefined ? [] : [{ title: 'The input of the loss is made here', ...made }];
}

function mismatch(event: EventRecord): { readonly message: string; readonly fix: string } | undefined {
  const loss = textFact(event, 'loss') ?? '';
  const [low, high] = [fact(event, 'targetMin'), fact(event, 'targetMax')];
  if (
    loss.startsWith('binary_cross_entropy') &&
    low !== undefined &&
    high !== undefined &&
    (low < -1e-3 || high > 1.001)
  )
    return {
      message: `${loss} wants targets from 0 to 1, and these go from ${shown(low)} to ${shown(high)}: the loss has no smallest value.`,
      fix: 'Give targets 0 and 1, or use cross_entropy for class numbers and mse_loss for amounts',
    };
  const [most, least] = [fact(event, 'inputMax'), fact(event, 'inputMin')];
  const graph = textFact(event, 'graph') ?? '';
  if (
    loss === 'nll_loss' &&
    most !== undefined &&
    least !== undefined &&
    (most > 1e-3 || graph.startsWith('SoftmaxBackward'))
  )
    return {
      message: `nll_loss wants log-probabilities, and its input goes from ${shown(least)} to ${shown(most)}${graph.startsWith('SoftmaxBackward') ? ' (the result of softmax)' : ''}.`,
      fix: 'Apply log_softmax to the scores, or use cross_entropy on them',
    };
  if (loss === 'kl_div' && most !== undefined && most > 1e-3)
    return {
      message: `kl_div wants log-probabilities as its input, and this goes up to ${shown(most)}.`,
      fix: 'Apply log_softmax to the scores first',
    };
  return undefined;
}
