/** What the protocol tells of a version: metadata, configuration, statistics. */
import { isEnum } from '../../../../server/src/triton/schema/types';
import { Message, type Scalar } from '../../../../server/src/triton/textFormat/message';
import type { SignatureTensor } from '../signature';
import type { ServedVersion } from './servedVersion';

/** Of those that Triton names, what this front does. */
export const extensions = [
  'classification',
  'model_repository',
  'model_configuration',
  'binary_tensor_data',
  'parameters',
  'statistics',
] as const;

export function metadataOf({ key, signature }: ServedVersion, versions: readonly ServedVersion[]): object {
  const describe = ({ name, datatype, shape }: SignatureTensor): object => ({ name, datatype, shape });
  return {
    name: key.model,
    versions: versions.filter(({ state }) => state === 'ready').map((each) => each.key.version),
    platform: 'onnxruntime_onnx',
    inputs: signature?.inputs.map(describe) ?? [],
    outputs: signature?.outputs.map(describe) ?? [],
  };
}

/** The configuration as written, with the tensors of the model file where it names none. */
export function configOf({ key, config, signature }: ServedVersion): object {
  const written = config.written === undefined ? {} : (jsonOf(config.written) as Record<string, unknown>);
  const hasBatch = config.batching.maxBatchSize > 0;
  const describe = ({ name, datatype, shape }: SignatureTensor): object => ({
    name,
    data_type: `TYPE_${datatype === 'BYTES' ? 'STRING' : datatype}`,
    dims: hasBatch ? shape.slice(1) : shape,
  });
  return {
    ...written,
    name: key.model,
    platform: written['platform'] ?? 'onnxruntime_onnx',
    backend: written['backend'] ?? 'onnxruntime',
    max_batch_size: config.batching.maxBatchSize,
    input: written['input'] ?? signature?.inputs.map(describe) ?? [],
    output: written['output'] ?? signature?.outputs.map(describe) ?? [],
    default_model_filename: written['default_model_filename'] ?? 'model.onnx',
    parameters: { ...(written['parameters'] as object | undefined), runtime: signature?.runtime },
  };
}

/** A message as protobuf's JSON: lists, enums by name, 64-bit integers exact as text where a number would round them. */
function jsonOf(message: Message): unknown {
  const fields: Record<string, unknown> = {};
  for (const { field } of message.items) {
    const values = message.itemsOf(field.name).map(({ value }) => valueOf(value, message, field.name));
    if (field.map)
      fields[field.name] = Object.fromEntries(
        [...message.entries(field.name)].map(([name, entry]) => [name, entryValue(entry)]),
      );
    else fields[field.name] = field.repeated ? values : values.at(-1);
  }
  return fields;
}

function entryValue(entry: Message): unknown {
  const { value } = entry.item('value') ?? {};
  return value === undefined ? null : valueOf(value, entry, 'value');
}

function valueOf(value: Scalar | Message, owner: Message, name: string): unknown {
  if (value instanceof Message) return jsonOf(value);
  const type = owner.type.fields.get(name)?.type;
  if (type !== undefined && isEnum(type))
    return type.values.find(({ number }) => number === value.value)?.name ?? value.value;
  return value.exact !== undefined && !Number.isSafeInteger(Number(value.exact)) ? String(value.exact) : value.value;
}

const nanoseconds = ({ count, millis }: { readonly count: number; readonly millis: number }): object => ({
  count,
  ns: Math.round(millis * 1e6),
});
const none = { count: 0, ns: 0 };

export function statisticsOf({ key, statistics }: ServedVersion): object {
  return {
    name: key.model,
    version: key.version,
    last_inference: statistics.lastInferenceAt,
    inference_count: statistics.succeeded.count,
    execution_count: statistics.executions,
    inference_stats: {
      success: nanoseconds(statistics.succeeded),
      fail: nanoseconds(statistics.failed),
      queue: nanoseconds(statistics.queued),
      compute_input: none,
      compute_infer: nanoseconds(statistics.computed),
      compute_output: none,
      cache_hit: none,
      cache_miss: none,
    },
    response_stats: {},
    batch_stats: [...statistics.batches].map(([batch_size, sum]) => ({
      batch_size,
      compute_input: none,
      compute_infer: nanoseconds(sum),
      compute_output: none,
    })),
    memory_usage: [],
  };
}
