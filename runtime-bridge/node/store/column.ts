/**
 * Append-only columns of numbers, in chunks. Full chunks never change, so past a budget of memory the longest unused
 * ones move to a spill and come back when they are looked at.
 */

const chunkBits = 16;
/** Numbers in a full chunk. */
export const chunkLength = 1 << chunkBits;
const mask = chunkLength - 1;
const bytesPerNumber = 8;
const firstLength = 256;

/** Where full chunks go that memory has no room for. */
export interface Spill {
  /** Keeps the numbers; answers with the key to `read`. */
  write(chunk: Float64Array): number;
  read(key: number, length: number): Float64Array;
}

interface Chunk {
  numbers: Float64Array | undefined;
  /** Set once the spill has it. */
  key: number | undefined;
  lastUse: number;
}

/** The budget that all columns of a store share. */
export class ChunkPool {
  private readonly full = new Set<Chunk>();
  private clock = 0;

  /**
   * @param budgetBytes of full chunks in memory; what is being filled and the pyramids are not counted
   * @param spill absent: everything stays in memory
   */
  constructor(
    private readonly budgetBytes = Number.POSITIVE_INFINITY,
    private readonly spill?: Spill,
  ) {}

  /** Bytes of full chunks that are in memory now. */
  get residentBytes(): number {
    return this.full.size * chunkLength * bytesPerNumber;
  }

  filled(chunk: Chunk): void {
    this.keep(chunk);
  }

  numbers(chunk: Chunk): Float64Array {
    chunk.lastUse = ++this.clock;
    if (chunk.numbers !== undefined) return chunk.numbers;
    if (this.spill === undefined || chunk.key === undefined) throw new Error('a chunk is neither here nor spilled');
    chunk.numbers = this.spill.read(chunk.key, chunkLength);
    this.keep(chunk);
    return chunk.numbers;
  }

  /** Gives up chunks of a column that is gone. */
  forget(chunks: Iterable<Chunk>): void {
    for (const chunk of chunks) this.full.delete(chunk);
  }

  private keep(chunk: Chunk): void {
    chunk.lastUse = ++this.clock;
    this.full.add(chunk);
    if (this.spill === undefined || this.residentBytes <= this.budgetBytes) return;
    // A quarter at once, so that the search for old ones is rare.
    const oldest = [...this.full].sort((a, b) => a.lastUse - b.lastUse);
    for (const old of oldest.slice(0, Math.max(1, oldest.length >> 2))) {
      if (old === chunk || old.numbers === undefined) continue;
      old.key ??= this.spill.write(old.numbers);
      old.numbers = undefined;
      this.full.delete(old);
    }
  }
}

/** Numbers by index, 64-bit, in the order they were pushed. */
export class Column {
  private readonly chunks: Chunk[] = [];
  private filling = new Float64Array(0);
  private count = 0;

  constructor(private readonly pool: ChunkPool) {}

  get length(): number {
    return this.count;
  }

  push(value: number): void {
    const at = this.count & mask;
    if (at === this.filling.length) this.grow(at);
    this.filling[at] = value;
    this.count++;
    if (at === mask) this.seal();
  }

  /** The number at an index below `length`. */
  at(index: number): number {
    const chunk = index >>> chunkBits;
    return this.numbers(chunk)[index & mask] as number;
  }

  /** A copy of the numbers from `from` to before `to`. */
  slice(from: number, to: number): Float64Array {
    const copy = new Float64Array(Math.max(0, to - from));
    for (let index = from; index < to;) {
      const end = Math.min(to, (index | mask) + 1);
      const start = index & mask;
      copy.set(this.numbers(index >>> chunkBits).subarray(start, start + end - index), index - from);
      index = end;
    }
    return copy;
  }

  dispose(): void {
    this.pool.forget(this.chunks);
  }

  private numbers(chunk: number): Float64Array {
    const full = this.chunks[chunk];
    return full === undefined ? this.filling : (full.numbers ?? this.pool.numbers(full));
  }

  /** Doubles, so that a short series costs little. */
  private grow(length: number): void {
    const larger = new Float64Array(Math.min(chunkLength, Math.max(firstLength, length * 2)));
    larger.set(this.filling);
    this.filling = larger;
  }

  private seal(): void {
    const chunk: Chunk = { numbers: this.filling, key: undefined, lastUse: 0 };
    this.chunks.push(chunk);
    this.filling = new Float64Array(0);
    this.pool.filled(chunk);
  }
}
