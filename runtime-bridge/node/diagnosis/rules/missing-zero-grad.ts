/** Gradients of earlier steps are never cleared. */
import { diagnosis, eventNamed, fact } from '../rule';

export const missingZeroGrad = diagnosis({
  id: 'missing-zero-grad',
  catalogue: 'C1',
  summary: 'Gradients are never set back between steps.',
  why: 'backward() adds to what is there, so that each step follows the sum of all batches so far. Looked at is whether gradients were still there when the next backward began, so accumulating over several batches, model.zero_grad() and setting them to None are all fine.',
  source: 'PyTorch Optimizer.zero_grad; TrainCheck.',
  needs: ['event:calls'],
  thresholds: { stale: 3, share: 0.9 },
  explains: [
    'not-learning',
    'loss-oscillation',
    'loss-divergence',
    'exploding-gradient',
    'lr-too-high',
    'dead-relu',
    'collapsed-output',
    'saturated-activation',
  ],
  rank: 1,
  start: () => ({ stale: 0, steps: 0 }),
  step(state, record) {
    const event = eventNamed(record, 'calls');
    return event === undefined ? state : { stale: fact(event, 'stale') ?? 0, steps: fact(event, 'steps') ?? 0 };
  },
  verdict({ stale, steps }, t, run) {
    if (stale < t.stale || stale < t.share * (steps - 1)) return undefined;
    const place = run.calledAt('backward') ?? run.calledAt('step');
    const edit = place === undefined ? {} : { edit: { ...place, insertBefore: 'optimizer.zero_grad()' } };
    return {
      severity: 'error',
      place,
      since: 2,
      message: `In ${stale} of ${steps - 1} steps the gradients of the step before were still there when backward() began: each step follows the sum of all batches.`,
      suggestions: [
        { title: 'Call optimizer.zero_grad() before loss.backward()', ...place, ...edit },
        { title: 'Or call it after optimizer.step()', ...run.calledAt('step') },
      ],
    };
  },
});
