/** The loss of a model that guesses: what labels or targets say without any input. */
import type { EventRecord } from '../../../protocol/src/journal';
import { fact, facts, textFact } from './rule';
import type { Run } from './run';

export interface Chance {
  readonly kind: 'classes' | 'amounts';
  readonly level: number;
  readonly reason: string;
}

/** What losses have been compared with so far. */
export class Targets {
  labels: readonly number[] = [];
  private variance = 0;
  private batches = 0;

  add(call: EventRecord): void {
    const labels = facts(call, 'labels');
    if (labels !== undefined) this.labels = labels.map((count, i) => count + (this.labels[i] ?? 0));
    const deviation = fact(call, 'targetDeviation');
    if (deviation === undefined || !Number.isFinite(deviation)) return;
    this.batches += 1;
    this.variance += (deviation ** 2 - this.variance) / this.batches;
  }

  /** Mean variance within batches; undefined for labels. */
  get spread(): number | undefined {
    return this.batches > 0 && this.variance > 0 ? this.variance : undefined;
  }
}

/** Known for cross entropy and for distances, from what has been looked at. */
export function chanceLevel(run: Run): Chance | undefined {
  const call = run.lossCall;
  const loss = textFact(call, 'loss');
  if (call === undefined || loss === undefined) return undefined;
  const classes = fact(call, 'classes');
  if (loss === 'cross_entropy' || loss === 'nll_loss')
    return classes === undefined ? undefined : ofClasses(run, call, classes);
  if (loss.startsWith('binary_cross_entropy')) return { kind: 'classes', level: Math.LN2, reason: 'for yes or no' };
  const { spread } = run.targets;
  return loss === 'mse_loss' && spread !== undefined
    ? { kind: 'amounts', level: spread, reason: 'the variance of the targets' }
    : undefined;
}

function ofClasses(run: Run, call: EventRecord, classes: number): Chance {
  const counts = run.targets.labels.length === classes ? run.targets.labels : [];
  const total = counts.reduce((sum, count) => sum + count, 0);
  const reason = `for ${classes} classes`;
  // Weights change the scale, and a few labels say little about how often each class is: evenly, then.
  if (total < 4 * classes || call['weighted'] === true)
    return { kind: 'classes', level: Math.log(Math.max(2, classes)), reason };
  const level = counts.reduce((sum, count) => (count > 0 ? sum - (count / total) * Math.log(count / total) : sum), 0);
  return { kind: 'classes', level, reason };
}
