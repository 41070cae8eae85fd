/**
 * What an exported model gives beside what PyTorch gave for the same inputs: each output of each sample, and where they
 * differ the first operation that does.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WireTensor } from '../frames';
import type { Signature } from '../signature';
import { type Difference, differenceOf } from '../tensorDifference';
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

/**
 * The largest difference beside the largest value of a tensor that passes: the relative tolerance of PyTorch's own
 * check of exported models (torch.onnx.verification, VerificationOptions.rtol).
 */
export const TOLERANCE = 1e-3;

/** @throws Error with why the model can't be loaded or run */
export async function faithfulness(script: string, model: string, reference: Reference): Promise<Faithfulness> {
  const { samples } = reference;
  const { signature, tensors } = await runEach(script, model, reference, samples);
  const outputs = signature.outputs.map(({ name }, output): Compared => {
    const differences = tensors.map((answer, sample) =>
      differenceOf(saved(reference, `out-${sample}-${output}`), at(answer, output)),
    );
    return { name, shape: at(tensors[0] ?? [], output)?.shape ?? [], ...together(differences) };
  });
  const isFaithful = outputs.length === reference.outputs && outputs.every(isClose);
  const first = isFaithful ? undefined : await firstDifference(script, reference);
  return { signature, outputs, samples, isFaithful, ...(first && { first }) };
}

export const isClose = ({ maxAbsolute, largest, sameShape }: Difference): boolean =>
  sameShape && maxAbsolute <= TOLERANCE * Math.max(largest, Number.MIN_VALUE);

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

/** The worst of several; agreements are counted together. */
function together(differences: readonly Difference[]): Difference {
  const sum = (of: (each: Difference) => number): number => differences.reduce((all, each) => all + of(each), 0);
  const rows = sum(({ classes }) => classes?.rows ?? 0);
  return {
    sameShape: differences.every(({ sameShape }) => sameShape),
    maxAbsolute: Math.max(0, ...differences.map(({ maxAbsolute }) => maxAbsolute)),
    largest: Math.max(0, ...differences.map(({ largest }) => largest)),
    cosine: Math.min(1, ...differences.map(({ cosine }) => cosine)),
    ...(rows > 0 && { classes: { rows, same: sum(({ classes }) => classes?.same ?? 0) } }),
  };
}
