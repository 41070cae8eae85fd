/** `Deploy Model...`: a version, the plan in words, and the controller in a terminal beside the Canary view; `Dry Run`: only the words. */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { section } from '../../../protocol/src/lsp';
import { chooseVersion, type ChosenVersion, givenFolder } from '../deploy/chooseModel';
import { lastLine, answerOf } from '../commandLine';
import { stateFolderOf } from '../deploy/deployments';
import type { Feature } from '../feature';
import { LinkedDocuments } from '../linkedDocuments';

const planScheme = 'tensorwright-plan';
const gone = 'This plan belongs to an earlier session; run "Deploy: Dry Run..." again.\n';

export const deployModelFeature: Feature = ({ context, deployments }) => {
  const module = context.asAbsolutePath('dist/cli.js');
  const plans = new Map<string, string>();
  const documents = new LinkedDocuments(planScheme, ({ path }) =>
    Promise.resolve({ text: plans.get(path) ?? gone, links: [] }),
  );
  return vscode.Disposable.from(
    documents,
    vscode.commands.registerCommand('tensorwright.deployModel', async (given?: unknown) => {
      const wanted = await choose(given, 'Deploy Model');
      if (wanted === undefined || !(await agreed(module, wanted))) return;
      await vscode.tasks.executeTask(taskFor(module, wanted));
      deployments.look();
      await vscode.commands.executeCommand('tensorwright.showCanary');
    }),
    vscode.commands.registerCommand('tensorwright.deployDryRun', async (given?: unknown) => {
      const wanted = await choose(given, 'Dry Run');
      if (wanted === undefined) return;
      const content = await dryRun(module, wanted);
      if (content === undefined) return;
      const { model, version } = wanted.chosen;
      // Markdown wraps its lines, and nobody is asked to save a document of this scheme.
      const uri = vscode.Uri.from({ scheme: planScheme, path: `/Plan of ${basename(model)} ${version}.md` });
      plans.set(uri.path, `${content}\n`);
      documents.refresh(uri);
      await vscode.window.showTextDocument(uri, { preview: true });
    }),
  );
};

/** A version, and how the command line is asked to deploy it. */
interface Wanted {
  readonly chosen: ChosenVersion;
  readonly folder: vscode.WorkspaceFolder;
  readonly args: readonly string[];
}

async function choose(given: unknown, title: string): Promise<Wanted | undefined> {
  if (!vscode.workspace.isTrusted) {
    await vscode.window.showWarningMessage(
      'This workspace is not trusted, so its models are not loaded. Trust it first.',
    );
    return undefined;
  }
  const place = givenFolder(given);
  const chosen = await chooseVersion(place === undefined ? undefined : vscode.Uri.file(place), title);
  if (chosen === undefined) return undefined;
  const folder = folderOf(chosen);
  if (folder === undefined) {
    await vscode.window.showInformationMessage('Open the folder that holds the models, and deploy from there.');
    return undefined;
  }
  const plan = place !== undefined && /deploy\.ya?ml$/.test(place) ? place : undefined;
  return { chosen, folder, args: argumentsFor(chosen, folder, plan) };
}

const folderOf = ({ model }: ChosenVersion): vscode.WorkspaceFolder | undefined =>
  vscode.workspace.getWorkspaceFolder(vscode.Uri.file(model));

function argumentsFor(
  { model, version }: ChosenVersion,
  folder: vscode.WorkspaceFolder,
  given: string | undefined,
): readonly string[] {
  // The model's own plan, else that of all models beside it, else the project's.
  const usual = [model, dirname(model), folder.uri.fsPath]
    .map((place) => join(place, 'deploy.yaml'))
    .find((path) => existsSync(path));
  const plan = given ?? usual;
  const planned = plan === undefined ? [] : ['--plan', plan];
  return ['deploy', model, '--version', version, '--state-dir', stateFolderOf(folder), ...planned];
}

/** What would happen, in words; undefined where it can't, which is told. */
async function dryRun(module: string, { chosen, folder, args }: Wanted): Promise<string | undefined> {
  const title = titleOf(chosen);
  const answer = await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title }, () =>
    answerOf(module, [...args, '--dry-run'], folder.uri.fsPath),
  );
  if (answer.code === 0) return answer.out.trim();
  await vscode.window.showErrorMessage(`${title} is not possible. ${lastLine(answer)}`);
  return undefined;
}

const titleOf = ({ model, version }: ChosenVersion): string => `Deploying version ${version} of ${basename(model)}`;

/** Shows what would happen, and asks. */
async function agreed(module: string, wanted: Wanted): Promise<boolean> {
  const detail = await dryRun(module, wanted);
  if (detail === undefined) return false;
  const words = `${titleOf(wanted.chosen)}?`;
  return (await vscode.window.showInformationMessage(words, { modal: true, detail }, 'Deploy')) === 'Deploy';
}

function taskFor(module: string, { chosen: { model, version }, folder, args }: Wanted): vscode.Task {
  const name = `deploy ${basename(model)} ${version}`;
  const run = new vscode.ProcessExecution(process.execPath, [module, ...args], {
    cwd: folder.uri.fsPath,
    env: { ELECTRON_RUN_AS_NODE: '1' },
  });
  const task = new vscode.Task({ type: section, script: name }, folder, name, 'Tensorwright', run);
  task.presentationOptions = {
    reveal: vscode.TaskRevealKind.Silent,
    focus: false,
    panel: vscode.TaskPanelKind.Dedicated,
  };
  task.isBackground = true;
  return task;
}
