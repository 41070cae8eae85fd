/**
 * What the front costs: a client's request through it, beside calling ONNX Runtime in a process of one's own, beside a
 * real Triton whose python backend runs the same file. Blocks of the three take turns, so that what else the machine
 * does is spread over all of them.
 */
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { loadTypeScript } from '../scripts/loadTypeScript.mjs';
import { inRoot } from '../scripts/paths.mjs';
import { log, runLogged } from '../scripts/progress.mjs';
import { ensureTriton } from '../scripts/tritonServer.mjs';

const rounds = 12;
/** Requests that are under way at once where throughput is measured. */
const clients = 4;

/**
 * A model of next to nothing, and three of about ten milliseconds: with little input and 27 MB of weights, with a
 * picture's worth of input, and with 64 KB of weights that are used again and again, so that the caches keep the rest.
 */
const models = [
  { name: 'tiny', rows: 1, width: 4, hidden: 0, depth: 0, requests: 200 },
  { name: 'large', rows: 32, width: 64, hidden: 768, depth: 12, requests: 12 },
  { name: 'picture', rows: 147, width: 1024, hidden: 512, depth: 6, requests: 12 },
  { name: 'compact', rows: 32, width: 64, hidden: 128, depth: 640, again: true, requests: 12 },
];

export async function measureFront(cli) {
  const { onnxFile } = await loadTypeScript(inRoot('test', 'harness', 'onnxFile.ts'));
  const folder = inRoot('.cache', 'bench', 'front');
  rmSync(folder, { recursive: true, force: true });
  for (const model of models) {
    const version = join(folder, 'models', model.name, '1');
    mkdirSync(version, { recursive: true });
    writeFileSync(join(version, 'model.onnx'), onnxFile(graphOf(model)));
  }
  const state = ['--state-dir', join(folder, 'state')];
  const started = execFileSync(process.execPath, [
    cli,
    'front',
    'start',
    ...state,
    '--models',
    join(folder, 'models'),
    '--threads',
    '1',
    '--format',
    'json',
  ]);
  const { endpoint } = JSON.parse(started.toString());
  const triton = await startTriton(folder);
  try {
    const found = [];
    for (const model of models) {
      await fetch(`${endpoint}/v2/repository/models/${model.name}/load`, { method: 'POST', body: '{}' });
      found.push(await compare(model, folder, endpoint, triton?.endpoint));
    }
    return { rounds, clients, models: found, ...(triton?.missing ? { tritonMissing: triton.missing } : {}) };
  } finally {
    execFileSync(process.execPath, [cli, 'front', 'stop', ...state]);
    await triton?.stop?.();
  }
}

async function compare(model, folder, endpoint, triton) {
  const { name, rows, width, requests } = model;
  const direct = fork(inRoot('bench', 'frontDirect.mjs'), [
    join(folder, 'models', name, '1', 'model.onnx'),
    `${rows}x${width}`,
  ]);
  const [hop] = await once(direct, 'message');
  const relay = fork(inRoot('bench', 'frontRelay.mjs'), [hop]);
  const [relayed] = await once(relay, 'message');
  const callDirect = async (count) => {
    direct.send(count);
    const [millis] = await once(direct, 'message');
    return millis;
  };
  const served = [
    { name: 'front', client: await Clients.open(endpoint, model) },
    { name: 'hop', client: await Clients.open(hop, model) },
    { name: 'relay', client: await Clients.open(relayed, model) },
    ...(triton === undefined ? [] : [{ name: 'triton', client: await Clients.open(triton, model) }]),
  ];
  const arms = [
    { name: 'direct', latency: callDirect, together: callDirect },
    ...served.map(({ name: arm, client }) => ({
      name: arm,
      latency: (count) => client.alone(count),
      together: (count) => client.together(count),
    })),
  ];
  const millis = Object.fromEntries(arms.map((arm) => [arm.name, []]));
  const rates = Object.fromEntries(arms.map((arm) => [arm.name, []]));
  for (const arm of arms) await arm.together(requests);
  for (let round = 0; round < rounds; round++) {
    for (const arm of arms) millis[arm.name].push(...(await arm.latency(requests)));
    for (const arm of arms) {
      const began = performance.now();
      await arm.together(requests * 2);
      rates[arm.name].push((requests * 2 * 1000) / (performance.now() - began));
    }
  }
  direct.disconnect();
  relay.disconnect();
  for (const { client } of served) client.close();
  return {
    name,
    bytes: rows * width * 4,
    ...Object.fromEntries(
      arms.map(({ name: arm }) => [
        arm,
        { p50: quantile(millis[arm], 0.5), p95: quantile(millis[arm], 0.95), perSecond: quantile(rates[arm], 0.5) },
      ]),
    ),
    // Within each round, so that a slow minute of the machine weighs on both sides.
    throughputShare: quantile(
      rates.front.map((rate, i) => rate / rates.direct[i]),
      0.5,
    ),
  };
}

