/**
 * Minimum, maximum and number of values that aren't finite, over 8, 64, 512 ... neighbours. Built while values arrive;
 * any range is then summed up from a few nodes. Memory: three numbers for every seven values.
 */
import { ChunkPool, Column } from './column';

const fanOut = 8;

/** Of a range of values. `low` and `high` are of the finite ones: NaN where there is none. */
export interface Extremes {
  low: number;
  high: number;
  /** NaN and infinite values. */
  nonfinite: number;
}

interface Level {
  readonly low: Column;
  readonly high: Column;
  readonly nonfinite: Column;
  /** What the next node is made of so far. */
  pending: Extremes;
  pendingCount: number;
}

const none = (): Extremes => ({ low: Number.NaN, high: Number.NaN, nonfinite: 0 });

function include(into: Extremes, low: number, high: number, nonfinite: number): void {
  // NaN compares false: `!(a <= b)` takes the other side where one of them is missing.
  if (low === low && !(into.low <= low)) into.low = low;
  if (high === high && !(into.high >= high)) into.high = high;
  into.nonfinite += nonfinite;
}

export class Pyramid {
  /** Nodes are small and asked for all the time: they never spill. */
  private readonly pool = new ChunkPool();
  private readonly levels: Level[] = [];

  /** @param values the column below; `push` is called after each of its pushes */
  constructor(private readonly values: Column) {}

  push(value: number): void {
    if (Number.isFinite(value)) this.add(0, value, value, 0);
    else this.add(0, Number.NaN, Number.NaN, 1);
  }

  /** Sums up the values from `from` to before `to`. */
  extremes(from: number, to: number): Extremes {
    const found = none();
    let [start, end] = [from, Math.min(to, this.values.length)];
    // Climbs while the range is wider than a node: ragged edges are read on this level, the middle on the next.
    for (let level = -1; start < end; level++) {
      const nodes = this.levels[level + 1]?.low.length ?? 0;
      const innerStart = Math.ceil(start / fanOut);
      const innerEnd = Math.min(Math.floor(end / fanOut), nodes);
      if (innerStart >= innerEnd) {
        this.read(level, start, end, found);
        break;
      }
      this.read(level, start, innerStart * fanOut, found);
      this.read(level, innerEnd * fanOut, end, found);
      [start, end] = [innerStart, innerEnd];
    }
    return found;
  }

  private add(index: number, low: number, high: number, nonfinite: number): void {
    const level = (this.levels[index] ??= this.newLevel());
    include(level.pending, low, high, nonfinite);
    if (++level.pendingCount < fanOut) return;
    const { pending } = level;
    level.low.push(pending.low);
    level.high.push(pending.high);
    level.nonfinite.push(pending.nonfinite);
    level.pending = none();
    level.pendingCount = 0;
    this.add(index + 1, pending.low, pending.high, pending.nonfinite);
  }

  /** Includes nodes of a level; -1 are the values themselves. */
  private read(index: number, start: number, end: number, found: Extremes): void {
    const level = this.levels[index];
    for (let i = start; i < end; i++) {
      if (level !== undefined) {
        include(found, level.low.at(i), level.high.at(i), level.nonfinite.at(i));
        continue;
      }
      const value = this.values.at(i);
      if (Number.isFinite(value)) include(found, value, value, 0);
      else found.nonfinite++;
    }
  }

  private newLevel(): Level {
    const column = (): Column => new Column(this.pool);
    return { low: column(), high: column(), nonfinite: column(), pending: none(), pendingCount: 0 };
  }
}
