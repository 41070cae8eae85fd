/** `tensorwright diff A B`: two versions side by side, for people, pull requests, gates and Git. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Argument, Option } from 'commander';
import type { CompareReport } from '../../../protocol/src/compare';
import { compare } from '../../../runtime-bridge/node/compare/compare';
import { describe } from '../../../runtime-bridge/node/compare/describe';
import { htmlReport } from '../../../runtime-bridge/node/compare/formats/html';
import { markdownReport } from '../../../runtime-bridge/node/compare/formats/markdown';
import { textReport } from '../../../runtime-bridge/node/compare/formats/text';
import { type Gate, needRun, readGates, refusals } from '../../../runtime-bridge/node/compare/gate';
import type { RunOptions } from '../../../runtime-bridge/node/compare/running/pair';
import { NotComparable } from '../../../runtime-bridge/node/compare/sides';
import { coloursFor } from '../colours';
import { fileOf, gathered, whole } from '../inputFiles';
import { type ExitCode, type Io, UsageError } from '../io';
import { ProgressBar } from '../progressBar';
import type { Verb } from '.';

type Format = 'text' | 'json' | 'markdown' | 'html';

interface DiffOptions {
  readonly format: Format;
  readonly failOn?: string;
  readonly run?: boolean;
  readonly input: readonly string[];
  readonly random: number;
  readonly samples: number;
  readonly seconds: number;
  readonly progressLines?: boolean;
  readonly git?: boolean;
  readonly textconv?: boolean;
}

const examples = `
Examples:
  $ tensorwright diff models/resnet:1 models/resnet:2
  $ tensorwright diff old.onnx new.onnx --format markdown
  $ tensorwright diff a.safetensors b.safetensors --fail-on "weights>0.01"
  $ tensorwright diff models/resnet:1 models/resnet:2 --run --input images.npy
  $ tensorwright diff models/resnet:1 models/resnet:2 --fail-on "outputs>0.01,latency>1.1"
  $ tensorwright diff models/resnet:1 models/resnet:2 --fail-on breaking,config --format html > report.html

Gates: breaking (any change that breaks clients), signature, config, graph, weights, weights>NUMBER (relative L2),
outputs, outputs>NUMBER (largest difference beside the largest value), latency, latency>FACTOR (shown to be slower).
Both ONNX models are run with --run, --input, or a gate on outputs or latency; --input may be given once for each input
and sample. The rows of a batch are told apart.
Git: docs/comparing.md says how "git diff" prints model files with it.

Exit code: 0 compared, 1 a gate says no, 2 can't be compared.`;

export const diff: Verb = (program, io, finish) => {
  program
    .command('diff')
    .summary('compare two versions: signature, configuration, graph, weights, outputs, latency')
    .description(
      'Compares model files, version folders (models/name:1) or configurations of Triton, and tells what breaks clients.',
    )
    .addArgument(new Argument('<versions...>', 'the earlier and the later one').argRequired())
    .addOption(
      new Option('--format <form>', 'how it is written').choices(['text', 'json', 'markdown', 'html']).default('text'),
    )
    .option('--fail-on <gates>', 'end with 1 where one of these, separated by commas, differs')
    .option('--run', 'run both ONNX models on the same inputs: outputs, latency, memory')
    .option('--input <name=file>', '.npy or .json for an input; may be repeated', gathered, [])
    .option('--random <seed>', 'seed of inputs that are made up', whole, 0)
    .option('--samples <n>', 'inputs that are made up where no file is given', whole, 16)
    .option('--seconds <n>', 'how long times are measured; 0: not at all', whole, 20)
    .addOption(new Option('--progress-lines', 'tell progress in lines, for the editor').hideHelp())
    .addOption(new Option('--git', 'take the seven arguments of an external diff driver of Git'))
    .addOption(new Option('--textconv', 'describe one model as text, for Git'))
    .addHelpText('after', examples)
    .action(async (names: readonly string[], options: DiffOptions) => finish(await run(names, options, io)));
};

async function run(names: readonly string[], options: DiffOptions, io: Io): Promise<ExitCode> {
  try {
    if (options.textconv) return textconv(names, io);
    if (options.git) return await fromGit(names, options.format, io);
    const [before, after, ...more] = names;
    if (before === undefined || after === undefined || more.length > 0)
      throw new UsageError(`diff takes two versions, not ${names.length}`);
    const gates = options.failOn === undefined ? [] : readGates(options.failOn);
    if (typeof gates === 'string') throw new UsageError(gates);
    const report = await compared(before, after, io, options.progressLines, runOptions(options, gates, io));
    io.out.write(written(report, options.format, io));
    return judged(report, gates, io);
  } catch (error) {
    if (error instanceof NotComparable) throw new UsageError(error.message);
    throw error;
  }
}

function judged(report: CompareReport, gates: readonly Gate[], io: Io): ExitCode {
  const reasons = refusals(report, gates);
  for (const reason of reasons) io.err.write(`tensorwright: the gate says no: ${reason}\n`);
  return reasons.length > 0 ? 1 : 0;
}

/** Undefined where nothing that was asked for needs the models to run. */
function runOptions(
  { run: isAsked, input, random: seed, samples, seconds }: DiffOptions,
  gates: readonly Gate[],
  io: Io,
): RunOptions | undefined {
  if (isAsked !== true && input.length === 0 && !needRun(gates)) return undefined;
  const script = io.serving?.worker;
  if (script === undefined) throw new UsageError('running models is not part of this build');
  const files = new Map<string, string[]>();
  for (const [name, path] of input.map((each) => fileOf(each, io))) files.set(name, [...(files.get(name) ?? []), path]);
  return { script, files, seed, samples: Math.max(1, samples), seconds };
}

