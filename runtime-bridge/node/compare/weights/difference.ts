/**
 * The figures of a difference, value by value in constant memory. The loops here are what a weight diff waits for: typed
 * arrays that are used again and blocks that stay in the processor's nearest cache, without a branch per value.
 */

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
/** By sign and exponent of a float32. */
const bins = 512;

/** Sums over pairs of numbers; give it blocks, then ask for the figures. */
export class Difference {
  private values = 0;
  private changed = 0;
  /** Of `changed`, those between finite numbers. */
  private moved = 0;
  private squares = 0;
  private leftSquares = 0;
  private rightSquares = 0;
  private largest = 0;
  private leftNonFinite = 0;
  private rightNonFinite = 0;
  private readonly counts = new Float64Array(bins);
  private readonly apart = new Float32Array(block);
  private readonly apartBits = new Uint32Array(this.apart.buffer);
  // One table a value in turn: neighbours often fall into the same bin, and a count waits for its last store.
  private readonly tables = [0, 1, 2, 3].map(() => new Uint32Array(bins)) as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];

  /** At most `block` pairs. */
  add(left: Float32Array | Float64Array, right: Float32Array | Float64Array, count: number): void {
    this.values += count;
    const { apart } = this;
    let [squares, leftSquares, rightSquares, largest, changed] = [0, 0, 0, 0, 0];
    for (let i = 0; i < count; i++) {
      const a = left[i] as number;
      const b = right[i] as number;
      const d = b - a;
      apart[i] = d;
      squares += d * d;
      leftSquares += a * a;
      rightSquares += b * b;
      largest = Math.max(largest, Math.abs(d));
      if (d !== 0) changed++;
    }
    if (!(squares + leftSquares + rightSquares < Infinity)) {
      this.addWithNonFinite(left, right, count);
      return;
    }
    this.squares += squares;
    this.leftSquares += leftSquares;
    this.rightSquares += rightSquares;
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
      this.apart[finite++] = d;
      this.squares += d * d;
      this.leftSquares += a * a;
      this.rightSquares += b * b;
      this.largest = Math.max(this.largest, Math.abs(d));
    }
    this.countBins(finite);
  }

  private countBins(count: number): void {
    const { apartBits: bits } = this;
    const [first, second, third, fourth] = this.tables;
    let i = 0;
    for (; i + 3 < count; i += 4) {
      (first[(bits[i] as number) >>> 23] as number)++;
      (second[(bits[i + 1] as number) >>> 23] as number)++;
      (third[(bits[i + 2] as number) >>> 23] as number)++;
      (fourth[(bits[i + 3] as number) >>> 23] as number)++;
    }
    for (; i < count; i++) (first[(bits[i] as number) >>> 23] as number)++;
    if (this.values - this.counted > 2 ** 30) this.collect();
  }

  private counted = 0;

  /** Before a table's 32 bits overflow. */
  private collect(): void {
    this.counted = this.values;
    for (const table of this.tables) {
      for (let bin = 0; bin < bins; bin++) (this.counts[bin] as number) += table[bin] as number;
      table.fill(0);
    }
  }

  figures(): Figures {
    this.collect();
    const [leftNorm, rightNorm, l2] = [this.leftSquares, this.rightSquares, this.squares].map(Math.sqrt) as [
      number,
      number,
      number,
    ];
    // The scalar product by the law of cosines: one product less for each value.
    const scalar = (this.leftSquares + this.rightSquares - this.squares) / 2;
    return {
      values: this.values,
      changed: this.changed,
      changedShare: this.values === 0 ? 0 : this.changed / this.values,
      l2,
      ...(leftNorm > 0 ? { relativeL2: l2 / leftNorm } : {}),
      leftNorm,
      rightNorm,
      ...(leftNorm > 0 && rightNorm > 0 ? { cosine: Math.max(-1, Math.min(1, scalar / (leftNorm * rightNorm))) } : {}),
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
