/** The greatest value of each channel lately: a unit that fired when the run began may be dead now. */

/** A window is full after both; the rule `dead-relu` wants as many. */
const windowExamples = 300;
const windowCaptures = 8;

interface Window {
  readonly max: Float32Array;
  readonly examples: number;
  readonly captures: number;
}

const empty: Window = { max: new Float32Array(0), examples: 0, captures: 0 };
const isFull = ({ examples, captures }: Window): boolean => examples >= windowExamples && captures >= windowCaptures;

/** Two windows, the newer one still filling: what is said is of one to two of them. */
export class RecentChannels {
  private older = empty;
  private newer = empty;

  push(max: Float32Array, examples: number): void {
    if (isFull(this.newer)) [this.older, this.newer] = [this.newer, empty];
    this.newer = joined(this.newer, { max, examples, captures: 1 });
  }

  /** Of each channel; empty where none was captured. */
  get max(): Float32Array {
    return joined(this.older, this.newer).max;
  }

  get examples(): number {
    return joined(this.older, this.newer).examples;
  }

  /** Whether enough was seen to call a channel dead. */
  get isEnough(): boolean {
    return isFull(this.newer) || this.older.captures > 0;
  }
}

/** Channels of another number are those of another layer: what was before does not count. */
function joined(before: Window, now: Window): Window {
  if (now.captures === 0 || before.captures === 0) return now.captures === 0 ? before : now;
  if (before.max.length !== now.max.length) return now;
  return {
    max: before.max.map((value, i) => Math.max(value, now.max[i] as number)),
    examples: before.examples + now.examples,
    captures: before.captures + now.captures,
  };
}
