/** The validation loss rises while the training loss falls. */
import { mean, shown } from '../numbers';
import { chanceLevel } from '../chance';
import { diagnosis } from '../rule';

export const overfit = diagnosis({
  id: 'overfit',
  catalogue: 'L5',
  summary: 'The validation loss rises steadily while the training loss falls.',
  why: 'The model learns its examples by heart. One evaluation that is worse than the one before says nothing: the rise must be a trend, well above the best, and the training loss must fall meanwhile.',
  source: 'SageMaker Debugger Overfit; Mann-Kendall trend instead of one comparison.',
  needs: ['scalars'],
  thresholds: { evaluations: 5, rise: 1.15, trend: 1.6, gap: 1.3, ofChance: 0.03 },
  rank: 62,
  start: () => 0,
  step: (state) => state,
  verdict(_state, t, run) {
    const { validation } = run;
    const { best, bestStep } = validation;
    if (validation.length < t.evaluations || !validation.isFinite || validation.sinceBest < 4) return undefined;
    const last = mean(validation.recent(2));
    if (last < t.rise * best || validation.trend < t.trend) return undefined;
    // A rise from almost nothing to very little is not worth a word.
    const chance = chanceLevel(run);
    if (chance !== undefined && last - best < t.ofChance * chance.level) return undefined;
    const width = Math.max(10, run.step - (Number.isNaN(validation.stepBeforeLast) ? 0 : validation.stepBeforeLast));
    const before = run.loss.meanBetween(bestStep - width, bestStep);
    const now = run.loss.meanBetween(run.step - width, run.step);
    if (!(now < before) || last < t.gap * now) return undefined;
    const { optimizer } = run;
    return {
      severity: 'warning',
      place: run.calledAt('eval') ?? run.layerPlace('') ?? optimizer,
      since: bestStep,
      message: `The validation loss has risen from ${shown(best)} (step ${bestStep}) to ${shown(last)} while the training loss fell from ${shown(before)} to ${shown(now)}: the model learns its examples by heart.`,
      suggestions: [
        { title: `Stop at the best evaluation, step ${bestStep}, and keep those weights`, ...run.calledAt('eval') },
        { title: 'Add dropout, or make the model smaller', ...run.layerPlace('') },
        { title: 'Add weight decay, as AdamW with weight_decay=0.01', ...optimizer },
        { title: 'Get more data, or augment it', ...run.loaders.get(run.trainingLoader ?? -1) },
      ],
    };
  },
});
