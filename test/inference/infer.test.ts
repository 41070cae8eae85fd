/** `tensorwright infer` over real models. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { countProviders } from '../../runtime-bridge/node/inference/providers';
import { latencyOf } from '../../runtime-bridge/node/inference/local/latency';
import { readNpy } from '../../runtime-bridge/node/inference/local/npy';
import { inRoot } from '../../scripts/paths.mjs';
import { folderWith } from '../harness/folder';
import { onnxFile, scaling } from '../harness/onnxFile';

/** A file as numpy.save writes it. */
function npy(descr: string, shape: string, data: Uint8Array, fortran = 'False'): Buffer {
  const header = `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`.padEnd(117).concat('\n');
  const head = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length & 255, header.length >> 8]);
  return Buffer.concat([head, Buffer.from(header), data]);
}
const floats = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);

describe('infer', () => {
  const folder = folderWith({
    'm/1/model.onnx': scaling(2),
    'nan.onnx': scaling(Number.NaN),
    'long.onnx': onnxFile({
      inputs: [{ name: 'x', type: 'INT64', shape: [1] }],
      outputs: [{ name: 'y', type: 'INT64', shape: [1] }],
      nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
    }),
    'cut.onnx': scaling(2).subarray(0, 50),
    'half.onnx': onnxFile({
      inputs: [{ name: 'x', type: 'BF16', shape: [1] }],
      outputs: [{ name: 'y', type: 'BF16', shape: [1] }],
      nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
    }),
    'x.npy': npy('<f4', '(1, 4)', floats(1, 2, 3, 4)),
    'row.json': '[1, 2, 3, 4]',
    'big.json': '[9007199254740993]',
    'double.npy': npy('<f8', '(1, 4)', new Uint8Array(32)),
    'wide.npy': npy('<f4', '(1, 5)', new Uint8Array(20)),
  });
  after(() => folder.dispose());

  const run = (...args: string[]): { code: number | null; out: string; err: string } => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [inRoot('dist', 'cli.js'), 'infer', ...args], {
      cwd: folder.path,
      encoding: 'utf8',
    });
    return { code: status, out: stdout, err: stderr };
  };
  const outputs = (out: string): unknown =>
    (JSON.parse(out) as { outputs: readonly { data: unknown }[] }).outputs[0]?.data;

  it('runs a version on a .npy file and on JSON, a single example as a batch of one', () => {
    for (const file of ['x=x.npy', 'x.npy', 'x=row.json'])
      deepEqual(outputs(run('m/1', '--input', file, '--format', 'json').out), [2, 4, 6, 8]);
  });

  it('draws the same inputs for the same seed', () => {
    const drawn = (seed: string): unknown => outputs(run('m/1', '--random', seed, '--format', 'json').out);
    deepEqual(drawn('5'), drawn('5'));
    equal(JSON.stringify(drawn('5')) === JSON.stringify(drawn('6')), false);
  });

  it('writes a page with what came out, how long it took, and where', () => {
    const { code, out } = run('m/1', '--input', 'x.npy', '--repeat', '3', '--format', 'html');
    equal(code, 0);
    match(out, /<title>m 1<\/title>/);
    match(out, /100 % of the nodes on CPUExecutionProvider/);
    match(out, /<h2>Output <code>y<\/code> FP32 \(1, 4\)<\/h2>/);
    match(out, /<td>2<\/td><td>4<\/td><td>6<\/td><td>8<\/td>/);
    match(out, /only 3 runs; this one needs 59/);
  });

  it('keeps every digit of an integer', () => {
    match(run('long.onnx', '--input', 'big.json', '--format', 'json').out, /"data":\[9007199254740993\]/);
  });

  it('says that an output is not finite, and where the nodes ran', () => {
    const { code, out } = run('nan.onnx', '--input', 'x.npy');
    equal(code, 0);
    match(out, /4 not finite/);
    match(out, /100 % of the nodes on CPUExecutionProvider/);
  });

  for (const [what, args, words] of [
    ['an input of another type', ['m/1', '--input', 'double.npy'], /holds FP64, the model takes FP32/],
    ['an input of another shape', ['m/1', '--input', 'wide.npy'], /its shape is \(1, 5\), the model takes \(\?, 4\)/],
    ['an input that the model lacks', ['m/1', '--input', 'z=x.npy'], /no input 'z'; it has x/],
    ['a model that is cut off', ['cut.onnx'], /can't be read as ONNX; it may be cut off/],
    ['a model that is not there', ['none.onnx'], /there is no .*none\.onnx/],
    ['bfloat16', ['half.onnx'], /bfloat16, which ONNX Runtime for Node can't pass/],
    ['a provider that is not there', ['m/1', '--provider', 'nothing'], /has no 'nothing'; it has .*cpu/],
  ] as const)
    it(`refuses ${what} in one line`, () => {
      const { code, err } = run(...args);
      equal(code, 2);
      match(err, words);
      equal(err.trim().split('\n').length, 1, err);
    });
});

describe('.npy', () => {
  for (const [what, file, words] of [
    ['a text', Buffer.from('hello'), /no \.npy file/],
    ['one that is cut off', npy('<f4', '(4,)', new Uint8Array(15)), /15 bytes.*needs 16.*cut off/],
    ['columns first', npy('<f4', '(1, 4)', new Uint8Array(16), 'True'), /ascontiguousarray/],
    ['Python objects', npy('|O', '(1,)', new Uint8Array(8)), /type \|O has no place/],
  ] as const)
    it(`refuses ${what}`, () => {
      let said = '';
      try {
        readNpy(file);
      } catch (error) {
        said = String(error);
      }
      match(said, words);
    });
});

describe('latency', () => {
  it('greys out percentiles that too few runs support', () => {
    const supported = (runs: number): number[] =>
      latencyOf(Array.from({ length: runs }, (_, i) => i))
        .percentiles.filter(({ isSupported }) => isSupported)
        .map(({ share }) => share);
    deepEqual(
      [4, 5, 29, 58, 59, 298, 299].map((runs) => supported(runs).length),
      [0, 1, 2, 2, 3, 3, 4],
    );
  });
});

describe('providers', () => {
  it('are counted by node, not by run', () => {
    const event = (node: string, provider: string): object => ({
      cat: 'Node',
      args: { node_index: node, op_name: 'Add', provider },
    });
    const profile = [
      event('0', 'A'),
      event('0', 'A'),
      event('1', 'A'),
      event('2', 'B'),
      { cat: 'Session' },
      event('3', 'A'),
    ];
    deepEqual(countProviders(JSON.stringify(profile)), [
      { name: 'A', share: 0.75 },
      { name: 'B', share: 0.25 },
    ]);
  });
});