/** Connections that send the same bytes again and again; a client of its own work would be measured too. */
class Clients {
  static async open(endpoint, model) {
    const { hostname, port } = new URL(endpoint);
    const sockets = await Promise.all(
      Array.from({ length: clients }, async () => {
        const socket = connect(Number(port), hostname);
        socket.setNoDelay(true);
        await once(socket, 'connect');
        return new Connection(socket, requestOf(model, hostname));
      }),
    );
    return new Clients(sockets);
  }
  constructor(connections) {
    this.connections = connections;
  }
  async alone(count) {
    const millis = [];
    for (let i = 0; i < count; i++) millis.push(await this.connections[0].ask());
    return millis;
  }
  async together(count) {
    let left = count;
    await Promise.all(
      this.connections.map(async (connection) => {
        while (left-- > 0) await connection.ask();
      }),
    );
  }
  close() {
    for (const { socket } of this.connections) socket.destroy();
  }
}

class Connection {
  constructor(socket, request) {
    this.socket = socket;
    this.request = request;
    socket.on('data', (chunk) => this.take(chunk));
  }
  ask() {
    this.received = 0;
    this.expected = undefined;
    this.head = Buffer.alloc(0);
    const began = performance.now();
    this.socket.write(this.request);
    return new Promise((settle, fail) => {
      this.done = (status) =>
        status === 200 ? settle(performance.now() - began) : fail(new Error(`HTTP ${status}: ${this.head}`));
    });
  }
  take(chunk) {
    this.received += chunk.length;
    if (this.expected === undefined) {
      this.head = Buffer.concat([this.head, chunk]);
      const end = this.head.indexOf('\r\n\r\n');
      if (end < 0) return;
      const text = this.head.toString('latin1', 0, end);
      this.status = Number(text.slice(9, 12));
      this.expected = end + 4 + Number(/\ncontent-length: (\d+)/i.exec(text)[1]);
    }
    if (this.received >= this.expected) this.done(this.status);
  }
}

function requestOf({ name, rows, width }, host) {
  const data = Buffer.from(new Float32Array(rows * width).fill(0.5).buffer);
  const head = Buffer.from(
    JSON.stringify({
      inputs: [{ name: 'x', shape: [rows, width], datatype: 'FP32', parameters: { binary_data_size: data.length } }],
      outputs: [{ name: 'y', parameters: { binary_data: true } }],
    }),
  );
  const lines = [
    `POST /v2/models/${name}/infer HTTP/1.1`,
    `Host: ${host}`,
    `Inference-Header-Content-Length: ${head.length}`,
    `Content-Length: ${head.length + data.length}`,
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), head, data]);
}

