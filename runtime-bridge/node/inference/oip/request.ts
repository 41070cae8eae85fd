/** An inference request of the Open Inference Protocol: JSON, or JSON followed by raw tensors. */
import { type Datatype, datatypeOf } from '../datatypes';
import { bytesOfJson } from './elements';
import { ProtocolError } from './errors';
import { type Json, listMember, membersOf, readJson, sizeOf, textMember } from './json';

export interface RequestInput {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
  /** Its length is what the client says, not yet what the shape says. */
  readonly isBinary: boolean;
}

export interface RequestOutput {
  readonly name: string;
  readonly isBinary: boolean;
  /** How many classes are asked for instead of the tensor; 0 for the tensor. */
  readonly classes: number;
}

export interface InferRequest {
  readonly id: string;
  readonly inputs: readonly RequestInput[];
  /** Undefined where all are asked for. */
  readonly outputs: readonly RequestOutput[] | undefined;
  /** Raw tensors for outputs that are not listed. */
  readonly binaryOutput: boolean;
  /** The body is the only input's tensor, without any JSON. */
  readonly raw?: Uint8Array;
}

/** A request may not name more tensors than any model has: each costs work before it can be refused. */
const mostTensors = 4096;
const mostDims = 32;

/**
 * @param headerLength bytes of the JSON, as `Inference-Header-Content-Length` says; undefined where all of it is JSON
 * @throws ProtocolError in the words of Triton
 */
export function readInferRequest(body: Buffer, headerLength: string | undefined, model: string): InferRequest {
  const length = jsonLength(body, headerLength);
  if (length === 0) return { id: '', inputs: [], outputs: undefined, binaryOutput: true, raw: body };
  const message = membersOf(readJson(body.toString('utf8', 0, length)));
  const id = message['id'] === undefined ? '' : textMember(message, 'id');
  const parameters = parametersOf(message['parameters']);
  const tail = { body, at: length, model };
  const inputs = listMember(message, 'inputs').map((each) => readInput(each, tail, id));
  if (tail.at !== body.length) throw new ProtocolError(400, `unexpected additional input data for model '${model}'`);
  if (inputs.length > mostTensors) throw new ProtocolError(400, `more than ${mostTensors} inputs`);
  const outputs = message['outputs'] === undefined ? [] : listMember(message, 'outputs');
  if (outputs.length > mostTensors) throw new ProtocolError(400, `more than ${mostTensors} outputs`);
  return {
    id,
    inputs,
    outputs: outputs.length === 0 ? undefined : outputs.map(readOutput),
    // As in Triton: outputs that are listed say it themselves.
    binaryOutput: outputs.length === 0 && parameters['binary_data_output'] === true,
  };
}

/** @throws ProtocolError where the body is shorter */
export function jsonLength(body: Buffer, headerLength: string | undefined): number {
  // An empty body is a raw tensor without elements; a length that is no number counts as 0, as in Triton.
  if (headerLength === undefined) return body.length;
  const length = Number.parseInt(headerLength, 10);
  if (Number.isNaN(length)) return 0;
  if (length < 0 || length > body.length)
    throw new ProtocolError(400, `inference header size should be in range (0, ${body.length}), got: ${length}`);
  return length;
}

function parametersOf(value: Json | undefined): Readonly<Record<string, Json | undefined>> {
  if (value !== undefined && (typeof value !== 'object' || value === null || Array.isArray(value)))
    throw new ProtocolError(400, 'failed to get request params.: attempt to get members for non-object');
  return membersOf(value);
}

interface Tail {
  readonly body: Buffer;
  readonly model: string;
  /** Where the next raw tensor begins. */
  at: number;
}

function readInput(value: Json, tail: Tail, id: string): RequestInput {
  const input = membersOf(value);
  const name = textMember(input, 'name');
  const typeName = textMember(input, 'datatype');
  const shape = listMember(input, 'shape').map((size) => sizeOf(size, 'shape'));
  if (shape.length > mostDims) throw new ProtocolError(400, `input '${name}' has more than ${mostDims} dims`);
  const datatype = datatypeOf(typeName);
  if (datatype === undefined) throw new ProtocolError(400, `invalid datatype for input ${name}`);
  const parameters = membersOf(input['parameters']);
  const size =
    parameters['binary_data_size'] === undefined
      ? undefined
      : sizeOf(parameters['binary_data_size'], 'binary_data_size');
  const data = input['data'];
  if ((data === undefined) === (size === undefined))
    throw new ProtocolError(
      400,
      `Input must set only one of the following fields: 'data', 'binary_data_size' in 'parameters', 'shared_memory_region' in 'parameters'. But ${data === undefined ? 'no field is set' : "set 'data' 'binary_data_size'"}`,
    );
  if (size === undefined)
    return {
      name,
      datatype,
      shape,
      isBinary: false,
      data: bytesOfJson(data as Json, datatype, shape, { input: name, model: tail.model, id }),
    };
  if (tail.at + size > tail.body.length)
    throw new ProtocolError(
      400,
      `unexpected size for input '${name}', expecting ${tail.at + size - tail.body.length} additional bytes for model '${tail.model}'`,
    );
  const start = tail.at;
  tail.at += size;
  return { name, datatype, shape, isBinary: true, data: tail.body.subarray(start, tail.at) };
}

function readOutput(value: Json): RequestOutput {
  const output = membersOf(value);
  const parameters = membersOf(output['parameters']);
  const binary = parameters['binary_data'];
  const classes = parameters['classification'];
  return {
    name: textMember(output, 'name'),
    isBinary: binary === true,
    classes: classes === undefined ? 0 : sizeOf(classes, 'classification'),
  };
}
