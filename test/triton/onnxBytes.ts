/** Writes the header of an ONNX model: a graph with inputs and outputs and no nodes. */

export interface OnnxTensorText {
  readonly name: string;
  /** ONNX's number: 1 is float32, 7 int64; undefined makes a sequence of it. */
  readonly type: number | undefined;
  /** A name stands for a variable size; undefined leaves the shape out. */
  readonly dims: readonly (number | string)[] | undefined;
}

const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
const number = (field: number, value: number): number[] => [field * 8, ...varint(value)];
const bytes = (field: number, content: readonly number[]): number[] => [
  field * 8 + 2,
  ...varint(content.length),
  ...content,
];
const text = (field: number, content: string): number[] => bytes(field, [...Buffer.from(content, 'utf8')]);

function tensor(field: number, { name, type, dims }: OnnxTensorText): number[] {
  const shape =
    dims &&
    bytes(
      2,
      dims.flatMap((dim) => bytes(1, typeof dim === 'number' ? number(1, dim) : text(2, dim))),
    );
  const kind = type === undefined ? bytes(4, []) : bytes(1, [...number(1, type), ...(shape ?? [])]);
  return bytes(field, [...text(1, name), ...bytes(2, kind)]);
}

/** The file in base64, as memoryFiles takes it. */
export function onnxBytes(
  inputs: readonly OnnxTensorText[],
  outputs: readonly OnnxTensorText[],
): { readonly base64: string } {
  const graph = [...inputs.flatMap((each) => tensor(11, each)), ...outputs.flatMap((each) => tensor(12, each))];
  return { base64: Buffer.from([...number(1, 8), ...bytes(7, graph)]).toString('base64') };
}
