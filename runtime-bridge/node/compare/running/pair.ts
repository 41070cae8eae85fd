/** Both versions running, each in a process of its own, and what both are asked. */
import { basename } from 'node:path';
import { datatypeOf } from '../../inference/datatypes';
import type { WireTensor } from '../../inference/frames';
import { InputProblem, inputsFor, shownShape } from '../../inference/local/inputs';
import type { Signature, SignatureTensor } from '../../inference/signature';
import { WorkerProcess } from '../../inference/workerProcess';
import type { Comparison, OpenSide } from '../section';

/** What is run, and for how long. */
export interface RunOptions {
  /** `dist/inference-worker.js`. */
  readonly script: string;
  /** Files by the input's name; with one input the name may be ''. Several of one input are samples of their own. */
  readonly files: ReadonlyMap<string, readonly string[]>;
  /** Of inputs without a file. */
  readonly seed: number;
  /** How many inputs are made up where no file is given. */
  readonly samples: number;
  /** How long times are measured. */
  readonly seconds: number;
}

/** What is asked once, in the order of each side's inputs. */
export interface Sample {
  /** `x.npy`, `made-up input 3`. */
  readonly name: string;
  readonly before: readonly WireTensor[];
  readonly after: readonly WireTensor[];
}

export interface Pair {
  readonly before: Running;
  readonly after: Running;
  readonly samples: readonly Sample[];
}

export interface Running {
  readonly name: string;
  readonly worker: WorkerProcess;
  readonly signature: Signature;
}

/** They can't be run side by side; the message is a sentence without a full stop. */
export class NotRun extends Error {}

/**
 * Starts both, and ends both when the work is done, whatever comes of it.
 *
 * @param isTurned the later version is started first
 * @throws NotRun where one can't be loaded or they take different inputs, InputProblem where a file does not fit, and the
 *   signal's reason
 */
export async function withBoth<T>(
  { before, after, signal }: Comparison,
  options: RunOptions,
  work: (pair: Pair) => Promise<T>,
  isTurned = false,
): Promise<T> {
  const started: WorkerProcess[] = [];
  const end = (): void => started.forEach((worker) => worker.kill());
  signal?.addEventListener('abort', end);
  try {
    const start = async ({ name, model }: OpenSide): Promise<Running> => {
      const worker = new WorkerProcess(options.script, { model: model ?? '', threads: 1, provider: 'cpu' });
      started.push(worker);
      const signature = await worker.ready.catch((error: unknown) => {
        throw new NotRun(`${name} can't be run: ${error instanceof Error ? error.message : String(error)}`);
      });
      return { name, worker, signature };
    };
    // One after the other: two that load at once slow each other down, and not evenly.
    const [first, second] = isTurned ? [after, before] : [before, after];
    const [one, other] = [await start(first), await start(second)];
    const [left, right] = isTurned ? [other, one] : [one, other];
    return await work({ before: left, after: right, samples: samplesOf(left.signature, right.signature, options) });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', end);
    await Promise.all(started.map((worker) => worker.end()));
  }
}

function samplesOf(before: Signature, after: Signature, { files, seed, samples }: RunOptions): readonly Sample[] {
  const inputs = commonInputs(before, after);
  const given = Math.max(0, ...[...files.values()].map(({ length }) => length));
  for (const [name, paths] of files)
    if (paths.length !== 1 && paths.length !== given)
      throw new InputProblem(
        `input ${name} has ${paths.length} files and another has ${given}: give each as many, or one for all`,
      );
  return Array.from({ length: given === 0 ? samples : given }, (_, i): Sample => {
    const ofThis = new Map([...files].map(([name, paths]) => [name, paths[paths.length === 1 ? 0 : i] ?? '']));
    const tensors = inputsFor({ ...before, inputs }, ofThis, seed + i);
    const [path] = ofThis.values();
    const places = new Map(after.inputs.map(({ name }, place) => [name, place]));
    return {
      name: path === undefined ? `made-up input ${i}` : basename(path),
      before: tensors,
      after: tensors.map((tensor) => ({ ...tensor, index: places.get(inputs[tensor.index]?.name ?? '') ?? 0 })),
    };
  });
}

/** The inputs of the first, with a size wherever one of the two has one. @throws NotRun */
function commonInputs(before: Signature, after: Signature): readonly SignatureTensor[] {
  const right = new Map(after.inputs.map((input) => [input.name, input]));
  const missing = [
    ...before.inputs.filter(({ name }) => !right.has(name)),
    ...after.inputs.filter(({ name }) => !before.inputs.some((input) => input.name === name)),
  ];
  if (missing.length > 0)
    throw new NotRun(`only one of them has the input ${missing.map(({ name }) => name).join(', ')}`);
  return before.inputs.map((input) => {
    const other = right.get(input.name) ?? input;
    const both = input.shape.map((size, dim) => (size < 0 ? (other.shape[dim] ?? -1) : size));
    const fits = both.every((size, dim) => other.shape[dim] === -1 || other.shape[dim] === size);
    if (input.datatype !== other.datatype || input.shape.length !== other.shape.length || !fits)
      throw new NotRun(`input ${input.name} is ${tensorWords(input)} in one and ${tensorWords(other)} in the other`);
    return { ...input, shape: both };
  });
}

const tensorWords = ({ datatype, shape }: SignatureTensor): string =>
  `${datatypeOf(datatype)?.name ?? datatype} (${shownShape(shape)})`;
