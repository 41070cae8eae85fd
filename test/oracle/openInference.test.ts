/** The front and a real Triton under the same client: the same exchanges, the same answers. */
import { deepEqual, ok } from 'node:assert/strict';
import { onnxFile, type OnnxValue, type onnxTypes } from '../harness/onnxFile';
import { TestFront } from '../inference/frontHarness';
import { runPython } from './python';
import { triton, tritonIsMissing } from './tritonserver/environment';
import { TritonServer } from './tritonserver/server';

type Seen = Readonly<Record<string, unknown>>;

/** Kinds whose identity is served. */
const kinds = [
  'BOOL',
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64',
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'FP16',
  'FP32',
  'FP64',
  'BYTES',
] as const;

/**
 * Where the front differs on purpose. Triton answers 500 to JSON that it can't read; that is the client's fault, and a
 * canary's error rate must not count it, so the front says 400 with the same words.
 */
const likeTheFront = (name: string, seen: unknown): unknown => {
  if (
    Array.isArray(seen) &&
    seen[0] === 500 &&
    /Unable to parse|failed to (parse|get request params)/.test(String(seen[2]))
  )
    return [400, ...(seen as unknown[]).slice(1)];
  // Its answer to a load is 500 too.
  if (name === 'load of an unknown model') return { ...(seen as object), status: '400' };
  return seen;
};

describe('Open Inference Protocol', () => {
  let front: TestFront | undefined;
  let server: TritonServer | undefined;
  before(async function () {
    // The real server could not be installed on this machine.
    if (triton === undefined) return this.skip();
    server = await TritonServer.start(triton);
    front = await TestFront.start();
  });
  after(async () => {
    await front?.dispose();
    await server?.stop();
  });

  it(`is spoken as a real Triton speaks it${triton === undefined ? `; ${tritonIsMissing}` : ''}`, async function () {
    // As above: there is nothing to compare with.
    if (front === undefined || server === undefined) return this.skip();
    const real = await ask(await server.serve({ files: tritonFiles(), dirs: [] }));
    const ours = await ask(await serveSame(front));
    const expected = Object.fromEntries(Object.entries(real).map(([name, seen]) => [name, likeTheFront(name, seen)]));
    const answered = Object.values(real).filter((seen) => typeof seen !== 'object' || !('message' in (seen ?? {})));
    ok(answered.length > 80, `only ${answered.length} exchanges were answered`);
    deepEqual(ours, expected);
  });
});

const ask = async (endpoint: string): Promise<Seen> =>
  JSON.parse(await runPython('open_inference.py', [endpoint.replace('http://', '')])) as Seen;

const value = (name: string, type: keyof typeof onnxTypes, shape: readonly (number | string)[]): OnnxValue => ({
  name,
  type,
  shape,
});

/** The models as ONNX files in the front's repository. */
async function serveSame(front: TestFront): Promise<string> {
  const identity = (pairs: readonly (readonly [string, string, (typeof kinds)[number]])[]): Uint8Array =>
    onnxFile({
      inputs: pairs.map(([from, , kind]) => value(from, kind, ['n', 2])),
      outputs: pairs.map(([, to, kind]) => value(to, kind, ['n', 2])),
      nodes: pairs.map(([from, to]) => ({ op: 'Identity', inputs: [from], outputs: [to] })),
    });
  const four = (name: string): OnnxValue => value(name, 'FP32', ['n', 4]);
  const sums = onnxFile({
    inputs: [four('A'), four('B')],
    outputs: [four('SUM'), four('DIFFERENCE')],
    nodes: [
      { op: 'Add', inputs: ['A', 'B'], outputs: ['SUM'] },
      { op: 'Sub', inputs: ['A', 'B'], outputs: ['DIFFERENCE'] },
    ],
  });
  front.model('all', '1', identity(kinds.map((kind) => [`IN_${kind}`, `OUT_${kind}`, kind])));
  front.model('one', '1', identity([['x', 'y', 'FP32']]));
  front.model('add', '1', sums, addConfig('onnxruntime'));
  for (const model of ['all', 'one', 'add']) {
    const { status, body } = await front.post(`/v2/repository/models/${model}/load`, {});
    deepEqual([status, body['error']], [200, undefined]);
  }
  return front.control.endpoint;
}

const addConfig = (backend: string): string => `
  backend: "${backend}"
  max_batch_size: 8
  input [ { name: "A" data_type: TYPE_FP32 dims: [ 4 ] }, { name: "B" data_type: TYPE_FP32 dims: [ 4 ] } ]
  output [ { name: "SUM" data_type: TYPE_FP32 dims: [ 4 ] }, { name: "DIFFERENCE" data_type: TYPE_FP32 dims: [ 4 ] } ]
  dynamic_batching { }
`;

/** Python models that do what the ONNX files do. */
function tritonFiles(): Record<string, string> {
  const identityConfig = (pairs: readonly (readonly [string, string, string])[]): string =>
    `backend: "python"\n${pairs
      .map(([from, to, kind]) => {
        const type = kind === 'BYTES' ? 'STRING' : kind;
        return `input { name: "${from}" data_type: TYPE_${type} dims: [ -1, 2 ] } output { name: "${to}" data_type: TYPE_${type} dims: [ -1, 2 ] }\n`;
      })
      .join('')}`;
  return {
    'add/config.pbtxt': addConfig('python'),
    'add/1/model.py': pythonModel("{'SUM': take('A') + take('B'), 'DIFFERENCE': take('A') - take('B')}"),
    'all/config.pbtxt': identityConfig(kinds.map((kind) => [`IN_${kind}`, `OUT_${kind}`, kind])),
    'all/1/model.py': pythonModel("{'OUT' + each.name()[2:]: each.as_numpy() for each in request.inputs()}"),
    'one/config.pbtxt': identityConfig([['x', 'y', 'FP32']]),
    'one/1/model.py': pythonModel("{'y': take('x')}"),
  };
}

const pythonModel = (outputs: string): string => `
import triton_python_backend_utils as pb


class TritonPythonModel:
    def execute(self, requests):
        answers = []
        for request in requests:
            def take(name):
                return pb.get_input_tensor_by_name(request, name).as_numpy()
            outputs = ${outputs}
            wanted = request.requested_output_names()
            answers.append(pb.InferenceResponse([pb.Tensor(n, v) for n, v in outputs.items() if n in wanted]))
        return answers
`;
