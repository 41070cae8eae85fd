/**
 * A first config.pbtxt for a model: what its header says, and nothing that the server fills in by itself.
 *
 * For backends whose completion is followed it is what the server would make of an empty one, reduced to the fields that
 * people keep.
 */
import { readOpenvinoHeader } from '../models/openvino';
import { readHeader, setType } from './complete/onnx';
import { writtenField } from './editor/write';
import { nameOf } from './files';
import { locate } from './repository/locate';
import { Model, type World } from './repository/model';
import type { Repository } from './repository/repository';
import { Message } from './textFormat/message';

export interface NewConfig {
  /** Where it belongs; there may be one already. */
  readonly path: string;
  readonly text: string;
}

/** Why there is none, as a sentence that says what to do. */
export interface NoNewConfig {
  readonly reason: string;
}

/** What a backend's model file gives: the tensors in a configuration, or why not. */
type Filled = { readonly config: Message; readonly notes: readonly string[] } | NoNewConfig;

interface Maker {
  readonly backend: string;
  /** The file name that the backend looks for by itself. */
  readonly file: string;
  readonly fill: (model: Model, file: string) => Filled;
}

/** In the order in which the server looks for them. */
const makers: readonly Maker[] = [
  { backend: 'tensorrt', file: 'model.plan', fill: opaque('a TensorRT engine') },
  { backend: 'onnxruntime', file: 'model.onnx', fill: byOnnx },
  { backend: 'openvino', file: 'model.xml', fill: byOpenvino },
  { backend: 'pytorch', file: 'model.pt', fill: byHand },
  { backend: 'pytorch', file: 'model.pt2', fill: byHand },
  { backend: 'python', file: 'model.py', fill: byPython },
  { backend: 'tensorflow', file: 'model.savedmodel', fill: opaque('a SavedModel') },
  { backend: 'tensorflow', file: 'model.graphdef', fill: opaque('a GraphDef') },
];

const FIELDS = ['input', 'output', 'dynamic_batching', 'model_transaction_policy'];

/**
 * The configuration of the model that a path belongs to.
 *
 * @param path a model file, a version folder, a model's folder or its configuration
 */
export function newConfig(
  world: World,
  repositoryOf: (folder: string) => Repository,
  path: string,
): NewConfig | NoNewConfig {
  const { files } = world;
  const located = locate(files, path);
  const example = nameOf(path).replace(/\.\w+$/, '');
  if (!located)
    return {
      reason: `${nameOf(path)} lies in no version folder. Triton looks for model files in MODEL/VERSION/, for example ${example}/1/model.onnx.`,
    };
  const { folder } = located;
  const name = nameOf(folder);
  const bare = new Model(world, repositoryOf(folder), name, folder, undefined, '');
  const version = located.version ?? bare.versions.flatMap(({ number }) => number ?? []).sort((a, b) => b - a)[0];
  if (version === undefined)
    return { reason: `${name} has no version folder. Put the model file into ${name}/1/, then try again.` };
  const entries = files.entries(`${folder}/${version}`) ?? [];
  const chosen = located.file?.split('/')[0];
  const maker =
    chosen === undefined ? makers.find((each) => entries.some((entry) => entry.name === each.file)) : makerOf(chosen);
  const file = chosen ?? maker?.file;
  if (!maker || file === undefined)
    return {
      reason: `${chosen ?? `${name}/${version}/`} is no model file that can be read. Known are ${makers.map((each) => each.file).join(', ')}.`,
    };
  const named = file === maker.file ? '' : `default_model_filename: "${file}"\n`;
  const seed = `backend: "${maker.backend}"\n${named}version_policy { specific { versions: ${version} } }\n`;
  const relaxed: World = { ...world, python: (at) => world.python(at), strict: false };
  const made = maker.fill(new Model(relaxed, bare.repository, name, folder, undefined, seed), file);
  if ('reason' in made) return made;
  return { path: `${folder}/config.pbtxt`, text: textOf(name, maker.backend, named, made) };
}

const makerOf = (file: string): Maker | undefined =>
  makers.find((each) => each.file === file) ??
  makers.find((each) => file.slice(file.lastIndexOf('.')) === each.file.slice(each.file.lastIndexOf('.')));

