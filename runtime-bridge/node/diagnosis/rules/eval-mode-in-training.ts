/** Training steps while dropout and batch norm are switched for evaluation. */
import { diagnosis, eventNamed, fact, objectFact, toNumber } from '../rule';

interface State {
  readonly asleep: readonly string[];
  readonly since: number;
  readonly samples: number;
}

export const evalModeInTraining = diagnosis({
  id: 'eval-mode-in-training',
  catalogue: 'C3',
  summary: 'The model is trained while it is in evaluation mode.',
  why: 'Dropout does nothing then and batch norm keeps old statistics. Usually model.train() is missing after an evaluation. Batch norms that are frozen on purpose in a model in training mode are fine.',
  source: 'PyTorch Module.train; TrainCheck.',
  needs: ['event:calls'],
  thresholds: { samples: 3 },
  explains: ['overfit', 'not-learning', 'loss-divergence'],
  rank: 9,
  start: (): State => ({ asleep: [], since: 0, samples: 0 }),
  step(state, record, run): State {
    const event = eventNamed(record, 'calls');
    if (event === undefined || run.end !== undefined || fact(event, 'backwards') === 0) return state;
    const modes = objectFact(event, 'modes');
    const asleep = Array.isArray(modes['asleep']) ? (modes['asleep'] as readonly string[]) : [];
    if (modes['rootAsleep'] !== true || asleep.length === 0 || (toNumber(modes['awake']) ?? 0) > 0)
      return { asleep: [], since: 0, samples: 0 };
    return { asleep, since: state.samples === 0 ? event.step : state.since, samples: state.samples + 1 };
  },
  verdict({ asleep, since, samples }, t, run) {
    if (samples < t.samples) return undefined;
    const trains = run.calledAt('train');
    const evals = run.calledAt('eval');
    const loop = run.calledAt('backward');
    const [first] = asleep;
    return {
      severity: 'error',
      layer: first ?? null,
      place: trains ?? evals ?? loop,
      since,
      message: `${asleep.slice(0, 3).join(', ')} ${asleep.length === 1 ? 'is' : 'are'} in evaluation mode while the model is trained, since step ${since} at the latest: ${trains === undefined ? 'model.train() is never called' : 'model.train() is not called again after model.eval()'}.`,
      suggestions: [
        { title: 'Call model.train() at the start of every epoch', ...(trains ?? loop) },
        ...(evals === undefined ? [] : [{ title: 'Call model.train() after the evaluation', ...evals }]),
        ...(loop === undefined ? [] : [{ title: 'Call model.train() before the loop over batches', ...loop }]),
      ],
    };
  },
});
