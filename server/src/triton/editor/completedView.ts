/** The completed configuration as a document to read: beside the file, or against it. */
import { completedMessage } from '../complete/print';
import { nameOf } from '../files';
import type { Model } from '../repository/model';
import { completedInPlace } from './inPlace';
import { written } from './write';

export interface CompletedView {
  /** The model's name. */
  readonly name: string;
  /** All fields in the server's order, under comments that say what it is and what is not known. */
  readonly text: string;
  /** The file's own text with what the server adds. */
  readonly inPlace: string;
}

/** @param gpus of the machine that serves */
export function completedView(model: Model, gpus: number): CompletedView {
  const { config, isCertain } = completedMessage(model, gpus);
  const name = config.text('name') || model.name;
  const head = [...headOf(model, name, gpus), ...doubtsOf(model, isCertain)].map((line) => `# ${line}\n`).join('');
  return { name, text: `${head}\n${written(config)}`, inPlace: completedInPlace(model.text, model.file.root, config) };
}

function headOf(model: Model, name: string, gpus: number): readonly string[] {
  const machine = gpus === 0 ? 'without GPUs' : gpus === 1 ? 'with one GPU' : `with ${gpus} GPUs`;
  const mode = model.world.strict ? ', started with --disable-auto-complete-config' : '';
  return [
    `What a Triton server makes of model '${name}'`,
    `on a machine ${machine}${mode}:`,
    `GET /v2/models/${name}/config, without what is not set.`,
  ];
}

function doubtsOf(model: Model, isCertain: boolean): readonly string[] {
  const { problems, isTemplate } = model.file;
  const file = nameOf(model.path ?? 'config.pbtxt');
  if (isTemplate) return [`${file} has placeholders that are still to be filled in; they are left out here.`];
  if (problems.length > 0)
    return [
      `${file} can't be read in ${problems.length === 1 ? 'one place' : `${problems.length} places`}: the server refuses it. Only what could be read is here.`,
    ];
  if (model.backendProblem !== undefined) return [`The server refuses it: ${model.backendProblem}`];
  const refused = model.completionProblems[0]?.message;
  if (refused !== undefined) return [`The server refuses it: ${refused}`];
  if (isCertain) return [];
  const backend = model.filled.text('backend');
  const reason = model.hasModelFiles ? 'and that can not be told from the files' : 'and there is no model file to read';
  return [`The ${backend} backend may complete more, ${reason}.`];
}
