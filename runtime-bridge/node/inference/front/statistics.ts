/** Counts and durations of one version, as the protocol's statistics extension and the metrics tell them. */

interface Sum {
  count: number;
  /** Milliseconds. */
  millis: number;
}

/** Upper ends of the histogram of durations, in milliseconds. */
export const durationBounds = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000] as const;

export class Statistics {
  readonly succeeded: Sum = { count: 0, millis: 0 };
  readonly failed: Sum = { count: 0, millis: 0 };
  readonly computed: Sum = { count: 0, millis: 0 };
  readonly queued: Sum = { count: 0, millis: 0 };
  executions = 0;
  lastInferenceAt = 0;
  /** Requests that ran in batches of a size. */
  readonly batches = new Map<number, Sum>();
  readonly durations = new Array<number>(durationBounds.length + 1).fill(0);

  success(millis: number, computeMillis: number): void {
    add(this.succeeded, millis);
    add(this.computed, computeMillis);
    add(this.queued, Math.max(0, millis - computeMillis));
    this.lastInferenceAt = Date.now();
    const place = durationBounds.findIndex((bound) => millis <= bound);
    const bucket = place < 0 ? durationBounds.length : place;
    this.durations[bucket] = (this.durations[bucket] ?? 0) + 1;
  }

  failure(millis: number): void {
    add(this.failed, millis);
  }

  execution(requests: number, millis: number): void {
    this.executions += 1;
    const sum = this.batches.get(requests) ?? { count: 0, millis: 0 };
    add(sum, millis);
    this.batches.set(requests, sum);
  }
}

function add(sum: Sum, millis: number): void {
  sum.count += 1;
  sum.millis += millis;
}
