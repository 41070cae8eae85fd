/** A layer or an expression gives NaN or infinity for finite inputs. */
import { shown } from '../numbers';
import { diagnosis, fact, listFact, objectFact, placeIn, textFact, eventNamed } from '../rule';
import { singularAdvice } from '../singular';
import type { EventRecord } from '../../../../protocol/src/journal';

export const nonfiniteForward = diagnosis({
  id: 'nonfinite-forward',
  catalogue: 'N1',
  summary: 'The forward pass gives NaN or infinity although its inputs and the weights are finite.',
  why: 'From the first NaN on every gradient is NaN. The batch is sent through the model again to name the first call; with gradient scaling nothing is said, since skipped steps are normal there.',
  source: 'Hugging Face DebugUnderflowOverflow; fairseq NanDetector replays the failing batch.',
  needs: ['event:loss-nonfinite'],
  thresholds: { overflow: 1e12 },
  explains: [
    'loss-nonfinite',
    'nonfinite-gradient',
    'loss-divergence',
    'not-learning',
    'exploding-gradient',
    'collapsed-output',
  ],
  rank: 10,
  start: (): EventRecord | undefined => undefined,
  step: (state, record) => state ?? eventNamed(record, 'loss-nonfinite'),
  verdict(event, t, run) {
    if (event === undefined || event['scaled'] === true || event['inputBad'] === true) return undefined;
    if (listFact(event, 'weights').length > 0) return undefined;
    const call = textFact(event, 'call');
    if (call === undefined) return undefined;
    const layer = textFact(event, 'layer') ?? null;
    const place = placeIn(objectFact(event, 'at')) ?? run.layerPlace(layer);
    const [low, high] = [fact(event, 'inputMin'), fact(event, 'inputMax')];
    // Numbers that have grown this large overflow anywhere: the growth is the fault.
    if ([low ?? 0, high ?? 0].some((end) => Number.isFinite(end) && Math.abs(end) > t.overflow)) return undefined;
    const range = low !== undefined && high !== undefined ? ` for inputs from ${shown(low)} to ${shown(high)}` : '';
    return {
      severity: 'error',
      layer,
      place,
      since: event.step,
      message: `${call} gives NaN or infinity${range} in step ${event.step}${layer === null ? '' : `, in ${layer}`}: everything after it is lost.`,
      suggestions: [
        { title: singularAdvice(call), ...place },
        {
          title: 'Skip the step where the loss is not finite, and lower the learning rate',
          ...run.calledAt('backward'),
        },
      ],
    };
  },
});
