/** A request held against the signature of the version that is to answer it. */
import type { Batching } from '../front/batcher';
import { splitBytes } from '../byteStrings';
import { datatypeOf, elementsOf } from '../datatypes';
import type { WireTensor } from '../frames';
import type { Signature, SignatureTensor } from '../signature';
import { prefixed, ProtocolError } from './errors';
import type { InferRequest, RequestInput } from './request';

export interface Bound {
  readonly tensors: readonly WireTensor[];
  /** Places of the wanted outputs, in the model's order; none for all. */
  readonly outputs: readonly number[];
  /** Size along the batch dim; 0 where it can't be joined with other requests. */
  readonly rows: number;
}

/** @throws ProtocolError with 400 and Triton's sentence: names, types, shapes, sizes */
export function bind(request: InferRequest, signature: Signature, model: string, { maxBatchSize }: Batching): Bound {
  const say = (words: string): ProtocolError => new ProtocolError(400, prefixed(request.id, words));
  const inputs = request.raw === undefined ? request.inputs : [rawInput(request.raw, signature, model, say)];
  const places = new Map(signature.inputs.map(({ name }, place) => [name, place]));
  const seen = new Set<string>();
  for (const { name } of inputs) {
    if (seen.has(name)) throw say(`input '${name}' already exists in request`);
    seen.add(name);
  }
  checkNames(inputs, signature, model, say);
  const rows = maxBatchSize > 0 ? (inputs[0]?.shape[0] ?? 0) : 0;
  const tensors = inputs.map((input) => {
    const index = places.get(input.name) as number;
    const expected = signature.inputs[index] as SignatureTensor;
    if (maxBatchSize > 0 && input.shape[0] !== rows)
      throw say(`input '${inputs[0]?.name ?? ''}' batch size does not match other inputs for '${model}'`);
    checkInput(input, expected, model, maxBatchSize, say);
    return { index, datatype: input.datatype, shape: input.shape, data: input.data };
  });
  if (maxBatchSize > 0 && rows > maxBatchSize)
    throw say(`inference request batch-size must be <= ${maxBatchSize} for '${model}'`);
  return { tensors, outputs: wantedOutputs(request, signature, model), rows };
}

type Say = (words: string) => ProtocolError;

function checkNames(inputs: readonly RequestInput[], signature: Signature, model: string, say: Say): void {
  const known = signature.inputs.map(({ name }) => name);
  if (inputs.length === known.length) {
    for (const { name } of inputs)
      if (!known.includes(name))
        throw new ProtocolError(400, `unexpected inference input '${name}' for model '${model}'`);
    return;
  }
  const list = (names: readonly string[]): string => `[${names.map((name) => `'${name}'`).join()}]`;
  const given = inputs.map(({ name }) => name);
  const missing = known.filter((name) => !given.includes(name));
  const unknown = given.find((name) => !known.includes(name));
  if (unknown !== undefined && missing.length === 0)
    throw new ProtocolError(400, `unexpected inference input '${unknown}' for model '${model}'`);
  throw say(
    `expected ${known.length} inputs but got ${given.length} inputs for model '${model}'. Got input(s) ${list(given)}, but missing required input(s) ${list(missing)}. Please provide all required input(s).`,
  );
}

function checkInput(
  { name, datatype, shape, data }: RequestInput,
  expected: SignatureTensor,
  model: string,
  maxBatchSize: number,
  say: Say,
): void {
  if (datatype.name !== expected.datatype)
    throw say(
      `inference input '${name}' data-type is '${datatype.name}', but model '${model}' expects '${expected.datatype}'`,
    );
  const fits =
    shape.length === expected.shape.length && expected.shape.every((size, i) => size < 0 || size === shape[i]);
  if (!fits)
    throw say(
      `unexpected shape for input '${name}' for model '${model}'. Expected [${expected.shape.join()}], got [${shape.join()}].${maxBatchSize > 0 ? batchNote : ''}`,
    );
  const count = elementsOf(shape);
  if (datatype.bytes > 0 && data.length !== count * datatype.bytes)
    throw say(
      `input byte size mismatch for input '${name}' for model '${model}'. Expected ${count * datatype.bytes}, got ${data.length}`,
    );
  if (datatype.bytes === 0) checkStrings(name, data, count, model, say);
}

/** Triton's own advice, which follows a wrong shape where the configuration has batches. */
const batchNote =
  ' NOTE: Setting a non-zero max_batch_size in the model config requires a batch dimension to be prepended to each input shape. If you want to specify the full shape including the batch dim in your input dims config, try setting max_batch_size to zero. See the model configuration docs for more info on max_batch_size.';

const utf8 = new TextDecoder('utf-8', { fatal: true });

function checkStrings(name: string, data: Uint8Array, count: number, model: string, say: Say): void {
  const elements = splitBytes(data, count);
  if (elements === undefined)
    throw say(
      `incomplete string data for inference input '${name}' for model '${model}', expecting ${count} elements of 4 bytes length and so many bytes in ${data.length} bytes`,
    );
  for (const [i, element] of elements.entries())
    try {
      utf8.decode(element);
    } catch {
      throw say(
        `element ${i} of input '${name}' for model '${model}' is no UTF-8; ONNX Runtime for Node takes text only`,
      );
    }
}

function rawInput(raw: Uint8Array, { inputs }: Signature, model: string, say: Say): RequestInput {
  const [only] = inputs;
  if (inputs.length !== 1 || only === undefined)
    throw say(
      `Raw request must only have 1 input (found 1) to be deduced but got ${inputs.length} inputs in '${model}' model configuration`,
    );
  const open = only.shape.filter((size) => size < 0).length;
  if (open > 1)
    throw say(
      `The shape of the raw input '${only.name}' can not be deduced because there are more than one variable-sized dimension`,
    );
  const datatype = datatypeOf(only.datatype);
  if (datatype === undefined) throw say(`unexpected raw input of type ${only.datatype}`);
  const fixed = only.shape.reduce((all, size) => (size < 0 ? all : all * size), 1);
  const count = datatype.bytes === 0 ? fixed : raw.length / datatype.bytes;
  const variable = fixed === 0 ? 0 : Math.floor(count / fixed);
  const shape = only.shape.map((size) => (size < 0 ? variable : size));
  return { name: only.name, datatype, shape, data: raw, isBinary: true };
}

function wantedOutputs({ outputs }: InferRequest, signature: Signature, model: string): readonly number[] {
  if (outputs === undefined) return [];
  const places = new Map(signature.outputs.map(({ name }, place) => [name, place]));
  const wanted = new Set<number>();
  for (const { name } of outputs) {
    const place = places.get(name);
    if (place === undefined) throw new ProtocolError(400, `unexpected inference output '${name}' for model '${model}'`);
    wanted.add(place);
  }
  return [...wanted].sort((a, b) => a - b);
}
