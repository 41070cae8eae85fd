/**
 * Asymptotic confidence sequence of a mean of any values: what betting can't do without known bounds.
 *
 * Source: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central limit theory and asymptotic confidence
 * sequences", 2024 (Annals of Statistics 52), theorem 2.2 and the tuning of its section 2.3.
 */
import type { Interval } from './betting';

/** Sample size at which the interval is narrowest for its level. */
const tunedAt = 2_000;
/** Below this a normal approximation is not to be had. */
export const leastForAsymptotic = 100;

/** Bounds of `estimate`, each wrong with a chance of at most `alpha`. `meanVariance` is the variance of the estimate from n values. */
export function asymptoticInterval(estimate: number, meanVariance: number, n: number, alpha: number): Interval {
  const both = 2 * alpha;
  const scale = (-2 * Math.log(both) + Math.log(-2 * Math.log(both) + 1)) / tunedAt;
  const width = Math.sqrt(
    ((2 * (n * scale + 1)) / (n * scale)) * Math.log(Math.sqrt(n * scale + 1) / both) * meanVariance,
  );
  return { lower: estimate - width, upper: estimate + width };
}
