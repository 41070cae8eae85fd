/** NaN or infinity in the data. */
import type { CodePlace } from '../../../../protocol/src/journal';
import { diagnosis, eventNamed, fact, placeIn } from '../rule';

interface Found {
  readonly step: number;
  readonly what: string;
  readonly place: CodePlace | undefined;
}

export const badInput = diagnosis({
  id: 'bad-input',
  catalogue: 'D2',
  summary: 'Inputs or targets contain NaN or infinity.',
  why: 'One such number makes every weight NaN in the same step. Only the first input of a model is looked at: masks may hold -inf.',
  source: 'SageMaker Debugger; TheDeepChecker.',
  needs: ['stats', 'event:loss-call', 'event:loss-nonfinite'],
  thresholds: {},
  explains: [
    'nonfinite-forward',
    'nonfinite-gradient',
    'loss-nonfinite',
    'loss-divergence',
    'not-learning',
    'exploding-gradient',
    'collapsed-output',
    'lr-too-high',
  ],
  rank: 3,
  start: (): Found | undefined => undefined,
  step(state, record): Found | undefined {
    if (state !== undefined) return state;
    if (record.kind === 'stats' && record.what === 'input') {
      const bad = record.entries.find(({ name, nan, inf }) => !name.includes('#') && nan + inf > 0);
      return (
        bad && {
          step: record.step,
          what: `The input of ${bad.name} has ${bad.nan} NaN and ${bad.inf} infinite values of ${bad.n} looked at`,
          place: undefined,
        }
      );
    }
    const call = eventNamed(record, 'loss-call');
    const bad = fact(call, 'targetBad');
    if (call !== undefined && bad !== undefined && bad > 0)
      return { step: call.step, what: `The target has ${bad} values that are not finite`, place: placeIn(call) };
    const lost = eventNamed(record, 'loss-nonfinite');
    return lost?.['inputBad'] === true
      ? { step: lost.step, what: 'The batch contains NaN or infinity', place: undefined }
      : undefined;
  },
  verdict(found, _t, run) {
    if (found === undefined) return undefined;
    const loader = run.loaders.get(run.trainingLoader ?? -1);
    const place = loader?.item ?? ((loader?.line ?? null) === null ? found.place : loader);
    return {
      severity: 'error',
      place: place ?? found.place,
      since: found.step,
      message: `${found.what} in step ${found.step}: every weight becomes NaN.`,
      suggestions: [
        { title: 'Remove or fill such examples when the data is read: torch.nan_to_num, or a filter', ...place },
        ...(found.place === undefined ? [] : [{ title: 'Look at the targets that go into the loss', ...found.place }]),
      ],
    };
  },
});
