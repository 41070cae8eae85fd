/** The first loss is not what a model that knows nothing should have. */
import { chanceLevel } from '../chance';
import { shown } from '../numbers';
import { diagnosis, placeIn } from '../rule';

export const initialLoss = diagnosis({
  id: 'initial-loss',
  catalogue: 'L9',
  summary: 'The first loss is far above the one of guessing.',
  why: 'A fresh model should guess evenly. A much larger loss points to a scale: outputs, labels or the reduction of the loss. It is only a hint.',
  source: 'ln C for classes; a usual check before training.',
  needs: ['event:loss-call'],
  thresholds: { factor: 5 },
  rank: 94,
  start: () => 0,
  step: (state) => state,
  verdict(_state, t, run) {
    const { first } = run.loss;
    const chance = chanceLevel(run);
    if (
      first === undefined ||
      chance === undefined ||
      run.step > 5 ||
      chance.kind !== 'classes' ||
      first < t.factor * chance.level
    )
      return undefined;
    const place = placeIn(run.lossCall);
    return {
      severity: 'info',
      place,
      since: 1,
      message: `The first loss is ${shown(first)}; even guessing would give ${shown(chance.level)}, ${chance.reason}.`,
      suggestions: [{ title: 'Make the weights of the last layer smaller, and check the loss’s reduction', ...place }],
    };
  },
});
