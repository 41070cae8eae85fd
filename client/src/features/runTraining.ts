/** `Run and Watch Training`: starts the Python file in a terminal, unchanged, with the agent attached. */
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { section } from '../../../protocol/src/lsp';
import type { Feature, Surroundings } from '../feature';
import { interpreterFor } from '../pythonEnvironment';

export const runTrainingFeature: Feature = (surroundings) =>
  vscode.commands.registerCommand('tensorwright.runTraining', async (given?: unknown) => {
    const uri = given instanceof vscode.Uri ? given : vscode.window.activeTextEditor?.document.uri;
    if (uri?.scheme !== 'file') {
      await vscode.window.showInformationMessage(
        'Open the Python file that trains, saved on the disk, and run it from there.',
      );
      return;
    }
    if (!vscode.workspace.isTrusted) {
      await vscode.window.showWarningMessage('This workspace is not trusted, so its code is not run. Trust it first.');
      return;
    }
    const document = vscode.workspace.textDocuments.find((open) => open.uri.toString() === uri.toString());
    if (document?.isDirty === true && !(await document.save())) return;
    await vscode.tasks.executeTask(taskFor(uri, surroundings));
    surroundings.training.start();
    await vscode.commands.executeCommand('tensorwright.showCurves', { beside: true });
  });

function taskFor(uri: vscode.Uri, { context, environment }: Surroundings): vscode.Task {
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  const settings = vscode.workspace.getConfiguration(section, uri);
  const python = interpreterFor(uri, environment);
  const name = vscode.workspace.asRelativePath(uri, false);
  const run = new vscode.ProcessExecution(
    process.execPath,
    [context.asAbsolutePath('dist/cli.js'), 'run', ...(python === undefined ? [] : ['--python', python]), uri.fsPath],
    {
      cwd: folder?.uri.fsPath ?? dirname(uri.fsPath),
      env: {
        ELECTRON_RUN_AS_NODE: '1',
        ...(settings.get<boolean>('control') === true ? { TENSORWRIGHT_CONTROL: '1' } : {}),
        TENSORWRIGHT_THRESHOLDS: JSON.stringify(settings.get<object>('thresholds') ?? {}),
      },
    },
  );
  const task = new vscode.Task(
    { type: section, script: name },
    folder ?? vscode.TaskScope.Workspace,
    `train ${name}`,
    'Tensorwright',
    run,
  );
  task.presentationOptions = {
    reveal: vscode.TaskRevealKind.Always,
    focus: false,
    panel: vscode.TaskPanelKind.Dedicated,
  };
  task.isBackground = true;
  return task;
}