function textOf(
  name: string,
  backend: string,
  named: string,
  { config, notes }: { readonly config: Message; readonly notes: readonly string[] },
): string {
  const head = `name: ${JSON.stringify(name)}\nbackend: "${backend}"\n${named}max_batch_size: ${config.number('max_batch_size')}\n`;
  const comments = notes.map((note) => `# ${note}\n`).join('');
  const kept = config.copy();
  // What the server puts there by itself is left to it.
  kept.one('dynamic_batching')?.remove('preferred_batch_size');
  return head + FIELDS.map((field) => writtenField(kept, field, '')).join('') + comments;
}

function opaque(what: string): Maker['fill'] {
  return ({ name }) => ({
    reason: `${what} can't be read from here. Leave config.pbtxt out: the server completes it, and GET /v2/models/${name}/config answers with it.`,
  });
}

function byHand(_: Model, file: string): Filled {
  return {
    reason: `${file} does not say the shapes of its inputs. Write config.pbtxt by hand: for PyTorch models names, types and sizes have to be complete.`,
  };
}

function byOnnx(model: Model, file: string): Filled {
  const header = readHeader(model);
  if (!header) return { reason: `${file} can't be opened.` };
  if ('reason' in header) return { reason: `${file} is no ONNX model that can be read: it ${header.reason}.` };
  const tensors = [...header.inputs, ...header.outputs];
  const untyped = tensors.find(({ type }) => type === undefined);
  if (untyped) return { reason: `'${untyped.name}' of ${file} is no tensor: Triton serves models of tensors only.` };
  const open = tensors.find(({ dims }) => dims === undefined);
  if (open)
    return {
      reason: `${file} does not say the shape of '${open.name}'. Run onnx.shape_inference.infer_shapes over it, or export it with sample inputs.`,
    };
  const { config } = model.completed;
  if (config.number('max_batch_size') > 0) return { config, notes: [] };
  // Without batching the server wants no empty reshape: [1] alone stands for a scalar.
  const plain = config.copy();
  for (const side of ['input', 'output'])
    for (const tensor of plain.all(side)) if (tensor.one('reshape')?.has('shape') === false) tensor.remove('reshape');
  return { config: plain, notes: [] };
}

/** Triton's name for OpenVINO's element types. */
const precisions: Readonly<Record<string, string>> = {
  FP16: 'TYPE_FP16',
  FP32: 'TYPE_FP32',
  FP64: 'TYPE_FP64',
  BF16: 'TYPE_BF16',
  I8: 'TYPE_INT8',
  I16: 'TYPE_INT16',
  I32: 'TYPE_INT32',
  I64: 'TYPE_INT64',
  U8: 'TYPE_UINT8',
  U16: 'TYPE_UINT16',
  U32: 'TYPE_UINT32',
  U64: 'TYPE_UINT64',
  BOOL: 'TYPE_BOOL',
};

function byOpenvino(model: Model, file: string): Filled {
  const path = model.versionFile(file);
  const text = path === undefined ? undefined : model.world.files.text(path);
  const header = text === undefined ? undefined : readOpenvinoHeader(text);
  if (!header) return { reason: `${file} is no OpenVINO model that can be read.` };
  const config = new Message(model.file.root.type);
  for (const [side, tensors] of [
    ['input', header.inputs],
    ['output', header.outputs],
  ] as const)
    for (const { names, precision, dims } of tensors) {
      const type = precisions[precision.toUpperCase()];
      if (type === undefined)
        return {
          reason: `'${names[0] ?? ''}' of ${file} has elements of type ${precision}, which Triton does not know.`,
        };
      addTensor(config, side, names[0] ?? '', type, dims);
    }
  return { config, notes: [] };
}

function byPython(model: Model, file: string): Filled {
  const { config, isCertain } = model.completed;
  if (isCertain && config.has('input') && config.has('output')) return { config, notes: [] };
  const note = isCertain
    ? `${file} does not declare its tensors in auto_complete_config: write them here.`
    : `What auto_complete_config of ${file} declares can't be told without running it: write it here.`;
  return {
    config: new Message(model.file.root.type),
    notes: [
      note,
      'input { name: "" data_type: TYPE_FP32 dims: [ -1 ] }',
      'output { name: "" data_type: TYPE_FP32 dims: [ -1 ] }',
    ],
  };
}

function addTensor(
  config: Message,
  side: 'input' | 'output',
  name: string,
  type: string,
  dims: readonly number[],
): void {
  const made = config.append(side);
  made.set('name', name);
  setType(made, type);
  for (const size of dims.length > 0 ? dims : [1]) made.add('dims', size);
}
