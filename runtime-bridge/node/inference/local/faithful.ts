/**
 * What an exported model gives beside what PyTorch gave for the same inputs: each output of each sample, and where they
 * differ the first operation that does.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WireTensor } from '../frames';
import type { Signature } from '../signature';
import { type Difference, differenceOf, isClose, worstOf } from '../tensorDifference';
import { WorkerProcess } from '../workerProcess';
import { readNpy } from './npy';

/** What the export has written down. */
export interface Reference {
  /** Holds `in-SAMPLE-INPUT.npy`, `out-SAMPLE-OUTPUT.npy`, `step-STEP.npy` and `steps.onnx`. */
  readonly folder: string;
  readonly samples: number;
  readonly inputs: readonly string[];
  readonly outputs: number;
  readonly steps: readonly { readonly name: string; readonly line: string }[];
}

export interface Compared extends Difference {
  readonly name: string;
  readonly shape: readonly number[];
}

export interface Faithfulness {
  readonly signature: Signature;
  /** One of each output: the samples together. */
  readonly outputs: readonly Compared[];
  readonly samples: number;
  readonly isFaithful: boolean;
  /** The first operation whose result differs, where the outputs do and the steps were kept; `line` as in `model.py:12`. */
  readonly first?: Compared & { readonly line: string };
}

/** @throws Error with why the model can't be loaded or run */
export async function faithfulness(script: string, model: string, reference: Reference): Promise<Faithfulness> {
  const { samples } = reference;
  const { signature, tensors } = await runEach(script, model, reference, samples);
  const outputs = signature.outputs.map(({ name }, output): Compared => {
    const differences = tensors.map((answer, sample) =>
      differenceOf(saved(reference, `out-${sample}-${output}`), at(answer, output)),
    );
    return { name, shape: at(tensors[0] ?? [], output)?.shape ?? [], ...worstOf(differences) };
  });
  const isFaithful = outputs.length === reference.outputs && outputs.every(isClose);
  const first = isFaithful ? undefined : await firstDifference(script, reference);
  return { signature, outputs, samples, isFaithful, ...(first && { first }) };
}

async function runEach(
  script: string,
  model: string,
  reference: Reference,
  samples: number,
): Promise<{ readonly signature: Signature; readonly tensors: readonly (readonly WireTensor[])[] }> {
  const worker = new WorkerProcess(script, { model, threads: 1, provider: 'cpu', profile: false });
  try {
    const signature = await worker.ready;
    const tensors: (readonly WireTensor[])[] = [];
    for (let sample = 0; sample < samples; sample++)
      tensors.push((await worker.run(inputsOf(signature, reference, sample), [])).tensors);
    return { signature, tensors };
  } finally {
    await worker.end();
  }
}

/** What the export leaves out because nothing depends on it is not asked for. */
const inputsOf = ({ inputs }: Signature, reference: Reference, sample: number): WireTensor[] =>
  inputs.map(({ name }, index) => {
    // Exporters keep the names of the inputs; where they do not, their order.
    const given = reference.inputs.includes(name) ? name : (reference.inputs[index] ?? name);
    return { index, ...saved(reference, `in-${sample}-${given}`) };
  });

const saved = ({ folder }: Reference, name: string) => readNpy(readFileSync(join(folder, `${name}.npy`)));

const at = (tensors: readonly WireTensor[], index: number): WireTensor | undefined =>
  tensors.find((tensor) => tensor.index === index);

async function firstDifference(script: string, reference: Reference): Promise<Faithfulness['first']> {
  const model = join(reference.folder, 'steps.onnx');
  if (reference.steps.length === 0 || !existsSync(model)) return undefined;
  const { signature, tensors } = await runEach(script, model, reference, 1);
  for (const [step, { name, line }] of reference.steps.entries()) {
    const tensor = at(
      tensors[0] ?? [],
      signature.outputs.findIndex((output) => output.name === name),
    );
    if (tensor === undefined) continue;
    const difference = differenceOf(saved(reference, `step-${step}`), tensor);
    if (!isClose(difference)) return { name, line, shape: tensor.shape, ...difference };
  }
  return undefined;
}
