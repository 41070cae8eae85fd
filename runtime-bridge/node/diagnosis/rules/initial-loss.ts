/** The first loss is not what a model that knows nothing should have. */
import { chanceLevel } from '../chance';
import { shown } from '../numbers';
import { diagnosis, eventNamed, fact, placeIn } from '../rule';

export const initialLoss = diagnosis({
  id: 'initial-loss',
  catalogue: 'L9',
  summary: 'The first loss is far above the one of guessing.',
  why: 'A fresh model should guess evenly. A much larger loss points to a scale: outputs, labels or the reduction of the loss. Sums of several losses are not judged. It is only a hint.',
  source: 'ln C for classes; a usual check before training.',
  needs: ['event:loss-call'],
  thresholds: { factor: 5, same: 0.01 },
  rank: 94,
  start: (): number | undefined => undefined,
  step: (value, record) => value ?? fact(eventNamed(record, 'loss-call'), 'value'),
  verdict(value, t, run) {
    const { first } = run.loss;
    const chance = chanceLevel(run);
    // A fresh model knows nothing of rare classes either.
    const evenly = Math.log(Math.max(2, fact(run.lossCall, 'classes') ?? 2));
    if (
      first === undefined ||
      value === undefined ||
      chance === undefined ||
      run.step > 5 ||
      chance.kind !== 'classes' ||
      first < t.factor * Math.max(chance.level, evenly) ||
      // A sum of several terms, or one that is scaled, has another level.
      Math.abs(first - value) > t.same * Math.abs(first)
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
