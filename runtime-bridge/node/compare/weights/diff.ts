/**
 * Two sets of weights, tensor by tensor: what is there, what has another shape or dtype, and how far values are apart.
 *
 * Both files are read in chunks into buffers that are used again; the next chunk is read while this one is looked at. What
 * is equal byte for byte is only compared, never decoded.
 */
import { FileBytes, Unreadable } from './bytes';
import { block, Difference, type Figures, newRoom } from './difference';
import { bytesOf, type Dtype, dtypes } from './dtypes';
import { Kernel } from './kernel';
import { type StoredTensor, valuesIn, type WeightFile, type WeightFormat } from './tensors';
import { alike, type Values } from './values';

export interface TensorHead {
  readonly dtype: string;
  readonly shape: readonly number[];
}

/** `dtype`: figures are of the decoded values. `unread`: what it holds could not be compared; `reason` says why. */
export type TensorChange = 'none' | 'values' | 'dtype' | 'shape' | 'added' | 'removed' | 'unread';

export interface TensorDiff {
  /** On the left, where it is there. */
  readonly name: string;
  /** Its name on the right, where that is another. */
  readonly renamed?: string;
  readonly change: TensorChange;
  readonly left?: TensorHead;
  readonly right?: TensorHead;
  /** Where `values` or `dtype` changed and the numbers are known here. */
  readonly figures?: Figures;
  /** A clause whose subject is the tensor. */
  readonly reason?: string;
}

export interface WeightSide {
  readonly format: WeightFormat;
  readonly tensors: number;
  readonly notes: readonly string[];
}

export interface WeightDiff {
  readonly left: WeightSide;
  readonly right: WeightSide;
  /** In the left file's order, then those that were added. */
  readonly tensors: readonly TensorDiff[];
  /** How many tensors have each change. */
  readonly counts: Readonly<Record<TensorChange, number>>;
}

export interface WeightProgress {
  /** Of both files together. */
  readonly doneBytes: number;
  readonly allBytes: number;
  readonly tensor: string;
}

export interface WeightDiffOptions {
  /** Names on the left -> names on the right, for tensors that are the same under another name. */
  readonly renames?: ReadonlyMap<string, string>;
  /** Ends the work: the promise is rejected with its reason. */
  readonly signal?: AbortSignal;
  /** Called some times a second. */
  readonly onProgress?: (progress: WeightProgress) => void;
}

/** Compares two files that `readWeights` has read, in constant memory. @throws the signal's reason */
export async function diffWeights(
  left: WeightFile,
  right: WeightFile,
  options: WeightDiffOptions = {},
): Promise<WeightDiff> {
  const pairs = pairsOf(left, right, options.renames);
  const allBytes = pairs.reduce((sum, pair) => sum + bytesToRead(pair), 0);
  const work = new Work(options, allBytes);
  try {
    const tensors: TensorDiff[] = [];
    for (const pair of pairs) {
      tensors.push(await work.compare(pair));
      work.finished(bytesToRead(pair));
    }
    const counts = { none: 0, values: 0, dtype: 0, shape: 0, added: 0, removed: 0, unread: 0 };
    for (const { change } of tensors) counts[change]++;
    return { left: sideOf(left), right: sideOf(right), tensors, counts };
  } finally {
    work.close();
  }
}

interface TensorPair {
  readonly left?: StoredTensor;
  readonly right?: StoredTensor;
}

const sideOf = ({ format, tensors, notes }: WeightFile): WeightSide => ({ format, tensors: tensors.length, notes });

function pairsOf(left: WeightFile, right: WeightFile, renames?: ReadonlyMap<string, string>): readonly TensorPair[] {
  const unpaired = new Map(right.tensors.map((tensor) => [tensor.name, tensor]));
  const pairs = left.tensors.map((tensor): TensorPair => {
    const name = renames?.get(tensor.name) ?? tensor.name;
    const other = unpaired.get(name);
    unpaired.delete(name);
    return { left: tensor, ...(other && { right: other }) };
  });
  return [...pairs, ...Array.from(unpaired.values(), (tensor) => ({ right: tensor }))];
}

