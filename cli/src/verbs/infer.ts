/** `tensorwright infer MODEL`: one version, tried on files or made-up inputs on this machine. */
import { resolve } from 'node:path';
import { Option } from 'commander';
import { versionTitle } from '../../../protocol/src/models';
import { shownShape } from '../../../runtime-bridge/node/inference/local/inputs';
import { runPage } from '../../../runtime-bridge/node/inference/local/page';
import { classesOf, type LocalRun, runLocally } from '../../../runtime-bridge/node/inference/local/run';
import { jsonOfBytes } from '../../../runtime-bridge/node/inference/oip/elements';
import { reader, summaryOf } from '../../../runtime-bridge/node/inference/tensorValues';
import type { WireTensor } from '../../../runtime-bridge/node/inference/frames';
import { type Colours, coloursFor } from '../colours';
import { fileOf, gathered, whole } from '../inputFiles';
import { type ExitCode, type Io, UsageError } from '../io';
import type { Verb } from '.';

interface InferOptions {
  readonly input: readonly string[];
  readonly random: number;
  readonly repeat: number;
  readonly threads: number;
  readonly provider: string;
  readonly format: 'text' | 'json' | 'html';
}

const examples = `
Examples:
  $ tensorwright infer models/classifier/3                       made-up inputs by the model's signature
  $ tensorwright infer model.onnx --input x=batch.npy
  $ tensorwright infer model.onnx --input tokens=ids.json --repeat 300 --format json

Inputs without a file are drawn from --random SEED; open sizes are 1. The model runs in a process of its own.
Exit code: 0 it ran, 2 it could not be loaded or run.`;

export const infer: Verb = (program, io, finish) => {
  program
    .command('infer')
    .summary('run a model once, or many times')
    .description('Runs an ONNX model on this machine and shows what comes out and how long it takes.')
    .argument('<model>', 'folder of a version, or a .onnx file')
    .option('--input <name=file>', '.npy or .json for an input; may be repeated', gathered, [])
    .option('--random <seed>', 'seed of inputs that are made up', whole, 0)
    .option('--repeat <n>', 'runs', whole, 1)
    .option('--threads <n>', 'threads within an operator', whole, 1)
    .option('--provider <name>', "execution provider of ONNX Runtime, as 'cpu', 'cuda', 'dml' or 'coreml'", 'cpu')
    .addOption(new Option('--format <form>', 'how it is written').choices(['text', 'json', 'html']).default('text'))
    .addHelpText('after', examples)
    .action(async (model: string, options: InferOptions) => finish(await tried(model, options, io)));
};

async function tried(model: string, options: InferOptions, io: Io): Promise<ExitCode> {
  const script = io.serving?.worker;
  if (script === undefined) throw new UsageError('running models is not part of this build');
  const files = new Map(options.input.map((written) => fileOf(written, io)));
  const run = await runLocally({
    script,
    path: resolve(io.cwd, model),
    files,
    seed: options.random,
    repeat: Math.max(1, options.repeat),
    threads: options.threads,
    provider: options.provider,
  }).catch((error: unknown) => {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  });
  if (options.format === 'json') io.out.write(`${jsonOf(run)}\n`);
  else if (options.format === 'html') io.out.write(runPage(versionTitle(resolve(io.cwd, model)), run));
  else io.out.write(textOf(run, coloursFor(io.out, io.variables)));
  return 0;
}

/** Written by hand: numbers of 64 bits keep all their digits. */
function jsonOf({ signature, outputs, latency }: LocalRun): string {
  const tensors = outputs.map(({ index, datatype, shape, data }) => {
    const name = JSON.stringify(signature.outputs[index]?.name);
    const values =
      datatype.name === 'FP16' ? halves({ index, datatype, shape, data }) : jsonOfBytes(datatype, shape, data);
    // JSON has no word for what is not finite.
    const finite = values.replace(/-?(?:NaN|Infinity)/g, 'null');
    return `{"name":${name},"datatype":"${datatype.name}","shape":[${shape.join()}],"data":[${datatype.bytes === 0 ? values : finite}]}`;
  });
  return `{"version":1,"runtime":${JSON.stringify(signature.runtime)},"outputs":[${tensors.join()}],"latency":${JSON.stringify(latency)}}`;
}

function halves(tensor: WireTensor): string {
  const at = reader(tensor);
  return Array.from({ length: tensor.data.length / 2 }, (_, i) => String(at?.(i) ?? 0)).join();
}

const shownValues = 8;
const shownClasses = 5;

function textOf({ signature, inputs, outputs, latency }: LocalRun, colours: Colours): string {
  const { runtime } = signature;
  const lines = [
    `${runtime.name} ${runtime.version}: ${runtime.providers.map(({ name, share }) => `${percent(share)} of the nodes on ${name}`).join(', ') || 'nobody knows where its nodes run'}`,
    ...inputs.map(
      ({ index, datatype, shape }) =>
        `in   ${signature.inputs[index]?.name ?? ''}  ${datatype.name} (${shownShape(shape)})`,
    ),
    ...outputs.flatMap((tensor) => outputLines(tensor, signature.outputs[tensor.index]?.name ?? '')),
    latencyLine(latency, colours),
    ...(latency.runs > 1 ? histogramLines(latency) : []),
  ];
  return `${lines.join('\n')}\n`;
}

function outputLines(tensor: WireTensor, name: string): string[] {
  const { datatype, shape } = tensor;
  const summary = summaryOf([tensor]);
  const told =
    summary === undefined
      ? ''
      : `  mean ${short(summary.mean)}, rms ${short(summary.rms)}${summary.nonFinite > 0 ? `, ${summary.nonFinite} not finite` : ''}`;
  const classes = classesOf(tensor, shownClasses).map(({ place, value }) => `       class ${place}: ${short(value)}`);
  return [
    `out  ${name}  ${datatype.name} (${shownShape(shape)})${told}`,
    ...(classes.length > 0 ? classes : [`       ${firstValues(tensor)}`]),
  ];
}

function firstValues(tensor: WireTensor): string {
  const at = reader(tensor);
  if (at === undefined) return jsonOfBytes(tensor.datatype, tensor.shape, tensor.data).slice(0, 200);
  const count = tensor.data.length / tensor.datatype.bytes;
  const values = Array.from({ length: Math.min(count, shownValues) }, (_, i) => short(at(i)));
  return `${values.join(' ')}${count > shownValues ? ` ... (${count})` : ''}`;
}

function latencyLine({ runs, percentiles, mean }: LocalRun['latency'], colours: Colours): string {
  if (runs === 1) return `time ${short(mean)} ms`;
  const told = percentiles.map(({ share, millis, needs, isSupported }) => {
    const words = `p${Math.round(share * 100)} ${short(millis)}`;
    return isSupported ? words : colours.faint(`${words} (needs ${needs} runs)`);
  });
  return `time ${told.join(', ')} ms of ${runs} runs`;
}

function histogramLines({ histogram }: LocalRun['latency']): string[] {
  const most = Math.max(...histogram.map(({ count }) => count));
  return histogram.map(
    ({ upTo, count }) => `     ${short(upTo).padStart(8)} ms ${'#'.repeat(Math.round((count / most) * 40))} ${count}`,
  );
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;
const short = (value: number): string => String(Number(value.toPrecision(4)));
