/** Durations of repeated runs: percentiles where there are enough of them to say so, and a histogram. */

export interface Percentile {
  readonly share: number;
  readonly millis: number;
  /** Runs that it takes before even the longest bounds it with 95 % confidence: ln 0.05 / ln share. */
  readonly needs: number;
  readonly isSupported: boolean;
}

export interface Latency {
  readonly runs: number;
  readonly mean: number;
  readonly percentiles: readonly Percentile[];
  /** Counts of equal steps from the shortest to the longest. */
  readonly histogram: readonly { readonly upTo: number; readonly count: number }[];
}

const shares = [0.5, 0.9, 0.95, 0.99] as const;
const steps = 10;

export function latencyOf(millis: readonly number[]): Latency {
  const sorted = [...millis].sort((a, b) => a - b);
  const runs = sorted.length;
  const [least, most] = [sorted[0] ?? 0, sorted.at(-1) ?? 0];
  const width = (most - least) / steps;
  const percentiles = shares.map((share): Percentile => {
    const needs = Math.ceil(Math.log(0.05) / Math.log(share));
    const at = Math.min(runs - 1, Math.ceil(share * runs) - 1);
    return { share, millis: sorted[at] ?? 0, needs, isSupported: runs >= needs };
  });
  const histogram = Array.from({ length: steps }, (_, i) => ({ upTo: least + width * (i + 1), count: 0 }));
  for (const each of sorted) {
    const step = histogram[width === 0 ? 0 : Math.min(steps - 1, Math.floor((each - least) / width))];
    if (step !== undefined) step.count += 1;
  }
  return { runs, mean: sorted.reduce((all, each) => all + each, 0) / Math.max(1, runs), percentiles, histogram };
}
