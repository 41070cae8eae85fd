/** `tensorwright export FILE`: a module as ONNX, and how faithful the file is. */
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { exportPage, exportText } from '../../../runtime-bridge/node/inference/local/exportPage';
import { faithfulness, type Reference } from '../../../runtime-bridge/node/inference/local/faithful';
import { exportModel } from '../../../server/src/host/exportModel';
import { type ExitCode, type Io, UsageError } from '../io';
import type { Verb } from '.';
import { moduleNamed, openFile } from './flow';

interface ExportOptions {
  readonly format: 'text' | 'json' | 'html';
  readonly class?: string;
  readonly inputs: string;
  readonly weights?: string;
  readonly output?: string;
  readonly overwrite: boolean;
  readonly opset?: number;
  readonly fixedBatch: boolean;
  readonly samples: number;
  readonly python?: string;
  readonly limit: number;
}

const examples = `
Examples:
  $ tensorwright export model.py --python .venv/bin/python
  $ tensorwright export model.py --class ResNet --weights best.pt --output models/resnet.onnx
  $ tensorwright export model.py --inputs "x=(2, 3, 224, 224)" --fixed-batch

This imports the file and builds the module: it runs your code. The environment needs torch, and for the newer exporter
onnx and onnxscript. The same inputs then go through PyTorch and through ONNX Runtime. Exit code 0: both say the same
within a thousandth of the largest value; 1: they differ, and the first operation that does is named; 2: no file.`;

export const exportVerb: Verb = (program, io, finish) => {
  program
    .command('export')
    .summary('write a module as ONNX and compare it with PyTorch')
    .description('Writes a module as ONNX in your interpreter, and holds what the file computes beside PyTorch.')
    .argument('<file>', 'Python file')
    .option('--class <name>', 'module class; without it the last one of the file')
    .option('--inputs <arguments>', 'sizes of the inputs and arguments of the constructor', '')
    .option('--weights <file>', 'state dict to load: .pt, .pth or .safetensors; without it the first weights')
    .option('--output <file>', 'the .onnx file (default: named after the class)')
    .option('--overwrite', 'write over a file that is there', false)
    .option('--opset <n>', "opset version (default: the exporter's)", whole)
    .option('--fixed-batch', 'keep the first size of the inputs as it is', false)
    .option('--samples <n>', 'inputs that are compared', whole, 3)
    .addOption(new Option('--format <form>', 'how it is written').choices(['text', 'json', 'html']).default('text'))
    .option('--python <path>', 'interpreter or environment folder to run in')
    .option('--limit <seconds>', 'time that the export may take', whole, 300)
    .addHelpText('after', examples)
    .action(async (file: string, options: ExportOptions) => finish(await run(file, options, io)));
};

function whole(written: string): number {
  if (!/^[1-9]\d{0,5}$/.test(written)) throw new InvalidArgumentError('Write a whole number above 0.');
  return Number(written);
}

async function run(written: string, options: ExportOptions, io: Io): Promise<ExitCode> {
  const { pytorch, serving } = io;
  if (pytorch === undefined || serving === undefined) throw new UsageError("this build of tensorwright can't export");
  const { target, file } = await openFile(written, options, io);
  const module = moduleNamed(target, file, written, options.class);
  const output = resolve(io.cwd, options.output ?? `${module}.onnx`);
  if (!output.endsWith('.onnx'))
    throw new UsageError(`${options.output ?? ''} is no name of an ONNX file: it ends with .onnx`);
  if (!options.overwrite && existsSync(output))
    throw new UsageError(
      `${relative(io.cwd, output)} is there already; name another file with --output, or write over it with --overwrite`,
    );
  if (!existsSync(dirname(output)))
    throw new UsageError(`there is no folder ${relative(io.cwd, dirname(output))}; make it first`);
  const reference = mkdtempSync(join(tmpdir(), 'tensorwright-export-'));
  // Beside its place, so that it is moved there in one step when it is whole.
  const staging = mkdtempSync(join(dirname(output), '.export-'));
  try {
    io.err.write(`tensorwright: exporting ${module} in PyTorch\n`);
    const exported = await exportModel(target.project, {
      path: file,
      module,
      inputs: options.inputs,
      script: pytorch.export,
      limitMs: options.limit * 1000,
      output: join(staging, basename(output)),
      reference,
      fixed: options.fixedBatch,
      samples: options.samples,
      ...(options.weights !== undefined && { weights: resolve(io.cwd, options.weights) }),
      ...(options.opset !== undefined && { opset: options.opset }),
    });
    if (typeof exported === 'string') throw new UsageError(exported);
    io.err.write('tensorwright: the same inputs through ONNX Runtime\n');
    const kept: Reference = { ...exported, folder: reference, samples: options.samples };
    const found = await faithfulness(serving.worker, join(staging, basename(output)), kept).catch((error: unknown) => {
      throw new UsageError(
        `ONNX Runtime can't run what PyTorch wrote: ${error instanceof Error ? error.message : String(error)}`,
      );
    });
    // Large weights lie in a file of their own beside it.
    for (const name of readdirSync(staging)) renameSync(join(staging, name), join(dirname(output), name));
    const report = {
      ...found,
      module,
      file: relative(io.cwd, output),
      torch: exported.torch,
      exporter: exported.exporter,
    };
    io.out.write(
      options.format === 'json'
        ? `${JSON.stringify({ version: 1, ...report })}\n`
        : options.format === 'html'
          ? exportPage(report)
          : exportText(report),
    );
    return found.isFaithful ? 0 : 1;
  } finally {
    rmSync(reference, { recursive: true, force: true });
    rmSync(staging, { recursive: true, force: true });
  }
}
