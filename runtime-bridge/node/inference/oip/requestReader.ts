/**
 * Reading the requests of one connection: a client mostly sends the same JSON again with other tensors behind it.
 *
 * After a computation of milliseconds the caches hold other things, and code that runs once costs ten times what it
 * costs in a loop. Comparing bytes touches the least of it.
 */
import { type InferRequest, jsonLength, readInferRequest } from './request';

/** Longer JSON holds the tensors itself, which are other ones each time. */
const mostKept = 8 << 10;
const nothing = new Uint8Array();

interface Last {
  readonly json: Buffer;
  /** Of the whole body. */
  readonly bytes: number;
  /** Without what lay behind the JSON. */
  readonly request: InferRequest;
  /** Bytes of each input behind the JSON. */
  readonly lengths: readonly number[];
}

export class RequestReader {
  private last: Last | undefined;

  /** As `readInferRequest`. @throws ProtocolError */
  read(body: Buffer, headerLength: string | undefined, model: string): InferRequest {
    const { last } = this;
    const length = jsonLength(body, headerLength);
    if (last?.bytes === body.length && last.json.length === length && beginsWith(body, last.json))
      return withTensors(last, body);
    const request = readInferRequest(body, headerLength, model);
    if (length > 0 && length <= mostKept) this.last = withoutTensors(request, body, length);
    return request;
  }
}

function withoutTensors(request: InferRequest, body: Buffer, length: number): Last {
  const inputs = request.inputs.map((input) => (input.isBinary ? { ...input, data: nothing } : input));
  return {
    json: Buffer.from(body.subarray(0, length)),
    bytes: body.length,
    request: { ...request, inputs },
    lengths: request.inputs.map(({ isBinary, data }) => (isBinary ? data.length : 0)),
  };
}

function withTensors({ request, json, lengths }: Last, body: Buffer): InferRequest {
  let at = json.length;
  const inputs = request.inputs.map((input, i) => {
    if (!input.isBinary) return input;
    const start = at;
    at += lengths[i] as number;
    return { ...input, data: body.subarray(start, at) };
  });
  return { ...request, inputs };
}

export const beginsWith = (bytes: Buffer, start: Buffer): boolean =>
  bytes.length >= start.length && bytes.compare(start, 0, start.length, 0, start.length) === 0;
