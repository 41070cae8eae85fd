/** The loss is NaN or infinite, for a reason outside of the model. */
import type { EventRecord } from '../../../../protocol/src/journal';
import { diagnosis, eventNamed, listFact, placeIn } from '../rule';
import { hasBlownUp } from '../run';
import { singularAdvice, singularCalls } from '../singular';

export const lossNonfinite = diagnosis({
  id: 'loss-nonfinite',
  catalogue: 'L1',
  summary: 'The loss is NaN or infinite.',
  why: 'A step on such a loss makes every weight NaN. Here the model gives finite values, so the loss itself or its target is at fault. A loss that had grown to a thousand times its start before is loss-divergence.',
  source: 'SageMaker Debugger ExplodingTensor on losses; Lightning EarlyStopping check_finite.',
  needs: ['event:loss-nonfinite'],
  thresholds: {},
  explains: ['not-learning', 'exploding-gradient', 'collapsed-output'],
  rank: 12,
  start: (): readonly EventRecord[] => [],
  step(state, record) {
    const event = eventNamed(record, 'loss-nonfinite');
    return event === undefined ? state : [...state, event];
  },
  verdict(events, _t, run) {
    const [event] = events;
    if (event === undefined || (event['scaled'] === true && events.length < 3)) return undefined;
    // What grew until it overflowed is told as such.
    if (run.isSimple && hasBlownUp(run)) return undefined;
    const outside = singularCalls(run);
    const where = placeIn(run.lossCall) ?? placeIn(event);
    const lost = listFact(event, 'weights').length > 0 ? ' The weights are not finite any more.' : '';
    return {
      severity: 'error',
      place: outside[0]?.place ?? where,
      since: event.step,
      message: `The loss is ${String(event['value'])} in step ${event.step}.${lost} Every step on it spoils the weights.`,
      suggestions: [
        ...outside.slice(0, 2).map(({ call, place }) => ({ title: singularAdvice(call), ...place })),
        { title: 'Check the target and the arguments of the loss for zeros and NaN', ...where },
        { title: 'Lower the learning rate, and clip gradients before the step', ...run.optimizer },
      ],
    };
  },
});
