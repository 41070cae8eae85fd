/**
 * One curve of one rank: values over steps and seconds, every one kept, and what a drawing of any part of it needs.
 */
import type { CurvePoints, XAxis } from '../../../protocol/src/curves';
import { Column, type ChunkPool } from './column';
import { Pyramid } from './pyramid';
import { Smoothing } from './smoothing';

/** Steps and seconds of records; curves that have a value in every record share one. */
export class Axis {
  readonly steps: Column;
  readonly times: Column;

  constructor(pool: ChunkPool) {
    this.steps = new Column(pool);
    this.times = new Column(pool);
  }

  get length(): number {
    return this.steps.length;
  }

  /** A step or a time behind the last one is moved up to it: searching needs order, and a clock may jump. */
  push(step: number, time: number): void {
    this.steps.push(this.behind(this.steps, step));
    this.times.push(this.behind(this.times, time));
  }

  column(x: XAxis): Column {
    return x === 'step' ? this.steps : this.times;
  }

  private behind(column: Column, value: number): number {
    const last = column.length === 0 ? value : column.at(column.length - 1);
    return value >= last ? value : last;
  }
}

/** What to draw: the part of the x axis, how fine, how smooth. */
export interface Window {
  readonly x: XAxis;
  readonly from: number;
  readonly to: number;
  /** At most so many buckets; with fewer values than twice that, the values themselves. */
  readonly pixels: number;
  /** Half-life in steps; 0 draws no smoothed line. */
  readonly smoothing: number;
}

/** Smoothings of a curve that are kept; a slider is dragged through many. */
const smoothingsKept = 2;

export class Series {
  private readonly values: Column;
  private readonly pyramid: Pyramid;
  private smoothings: Smoothing[] = [];
  private axis: Axis;
  /** Index on the axis of the first value. */
  private offset: number;

  /** @param shared the axis of all records, whose last entry belongs to the first value pushed */
  constructor(
    private readonly pool: ChunkPool,
    private readonly shared: Axis,
  ) {
    this.values = new Column(pool);
    this.pyramid = new Pyramid(this.values);
    this.axis = shared;
    this.offset = shared.length - 1;
  }

  get length(): number {
    return this.values.length;
  }

  get last(): number {
    return this.length === 0 ? Number.NaN : this.values.at(this.length - 1);
  }

  /** First and last x; undefined without values. */
  extent(x: XAxis): readonly [number, number] | undefined {
    return this.length === 0 ? undefined : [this.xAt(x, 0), this.xAt(x, this.length - 1)];
  }

  /** Adds the value that belongs to the last entry of the shared axis. */
  push(value: number): void {
    const entry = this.shared.length - 1;
    if (this.axis === this.shared && entry !== this.offset + this.length) this.leaveShared();
    if (this.axis !== this.shared) this.axis.push(this.shared.steps.at(entry), this.shared.times.at(entry));
    this.values.push(value);
    this.pyramid.push(value);
  }

  /** Values from `from` to before `to`, all of them. */
  raw(
    from: number,
    to: number,
  ): { readonly step: Float64Array; readonly time: Float64Array; readonly y: Float64Array } {
    const [start, end] = [this.offset + from, this.offset + Math.min(to, this.length)];
    return {
      step: this.axis.steps.slice(start, end),
      time: this.axis.times.slice(start, end),
      y: this.values.slice(from, Math.min(to, this.length)),
    };
  }

  /** Indices of the values with x in [from, to]: the first and the one past the last. */
  range(x: XAxis, from: number, to: number): readonly [number, number] {
    return [this.search(x, from, false), this.search(x, to, true)];
  }

  /**
   * The part of the curve that a window shows, with a value beyond each edge so that lines leave the picture.
   *
   * Buckets start at multiples of their size, which is a power of two: moving the window doesn't change them.
   */
  points(window: Window): CurvePoints {
    const [first, past] = this.range(window.x, window.from, window.to);
    const [from, to] = [Math.max(0, first - 1), Math.min(this.length, past + 1)];
    const size = to - from <= 2 * window.pixels ? 1 : powerOfTwo((to - from) / window.pixels);
    return size === 1 ? this.everyValue(window, from, to) : this.buckets(window, from, to, size);
  }

  private everyValue({ x, smoothing }: Window, from: number, to: number): CurvePoints {
    const y = this.values.slice(from, to);
    return {
      perPoint: 1,
      x: this.axis.column(x).slice(this.offset + from, this.offset + to),
      low: y,
      high: y,
      nonfinite: Uint32Array.from(y, (value) => (Number.isFinite(value) ? 0 : 1)),
      smooth: this.smoothed(smoothing, to - from, (i) => from + i),
    };
  }

  private buckets({ x, smoothing }: Window, from: number, to: number, size: number): CurvePoints {
    const start = Math.floor(from / size);
    const count = Math.ceil(to / size) - start;
    const points = {
      perPoint: size,
      x: new Float64Array(count),
      low: new Float64Array(count),
      high: new Float64Array(count),
      nonfinite: new Uint32Array(count),
      smooth: this.smoothed(smoothing, count, (i) => Math.min((start + i + 1) * size, this.length) - 1),
    };
    for (let i = 0; i < count; i++) {
      const index = (start + i) * size;
      const { low, high, nonfinite } = this.pyramid.extremes(index, index + size);
      points.x[i] = this.xAt(x, index);
      points.low[i] = low;
      points.high[i] = high;
      points.nonfinite[i] = nonfinite;
    }
    return points;
  }

  private smoothed(halfLife: number, count: number, indexOf: (i: number) => number): Float64Array {
    if (!(halfLife > 0)) return new Float64Array(0);
    const kept = this.smoothings.find((one) => one.halfLife === halfLife);
    const smoothing = kept ?? new Smoothing(halfLife, this.values, (index) => this.xAt('step', index));
    this.smoothings = [smoothing, ...this.smoothings.filter((one) => one !== smoothing)].slice(0, smoothingsKept);
    const smooth = new Float64Array(count);
    for (let i = 0; i < count; i++) smooth[i] = smoothing.at(indexOf(i));
    return smooth;
  }

  private xAt(x: XAxis, index: number): number {
    return this.axis.column(x).at(this.offset + index);
  }

  /** The first index whose x is not below `value`, or, where `after`, is above it. */
  private search(x: XAxis, value: number, after: boolean): number {
    let [low, high] = [0, this.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const found = this.xAt(x, middle);
      if (found < value || (after && found === value)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** A record came without this curve: from now on it has an axis of its own. */
  private leaveShared(): void {
    const own = new Axis(this.pool);
    for (let i = 0; i < this.length; i++)
      own.push(this.shared.steps.at(this.offset + i), this.shared.times.at(this.offset + i));
    this.axis = own;
    this.offset = 0;
  }
}

const powerOfTwo = (atLeast: number): number => 2 ** Math.ceil(Math.log2(atLeast));
