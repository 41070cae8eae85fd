/** Figures of a series of measurements. */

/** The value that a share of the series lies at or below (nearest rank). */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

export const median = (values) => percentile(values, 0.5);

export const round = (value, digits = 1) => (value === undefined ? undefined : Number(value.toFixed(digits)));

/** p50, p95 and max, in the values' unit. */
export const spread = (values) => ({
  p50: round(percentile(values, 0.5)),
  p95: round(percentile(values, 0.95)),
  max: round(Math.max(...values)),
});

/** The mean of the middle half: what a busy machine does to single values doesn't count. */
export function middleMean(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const cut = Math.floor(sorted.length / 4);
  const middle = sorted.slice(cut, sorted.length - cut);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}
