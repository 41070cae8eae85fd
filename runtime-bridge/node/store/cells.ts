/**
 * Numbers over the whole run in bounded memory: a bounded number of cells. When they are full, neighbours merge, so cells
 * cover twice as many captures; the statistics of the journal are made to be merged.
 */

const leastCells = 8;

/** What the numbers of cells lie in. */
type Numbers = Float64Array | Uint32Array;

export interface CellShape<T extends Numbers> {
  /** Numbers of one cell. */
  readonly width: number;
  readonly make: (length: number) => T;
  /** Merges a number of two neighbours. */
  readonly merge: (part: number, a: number, b: number) => number;
}

export class Cells<T extends Numbers> {
  numbers: T;
  private starts = new Float64Array(leastCells);
  private ends = new Float64Array(leastCells);
  private count = 0;
  /** Captures that the last cell holds, and how many one cell takes. */
  private held = 0;
  private perCell = 1;

  /** @param capacity cells that there may be, asked each time they grow */
  constructor(
    private readonly shape: CellShape<T>,
    private readonly capacity: () => number,
  ) {
    this.numbers = shape.make(leastCells * shape.width);
  }

  get length(): number {
    return this.count;
  }

  /** Step of the cell's first capture. */
  startAt(cell: number): number {
    return this.starts[cell] as number;
  }

  /** Step of the cell's last capture. */
  endAt(cell: number): number {
    return this.ends[cell] as number;
  }

  /** Takes a capture in; answers with the index in `numbers` of the cell that its numbers are added to. */
  add(step: number): number {
    if (this.count === 0 || this.held === this.perCell) this.open(step);
    this.held++;
    this.ends[this.count - 1] = step;
    return (this.count - 1) * this.shape.width;
  }

  /** The last cell that starts at or before a step; undefined before the first. */
  cellOf(step: number): number | undefined {
    let [low, high] = [0, this.count];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.startAt(middle) <= step) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? undefined : low - 1;
  }

  private open(step: number): void {
    const { width } = this.shape;
    const capacity = Math.max(leastCells, this.capacity());
    while (this.count >= capacity) this.halve();
    // After merging the last cell may have room.
    if (this.held !== 0 && this.held < this.perCell) return;
    if ((this.count + 1) * width > this.numbers.length) this.grow(Math.min(capacity, this.count * 2));
    this.numbers.fill(0, this.count * width, (this.count + 1) * width);
    this.starts[this.count] = step;
    this.count++;
    this.held = 0;
  }

  private grow(cells: number): void {
    const { shape, numbers, starts, ends } = this;
    this.numbers = shape.make(cells * shape.width);
    this.numbers.set(numbers);
    this.starts = new Float64Array(cells);
    this.starts.set(starts);
    this.ends = new Float64Array(cells);
    this.ends.set(ends);
  }

  /** Merges each pair of cells; the last one may be left without a partner, with room in it. */
  private halve(): void {
    const { numbers, starts, ends, count } = this;
    const { width, merge } = this.shape;
    const half = Math.ceil(count / 2);
    for (let i = 0; i < half; i++) {
      const [first, second] = [2 * i, Math.min(2 * i + 1, count - 1)];
      for (let part = 0; part < width; part++) {
        const a = numbers[first * width + part] as number;
        numbers[i * width + part] = second === first ? a : merge(part, a, numbers[second * width + part] as number);
      }
      starts[i] = starts[first] as number;
      ends[i] = ends[second] as number;
    }
    if (count % 2 === 0) this.held += this.perCell;
    this.perCell *= 2;
    this.count = half;
  }
}