const headOf = ({ dtype, shape }: StoredTensor): TensorHead => ({ dtype, shape });
const isSameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);

function bytesToRead({ left, right }: TensorPair): number {
  if (!left || !right || !isSameShape(left.shape, right.shape)) return 0;
  return [left, right].reduce((sum, { content }) => sum + (content.kind === 'file' ? content.bytes : 0), 0);
}

/** Bytes that are looked at at once: they stay in a second-level cache, and are worth a read. */
const chunkBytes = 512 * 1024;
/** Less is read without waiting: a wait costs more. */
const smallBytes = 64 * 1024;
const tellEveryMs = 100;
/** How long the process's other work may have to wait. */
const turnMs = 15;

type Both<Part> = readonly [Part, Part];

/** The buffers, open files and progress of one comparison. */
class Work {
  private readonly files = new Map<string, FileBytes>();
  private readonly kernel = new Kernel(4 * chunkBytes + 8 * 4 * block);
  /** Of the chunk that is looked at, and of the one that is coming. */
  private readonly buffers = [0, 1].map(() => [this.kernel.bytes(chunkBytes), this.kernel.bytes(chunkBytes)] as const);
  private readonly narrow = [this.kernel.floats(block), this.kernel.floats(block)] as const;
  private readonly room = newRoom(this.kernel);
  private readonly wide = [new Float64Array(block), new Float64Array(block)] as const;
  private finishedBytes = 0;
  private toldMs = 0;
  private turnedMs = performance.now();

  constructor(
    private readonly options: WeightDiffOptions,
    private readonly allBytes: number,
  ) {}

  async compare({ left, right }: TensorPair): Promise<TensorDiff> {
    if (left === undefined || right === undefined) return lonely(left, right);
    const head = {
      name: left.name,
      ...(left.name === right.name ? {} : { renamed: right.name }),
      left: headOf(left),
      right: headOf(right),
    };
    if (!isSameShape(left.shape, right.shape)) return { ...head, change: 'shape' };
    try {
      return { ...head, ...(await this.contentOf(left, right)) };
    } catch (error) {
      if (error instanceof Unreadable) return { ...head, change: 'unread', reason: error.message };
      throw error;
    }
  }

  finished(bytes: number): void {
    this.finishedBytes += bytes;
  }

  close(): void {
    for (const file of this.files.values()) file.close();
  }

  private async contentOf(
    left: StoredTensor,
    right: StoredTensor,
  ): Promise<Pick<TensorDiff, 'change' | 'figures' | 'reason'>> {
    const values = alike(left, right, (path) => this.open(path));
    const count = valuesIn(left.shape) ?? 0;
    const types = [dtypes.get(left.dtype), dtypes.get(right.dtype)] as const;
    types.forEach((type, side) => {
      if (type && values[side]?.length !== bytesOf(type, count))
        throw new Unreadable('has another length than its shape says');
    });
    const isSameType = left.dtype === right.dtype;
    if (isSameType && (await this.isEqual(left.name, values))) return { change: 'none' };
    const change = isSameType ? 'values' : 'dtype';
    const [a, b] = types;
    if (!isDecodable(a) || !isDecodable(b) || a.parts !== b.parts) {
      const names = isSameType ? left.dtype : `${left.dtype} and ${right.dtype}`;
      return { change, reason: `holds ${names}, whose numbers are not compared` };
    }
    return { change, figures: await this.figures(left.name, values, [a, b], count) };
  }

  private async isEqual(name: string, values: Both<Values>): Promise<boolean> {
    if (values[0].length !== values[1].length) return false;
    for await (const [left, right] of this.chunks(name, values, [chunkBytes, chunkBytes]))
      if (!left.equals(right)) return false;
    return true;
  }

