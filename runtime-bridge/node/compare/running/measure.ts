/** Times of both versions, taken in turns: what slows the machine down slows both. */
import { latencyOf } from '../../inference/local/latency';
import type { Comparison } from '../section';
import { NotRun, type Pair, type RunOptions, type Sample, withBoth } from './pair';
import { leastRounds } from './rounds';

/** What a round has measured of one version. */
export interface Measured {
  /** Milliseconds of the computation alone. */
  readonly p50: number;
  readonly p95: number;
  /** Bytes of its process after loading. */
  readonly resident: number;
}

export interface Round {
  readonly before: Measured;
  readonly after: Measured;
  /** Runs of each. */
  readonly runs: number;
}

const rounds = 6;
/** Runs of each version in a round, where there is time for them. */
const mostRuns = 50;
const leastRuns = 5;
/** Runs that are not counted: the first ones allocate. */
const warmUps = 5;

/**
 * Rounds of new processes; fewer than asked for where time is over.
 *
 * @throws NotRun, InputProblem, and the signal's reason
 */
export async function measure(comparison: Comparison, options: RunOptions): Promise<readonly Round[]> {
  const found: Round[] = [];
  const began = performance.now();
  const share = (options.seconds * 1000) / rounds;
  for (let round = 0; round < rounds; round++) {
    if (round >= leastRounds && performance.now() - began > options.seconds * 1000) break;
    const tell = (part: number): void => comparison.onProgress(`latency, round ${round + 1}`, (round + part) / rounds);
    found.push(
      await withBoth(comparison, options, (pair) => oneRound(pair, share, comparison.signal, tell), round % 2 === 1),
    );
  }
  return found;
}

async function oneRound(
  pair: Pair,
  shareMs: number,
  signal: AbortSignal | undefined,
  tell: (part: number) => void,
): Promise<Round> {
  const began = performance.now();
  const isOver = (): boolean => performance.now() - began > shareMs;
  const sample = await firstAnswered(pair);
  const resident = (side: 'before' | 'after'): number => pair[side].worker.resident ?? 0;
  const memory = { before: resident('before'), after: resident('after') };
  const millis: Record<'before' | 'after', number[]> = { before: [], after: [] };
  const run = async (side: 'before' | 'after'): Promise<number> =>
    (await pair[side].worker.run(sample[side], [])).nanoseconds / 1e6;
  for (let i = 0; i < warmUps + mostRuns; i++) {
    signal?.throwIfAborted();
    const isWarm = i >= warmUps || (isOver() && i > 0);
    if (millis.before.length >= leastRuns && isOver()) break;
    // Who runs second finds the caches as the first has left them.
    const order = i % 2 === 0 ? (['before', 'after'] as const) : (['after', 'before'] as const);
    for (const side of order) {
      const took = await run(side);
      if (isWarm) millis[side].push(took);
    }
    tell(i / (warmUps + mostRuns));
  }
  const measured = (side: 'before' | 'after'): Measured => {
    const { percentiles } = latencyOf(millis[side]);
    const at = (share: number): number => percentiles.find((each) => each.share === share)?.millis ?? 0;
    return { p50: at(0.5), p95: at(0.95), resident: memory[side] };
  };
  return { before: measured('before'), after: measured('after'), runs: millis.before.length };
}

async function firstAnswered({ before, after, samples }: Pair): Promise<Sample> {
  let why = 'there are no inputs';
  for (const sample of samples)
    try {
      await before.worker.run(sample.before, []);
      await after.worker.run(sample.after, []);
      return sample;
    } catch (error) {
      why = error instanceof Error ? error.message : String(error);
    }
  throw new NotRun(`there is no input that both answer: ${why}`);
}
