/**
 * Exponential smoothing that doesn't depend on what is drawn: a weight halves every `halfLife` steps, counted in steps
 * of the training and not in points on the screen, and the start is not pulled towards zero. Values that aren't finite
 * are passed over.
 */
import { ChunkPool, Column } from './column';

/** Sums are kept after so many values; in between they are computed anew. A power of two, as buckets are. */
const spacing = 64;

export class Smoothing {
  private readonly pool = new ChunkPool();
  private readonly weighted = new Column(this.pool);
  private readonly weights = new Column(this.pool);
  /** The last gap between steps and its factor: most gaps are the same. */
  private gap = 0;
  private factor = 1;

  /** @param stepAt step of a value by the value's index */
  constructor(
    readonly halfLife: number,
    private readonly values: Column,
    private readonly stepAt: (index: number) => number,
  ) {}

  /** The smoothed value at an index below the column's length; NaN before the first finite value. */
  at(index: number): number {
    this.extend(index);
    const block = Math.floor((index + 1) / spacing);
    const [weighted, weight] = this.sums(block, index + 1);
    return weighted / weight;
  }

  /** Sums over the values before `end`, from those kept before `block`. */
  private sums(block: number, end: number): [number, number] {
    let weighted = block === 0 ? 0 : this.weighted.at(block - 1);
    let weight = block === 0 ? 0 : this.weights.at(block - 1);
    for (let i = block * spacing; i < end; i++) {
      const factor = i === 0 ? 1 : this.factorOf(this.stepAt(i) - this.stepAt(i - 1));
      weighted *= factor;
      weight *= factor;
      const value = this.values.at(i);
      if (!Number.isFinite(value)) continue;
      weighted += value;
      weight += 1;
    }
    return [weighted, weight];
  }

  private extend(index: number): void {
    for (let block = this.weighted.length; (block + 1) * spacing <= index + 1; block++) {
      const [weighted, weight] = this.sums(block, (block + 1) * spacing);
      this.weighted.push(weighted);
      this.weights.push(weight);
    }
  }

  private factorOf(gap: number): number {
    if (gap !== this.gap) {
      this.gap = gap;
      this.factor = 2 ** (-Math.max(0, gap) / this.halfLife);
    }
    return this.factor;
  }
}
