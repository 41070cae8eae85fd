/**
 * Whether the split is the split that was asked for: a wrong one makes every other comparison worthless.
 *
 * The chi-square of the counts is watched all the time, so its bound is that of a normal mixture: the chance that it is
 * ever passed without a cause stays under 0.001.
 * Source of the bound: Robbins, "Statistical methods related to the law of the iterated logarithm", 1970.
 */
export const sampleRatioAlpha = 0.001;
/** Expected variance of the count below which chi-square does not hold. */
const leastVariance = 10;

export class SampleRatio {
  private excess = 0;
  private variance = 0;
  n = 0;
  candidates = 0;
  expected = 0;

  add(isCandidate: boolean, weight: number): void {
    this.n += 1;
    this.candidates += isCandidate ? 1 : 0;
    this.expected += weight;
    this.excess += (isCandidate ? 1 : 0) - weight;
    this.variance += weight * (1 - weight);
  }

  get chiSquare(): number {
    return this.variance === 0 ? 0 : this.excess ** 2 / this.variance;
  }

  get isBroken(): boolean {
    if (this.variance < leastVariance) return false;
    const ratio = (this.variance + leastVariance) / leastVariance;
    const bound = (this.variance + leastVariance) * (Math.log(ratio) - 2 * Math.log(sampleRatioAlpha));
    return this.excess ** 2 > bound;
  }
}
