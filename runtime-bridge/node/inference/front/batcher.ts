/**
 * The queue before a process. Where the configuration asks for dynamic batching, requests that wait together run as
 * one, as in Triton; otherwise each runs for itself and one more lies ready in the pipe.
 */
import type { WireTensor } from '../frames';
import type { Computed } from '../workerProcess';

export interface Batching {
  /** Largest batch; 0 where requests can't be joined. */
  readonly maxBatchSize: number;
  readonly dynamic: boolean;
  readonly preferred: readonly number[];
  /** How long a request waits for company. */
  readonly delayMicroseconds: number;
  /** Requests that are with the process: one computes, one lies ready, so that it never waits for the front. */
  readonly mostAtOnce: number;
}

export interface Task {
  readonly tensors: readonly WireTensor[];
  readonly outputs: readonly number[];
  readonly rows: number;
  /** Requests of the same key can be joined. */
  readonly key: string;
  readonly since: number;
  readonly resolve: (computed: Computed) => void;
  readonly reject: (error: unknown) => void;
}

export class Batcher {
  private queue: Task[] = [];
  private running = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly batching: Batching,
    private readonly compute: (tasks: readonly Task[]) => Promise<Computed>,
  ) {}

  get waiting(): number {
    return this.queue.length;
  }

  add(tensors: readonly WireTensor[], outputs: readonly number[], rows: number): Promise<Computed> {
    return new Promise((resolve, reject) => {
      const key = this.batching.dynamic ? keyOf(tensors, outputs, rows) : '';
      this.queue.push({ tensors, outputs, rows, key, since: performance.now(), resolve, reject });
      this.pump();
    });
  }

  /** The tensors of several requests, one after the other along the first dim. */
  join(tasks: readonly Task[]): readonly WireTensor[] {
    const [first] = tasks;
    if (first === undefined || tasks.length === 1) return first?.tensors ?? [];
    const rows = tasks.reduce((all, task) => all + task.rows, 0);
    return first.tensors.map((tensor, place) => ({
      ...tensor,
      shape: [rows, ...tensor.shape.slice(1)],
      data: Buffer.concat(tasks.map((task) => (task.tensors[place] as WireTensor).data)),
    }));
  }

  private pump(): void {
    while (this.queue.length > 0 && this.running < (this.batching.dynamic ? 1 : this.batching.mostAtOnce)) {
      const count = this.batching.dynamic ? this.together() : 1;
      if (count === 0) return;
      void this.run(this.queue.splice(0, count));
    }
  }

  /** How many from the front of the queue run together now; 0 while they wait for company. */
  private together(): number {
    const { maxBatchSize, preferred, delayMicroseconds } = this.batching;
    const [first] = this.queue;
    if (first === undefined || first.rows === 0) return 1;
    const sums: number[] = [];
    let rows = 0;
    for (const task of this.queue) {
      if (task.key !== first.key || rows + task.rows > maxBatchSize) break;
      rows += task.rows;
      sums.push(rows);
    }
    const fitting = sums.findLastIndex((sum) => preferred.includes(sum)) + 1;
    if (fitting > 0) return fitting;
    const isFull = rows >= maxBatchSize || sums.length < this.queue.length;
    const left = delayMicroseconds / 1000 - (performance.now() - first.since);
    if (isFull || left <= 0) return Math.max(1, sums.length);
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.pump();
    }, left);
    return 0;
  }

  private async run(tasks: readonly Task[]): Promise<void> {
    this.running += 1;
    try {
      const computed = await this.compute(tasks);
      const parts = tasks.length === 1 ? [computed] : split(computed, tasks);
      for (const [i, task] of tasks.entries()) task.resolve(parts[i] as Computed);
    } catch (error) {
      for (const task of tasks) task.reject(error);
    } finally {
      this.running -= 1;
      this.pump();
    }
  }
}

const keyOf = (tensors: readonly WireTensor[], outputs: readonly number[], rows: number): string =>
  rows === 0
    ? ''
    : `${tensors.map(({ index, shape }) => `${index}:${shape.slice(1).join('x')}`).join()};${outputs.join()}`;

/** What each request gets of an answer to all: its rows. @throws Error where an output has not a row for each */
function split(computed: Computed, tasks: readonly Task[]): Computed[] {
  const all = tasks.reduce((sum, { rows }) => sum + rows, 0);
  const starts = tasks.map((_, i) => tasks.slice(0, i).reduce((sum, { rows }) => sum + rows, 0));
  const ends = computed.tensors.map((tensor) => {
    if (tensor.shape[0] !== all) throw new Error(`output ${tensor.index} has not a row for each of ${all} rows`);
    return rowEnds(tensor, all);
  });
  return tasks.map(({ rows }, i) => {
    const from = starts[i] as number;
    const tensors = computed.tensors.map((tensor, place) => {
      const [begin, end] = [from, from + rows].map((row) =>
        row === 0 ? 0 : (ends[place] as (row: number) => number)(row),
      );
      // A copy: views of numbers need their own alignment.
      return {
        ...tensor,
        shape: [rows, ...tensor.shape.slice(1)],
        data: Uint8Array.from(tensor.data.subarray(begin, end)),
      };
    });
    return { nanoseconds: computed.nanoseconds, tensors };
  });
}

/** Where a row of a tensor ends, in bytes, counted from 1. */
function rowEnds({ datatype, shape, data }: WireTensor, rows: number): (row: number) => number {
  if (datatype.bytes > 0) return (row) => (data.length / rows) * row;
  const perRow = shape.slice(1).reduce((all, size) => all * size, 1);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const ends: number[] = [];
  for (let at = 0, element = 1; at < data.length; element++) {
    at += 4 + view.getUint32(at, true);
    if (element % perRow === 0) ends.push(at);
  }
  return (row) => ends[row - 1] ?? data.length;
}
