/** What the onnxruntime backend makes of a configuration: it fills in whole lists, batch size and scheduler. */
import { type NoHeader, type OnnxHeader, readOnnxHeader } from '../../models/onnx';
import type { Model } from '../repository/model';
import { nameOfField, type Problem } from '../rule';
import type { Message } from '../textFormat/message';

/** Triton's name for ONNX's element types, by their number. */
export const tritonTypes: Readonly<Record<number, string>> = {
  1: 'TYPE_FP32',
  2: 'TYPE_UINT8',
  3: 'TYPE_INT8',
  4: 'TYPE_UINT16',
  5: 'TYPE_INT16',
  6: 'TYPE_INT32',
  7: 'TYPE_INT64',
  8: 'TYPE_STRING',
  9: 'TYPE_BOOL',
  10: 'TYPE_FP16',
  11: 'TYPE_FP64',
  12: 'TYPE_UINT32',
  13: 'TYPE_UINT64',
  16: 'TYPE_BF16',
};

/** Batch size that the server takes where the model has a variable first dim. */
const DEFAULT_BATCH = 4;

/** The header of the model file that would be loaded. */
export function onnxHeader(model: Model): OnnxHeader | undefined {
  const header = readHeader(model);
  return header && 'reason' in header ? undefined : header;
}

/** The same, with the reason where the file can't be read; undefined where there is none. */
export function readHeader(model: Model): OnnxHeader | NoHeader | undefined {
  const path = model.versionFile(model.filled.text('default_model_filename') || 'model.onnx');
  if (path === undefined) return undefined;
  const { files } = model.world;
  const file = files.size(path) === undefined ? `${path}/model.onnx` : path;
  const size = files.size(file);
  if (size === undefined) return undefined;
  if (size === 0) return { reason: 'is empty' };
  return readOnnxHeader({ size, read: (start, length) => files.bytes(file, start, length) });
}

export function completeByOnnx(
  model: Model,
  config: Message,
): { readonly isCertain: boolean; readonly problems: readonly Problem[] } {
  const header = onnxHeader(model);
  if (!header) return { isCertain: false, problems: [] };
  const tensors = [...header.inputs, ...header.outputs];
  if (tensors.some(({ dims, type }) => dims === undefined || type === undefined))
    return { isCertain: false, problems: [] };
  const canBatch = tensors.every(({ dims }) => dims?.[0] === -1);
  if (!canBatch && config.number('max_batch_size') !== 0)
    return {
      isCertain: true,
      problems: [
        {
          message: `autofill failed for model '${model.name}': model does not support batching while non-zero max_batch_size is specified`,
          at: nameOfField(config, 'max_batch_size'),
        },
      ],
    };
  if (canBatch && config.number('max_batch_size') === 0) config.set('max_batch_size', DEFAULT_BATCH);
  const batch = config.number('max_batch_size');
  const scheduled = ['dynamic_batching', 'sequence_batching', 'ensemble_scheduling'].some((each) => config.has(each));
  if (canBatch && batch > 1 && !scheduled) config.make('dynamic_batching');
  fillList(config, 'input', header.inputs, batch > 0);
  fillList(config, 'output', header.outputs, batch > 0);
  return { isCertain: true, problems: [] };
}

function fillList(config: Message, list: 'input' | 'output', tensors: OnnxHeader['inputs'], batched: boolean): void {
  if (config.has(list)) return;
  for (const { name, type, dims } of tensors) {
    const made = config.append(list);
    made.set('name', name);
    setType(made, tritonTypes[type ?? 0] ?? 'TYPE_INVALID');
    const sizes = (dims ?? []).slice(batched ? 1 : 0);
    for (const size of sizes.length > 0 ? sizes : [1]) made.add('dims', size);
    if (sizes.length === 0) made.make('reshape');
  }
}

/** Sets `data_type` by its name. */
export function setType(tensor: Message, name: string): void {
  const type = tensor.type.fields.get('data_type')?.type;
  if (typeof type !== 'object' || type.kind !== 'enum') return;
  tensor.set('data_type', type.values.find((value) => value.name === name)?.number ?? 0);
}
