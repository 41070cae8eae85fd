/** `Deploy Model...`: a version, the plan in words, and the controller in a terminal beside the Canary view. */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { section } from '../../../protocol/src/lsp';
import { chooseVersion, type ChosenVersion, givenFolder } from '../deploy/chooseModel';
import { lastLine, answerOf } from '../commandLine';
import { stateFolderOf } from '../deploy/deployments';
import type { Feature } from '../feature';

export const deployModelFeature: Feature = ({ context, deployments }) =>
  vscode.commands.registerCommand('tensorwright.deployModel', async (given?: unknown) => {
    if (!vscode.workspace.isTrusted) {
      await vscode.window.showWarningMessage(
        'This workspace is not trusted, so its models are not loaded. Trust it first.',
      );
      return;
    }
    const place = givenFolder(given);
    const chosen = await chooseVersion(place === undefined ? undefined : vscode.Uri.file(place), 'Deploy Model');
    if (chosen === undefined) return;
    const folder = folderOf(chosen);
    if (folder === undefined) {
      await vscode.window.showInformationMessage('Open the folder that holds the models, and deploy from there.');
      return;
    }
    const module = context.asAbsolutePath('dist/cli.js');
    const args = argumentsFor(chosen, folder);
    if (!(await agreed(module, args, folder, chosen))) return;
    await vscode.tasks.executeTask(taskFor(module, args, folder, chosen));
    deployments.look();
    await vscode.commands.executeCommand('tensorwright.showCanary');
  });

const folderOf = ({ model }: ChosenVersion): vscode.WorkspaceFolder | undefined =>
  vscode.workspace.getWorkspaceFolder(vscode.Uri.file(model));

function argumentsFor({ model, version }: ChosenVersion, folder: vscode.WorkspaceFolder): readonly string[] {
  // The model's own plan, else that of all models beside it, else the project's.
  const plan = [model, dirname(model), folder.uri.fsPath]
    .map((place) => join(place, 'deploy.yaml'))
    .find((path) => existsSync(path));
  const planned = plan === undefined ? [] : ['--plan', plan];
  return ['deploy', model, '--version', version, '--state-dir', stateFolderOf(folder), ...planned];
}

/** Shows what would happen, and asks. */
async function agreed(
  module: string,
  args: readonly string[],
  folder: vscode.WorkspaceFolder,
  { model, version }: ChosenVersion,
): Promise<boolean> {
  const title = `Deploying version ${version} of ${basename(model)}`;
  const answer = await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title }, () =>
    answerOf(module, [...args, '--dry-run'], folder.uri.fsPath),
  );
  if (answer.code !== 0) {
    await vscode.window.showErrorMessage(`${title} is not possible. ${lastLine(answer)}`);
    return false;
  }
  const pressed = await vscode.window.showInformationMessage(
    `${title}?`,
    { modal: true, detail: answer.out.trim() },
    'Deploy',
  );
  return pressed === 'Deploy';
}

function taskFor(
  module: string,
  args: readonly string[],
  folder: vscode.WorkspaceFolder,
  { model, version }: ChosenVersion,
): vscode.Task {
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
