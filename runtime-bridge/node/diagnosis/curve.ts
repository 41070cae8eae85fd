/** A curve as rules need it: its ends, its lowest point and sums of any part, in a memory that hardly grows. */

/** Values that are kept of the start, and of the end at least. */
const keptAtStart = 64;
const keptAtEnd = 512;

/** What has been added up over a run of values, for the mean of any part in about a hundred additions. */
export class Sums {
  private static readonly width = 32;
  /** Sums of 1, 32, 1024 ... values. */
  private readonly levels: number[][] = [[]];

  get count(): number {
    return (this.levels[0] as number[]).length;
  }

  add(value: number): void {
    for (let level = 0, sum = value; ; level++) {
      const sums = (this.levels[level] ??= []);
      sums.push(sum);
      if (sums.length % Sums.width !== 0) return;
      sum = total(sums, sums.length - Sums.width, sums.length);
    }
  }

  /** The mean of the values from one index up to another; NaN of none. */
  mean(from: number, to: number): number {
    return this.sum(0, from, to) / (to - from);
  }

  private sum(level: number, from: number, to: number): number {
    const sums = this.levels[level] ?? [];
    const [first, last] = [Math.ceil(from / Sums.width), Math.floor(to / Sums.width)];
    if (first >= last) return total(sums, from, to);
    const whole = this.sum(level + 1, first, last);
    return total(sums, from, first * Sums.width) + whole + total(sums, last * Sums.width, to);
  }

  /** Means of consecutive parts of equal length, at most `count`. */
  bins(count: number): readonly number[] {
    const size = Math.max(1, Math.floor(this.count / count));
    const parts = Math.min(count, Math.floor(this.count / size));
    return Array.from({ length: parts }, (_, i) => this.mean(i * size, (i + 1) * size));
  }
}

function total(values: readonly number[], from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i] as number;
  return sum;
}

/** Values by step. */
export class Curve {
  private readonly start: number[] = [];
  private readonly end: number[] = [];
  private lastSteps: readonly [number, number] = [NaN, NaN];
  length = 0;
  /** Values that are not 0. */
  nonZero = 0;

  /** Takes the next point. */
  add(step: number, value: number): void {
    this.length += 1;
    if (value !== 0) this.nonZero += 1;
    if (this.start.length < keptAtStart) this.start.push(value);
    this.end.push(value);
    // Now and then at once, so that a point costs the same however many came before.
    if (this.end.length >= 2 * keptAtEnd) this.end.splice(0, keptAtEnd);
    this.lastSteps = [this.lastSteps[1], step];
  }

  get first(): number | undefined {
    return this.start[0];
  }

  get last(): number | undefined {
    return this.end.at(-1);
  }

  /** Step of the last point but one; NaN without it. */
  get stepBeforeLast(): number {
    return this.lastSteps[0];
  }

  /** The first values, at most 64. */
  head(count: number): readonly number[] {
    return this.start.slice(0, count);
  }

  /** The last values, at most 512. */
  recent(count: number): readonly number[] {
    return count <= 0 ? [] : this.end.slice(-count);
  }

  /** The value so many points from the end: 1 is the last. */
  back(count: number): number | undefined {
    return count > keptAtEnd ? undefined : this.end.at(-count);
  }
}

/** A curve of finite values that also knows the mean of any part. */
export class SummedCurve extends Curve {
  private readonly steps: number[] = [];
  readonly sums = new Sums();

  override add(step: number, value: number): void {
    super.add(step, value);
    this.steps.push(step);
    this.sums.add(value);
  }

  /** The mean over steps after one and up to another; NaN of none. */
  meanBetween(after: number, upTo: number): number {
    return this.sums.mean(this.indexAfter(after), this.indexAfter(upTo));
  }

  /** Index of the first point after a step; steps don't fall. */
  private indexAfter(step: number): number {
    let [low, high] = [0, this.steps.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.steps[middle] as number) <= step) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A curve whose best point counts: the losses of evaluations. */
export class RatedCurve extends Curve {
  best = Infinity;
  bestStep = NaN;
  /** Points since the best one, which counts as one. */
  sinceBest = 0;
  /** Whether every value was a number. */
  isFinite = true;
  private readonly sorted: number[] = [];
  private score = 0;

  override add(step: number, value: number): void {
    super.add(step, value);
    if (!Number.isFinite(value)) {
      this.isFinite = false;
      return;
    }
    if (value < this.best) {
      [this.best, this.bestStep, this.sinceBest, this.score] = [value, step, 0, 0];
      this.sorted.length = 0;
    }
    this.sinceBest += 1;
    const [below, upTo] = [this.position(value, false), this.position(value, true)];
    this.score += below - (this.sorted.length - upTo);
    this.sorted.splice(upTo, 0, value);
  }

  /** Mann-Kendall from the best point on: the standard score of a trend; above 1.96 it rises. */
  get trend(): number {
    const n = this.sinceBest;
    if (n < 4 || this.score === 0) return 0;
    return (this.score - Math.sign(this.score)) / Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  }

  /** How many of the sorted values are lower, or lower or equal. */
  private position(value: number, orEqual: boolean): number {
    let [low, high] = [0, this.sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const each = this.sorted[middle] as number;
      if (each < value || (orEqual && each === value)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