  private async figures(name: string, values: Both<Values>, types: Both<Dtype>, count: number): Promise<Figures> {
    const difference = new Difference(this.kernel, this.room);
    const bytes = [types[0].bits / 8, types[1].bits / 8] as const;
    const perChunk = Math.floor(chunkBytes / Math.max(...bytes));
    const { parts } = types[0];
    const perBlock = block / parts;
    const into = types.some(({ wide }) => wide) ? this.wide : this.narrow;
    let left = count;
    for await (const chunks of this.chunks(name, values, [perChunk * bytes[0], perChunk * bytes[1]])) {
      const here = Math.min(perChunk, left);
      left -= here;
      for (let from = 0; from < here; from += perBlock) {
        const length = Math.min(perBlock, here - from);
        const a = decoded(this.kernel, types[0], chunks[0].subarray(from * bytes[0]), length, into[0]);
        const b = decoded(this.kernel, types[1], chunks[1].subarray(from * bytes[1]), length, into[1]);
        difference.add(a, b, length * parts);
      }
    }
    return difference.figures();
  }

  /** Both sides in steps of so many bytes; the last may be shorter. A chunk is valid until the next one is asked for. */
  private async *chunks(
    name: string,
    values: Both<Values>,
    steps: Both<number>,
  ): AsyncGenerator<Both<Buffer>, void, undefined> {
    const count = Math.ceil(values[0].length / steps[0]);
    let coming = this.load(values, steps, 0);
    try {
      for (let step = 0; step < count; step++) {
        const chunks = coming instanceof Promise ? await coming : coming;
        if (step + 1 < count) coming = this.load(values, steps, step + 1);
        await this.turn(name, step * (steps[0] + steps[1]));
        yield chunks;
      }
    } finally {
      // What is still being read must not land in the next tensor's buffers.
      await Promise.allSettled([coming]);
    }
  }

  private load(values: Both<Values>, steps: Both<number>, step: number): Both<Buffer> | Promise<Both<Buffer>> {
    const buffers = this.buffers[step % 2] as Both<Buffer>;
    const parts = ([0, 1] as const).map((side) => {
      const start = step * steps[side];
      const length = Math.min(steps[side], values[side].length - start);
      return { values: values[side], into: buffers[side].subarray(0, length), start, length };
    }) as unknown as Both<{ values: Values; into: Buffer; start: number; length: number }>;
    const chunks = [parts[0].into, parts[1].into] as const;
    if (values[0].length <= smallBytes) {
      for (const part of parts) part.values.read(part.into, part.start, part.length);
      return chunks;
    }
    return Promise.all(parts.map((part) => part.values.readSoon(part.into, part.start, part.length))).then(
      () => chunks,
    );
  }

  /** Tells of progress and lets the process do other things, such as giving the signal to stop. */
  private async turn(tensor: string, bytes: number): Promise<void> {
    const now = performance.now();
    if (now - this.toldMs >= tellEveryMs) {
      this.toldMs = now;
      this.options.onProgress?.({ doneBytes: this.finishedBytes + bytes, allBytes: this.allBytes, tensor });
    }
    if (now - this.turnedMs >= turnMs) {
      await new Promise((settle) => setImmediate(settle));
      this.turnedMs = performance.now();
    }
    this.options.signal?.throwIfAborted();
  }

  private open(path: string): FileBytes {
    const file = this.files.get(path) ?? FileBytes.open(path);
    this.files.set(path, file);
    return file;
  }
}

const lonely = (left: StoredTensor | undefined, right: StoredTensor | undefined): TensorDiff =>
  left
    ? { name: left.name, change: 'removed', left: headOf(left) }
    : { name: right?.name ?? '', change: 'added', ...(right && { right: headOf(right) }) };

const isDecodable = (type: Dtype | undefined): type is Dtype => type?.narrow !== undefined || type?.wide !== undefined;

/** Values as numbers; float32 is looked at where it lies. */
function decoded(
  kernel: Kernel,
  type: Dtype,
  bytes: Buffer,
  count: number,
  into: Float32Array | Float64Array,
): Float32Array | Float64Array {
  if (into instanceof Float32Array) {
    if (type === dtypes.get('float32')) return new Float32Array(bytes.buffer, bytes.byteOffset, count);
    if (type === dtypes.get('bfloat16')) kernel.widen(bytes, count, into);
    else type.narrow?.(bytes, count, into);
  } else if (type.wide) type.wide(bytes, count, into);
  else {
    const narrow = new Float32Array(count * type.parts);
    type.narrow?.(bytes, count, narrow);
    into.set(narrow);
  }
  return into;
}
