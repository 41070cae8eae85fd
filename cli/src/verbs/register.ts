/** `tensorwright register FILE|RUN --model NAME`: a model file becomes the next version of a model. */
import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { Option } from 'commander';
import type { Registered } from '../../../protocol/src/models';
import { NotRegistered } from '../../../runtime-bridge/node/versions/names';
import { register as registerVersion } from '../../../runtime-bridge/node/versions/register';
import { filesOfRun, gitSource, runFacts, runSource, type Source } from '../../../runtime-bridge/node/versions/sources';
import { type ExitCode, type Io, UsageError } from '../io';
import { megabytes } from '../modelWords';
import { repositoriesFor } from './models';
import type { Verb } from '.';

interface RegisterOptions {
  readonly model: string;
  readonly models?: string;
  readonly run?: string;
  readonly format: 'text' | 'json';
}

const examples = `
Examples:
  $ tensorwright register model.onnx --model resnet
  $ tensorwright register model.onnx --model resnet --run .tensorwright/runs/20260521-101502-3fa2
  $ tensorwright register .tensorwright/runs/20260521-101502-3fa2 --model resnet

The version gets the next number; none is ever written over. Beside the file lies tensorwright.json with checksums,
signature, commit, and the run's script and newest metrics.`;

export const register: Verb = (program, io, finish) => {
  program
    .command('register')
    .summary('make a model file, or what a run has written, the next version of a model')
    .description('Copies a model file into a folder of models as the next version, with a manifest beside it.')
    .argument('<file-or-run>', 'model file, or folder of a training run that wrote one')
    .requiredOption('--model <name>', 'name of the model; a new one is made')
    .option('--models <dir>', 'folder that holds the models (default: the one that is found, else models)')
    .option('--run <run-dir>', 'folder of the training run that made the file')
    .addOption(new Option('--format <form>', 'how the result is written').choices(['text', 'json']).default('text'))
    .addHelpText('after', examples)
    .action(async (written: string, options: RegisterOptions) => finish(await run(written, options, io)));
};

async function run(written: string, options: RegisterOptions, io: Io): Promise<ExitCode> {
  try {
    const { file, source } = artefact(resolve(io.cwd, written), options.run, io);
    const models = folderFor(options, io);
    const { model } = options;
    const registered = await registerVersion({ file, source, model, models, workspace: io.cwd, now: new Date() });
    io.out.write(options.format === 'json' ? `${JSON.stringify(registered)}\n` : `${sentence(registered, io)}\n`);
    return 0;
  } catch (error) {
    throw error instanceof NotRegistered ? new UsageError(error.message) : error;
  }
}

/** What is registered, and where it comes from. */
function artefact(path: string, run: string | undefined, io: Io): { readonly file: string; readonly source: Source } {
  const facts = runFacts(path);
  if (facts) return { file: fileOfRun(filesOfRun(facts), path, io), source: runSource(path, facts) };
  if (run === undefined) return { file: path, source: gitSource(dirname(path)) };
  const folder = resolve(io.cwd, run);
  const named = runFacts(folder);
  if (!named) throw new UsageError(`no training run in ${run}; runs lie in .tensorwright/runs`);
  return { file: path, source: runSource(folder, named) };
}

/** Only where there is one does nobody have to choose. */
function fileOfRun(files: readonly string[], run: string, io: Io): string {
  const [only, ...others] = files;
  const shown = (path: string): string => relative(io.cwd, path);
  if (only === undefined)
    throw new UsageError(
      `${shown(run)} wrote no model file that is still there; name the file, and the run with --run`,
    );
  if (others.length === 0) return only;
  const names = files.slice(0, 5).map(shown).join(', ');
  throw new UsageError(
    `since ${shown(run)} started ${files.length} model files were written: ${names}; choose one: tensorwright register ${shown(only)} --run ${shown(run)} --model NAME`,
  );
}

function folderFor({ model, models }: RegisterOptions, io: Io): string {
  const found = repositoriesFor(models === undefined ? undefined : [models], io);
  const [first, ...others] = found;
  const has = found.filter((folder) => existsSync(join(folder, model)));
  const chosen = has.length === 1 ? has[0] : others.length === 0 ? first : undefined;
  if (chosen !== undefined) return chosen;
  const names = found.map((folder) => relative(io.cwd, folder) || '.').join(', ');
  throw new UsageError(`models lie in several folders: ${names}; --models chooses one`);
}

function sentence({ folder, manifest: { model, number, files } }: Registered, io: Io): string {
  const size = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return `${model} has the new version ${number}: ${relative(io.cwd, folder)} (${megabytes(size)})`;
}
