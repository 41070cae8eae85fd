/**
 * Statistics of tensors over the whole run in bounded memory: a fixed number of cells each. When they are full,
 * neighbours merge, so cells cover twice as many steps; the statistics of the journal are made to be merged.
 */
import type { LayerMeasure } from '../../../protocol/src/bridge';
import type { TensorStats } from '../../../protocol/src/journal';

/** Cells of all tensors together; with few tensors each has `mostCells`. */
const allCells = 1 << 20;
const mostCells = 128;
const leastCells = 8;

/** Columns of a cell. */
const At = { step: 0, count: 1, nonfinite: 2, zeros: 3, sum: 4, squares: 5, largest: 6, width: 7 } as const;

export class Timeline {
  private cells = new Float64Array(leastCells * At.width);
  private length = 0;
  /** Captures that the last cell holds, and how many one cell takes. */
  private held = 0;
  private perCell = 1;
  /** Of the newest capture. */
  exponents: Uint32Array = new Uint32Array(0);
  /** Greatest value of each channel so far. */
  channelMax: Float32Array = new Float32Array(0);

  /** @param capacity cells that this one may have, asked each time it grows */
  constructor(private readonly capacity: () => number) {}

  get columns(): number {
    return this.length;
  }

  push(step: number, stats: TensorStats): void {
    if (this.length === 0 || this.held === this.perCell) this.open(step);
    this.held++;
    const at = (this.length - 1) * At.width;
    const { cells } = this;
    const finite = stats.n - stats.nan - stats.inf;
    cells[at + At.count] = (cells[at + At.count] as number) + finite;
    cells[at + At.nonfinite] = (cells[at + At.nonfinite] as number) + stats.nan + stats.inf;
    cells[at + At.zeros] = (cells[at + At.zeros] as number) + stats.zeros;
    if (Number.isFinite(stats.sum)) cells[at + At.sum] = (cells[at + At.sum] as number) + stats.sum;
    if (Number.isFinite(stats.sumSquares))
      cells[at + At.squares] = (cells[at + At.squares] as number) + stats.sumSquares;
    if (Number.isFinite(stats.absMax))
      cells[at + At.largest] = Math.max(cells[at + At.largest] as number, stats.absMax);
    this.exponents = stats.exponents;
    if (stats.channelMax !== undefined) this.channelMax = greatest(this.channelMax, stats.channelMax);
  }

  stepAt(column: number): number {
    return this.cells[column * At.width + At.step] as number;
  }

  /** The column that covers a step; undefined before the first. */
  columnOf(step: number): number | undefined {
    let [low, high] = [0, this.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.stepAt(middle) <= step) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? undefined : low - 1;
  }

  /** A share for `zeros` and `nonfinite`; NaN where nothing finite was seen. */
  measure(column: number, measure: LayerMeasure): number {
    const at = column * At.width;
    const value = (offset: number): number => this.cells[at + offset] as number;
    const count = value(At.count);
    const mean = value(At.sum) / count;
    switch (measure) {
      case 'mean':
        return mean;
      case 'deviation':
        return Math.sqrt(Math.max(0, value(At.squares) / count - mean * mean));
      case 'largest':
        return count === 0 ? Number.NaN : value(At.largest);
      case 'zeros':
        return value(At.zeros) / (count + value(At.nonfinite));
      case 'nonfinite':
        return value(At.nonfinite) / (count + value(At.nonfinite));
      default:
        return measure satisfies never;
    }
  }

  private open(step: number): void {
    const capacity = this.capacity();
    while (this.length >= capacity) this.halve();
    if (this.held !== 0 && this.held < this.perCell) return;
    if ((this.length + 1) * At.width > this.cells.length) {
      const larger = new Float64Array(Math.min(capacity, this.length * 2) * At.width);
      larger.set(this.cells.subarray(0, this.length * At.width));
      this.cells = larger;
    }
    this.cells.fill(0, this.length * At.width, (this.length + 1) * At.width);
    this.cells[this.length * At.width + At.step] = step;
    this.length++;
    this.held = 0;
  }

  /** Merges each pair of cells; the last one may be left without a partner, with room in it. */
  private halve(): void {
    const { cells } = this;
    const half = Math.ceil(this.length / 2);
    for (let i = 0; i < half; i++) {
      const [from, to] = [2 * i * At.width, i * At.width];
      const alone = 2 * i + 1 >= this.length;
      for (let part = 0; part < At.width; part++) {
        const [a, b] = [cells[from + part] as number, alone ? 0 : (cells[from + At.width + part] as number)];
        cells[to + part] = part === At.step ? a : part === At.largest ? Math.max(a, b) : a + b;
      }
    }
    if (this.length % 2 === 0) this.held += this.perCell;
    this.perCell *= 2;
    this.length = half;
  }
}

/** The timelines of a run by what they are of. */
export class Timelines<Key extends string> {
  private readonly all = new Map<Key, Timeline>();

  private readonly capacity = (): number =>
    Math.max(leastCells, Math.min(mostCells, Math.floor(allCells / this.all.size)));

  get(key: Key): Timeline | undefined {
    return this.all.get(key);
  }

  push(key: Key, step: number, stats: TensorStats): void {
    let timeline = this.all.get(key);
    if (timeline === undefined) this.all.set(key, (timeline = new Timeline(this.capacity)));
    timeline.push(step, stats);
  }
}

function greatest(so: Float32Array, now: Float32Array): Float32Array {
  if (so.length !== now.length) return now.slice();
  now.forEach((value, i) => {
    if (!((so[i] as number) >= value)) so[i] = value;
  });
  return so;
}
