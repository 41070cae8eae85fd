/**
 * The figures of a difference, value by value in constant memory. The loops here are what a weight diff waits for: typed
 * arrays that are used again and blocks that stay in the processor's nearest cache, without a branch per value.
 */

import { bins, type Kernel, type Sums } from './kernel';

export interface HistogramBin {
  /** 2^exponent <= |difference| < 2^(exponent + 1); 128 is all that single precision can't hold. */
  readonly exponent: number;
  readonly negative: number;
  readonly positive: number;
}

/** What distinguishes two tensors of the same shape: right minus left. Not a number of JSON where it overflows. */
export interface Figures {
  /** Numbers compared; a complex value has two. */
  readonly values: number;
  readonly changed: number;
  /** Of `values`, 0 to 1. */
  readonly changedShare: number;
  readonly l2: number;
  /** `l2` over the left norm; absent where that is 0. */
  readonly relativeL2?: number;
  readonly leftNorm: number;
  readonly rightNorm: number;
  /** Absent where one of them is zero. */
  readonly cosine?: number;
  readonly maxAbsolute: number;
  /** NaN and infinities; such pairs count in `values` and `changed` only. */
  readonly leftNonFinite: number;
  readonly rightNonFinite: number;
  /** Of differences that are not zero, by size; empty bins are left out. */
  readonly histogram: readonly HistogramBin[];
  /** Changed by less than 2^-126, in no bin. */
  readonly tiny: number;
}

/** Values at a time: three arrays of doubles of that length fit a first-level cache of 48 KiB. */
export const block = 2048;

/** In a kernel's memory, used again from tensor to tensor: differences of a block, and counts of them. */
export interface Room {
  readonly apart: Float32Array;
  /** Four tables. */
  readonly counts: Uint32Array;
}

export const newRoom = (kernel: Kernel): Room => ({ apart: kernel.floats(block), counts: kernel.words(4 * bins) });

/** Sums over pairs of numbers; give it blocks, then ask for the figures. */
export class Difference {
  private values = 0;
  private changed = 0;
  /** Of `changed`, those between finite numbers. */
  private moved = 0;
  private squares = 0;
  private leftSquares = 0;
  private rightSquares = 0;
  private products = 0;
  private largest = 0;
  private leftNonFinite = 0;
  private rightNonFinite = 0;
  private readonly counts = new Float64Array(bins);

  constructor(
    private readonly kernel: Kernel,
    private readonly room: Room,
  ) {
    // A comparison that broke off left its counts.
    room.counts.fill(0);
  }

  /** At most `block` pairs. */
  add(left: Float32Array | Float64Array, right: Float32Array | Float64Array, count: number): void {
    this.values += count;
    const { kernel } = this;
    const { apart } = this.room;
    const sums: Sums = { squares: 0, leftSquares: 0, rightSquares: 0, products: 0, largest: 0, changed: 0 };
    const isFast =
      left instanceof Float32Array && right instanceof Float32Array && kernel.has(left) && kernel.has(right);
    const taken = isFast ? kernel.compare(left, right, apart, count, sums) : 0;
    addScalars(left, right, apart, taken, count, sums);
    const { squares, leftSquares, rightSquares, products, largest, changed } = sums;
    if (!(squares + leftSquares + rightSquares < Infinity)) {
      this.addWithNonFinite(left, right, count);
      return;
    }
    this.squares += squares;
    this.leftSquares += leftSquares;
    this.rightSquares += rightSquares;
    this.products += products;
    this.changed += changed;
    this.moved += changed;
    if (largest > this.largest) this.largest = largest;
    this.countBins(count);
  }

  /** A block with a NaN, an infinity or a square that is none any more. */
  private addWithNonFinite(left: ArrayLike<number>, right: ArrayLike<number>, count: number): void {
    let finite = 0;
    for (let i = 0; i < count; i++) {
      const [a, b] = [left[i] as number, right[i] as number];
      const [isLeft, isRight] = [Number.isFinite(a), Number.isFinite(b)];
      if (!isLeft) this.leftNonFinite++;
      if (!isRight) this.rightNonFinite++;
      if (a !== b && !(Number.isNaN(a) && Number.isNaN(b))) this.changed++;
      if (!isLeft || !isRight) continue;
      const d = b - a;
      if (d !== 0) this.moved++;
      this.room.apart[finite++] = d;
      this.squares += d * d;
      this.leftSquares += a * a;
      this.rightSquares += b * b;
      this.products += a * b;
      this.largest = Math.max(this.largest, Math.abs(d));
    }
    this.countBins(finite);
  }

  private countBins(count: number): void {
    const { apart, counts } = this.room;
    const bits = new Uint32Array(apart.buffer, apart.byteOffset, count);
    for (let i = this.kernel.tally(apart, count, counts); i < count; i++)
      (counts[(bits[i] as number) >>> 23] as number)++;
    if (this.values - this.counted > 2 ** 30) this.collect();
  }

  private counted = 0;

  /** Before a table's 32 bits overflow. */
  private collect(): void {
    this.counted = this.values;
    const { counts } = this.room;
    counts.forEach((found, at) => ((this.counts[at % bins] as number) += found));
    counts.fill(0);
  }

  figures(): Figures {
    this.collect();
    const [leftNorm, rightNorm, l2] = [this.leftSquares, this.rightSquares, this.squares].map(Math.sqrt) as [
      number,
      number,
      number,
    ];
    return {
      values: this.values,
      changed: this.changed,
      changedShare: this.values === 0 ? 0 : this.changed / this.values,
      l2,
      ...(leftNorm > 0 ? { relativeL2: l2 / leftNorm } : {}),
      leftNorm,
      rightNorm,
      ...(leftNorm > 0 && rightNorm > 0
        ? { cosine: Math.max(-1, Math.min(1, this.products / (leftNorm * rightNorm))) }
        : {}),
      maxAbsolute: this.largest,
      leftNonFinite: this.leftNonFinite,
      rightNonFinite: this.rightNonFinite,
      ...this.histogram(),
    };
  }

  private histogram(): Pick<Figures, 'histogram' | 'tiny'> {
    const histogram: HistogramBin[] = [];
    let counted = 0;
    for (let exponent = 1; exponent < bins / 2; exponent++) {
      const [positive, negative] = [this.counts[exponent] as number, this.counts[exponent + bins / 2] as number];
      if (positive + negative > 0) histogram.push({ exponent: exponent - 127, negative, positive });
      counted += positive + negative;
    }
    // Zeros share a bin with what is too small for single precision.
    return { histogram, tiny: this.moved - counted };
  }
}

/** Pairs from one place to another, in double precision. */
function addScalars(
  left: ArrayLike<number>,
  right: ArrayLike<number>,
  apart: Float32Array,
  from: number,
  to: number,
  sums: Sums,
): void {
  let { squares, leftSquares, rightSquares, products, largest, changed } = sums;
  for (let i = from; i < to; i++) {
    const a = left[i] as number;
    const b = right[i] as number;
    const d = b - a;
    apart[i] = d;
    squares += d * d;
    leftSquares += a * a;
    rightSquares += b * b;
    products += a * b;
    largest = Math.max(largest, Math.abs(d));
    if (d !== 0) changed++;
  }
  Object.assign(sums, { squares, leftSquares, rightSquares, products, largest, changed });
}
