/** Gradients of different batches have nothing in common. */
import { deviation, mean, shown } from '../numbers';
import { diagnosis, eventNamed, toNumber } from '../rule';
import { isStuck } from '../run';

export const noisyGradient = diagnosis({
  id: 'noisy-gradient',
  catalogue: 'G5',
  summary: 'Gradients of different batches point in unrelated directions, and the loss does not fall.',
  why: 'Then a step follows the few examples of its batch and not the data. A larger batch, or gradients of several batches added up, let the common part show. It is only a hint: labels that have nothing to do with the inputs look the same.',
  source: 'McCandlish et al., An Empirical Model of Large-Batch Training (2018): gradient noise scale; here the cosine of gradients at two looks.',
  needs: ['event:agreement', 'scalars'],
  thresholds: { cosine: 0.02, least: -0.1, samples: 20, leastGain: 0.1, steps: 150 },
  rank: 93,
  start: (): readonly number[] => [],
  step(state, record) {
    const event = eventNamed(record, 'agreement');
    const cosine = toNumber(event?.['cosine']);
    return cosine === undefined || !Number.isFinite(cosine) ? state : [...state.slice(-199), cosine];
  },
  verdict(cosines, t, run) {
    if (cosines.length < t.samples || !run.isSimple || !isStuck(run, t.leastGain, t.steps)) return undefined;
    const middle = mean(cosines);
    // As far as so few looks can tell it from nothing.
    const error = deviation(cosines) / Math.sqrt(cosines.length);
    if (middle > t.cosine + 2 * error || middle < t.least || error > 0.05) return undefined;
    const loader = run.loaders.get(run.trainingLoader ?? -1);
    const place = loader ?? run.calledAt('backward');
    return {
      severity: 'info',
      place,
      message: `The gradients of ${cosines.length + 1} batches that were looked at have a mean cosine of ${shown(middle)} from one to the next: they are noise, and the loss does not fall.`,
      suggestions: [
        { title: `Use a larger batch: batch_size=${8 * (loader?.batchSize ?? 4)}`, ...place },
        { title: 'Or add up the gradients of several batches before each step', ...run.calledAt('step') },
        { title: 'Or lower the learning rate, so that steps average', ...run.optimizer },
      ],
    };
  },
});
