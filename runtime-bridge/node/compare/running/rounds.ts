/**
 * How two measured quantities compare, from rounds that each started new processes.
 *
 * Runs of one process are alike in ways that the next process is not (where its memory lies, what it shares a core with),
 * so that thousands of runs of two processes of the same file differ "for certain". What is compared is therefore one
 * number a round, and the interval comes from the rounds.
 * Source: Georges, Buytaert and Eeckhout, "Statistically rigorous Java performance evaluation", OOPSLA 2007, section 3.2.
 */

export interface Ratio {
  /** Geometric means over the rounds. */
  readonly before: number;
  readonly after: number;
  /** Bounds of after / before: each such interval is right with 97.5 %, two of them together with 95 %. */
  readonly lower: number;
  readonly upper: number;
}

/** Two-sided 97.5 % quantiles of Student's t, for 2 to 9 degrees of freedom. */
const quantiles: readonly number[] = [6.205, 4.177, 3.495, 3.163, 2.969, 2.841, 2.752, 2.685];
/** Fewer rounds say nothing. */
export const leastRounds = 3;
export const mostRounds = leastRounds + quantiles.length - 1;

/**
 * @param rounds positive numbers of both, 3 to 10 rounds
 * @returns undefined for another number of rounds
 */
export function ratioOf(rounds: readonly { readonly before: number; readonly after: number }[]): Ratio | undefined {
  const t = quantiles[rounds.length - leastRounds];
  if (t === undefined) return undefined;
  const mean = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length;
  const [before, after] = [rounds.map((round) => Math.log(round.before)), rounds.map((round) => Math.log(round.after))];
  const differences = after.map((value, i) => value - (before[i] ?? 0));
  const middle = mean(differences);
  const variance = differences.reduce((sum, each) => sum + (each - middle) ** 2, 0) / (rounds.length - 1);
  const width = t * Math.sqrt(variance / rounds.length);
  return {
    before: Math.exp(mean(before)),
    after: Math.exp(mean(after)),
    lower: Math.exp(middle - width),
    upper: Math.exp(middle + width),
  };
}
