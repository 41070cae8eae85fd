/** `tensorwright triton`: the configuration that a Triton server would report for a model, and a first one from its header. */
import { existsSync, statSync } from 'node:fs';
import { InvalidArgumentError, Option } from 'commander';
import type { Settings } from '../../../protocol/src/settings';
import { child, toServicePath } from '../../../server/src/host/paths';
import { openProject } from '../../../server/src/host/project';
import type { CompletedConfig, Service } from '../../../server/src/service';
import { type ExitCode, type Io, UsageError } from '../io';
import type { Verb } from '.';

interface CompleteOptions {
  readonly format: 'text' | 'json';
  readonly gpus: number;
  readonly tritonStrict?: boolean;
}

const examples = `
Examples:
  $ tensorwright triton complete models/resnet
  $ tensorwright triton complete models/resnet --gpus 2 --format json`;

const createExamples = `
Examples:
  $ tensorwright triton create models/resnet
  $ tensorwright triton create models/resnet/2/model.onnx`;

export const triton: Verb = (program, io, finish) => {
  const parent = program.command('triton').summary('work with Triton model repositories');
  parent
    .command('complete')
    .summary('print the completed configuration of a model')
    .description('Prints the configuration that a Triton server would report for a model, without starting one.')
    .argument('<dir>', "the model's folder in its repository")
    .addOption(
      new Option('--format <form>', 'text format or the JSON of the server').choices(['text', 'json']).default('text'),
    )
    .option('--gpus <number>', 'GPUs of the serving machine', wholeNumber, 0)
    .option('--triton-strict', 'as with --disable-auto-complete-config')
    .addHelpText('after', examples)
    .action(async (dir: string, options: CompleteOptions) => finish(await run(dir, options, io)));
  parent
    .command('create')
    .summary('print a first config.pbtxt for a model')
    .description('Prints a first config.pbtxt from the header of a model file: names, types and sizes of its tensors.')
    .argument('<path>', "a model file in its version folder, or the model's folder")
    .addHelpText('after', createExamples)
    .action(async (path: string) => finish(await create(path, io)));
  parent.copyInheritedSettings(program);
  for (const command of parent.commands) command.copyInheritedSettings(program);
};

async function run(written: string, options: CompleteOptions, io: Io): Promise<ExitCode> {
  const folder = toServicePath(written, io.cwd);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) throw new UsageError(`no such folder: ${written}`);
  const completed = await complete(folder, options, io);
  if (!completed) throw new UsageError(`no model in ${written}`);
  if (!existsSync(child(folder, 'config.pbtxt')) && !completed.isCertain)
    io.err.write(
      `tensorwright: ${written} has no config.pbtxt, and what its backend makes of the model is not known\n`,
    );
  else if (!completed.isCertain)
    io.err.write('tensorwright: the backend may complete more than can be seen from the files\n');
  io.out.write(options.format === 'json' ? `${JSON.stringify(completed.json, undefined, 2)}\n` : completed.text);
  return 0;
}

async function complete(folder: string, options: CompleteOptions, io: Io): Promise<CompletedConfig | undefined> {
  const service = await serviceFor(options.tritonStrict ? { tritonStrict: true } : {}, io);
  return service.completedConfig(folder, options.gpus);
}

async function create(written: string, io: Io): Promise<ExitCode> {
  const path = toServicePath(written, io.cwd);
  if (!existsSync(path)) throw new UsageError(`no such file or folder: ${written}`);
  const made = (await serviceFor({}, io)).newConfig(path);
  if ('reason' in made) throw new UsageError(made.reason);
  io.out.write(made.text);
  return 0;
}

async function serviceFor(user: Partial<Settings>, io: Io): Promise<Service> {
  const startService = await io.startService();
  const tell = (sentence: string): void => io.err.write(`tensorwright: ${sentence}\n`);
  return openProject({
    user,
    startService,
    variables: io.variables,
    onSettingsProblem: tell,
    onFileProblem: tell,
    files: [],
  }).service;
}

function wholeNumber(written: string): number {
  const number = Number(written);
  if (!Number.isInteger(number) || number < 0) throw new InvalidArgumentError('Write a whole number.');
  return number;
}
