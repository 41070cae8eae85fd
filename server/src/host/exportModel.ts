/** Exporting a module as ONNX, in the user's interpreter, with what PyTorch makes of a few inputs beside it. */
import { askPytorch, type PytorchAnswer, type PytorchOptions, unusable } from './pytorch';
import type { Project } from './project';

export interface ExportOptions extends PytorchOptions {
  /** Absolute paths: the .onnx file, and a folder for what PyTorch computes. */
  readonly output: string;
  readonly reference: string;
  /** File of a state dict. */
  readonly weights?: string;
  readonly opset?: number;
  /** Whether the first size of the inputs stays as it is. */
  readonly fixed: boolean;
  /** Inputs that are drawn to compare. */
  readonly samples: number;
}

export interface Exported extends PytorchAnswer {
  readonly torch: string;
  /** 'torch.export', or 'TorchScript' where this PyTorch lacks what the newer one needs. */
  readonly exporter: string;
  /** Names, as in `in-0-NAME.npy`. */
  readonly inputs: readonly string[];
  /** How many `out-0-N.npy` there are. */
  readonly outputs: number;
  /** Operations whose results `steps.onnx` answers with, in the order of `step-N.npy`; `line` as in `model.py:12`. */
  readonly steps: readonly { readonly name: string; readonly line: string }[];
  readonly parameters: number;
}

const during: Readonly<Record<string, string>> = {
  import: 'the file raises while it is imported',
  build: 'the module could not be built',
  weights: 'the weights do not fit the module',
  call: 'the module raises when it is called',
  export: 'PyTorch could not write it as ONNX',
  reference: 'the results to compare with could not be kept',
};

/** @returns a sentence where nothing was exported: why, and what to do */
export async function exportModel(project: Project, options: ExportOptions): Promise<Exported | string> {
  const { path, module, inputs, weights, opset, output, reference, fixed, samples } = options;
  const problem = unusable(project, path);
  if (problem !== undefined) return problem;
  const trial = project.service.trial(path, module, inputs);
  if (typeof trial === 'string') return trial;
  const rest = {
    meta: false,
    output,
    reference,
    weights: weights ?? null,
    opset: opset ?? null,
    fixed,
    samples,
  };
  const answer = await askPytorch<Exported>(project, { ...options, trial, rest });
  if (typeof answer === 'string') return answer;
  const { stage, error } = answer;
  if (error === undefined) return answer;
  const [line] = error.lines;
  const where = line === undefined ? error.place : `line ${line}`;
  const [first] = error.message.trim().split('\n');
  return `${during[stage] ?? stage}: ${error.type}: ${first ?? ''}${where === '' ? '' : ` (${where})`}`;
}