/** Ctrl-C ends the work between two chunks of weights, and between two runs. */
async function compared(
  before: string,
  after: string,
  io: Io,
  inLines = false,
  running?: RunOptions,
): Promise<CompareReport> {
  const bar = new ProgressBar(io.err);
  const interrupted = new AbortController();
  const stop = (): void => interrupted.abort(new UsageError('interrupted; nothing was compared'));
  process.once('SIGINT', stop);
  try {
    return await compare(before, after, {
      folder: io.cwd,
      signal: interrupted.signal,
      ...(running && { running }),
      onProgress: (what, share) => {
        if (inLines) io.err.write(`progress ${Math.floor(share * 100)} ${what}\n`);
        else bar.show(Math.floor(share * 99), 100, what);
      },
    });
  } finally {
    process.off('SIGINT', stop);
    bar.clear();
  }
}

function written(report: CompareReport, format: Format, io: Io): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(report)}\n`;
    case 'markdown':
      return markdownReport(report);
    case 'html':
      return htmlReport(report);
    case 'text':
      return textReport(report, coloursFor(io.out, io.variables));
    default:
      return format satisfies never;
  }
}

/**
 * Git calls a driver with the path, then file, hash and mode of both sides. It stops at any exit code but 0, so what can't
 * be compared is told among the rest of its output.
 */
async function fromGit(names: readonly string[], format: Format, io: Io): Promise<ExitCode> {
  const [path, before, , , after] = names;
  if (path === undefined || before === undefined || after === undefined)
    throw new UsageError(
      '--git takes what Git gives to a diff driver: path, old file, hash, mode, new file, hash, mode',
    );
  const isGone = (file: string): boolean => file === '/dev/null' || !existsSync(resolve(io.cwd, file));
  io.out.write(`${path}\n`);
  if (isGone(before) || isGone(after)) {
    io.out.write(isGone(before) ? 'added\n' : 'removed\n');
    return 0;
  }
  try {
    const report = await compared(before, after, io);
    io.out.write(
      written(
        { ...report, before: { ...report.before, name: `${path} before` }, after: { ...report.after, name: 'after' } },
        format,
        io,
      ),
    );
  } catch (error) {
    if (!(error instanceof NotComparable)) throw error;
    io.out.write(`not compared: ${error.message}\n`);
  }
  return 0;
}

function textconv(names: readonly string[], io: Io): ExitCode {
  const [file, ...more] = names;
  if (file === undefined || more.length > 0) throw new UsageError('--textconv takes one file');
  io.out.write(describe(file, io.cwd));
  return 0;
}
