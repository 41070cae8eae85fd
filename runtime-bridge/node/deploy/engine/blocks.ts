/**
 * Two arms compared request by request: each difference is one of the candidate against some of the baseline.
 *
 * Requests are matched in the order in which they came, so that what changes over time changes both sides; how many of
 * each arm make a block follows from the weight alone. The differences then have the mean that is asked for, and bounds.
 */
import type { Bounded } from './statistics/betting';
import { Clusters, designEffect } from './statistics/clusters';

/** More of one arm for one of the other make the difference hardly sharper. */
const mostOfOneArm = 20;
/** Blocks for which one arm may wait for the other; what is older says little of now. */
const mostWaiting = 50;

export class Blocks {
  readonly baseline = new Clusters();
  readonly candidate = new Clusters();
  private readonly counts = new Map<number, number>();
  private waiting: { baseline: number[]; candidate: number[] } = { baseline: [], candidate: [] };
  private sizes = { baseline: 1, candidate: 1 };
  /** Whether every value was 0 or 1, which the exact intervals are for. */
  isBinary = true;

  /** From here on the candidate gets this share, from 0 to 1. */
  setWeight(weight: number): void {
    const ratio = (1 - weight) / weight;
    const limit = (value: number): number => Math.min(mostOfOneArm, Math.max(1, Math.round(value)));
    this.sizes = { baseline: limit(ratio), candidate: limit(1 / ratio) };
    this.waiting = { baseline: [], candidate: [] };
  }

  add(arm: 'baseline' | 'candidate', value: number, unit: string | undefined): void {
    this[arm].add(unit, value);
    if (value !== 0 && value !== 1) this.isBinary = false;
    const queue = this.waiting[arm];
    queue.push(value);
    if (queue.length > mostWaiting * this.sizes[arm]) queue.shift();
    if (this.waiting.baseline.length >= this.sizes.baseline && this.waiting.candidate.length >= this.sizes.candidate)
      this.match();
  }

  private match(): void {
    const meanOf = (arm: 'baseline' | 'candidate'): number =>
      this.waiting[arm].splice(0, this.sizes[arm]).reduce((sum, value) => sum + value, 0) / this.sizes[arm];
    // Rounded, so that equal differences are one entry.
    const value = Math.round((meanOf('candidate') - meanOf('baseline')) * 1e9) / 1e9;
    this.addDifference(value);
  }

  /** Where both versions answered the same request. */
  addPair(baseline: number, candidate: number, unit: string | undefined): void {
    this.baseline.add(unit, baseline);
    this.candidate.add(unit, candidate);
    this.addDifference(candidate - baseline);
  }

  private addDifference(value: number): void {
    this.counts.set(value, (this.counts.get(value) ?? 0) + 1);
  }

  /** What the differences say, requests of one unit counted for what they are worth. */
  get differences(): Bounded {
    return { counts: scaled(this.counts, 1 / designEffect([this.baseline, this.candidate])), range: [-1, 1] };
  }
}

export const scaled = (counts: ReadonlyMap<number, number>, factor: number): ReadonlyMap<number, number> =>
  factor === 1 ? counts : new Map([...counts].map(([value, count]) => [value, count * factor]));

/** The rate of one arm. */
export const rateOf = (arm: Clusters): Bounded => ({
  counts: scaled(
    new Map([
      [0, arm.n - arm.sum],
      [1, arm.sum],
    ]),
    1 / designEffect([arm]),
  ),
  range: [0, 1],
});
