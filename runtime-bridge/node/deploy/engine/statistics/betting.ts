/**
 * Exact confidence sequences for the mean of bounded values: valid at every sample size, however often one looks.
 *
 * A gambler who starts with 1 and bets on "the mean is above m" can't expect to gain where that is false; that the
 * capital ever reaches 1/alpha then has a chance of alpha at most (Ville). The stakes are a fixed mixture, so the capital
 * depends only on how often each value was seen, and a log of counts is enough to check a verdict.
 * Source: Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting", 2024 (JRSS B 86).
 */

/** How often each value was seen; fractions where requests of one unit count for less. */
export type Counts = ReadonlyMap<number, number>;

export interface Bounded {
  readonly counts: Counts;
  /** Smallest and largest value that can occur. */
  readonly range: readonly [number, number];
}

export interface Interval {
  readonly lower: number;
  readonly upper: number;
}

/** Smallest stakes of the mixture: rare events of a rate want small ones, differences around 0 don't. */
const smallestStake = { rate: 1e-4, difference: 0.03 } as const;
const stakeRatio = 1.7;

const stakesFrom = (smallest: number): readonly number[] =>
  Array.from({ length: Math.ceil(Math.log(1 / smallest) / Math.log(stakeRatio)) + 1 }, (_, i) => stakeRatio ** -i);
const stakes = {
  rate: stakesFrom(smallestStake.rate),
  difference: stakesFrom(smallestStake.difference),
};

/**
 * Logarithm of the capital of one who bet that the mean is above `mean`.
 *
 * A bound is proved at level alpha where this is at least log(1/alpha).
 */
export function logCapitalAbove({ counts, range: [least, most] }: Bounded, mean: number): number {
  const span = most - least;
  const level = (mean - least) / span;
  if (level <= 0) return Infinity;
  const seen = [...counts].map(([value, count]) => [(value - least) / span / level, count] as const);
  return mixed(seen, least < 0 ? stakes.difference : stakes.rate);
}

/** The same for "the mean is below `mean`". */
export const logCapitalBelow = (seen: Bounded, mean: number): number => logCapitalAbove(mirrored(seen), -mean);

/** log of the mean over stakes c of the product of (1 - c + c * ratio), each as often as it was seen. */
function mixed(seen: readonly (readonly [ratio: number, count: number])[], mixture: readonly number[]): number {
  const logs = mixture.map((stake) => {
    let log = 0;
    for (const [ratio, count] of seen) if (count > 0) log += count * Math.log1p(stake * (ratio - 1));
    return log;
  });
  const largest = Math.max(...logs);
  if (largest === -Infinity) return -Infinity;
  return largest + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - largest), 0) / mixture.length);
}

const mirrored = ({ counts, range: [least, most] }: Bounded): Bounded => ({
  counts: new Map([...counts].map(([value, count]) => [-value, count])),
  range: [-most, -least],
});

/** Both bounds, each wrong with a chance of at most `alpha`, at any time. The capital falls as the mean rises: bisection. */
export function bettingInterval(seen: Bounded, alpha: number): Interval {
  return { lower: lowerBound(seen, alpha), upper: -lowerBound(mirrored(seen), alpha) };
}

function lowerBound(seen: Bounded, alpha: number): number {
  const wanted = Math.log(1 / alpha);
  let [low, high] = seen.range;
  for (let i = 0; i < 24; i++) {
    const middle = (low + high) / 2;
    if (logCapitalAbove(seen, middle) >= wanted) low = middle;
    else high = middle;
  }
  return low;
}
