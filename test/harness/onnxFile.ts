/** ONNX files made in the test: just enough of the format (onnx.proto3) for graphs of a few nodes. */

type Field = readonly [number, number | string | Uint8Array | readonly Field[]];

/** Element types of onnx.proto3's TensorProto.DataType. */
export const onnxTypes = {
  FP32: 1,
  UINT8: 2,
  INT8: 3,
  UINT16: 4,
  INT16: 5,
  INT32: 6,
  INT64: 7,
  BYTES: 8,
  BOOL: 9,
  FP16: 10,
  FP64: 11,
  UINT32: 12,
  UINT64: 13,
  BF16: 16,
} as const;

export interface OnnxValue {
  readonly name: string;
  readonly type: keyof typeof onnxTypes;
  /** A text is an open size. */
  readonly shape: readonly (number | string)[];
}

export interface OnnxGraph {
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly nodes: readonly {
    readonly op: string;
    readonly inputs: readonly string[];
    readonly outputs: readonly string[];
  }[];
  /** Constants of 32-bit floats. */
  readonly constants?: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly values: readonly number[];
  }[];
}

export function onnxFile({ inputs, outputs, nodes, constants = [] }: OnnxGraph): Uint8Array {
  const value = ({ name, type, shape }: OnnxValue): readonly Field[] => [
    [1, name],
    [
      2,
      [
        [
          1,
          [
            [1, onnxTypes[type]],
            [2, shape.map((size): Field => [1, [typeof size === 'number' ? [1, size] : [2, size]]])],
          ],
        ],
      ],
    ],
  ];
  const graph: Field[] = [
    ...nodes.map(({ op, inputs: from, outputs: to }): Field => [
      1,
      [...from.map((name): Field => [1, name]), ...to.map((name): Field => [2, name]), [4, op]],
    ]),
    [2, 'graph'],
    ...constants.map(({ name, shape, values }): Field => [
      5,
      [
        ...shape.map((size): Field => [1, size]),
        [2, onnxTypes.FP32],
        [8, name],
        [9, new Uint8Array(Float32Array.from(values).buffer)],
      ],
    ]),
    ...inputs.map((each): Field => [11, value(each)]),
    ...outputs.map((each): Field => [12, value(each)]),
  ];
  return encode([
    [1, 8],
    [7, graph],
    [
      8,
      [
        [1, ''],
        [2, 17],
      ],
    ],
  ]);
}

/** `y = x * factor`, any number of rows of four. */
export const scaling = (factor: number): Uint8Array =>
  onnxFile({
    inputs: [{ name: 'x', type: 'FP32', shape: ['n', 4] }],
    outputs: [{ name: 'y', type: 'FP32', shape: ['n', 4] }],
    nodes: [{ op: 'Mul', inputs: ['x', 'factor'], outputs: ['y'] }],
    constants: [{ name: 'factor', shape: [], values: [factor] }],
  });

function encode(fields: readonly Field[]): Uint8Array {
  return Buffer.concat(
    fields.flatMap(([number, content]) => {
      if (typeof content === 'number') return [varint(number * 8), varint(content)];
      const bytes =
        typeof content === 'string' ? Buffer.from(content) : content instanceof Uint8Array ? content : encode(content);
      return [varint(number * 8 + 2), varint(bytes.length), bytes];
    }),
  );
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Uint8Array.from([...bytes, rest]);
}