/** `y = x * 2`, or a column of matrix products that ends in eight classes. */
function graphOf({ rows, width, hidden, depth, again = false }) {
  const value = (name, shape) => ({ name, type: 'FP32', shape });
  if (hidden === 0)
    return {
      inputs: [value('x', ['n', width])],
      outputs: [value('y', ['n', width])],
      nodes: [{ op: 'Mul', inputs: ['x', 'two'], outputs: ['y'] }],
      constants: [{ name: 'two', shape: [], values: [2] }],
    };
  const sizes = [width, ...Array.from({ length: depth + 1 }, () => hidden), 8];
  const steps = sizes.slice(1).map((size, i) => ({ from: sizes[i], size, i }));
  const weightsOf = (i) => (again && i > 1 && i < depth + 1 ? 1 : i);
  return {
    inputs: [value('x', [rows, width])],
    outputs: [value('y', [rows, 8])],
    nodes: steps.map(({ i }) => ({
      op: 'MatMul',
      inputs: [i === 0 ? 'x' : `h${i}`, `w${weightsOf(i)}`],
      outputs: [i === steps.length - 1 ? 'y' : `h${i + 1}`],
    })),
    constants: steps
      .filter(({ i }) => weightsOf(i) === i)
      .map(({ from, size, i }) => ({
        name: `w${i}`,
        shape: [from, size],
        values: Array.from({ length: from * size }, (_, at) => ((at * 7919) % 1000) / 1e6),
      })),
  };
}

/** A real Triton with onnxruntime beside its Python; without one, why. */
async function startTriton(folder) {
  try {
    const environment = await ensureTriton();
    const packages = inRoot('.cache', 'bench', 'triton-packages');
    if (!existsSync(join(packages, 'onnxruntime')))
      await runLogged('pip install onnxruntime for Triton', join(environment, 'bin', 'python'), [
        ...['-m', 'pip', 'install', '--disable-pip-version-check', '--no-deps', '--target', packages],
        ...['onnxruntime==1.23.2', 'flatbuffers', 'packaging', 'coloredlogs', 'humanfriendly'],
      ]);
    const { TritonServer } = await testCode('test/oracle/tritonserver/server.ts', folder);
    const server = await TritonServer.start(environment);
    const files = {};
    for (const { name, rows, width, hidden } of models) {
      const [dims, out] =
        hidden === 0
          ? [
              [-1, width],
              [-1, width],
            ]
          : [
              [rows, width],
              [rows, 8],
            ];
      files[`${name}/config.pbtxt`] = `backend: "python"
        input { name: "x" data_type: TYPE_FP32 dims: [ ${dims} ] }
        output { name: "y" data_type: TYPE_FP32 dims: [ ${out} ] }`;
      files[`${name}/1/model.onnx`] = {
        base64: readFileSync(join(folder, 'models', name, '1', 'model.onnx')).toString('base64'),
      };
      files[`${name}/1/model.py`] = `import sys\nsys.path.insert(0, ${JSON.stringify(packages)})\n${pythonModel}`;
    }
    return { endpoint: await server.serve({ files, dirs: [] }), stop: () => server.stop() };
  } catch (error) {
    log(`  without Triton: ${error.message}`);
    return { missing: error.message };
  }
}

/** Code of the tests, which uses Node: bundled into the repository, where it finds its own root. */
async function testCode(file, folder) {
  const outfile = join(folder, 'testCode.mjs');
  await build({
    entryPoints: [inRoot(file)],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
  });
  return import(pathToFileURL(outfile).href);
}

const pythonModel = `
import os
import onnxruntime
import triton_python_backend_utils as pb


class TritonPythonModel:
    def initialize(self, args):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        path = os.path.join(args["model_repository"], args["model_version"], "model.onnx")
        self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def execute(self, requests):
        answers = []
        for request in requests:
            x = pb.get_input_tensor_by_name(request, "x").as_numpy()
            answers.append(pb.InferenceResponse([pb.Tensor("y", self.session.run(["y"], {"x": x})[0])]))
        return answers
`;

function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  return Number(sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))].toFixed(3));
}
