/** The loss of a model that guesses: what labels or targets say without any input. */
import { facts, textFact, fact } from './rule';
import type { Run } from './run';

export interface Chance {
  readonly kind: 'classes' | 'amounts';
  readonly level: number;
  readonly reason: string;
}

/** Known for cross entropy and for distances, from the last batch looked at. */
export function chanceLevel(run: Run): Chance | undefined {
  const call = run.lossCall;
  const loss = textFact(call, 'loss');
  if (call === undefined || loss === undefined) return undefined;
  const classes = fact(call, 'classes');
  if ((loss === 'cross_entropy' || loss === 'nll_loss') && classes !== undefined) {
    const labels = facts(call, 'labels');
    const total = labels?.reduce((sum, count) => sum + count, 0) ?? 0;
    const used = labels?.filter((count) => count > 0) ?? [];
    // A few labels say little about how often each class is: evenly, then.
    const entropy =
      total >= 8 * classes
        ? used.reduce((sum, count) => sum - (count / total) * Math.log(count / total), 0)
        : Math.log(Math.max(2, Math.min(classes, classes)));
    return { kind: 'classes', level: entropy, reason: `for ${classes} classes` };
  }
  if (loss === 'binary_cross_entropy' || loss === 'binary_cross_entropy_with_logits')
    return { kind: 'classes', level: Math.LN2, reason: 'for yes or no' };
  const deviation = fact(call, 'targetDeviation');
  if (loss === 'mse_loss' && deviation !== undefined && deviation > 0)
    return { kind: 'amounts', level: deviation ** 2, reason: 'the variance of the targets' };
  return undefined;
}
