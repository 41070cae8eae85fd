/**
 * `dist/inference-worker.js OPTIONS`: the process of one version. It holds one ONNX Runtime session, computes what
 * comes through the pipe at descriptor 3, one request after the other, and goes when the pipe ends.
 *
 * A process of its own because ONNX Runtime's `run` blocks the thread that calls it, a model that crashes must take
 * nobody with it, and only the end of a process gives all of its memory back.
 */
import { type OnReadOpts, Socket, type SocketConstructorOpts } from 'node:net';
import { env, InferenceSession, listSupportedBackends, Tensor } from 'onnxruntime-node';
import { joinBytes, splitBytes } from './byteStrings';
import { datatypeOfRuntime, elementsOf } from './datatypes';
import { type Frame, FrameReader, frameKinds, sendFrame, type WireTensor } from './frames';
import { sharesOfProviders } from './providers';
import { Scratch } from './scratch';
import { loadProblem, sentenceOf } from './runtimeWords';
import { type Signature, type SignatureTensor, type WorkerOptions } from './signature';

const vitalsEveryMs = 1000;

const options = JSON.parse(process.argv[2] ?? '{}') as WorkerOptions;

const scratch = options.scratch === undefined ? undefined : new Scratch(options.scratch);
let last = Promise.resolve();
const reader = new FrameReader((frame) => {
  last = last.then(() => answer(frame));
}, scratch);
const chunk = Buffer.allocUnsafeSlow(1 << 16);
/** Reads a large frame straight into its place: Node would read it in chunks of its own, to be copied once more. */
const nextRoom = (): Buffer => {
  const { room } = reader;
  return room !== undefined && room.length >= chunk.length ? room : chunk;
};
const onread: OnReadOpts = {
  buffer: nextRoom,
  callback(bytes, into) {
    if (into === chunk) reader.push(chunk.subarray(0, bytes));
    else reader.advance(bytes);
    return true;
  },
};
// The types lack `onread`, which the constructor takes as `connect` does.
const pipe = new Socket({ fd: 3, readable: true, writable: true, onread } as SocketConstructorOpts);
pipe.on('error', () => process.exit(0)).on('close', () => process.exit(0));

const send = (frame: Parameters<typeof sendFrame>[1]): void => sendFrame(pipe, frame, scratch);

async function start(): Promise<Serving | undefined> {
  try {
    const loaded = await Serving.load(options);
    send({ kind: frameKinds.ready, text: JSON.stringify(loaded.signature) });
    const vitals = (): void => send({ kind: frameKinds.vitals, nanoseconds: process.memoryUsage.rss() });
    vitals();
    setInterval(vitals, vitalsEveryMs).unref();
    return loaded;
  } catch (error) {
    send({ kind: frameKinds.unusable, text: loadProblem(options.model, error) });
    pipe.end();
    return undefined;
  }
}

async function answer({ request, tensors, outputs, slot }: Frame): Promise<void> {
  try {
    const found = await (await serving)?.run(tensors, outputs);
    if (found !== undefined) send({ kind: frameKinds.result, request, slot, ...found });
  } catch (error) {
    send({ kind: frameKinds.failure, request, text: sentenceOf(error) });
  }
}

class Serving {
  private constructor(
    private readonly session: InferenceSession,
    readonly signature: Signature,
  ) {}

  static async load(asked: WorkerOptions): Promise<Serving> {
    // It would run on the processor without a word.
    const known = listSupportedBackends().map(({ name }) => name);
    if (!known.includes(asked.provider))
      throw new Error(`this build of ONNX Runtime has no '${asked.provider}'; it has ${known.join(', ')}`);
    const session = await InferenceSession.create(asked.model, sessionOptions(asked));
    const inputs = session.inputMetadata.map(describe);
    const outputs = session.outputMetadata.map(describe);
    const providers = await sharesOfProviders(asked, inputs, sessionOptions(asked));
    const runtime = { name: 'onnxruntime', version: env.versions.node ?? '', providers, threads: asked.threads };
    return new Serving(session, { inputs, outputs, runtime });
  }

  async run(
    tensors: readonly WireTensor[],
    wanted: readonly number[],
  ): Promise<{ readonly tensors: WireTensor[]; readonly nanoseconds: number }> {
    const { inputs, outputs } = this.signature;
    const feeds = Object.fromEntries(
      tensors.map((tensor) => [(inputs[tensor.index] as SignatureTensor).name, runtimeTensor(tensor)]),
    );
    const places = wanted.length > 0 ? wanted : outputs.map((_, place) => place);
    const names = places.map((place) => (outputs[place] as SignatureTensor).name);
    const started = process.hrtime.bigint();
    const results = await this.session.run(feeds, names);
    const nanoseconds = Number(process.hrtime.bigint() - started);
    return { nanoseconds, tensors: places.map((place, i) => wireTensor(place, results[names[i] as string] as Tensor)) };
  }
}

/**
 * Threads that spin while they wait would poison the latency of the other arm (`allow_spinning`), and both arms get the
 * same number of them.
 */
const sessionOptions = ({ threads, provider }: WorkerOptions): InferenceSession.SessionOptions => ({
  executionProviders: provider === 'cpu' ? ['cpu'] : [provider, 'cpu'],
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  // Errors only: what they say comes back as the answer anyway.
  logSeverityLevel: 3,
  extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
});

function describe(value: InferenceSession.ValueMetadata): SignatureTensor {
  if (!value.isTensor) throw new Error(`'${value.name}' is no tensor: sequences and maps can't be served`);
  const datatype = datatypeOfRuntime(value.type);
  if (datatype === undefined) throw new Error(`'${value.name}' is of type ${value.type}, which can't be served`);
  return {
    name: value.name,
    datatype: datatype.name,
    shape: value.shape.map((size) => (typeof size === 'number' ? size : -1)),
  };
}

function runtimeTensor({ datatype, shape, data }: WireTensor): Tensor {
  const count = elementsOf(shape);
  if (datatype.runtime === 'string') return new Tensor('string', textsOf(data, count), shape);
  const view = datatype.view(data.buffer as ArrayBuffer, data.byteOffset, count);
  return new Tensor(datatype.runtime, view as Tensor.DataType, shape);
}

function textsOf(data: Uint8Array, count: number): string[] {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  return (splitBytes(data, count) ?? []).map((bytes) => decoder.decode(bytes));
}

function wireTensor(index: number, { type, dims, data }: Tensor): WireTensor {
  const datatype = datatypeOfRuntime(type);
  if (datatype === undefined) throw new Error(`an output of type ${type} can't be sent`);
  const bytes = Array.isArray(data)
    ? joinBytes((data as readonly string[]).map((text) => Buffer.from(text)))
    : bytesOf(data);
  return { index, datatype, shape: dims, data: bytes };
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);

const serving = start();
