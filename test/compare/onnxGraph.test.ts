/** Graphs of ONNX models: what is read of them, and that hostile bytes do no harm. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { type OnnxModel, readOnnxModel } from '../../server/src/models/onnxGraph';
import type { ByteSource } from '../../server/src/models/wire';
import '../harness/properties';
import { onnxFile } from './onnxWriter';

const sourceOf = (bytes: Uint8Array): ByteSource => ({
  size: bytes.length,
  read: (start, length) => bytes.subarray(start, start + length),
});

const file = onnxFile({
  producer: 'größe',
  nodes: [
    {
      name: 'conv',
      op: 'Conv',
      inputs: ['x', 'w', ''],
      outputs: ['h'],
      attributes: { strides: [2, -1], mode: 'same', group: 1 },
    },
    {
      name: 'if',
      op: 'If',
      inputs: ['h'],
      outputs: ['y'],
      attributes: { body: { nodes: [{ name: 'inner', op: 'Relu', inputs: ['h'], outputs: ['i'] }] } },
    },
  ],
  weights: [
    { name: 'w', dims: [2, 10], values: new Float32Array(20).fill(1) },
    { name: 'shape', dims: [2], values: BigInt64Array.from([-1n, 9007199254740993n]) },
  ],
  inputs: [
    { name: 'x', type: 'float32', dims: ['batch', 3] },
    { name: 'w', type: 'float32', dims: undefined },
  ],
  outputs: [{ name: 'y', type: 'int64', dims: [] }],
});

function read(bytes: Uint8Array): OnnxModel {
  const model = readOnnxModel(sourceOf(bytes));
  if ('reason' in model) throw new Error(model.reason);
  return model;
}

describe('ONNX graphs', () => {
  it('have inputs and outputs without weights, sizes by their names', () => {
    const { graph, opsets, producer } = read(file);
    deepEqual(graph.inputs, [{ name: 'x', type: 'float32', dims: ['batch', 3] }]);
    deepEqual(graph.outputs, [{ name: 'y', type: 'int64', dims: [] }]);
    equal(producer, 'größe');
    equal(opsets.get(''), 20);
  });

  it('have nodes with attributes and bodies', () => {
    const [conv, branch] = read(file).graph.nodes;
    deepEqual(conv?.inputs, ['x', 'w', '']);
    deepEqual(
      conv.attributes.map(({ name, text }) => `${name}=${text}`),
      ['strides=[2, -1]', 'mode="same"', 'group=1'],
    );
    const [body] = branch?.attributes ?? [];
    equal(body?.graphs[0]?.nodes[0]?.op, 'Relu');
  });

  it('tell where weights lie, and the values of short ones', () => {
    const [weight, shape] = read(file).graph.initialisers;
    ok(weight?.content.kind === 'raw');
    deepEqual(
      new Float32Array(Uint8Array.from(file.subarray(weight.content.start, weight.content.end)).buffer),
      new Float32Array(20).fill(1),
    );
    deepEqual(shape?.values, [-1, Number(9007199254740993n)]);
  });

  it('cut off anywhere are refused or have fewer parts', () => {
    const whole = JSON.stringify(read(file).graph).length;
    for (let length = 0; length < file.length; length++) {
      const model = readOnnxModel(sourceOf(file.subarray(0, length)));
      ok('reason' in model || JSON.stringify(model.graph).length <= whole);
    }
  });

  it('with any bytes changed are read or refused', () => {
    const change = fc.tuple(fc.nat(file.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
        const broken = Uint8Array.from(file);
        for (const [at, byte] of changes) broken[at] = byte;
        readOnnxModel(sourceOf(broken));
      }),
      { numRuns: 3000 },
    );
  });

  it('of any bytes are refused or read', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void readOnnxModel(sourceOf(bytes))),
      { numRuns: 3000 },
    );
  });

  it('in graphs without an end are refused', () => {
    let body = { nodes: [] as { name: string; op: string; inputs: string[]; outputs: string[]; attributes: object }[] };
    for (let depth = 0; depth < 60; depth++)
      body = { nodes: [{ name: '', op: 'If', inputs: [], outputs: [], attributes: { body } }] };
    const model = readOnnxModel(sourceOf(onnxFile(body as Parameters<typeof onnxFile>[0])));
    ok('reason' in model && model.reason.includes('deep'), JSON.stringify(model).slice(0, 200));
  });
});
