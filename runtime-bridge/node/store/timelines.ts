/** Statistics of tensors over the whole run, in bounded memory. */
import type { LayerMeasure } from '../../../protocol/src/bridge';
import { exponentBins, type TensorStats } from '../../../protocol/src/journal';
import { Cells, type CellShape } from './cells';
import { RecentChannels } from './recentChannels';

/** Cells of all tensors together, and the most that one has: 64 MB of sums, 32 MB of histograms. */
const sums = { all: 1 << 20, most: 128 } as const;
const histograms = { all: 1 << 17, most: 64 } as const;

/** Numbers of a cell. */
const At = { count: 0, nonfinite: 1, zeros: 2, sum: 3, squares: 4, largest: 5, width: 6 } as const;

const sumCells: CellShape<Float64Array> = {
  width: At.width,
  make: (length) => new Float64Array(length),
  merge: (part, a, b) => (part === At.largest ? Math.max(a, b) : a + b),
};

/** The exponents' counts of both signs, then zeros, then all that was looked at. */
const binWidth = 2 * exponentBins + 2;
const binCells: CellShape<Uint32Array> = {
  width: binWidth,
  make: (length) => new Uint32Array(length),
  merge: (_, a, b) => Math.min(a + b, 2 ** 32 - 1),
};

/** Measures of one cell; `relative` needs another tensor. */
export type OwnMeasure = Exclude<LayerMeasure, 'relative'>;

export interface Histogram {
  readonly steps: Float64Array;
  readonly exponents: Uint32Array;
  readonly zeros: Float64Array;
}

export class Timeline {
  private readonly cells: Cells<Float64Array>;
  private readonly bins: Cells<Uint32Array>;
  private longestGap = 0;
  readonly channels = new RecentChannels();

  /** @param capacity cells that this one may have, asked each time it grows */
  constructor(capacity: (of: { readonly all: number; readonly most: number }) => number) {
    this.cells = new Cells(sumCells, () => capacity(sums));
    this.bins = new Cells(binCells, () => capacity(histograms));
  }

  get columns(): number {
    return this.cells.length;
  }

  push(step: number, stats: TensorStats): void {
    if (this.columns > 0) this.longestGap = Math.max(this.longestGap, step - this.cells.endAt(this.columns - 1));
    const at = this.cells.add(step);
    const { numbers } = this.cells;
    const add = (part: number, value: number): void => {
      if (Number.isFinite(value)) numbers[at + part] = (numbers[at + part] as number) + value;
    };
    add(At.count, stats.n - stats.nan - stats.inf);
    add(At.nonfinite, stats.nan + stats.inf);
    add(At.zeros, stats.zeros);
    add(At.sum, stats.sum);
    add(At.squares, stats.sumSquares);
    if (Number.isFinite(stats.absMax))
      numbers[at + At.largest] = Math.max(numbers[at + At.largest] as number, stats.absMax);
    this.count(step, stats);
    if (stats.channelMax !== undefined) this.channels.push(stats.channelMax, stats.rows);
  }

  stepAt(column: number): number {
    return this.cells.startAt(column);
  }

  /**
   * The column that covers a step; undefined before the first, and where the tensor is no longer captured: longer ago
   * than it ever was between two captures.
   */
  columnOf(step: number): number | undefined {
    const column = this.cells.cellOf(step);
    return column === undefined || step > this.cells.endAt(column) + this.longestGap ? undefined : column;
  }

  /** A share for `zeros` and `nonfinite`; NaN where nothing finite was seen. */
  measure(column: number, measure: OwnMeasure): number {
    const at = column * At.width;
    const value = (offset: number): number => this.cells.numbers[at + offset] as number;
    const count = value(At.count);
    const mean = value(At.sum) / count;
    switch (measure) {
      case 'mean':
        return mean;
      case 'deviation':
        return Math.sqrt(Math.max(0, value(At.squares) / count - mean * mean));
      case 'rms':
        return Math.sqrt(value(At.squares) / count);
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

  histogram(): Histogram {
    const { bins } = this;
    const exponents = new Uint32Array(bins.length * 2 * exponentBins);
    const zeros = new Float64Array(bins.length);
    for (let i = 0; i < bins.length; i++) {
      const cell = bins.numbers.subarray(i * binWidth, (i + 1) * binWidth);
      exponents.set(cell.subarray(0, 2 * exponentBins), i * 2 * exponentBins);
      zeros[i] = (cell[binWidth - 2] as number) / (cell[binWidth - 1] as number);
    }
    return { steps: Float64Array.from({ length: bins.length }, (_, i) => bins.startAt(i)), exponents, zeros };
  }

  private count(step: number, { exponents, zeros, n }: TensorStats): void {
    const at = this.bins.add(step);
    const { numbers } = this.bins;
    const add = (part: number, by: number): void => {
      numbers[at + part] = Math.min((numbers[at + part] as number) + by, 2 ** 32 - 1);
    };
    for (let bin = 0; bin < 2 * exponentBins; bin++) add(bin, exponents[bin] ?? 0);
    add(binWidth - 2, zeros);
    add(binWidth - 1, n);
  }
}

/** The timelines of a run by what they are of. */
export class Timelines<Key extends string> {
  private readonly all = new Map<Key, Timeline>();

  private readonly capacity = ({ all, most }: { readonly all: number; readonly most: number }): number =>
    Math.min(most, Math.floor(all / this.all.size));

  get(key: Key): Timeline | undefined {
    return this.all.get(key);
  }

  push(key: Key, step: number, stats: TensorStats): void {
    let timeline = this.all.get(key);
    if (timeline === undefined) this.all.set(key, (timeline = new Timeline(this.capacity)));
    timeline.push(step, stats);
  }
}
