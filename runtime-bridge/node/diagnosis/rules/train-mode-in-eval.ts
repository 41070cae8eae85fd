/** Evaluations with dropout on, or that change batch norm. */
import type { EventRecord } from '../../../../protocol/src/journal';
import { diagnosis, eventNamed, fact, listFact } from '../rule';

interface State {
  readonly event: EventRecord | undefined;
  readonly count: number;
  readonly steps: ReadonlySet<number>;
}

export const trainModeInEval = diagnosis({
  id: 'train-mode-in-eval',
  catalogue: 'C3',
  summary: 'The model is evaluated while it is in training mode.',
  why: 'Dropout throws away outputs, and batch norm uses the batch and learns from evaluation data. Forwards without gradients on training batches, as for GANs, and renewing batch norm statistics are fine, and so is a model of which only the dropout was switched on.',
  source: 'PyTorch Module.eval; TrainCheck.',
  needs: ['event:evaluation'],
  thresholds: { steps: 2 },
  rank: 15,
  start: (): State => ({ event: undefined, count: 0, steps: new Set() }),
  step(state, record): State {
    const event = eventNamed(record, 'evaluation');
    if (event?.['training'] !== true || event['byUser'] !== true) return state;
    if (listFact(event, 'acting').length === 0 || event['trainingBatch'] === true) return state;
    return { event, count: state.count + 1, steps: new Set([...state.steps, event.step]) };
  },
  verdict({ event, steps }, t, run) {
    if (event === undefined) return undefined;
    const neverEval = run.calledAt('eval') === undefined;
    if (steps.size < t.steps && !(run.end !== undefined && neverEval)) return undefined;
    const acting = listFact<string>(event, 'acting');
    const place = { file: event.file ?? null, line: event.line ?? null };
    return {
      severity: 'error',
      layer: acting[0] ?? null,
      place,
      since: Math.max(1, Math.min(...steps)),
      message: `The evaluation runs with ${acting.slice(0, 3).join(', ')} in training mode (${fact(event, 'step') ?? event.step} steps in): dropout is on, or batch norm uses the batch at hand.`,
      suggestions: [
        {
          title: 'Call model.eval() before the evaluation and model.train() after it',
          ...place,
          edit: { ...place, insertBefore: 'model.eval()' },
        },
        ...(run.calledAt('eval') === undefined
          ? []
          : [{ title: 'Check that this is the model that eval() is called on', ...run.calledAt('eval') }]),
      ],
    };
  },
});
