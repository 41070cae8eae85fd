/**
 * How many requests a verdict needs, before the first one came.
 *
 * Fixed sample sizes of a comparison of two proportions, one-sided 5 %, power 80 %: what watching all the time needs is
 * of the same size, and known only afterwards.
 * Source: Fleiss, Levin and Paik, "Statistical Methods for Rates and Proportions", 3rd edition, section 4.2.
 */
const oneSided = 1.6449; // normal quantile of 95 %
const power = 0.8416; // normal quantile of 80 %

/** Error rate that a baseline is taken to have. */
export const usualErrorRate = 0.01;

/**
 * Requests of both versions together until a rise of the error rate by `margin` is seen.
 *
 * @param share of the new version, 0 to 1
 */
export function requestsNeeded(share: number, margin: number, rate = usualErrorRate): number {
  const worse = Math.min(1, rate + margin);
  const ratio = (1 - share) / share;
  const pooled = (worse + ratio * rate) / (1 + ratio);
  const equal = oneSided * Math.sqrt((1 + 1 / ratio) * pooled * (1 - pooled));
  const differs = power * Math.sqrt(worse * (1 - worse) + (rate * (1 - rate)) / ratio);
  const ofCandidate = ((equal + differs) / (worse - rate)) ** 2;
  return Math.ceil(ofCandidate * (1 + ratio));
}
