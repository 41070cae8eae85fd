/** One model in a process of its own, asked a few times: local inference without a front. */
import { existsSync, statSync } from 'node:fs';
import { elementsOf } from '../datatypes';
import { modelFile } from '../front/servedVersion';
import type { WireTensor } from '../frames';
import type { Signature } from '../signature';
import { reader } from '../tensorValues';
import { type Computed, WorkerProcess } from '../workerProcess';
import { inputsFor } from './inputs';
import { type Latency, latencyOf } from './latency';

export interface LocalRun {
  readonly signature: Signature;
  readonly inputs: readonly WireTensor[];
  readonly outputs: readonly WireTensor[];
  readonly latency: Latency;
}

export interface LocalOptions {
  /** `dist/inference-worker.js`. */
  readonly script: string;
  /** A folder of a version, or a model file. */
  readonly path: string;
  readonly files: ReadonlyMap<string, string>;
  readonly seed: number;
  readonly repeat: number;
  readonly threads: number;
  readonly provider: string;
}

/** @throws Error with why the model can't be loaded or run, InputProblem where an input does not fit */
export async function runLocally(options: LocalOptions): Promise<LocalRun> {
  const { script, path, files, seed, repeat, threads, provider } = options;
  if (!existsSync(path)) throw new Error(`there is no ${path}`);
  const model = statSync(path).isDirectory() ? modelFile(path, '') : path;
  const worker = new WorkerProcess(script, { model, threads, provider, profile: true });
  try {
    const signature = await worker.ready;
    const inputs = inputsFor(signature, files, seed);
    const millis: number[] = [];
    let computed: Computed = { tensors: [], nanoseconds: 0 };
    // The first run allocates; it is not among the durations where there are more.
    for (let i = 0; i < repeat + (repeat > 1 ? 1 : 0); i++) {
      computed = await worker.run(inputs, []);
      if (repeat === 1 || i > 0) millis.push(computed.nanoseconds / 1e6);
    }
    return { signature, inputs, outputs: computed.tensors, latency: latencyOf(millis) };
  } finally {
    await worker.end();
  }
}

/** The largest values of the last dim of an output's first row, where it looks like classes: two dims, floats. */
export function classesOf(
  tensor: WireTensor,
  most: number,
): readonly { readonly place: number; readonly value: number }[] {
  const width = tensor.shape.at(-1) ?? 0;
  const at = reader(tensor);
  if (at === undefined || !tensor.datatype.name.startsWith('FP') || tensor.shape.length !== 2 || width < 2) return [];
  if (elementsOf(tensor.shape) === 0) return [];
  const values = Array.from({ length: width }, (_, place) => ({ place, value: at(place) }));
  return values.sort((a, b) => b.value - a.value).slice(0, most);
}
