/** The inputs and outputs of a version: from its ONNX header, else from the model's config.pbtxt. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Signature, SignatureTensor } from '../../../protocol/src/models';
import { type OnnxTensor, readOnnxHeader } from '../../../server/src/models/onnx';
import { modelConfig } from '../../../server/src/triton/schema/modelConfig';
import type { Message } from '../../../server/src/triton/textFormat/message';
import { readTextFormat } from '../../../server/src/triton/textFormat/reader';
import { FileBytes, Unreadable } from '../compare/weights/bytes';
import { onnxTypes } from '../compare/weights/onnx';

const longestConfig = 4 * 1024 * 1024;

/** Undefined where neither says. */
export function signatureOf(folder: string, names: readonly string[]): Signature | undefined {
  const file = ['model.onnx', ...names].find((name) => name.endsWith('.onnx') && names.includes(name));
  const ofFile = file === undefined ? undefined : onnxSignature(join(folder, file));
  return ofFile ?? configSignature(join(folder, '..', 'config.pbtxt'));
}

/** Undefined where the file can't be read. */
export function onnxSignature(path: string): Signature | undefined {
  try {
    const header = FileBytes.with(path, readOnnxHeader);
    return 'reason' in header ? undefined : { inputs: header.inputs.map(ofOnnx), outputs: header.outputs.map(ofOnnx) };
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

const ofOnnx = ({ name, type, dims }: OnnxTensor): SignatureTensor => ({
  name,
  dtype: onnxTypes[type ?? 0] ?? (type === 8 ? 'string' : 'unknown'),
  ...(dims ? { shape: dims } : {}),
});

/** Triton's types whose names are not those of PyTorch in capitals. */
const tritonTypes: ReadonlyMap<string, string> = new Map(
  Object.entries({ FP16: 'float16', FP32: 'float32', FP64: 'float64', BF16: 'bfloat16' }),
);

function configSignature(path: string): Signature | undefined {
  try {
    if (statSync(path).size > longestConfig) return undefined;
    const { root } = readTextFormat(readFileSync(path, 'utf8'), modelConfig);
    const batched = root.number('max_batch_size') > 0;
    const [inputs, outputs] = (['input', 'output'] as const).map((side) =>
      root.all(side).map((each) => ofConfig(each, batched)),
    );
    return inputs && outputs && inputs.length + outputs.length > 0 ? { inputs, outputs } : undefined;
  } catch {
    return undefined;
  }
}

function ofConfig(tensor: Message, batched: boolean): SignatureTensor {
  const type = tensor.enumName('data_type').replace(/^TYPE_/, '');
  const dims = tensor.numbers('dims');
  return {
    name: tensor.text('name'),
    dtype: tritonTypes.get(type) ?? (type === '' || type === 'INVALID' ? 'unknown' : type.toLowerCase()),
    shape: batched ? [-1, ...dims] : dims,
  };
}
