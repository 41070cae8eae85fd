/**
 * How much less n requests say when a few units made them.
 *
 * Requests of one user fail together. Their number is divided by the design effect 1 + rho (m - 1), where m is the mean
 * number of requests of a request's unit and rho their correlation, estimated from the units seen so far.
 * Source: Kish, "Survey Sampling", 1965, section 5.4.
 */

/** Units that are told apart; every later one counts as new. */
const mostUnits = 200_000;
/** Events that the prior guess "requests of a unit are one request" is worth: without events nothing speaks against it. */
const priorEvents = 2;

interface Unit {
  n: number;
  sum: number;
}

/** Sums over the units of one arm. */
export class Clusters {
  private readonly units = new Map<string, Unit>();
  n = 0;
  sum = 0;
  private nSquares = 0;
  private sumSquares = 0;
  private products = 0;

  add(unit: string | undefined, value: number): void {
    this.n += 1;
    this.sum += value;
    const seen = unit === undefined ? undefined : this.unitOf(unit);
    if (seen === undefined) {
      this.nSquares += 1;
      this.sumSquares += value * value;
      this.products += value;
      return;
    }
    this.nSquares += 2 * seen.n + 1;
    this.sumSquares += 2 * seen.sum * value + value * value;
    this.products += seen.n * value + seen.sum + value;
    seen.n += 1;
    seen.sum += value;
  }

  private unitOf(name: string): Unit | undefined {
    const known = this.units.get(name);
    if (known !== undefined || this.units.size >= mostUnits) return known;
    const fresh = { n: 0, sum: 0 };
    this.units.set(name, fresh);
    return fresh;
  }

  get mean(): number {
    return this.sum / this.n;
  }

  /** Requests of the unit of a request, on average. */
  get size(): number {
    return this.n === 0 ? 1 : this.nSquares / this.n;
  }

  /** Variance of the mean over units: robust against requests of a unit being alike. */
  get meanVariance(): number {
    return this.spread / (this.n * this.n);
  }

  /** Sum over units of (sum - mean n)^2. */
  get spread(): number {
    return Math.max(0, this.sumSquares - 2 * this.mean * this.products + this.mean * this.mean * this.nSquares);
  }

  /** Ordered pairs of different requests of one unit. */
  get pairs(): number {
    return this.nSquares - this.n;
  }
}

/** Factor by which requests of rates (values 0 and 1) count for less; 1 where no unit comes twice. */
export function designEffect(arms: readonly Clusters[]): number {
  const size = Math.max(...arms.map((arm) => arm.size));
  if (size <= 1) return 1;
  let shared = 0;
  let possible = 0;
  let events = 0;
  for (const arm of arms) {
    if (arm.n === 0) continue;
    const variance = arm.mean * (1 - arm.mean);
    shared += arm.spread - arm.n * variance;
    possible += variance * arm.pairs;
    events += Math.min(arm.sum, arm.n - arm.sum);
  }
  const measured = possible > 0 ? Math.min(1, Math.max(0, shared / possible)) : 1;
  const alike = (events * measured + priorEvents) / (events + priorEvents);
  return 1 + alike * (size - 1);
}
