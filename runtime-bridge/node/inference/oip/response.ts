/** The answer to an inference request: JSON, or JSON followed by raw tensors. */
import { joinBytes } from '../byteStrings';
import { datatypeOf, elementsOf } from '../datatypes';
import type { WireTensor } from '../frames';
import type { Signature, SignatureTensor } from '../signature';
import { reader } from '../tensorValues';
import { jsonOfBytes } from './elements';
import { ProtocolError } from './errors';
import type { InferRequest } from './request';

export interface ResponseBody {
  /** Bytes of the JSON where raw tensors follow. */
  readonly headerLength: number | undefined;
  readonly pieces: readonly Uint8Array[];
}

/** @throws ProtocolError where an output has no JSON form */
export function responseBody(
  request: InferRequest,
  { model, version, signature }: { readonly model: string; readonly version: string; readonly signature: Signature },
  tensors: readonly WireTensor[],
): ResponseBody {
  const raw: Uint8Array[] = [];
  const outputs = tensors.map((tensor) => {
    const { name } = signature.outputs[tensor.index] as SignatureTensor;
    const { isBinary = request.binaryOutput, classes = 0 } =
      request.outputs?.findLast((output) => output.name === name) ?? {};
    const { datatype, shape, data } = classes > 0 ? classified(tensor, classes, name) : tensor;
    const start = `{"name":${JSON.stringify(name)},"datatype":"${datatype.name}","shape":[${shape.join()}]`;
    if (isBinary) {
      raw.push(data);
      return `${start},"parameters":{"binary_data_size":${data.length}}}`;
    }
    if (datatype.name === 'FP16')
      throw new ProtocolError(
        400,
        'sending FP16 data via JSON is not supported. Please use the binary data format for output',
      );
    return `${start},"data":[${jsonOfBytes(datatype, shape, data)}]}`;
  });
  const id = request.id === '' ? '' : `"id":${JSON.stringify(request.id)},`;
  const json = Buffer.from(
    `{${id}"model_name":${JSON.stringify(model)},"model_version":"${version}","outputs":[${outputs.join()}]}`,
  );
  return { headerLength: raw.length === 0 ? undefined : json.length, pieces: [json, ...raw] };
}

/** The largest values of each row as `value:place`, which the classification extension asks for. */
function classified(tensor: WireTensor, classes: number, name: string): WireTensor {
  const at = reader(tensor);
  const datatype = datatypeOf('BYTES');
  if (at === undefined || datatype === undefined)
    throw new ProtocolError(400, `class result not available for output '${name}' of type ${tensor.datatype.name}`);
  const width = tensor.shape.at(-1) ?? 1;
  const rows = tensor.shape.length > 1 ? (tensor.shape[0] as number) : 1;
  const perRow = rows === 0 ? width : elementsOf(tensor.shape) / rows;
  const kept = Math.min(classes, perRow);
  const texts: string[] = [];
  for (let row = 0; row < rows; row++) {
    const values = Array.from({ length: perRow }, (_, i) => ({ i, value: at(row * perRow + i) }));
    values.sort((a, b) => b.value - a.value || b.i - a.i);
    for (const { i, value } of values.slice(0, kept)) texts.push(`${shown(tensor, value)}:${i}`);
  }
  const data = joinBytes(texts.map((text) => Buffer.from(text)));
  return { index: tensor.index, datatype, shape: tensor.shape.length > 1 ? [rows, kept] : [kept], data };
}

const shown = ({ datatype }: WireTensor, value: number): string =>
  datatype.name.startsWith('FP') ? value.toFixed(6) : String(value);
