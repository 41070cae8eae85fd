/** `tensorwright models`: the models of a workspace and their versions. */
import { relative, resolve } from 'node:path';
import { Option } from 'commander';
import type { ModelList, ModelSummary, VersionSummary } from '../../../protocol/src/models';
import { findRepositories, listModels } from '../../../runtime-bridge/node/versions/models';
import { readProjectSettings } from '../../../server/src/host/projectSettings';
import { coloursFor } from '../colours';
import type { ExitCode, Io } from '../io';
import { megabytes, metricsText } from '../modelWords';
import type { Verb } from '.';

const examples = `
Examples:
  $ tensorwright models
  $ tensorwright models --models serving/models --format json

Without --models: the folders that pyproject.toml names under [tool.tensorwright] models, else every folder below this one
in the layout of a Triton repository, MODEL/VERSION/model.onnx.`;

export const models: Verb = (program, io, finish) => {
  program
    .command('models')
    .summary('list models and their versions')
    .description('Lists the models below this folder: versions with format, size, metrics, commit and run.')
    .option('--models <dir...>', 'folders that hold models')
    .addOption(new Option('--format <form>', 'how they are written').choices(['text', 'json']).default('text'))
    .addHelpText('after', examples)
    .action(async ({ models: folders, format }: { models?: string[]; format: 'text' | 'json' }) =>
      finish(await list(folders, format, io)),
    );
};

async function list(written: readonly string[] | undefined, format: 'text' | 'json', io: Io): Promise<ExitCode> {
  const found = await listModels({ workspace: io.cwd, folders: modelFolders(written, io) });
  io.out.write(format === 'json' ? `${JSON.stringify(found)}\n` : text(found, io));
  return 0;
}

/** The folders that were asked for, else those that the project names; none: those that look so. */
export function modelFolders(written: readonly string[] | undefined, io: Io): readonly string[] {
  if (written !== undefined) return written.map((folder) => resolve(io.cwd, folder));
  const { settings, problems } = readProjectSettings(io.cwd);
  for (const problem of problems) io.err.write(`tensorwright: ${problem}\n`);
  return settings.models ?? [];
}

/** The same, or where they would lie: for who wants to add one. */
export function repositoriesFor(written: readonly string[] | undefined, io: Io): readonly string[] {
  const named = modelFolders(written, io).map((folder) => resolve(io.cwd, folder));
  const found = named.length > 0 ? named : findRepositories(io.cwd);
  return found.length > 0 ? found : [resolve(io.cwd, 'models')];
}

function text({ models: found, folders }: ModelList, io: Io): string {
  if (found.length > 0) return found.map((model) => modelText(model, io)).join('\n');
  const where =
    folders.length > 0 ? folders.map((folder) => relative(io.cwd, folder) || '.').join(', ') : 'this folder';
  return `no models in ${where}; "tensorwright register model.onnx --model NAME" makes the first version of one\n`;
}

function modelText({ folder, versions }: ModelSummary, io: Io): string {
  const { strong } = coloursFor(io.out, io.variables);
  return `${strong(relative(io.cwd, folder) || '.')}\n${versions.map((version) => versionText(version, io)).join('')}`;
}

function versionText({ number, format, sizeBytes, manifest, problems }: VersionSummary, io: Io): string {
  const { faint, warning } = coloursFor(io.out, io.variables);
  const commit = manifest?.commit?.slice(0, 10);
  const facts = [
    format,
    megabytes(sizeBytes),
    manifest === undefined ? 'not registered' : manifest.createdAt.slice(0, 16).replace('T', ' '),
    metricsText(manifest?.metrics),
    commit === undefined ? '' : `commit ${commit}${manifest?.dirty === true ? ' with changes' : ''}`,
    manifest?.run === undefined ? '' : `run ${manifest.run}`,
  ].filter((fact) => fact !== '');
  const told = problems.map((problem) => `      ${warning(problem)}\n`).join('');
  return `  ${String(number).padStart(3)}  ${facts.join(faint(' · '))}\n${told}`;
}
