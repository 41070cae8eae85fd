/**
 * `Export to ONNX...`: the module of the active editor as a file, written by the user's PyTorch, with a report of how
 * faithful it is. This runs the user's code, so it exists in trusted workspaces only.
 */
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { chooseModule, type ChosenModule, isSaved, mayRunCode } from '../chooseModule';
import { type Answer, answerOf, lastLine } from '../commandLine';
import type { Feature, Surroundings } from '../feature';
import { interpreterFor } from '../pythonEnvironment';
import { openReport } from '../webview/panel';

const title = 'Export to ONNX';

export const exportOnnxFeature: Feature = (surroundings) =>
  vscode.commands.registerCommand('tensorwright.exportOnnx', async () => {
    if (!mayRunCode(title)) return;
    const chosen = await chooseModule(surroundings.server, title);
    if (chosen === undefined || !(await isSaved(chosen))) return;
    const weights = await chooseWeights(chosen);
    const file =
      weights && (await vscode.window.showSaveDialog({ ...besideSource(chosen), title, saveLabel: 'Export' }));
    if (weights === undefined || file === undefined) return;
    const answer = await exported(surroundings, chosen, [...weights, '--output', file.fsPath]);
    if (answer === undefined) return;
    if (answer.code === 2) {
      await vscode.window.showErrorMessage(`Tensorwright: ${chosen.name} was not exported: ${lastLine(answer)}`);
      return;
    }
    openReport('export', `${chosen.name} as ONNX`, answer.out, surroundings.context.extensionUri);
    await offerToRegister(chosen, file, answer.code === 0);
  });

const besideSource = ({ uri, name }: ChosenModule): vscode.SaveDialogOptions => ({
  defaultUri: vscode.Uri.file(join(dirname(uri.fsPath), `${name}.onnx`)),
  filters: { ONNX: ['onnx'] },
});

/** Arguments of the command line. */
async function chooseWeights({ name }: ChosenModule): Promise<readonly string[] | undefined> {
  const initial = 'As its constructor makes them';
  const chosen = await vscode.window.showQuickPick(
    [
      { label: 'From a file...', description: 'a state dict: .pt, .pth or .safetensors' },
      { label: initial, description: 'random weights, for trying the export' },
    ],
    { title: `${title}: which weights does ${name} get?` },
  );
  if (chosen === undefined) return undefined;
  if (chosen.label === initial) return [];
  const files = await vscode.window.showOpenDialog({
    title: `Weights of ${name}`,
    openLabel: 'Use',
    filters: { 'State dicts': ['pt', 'pth', 'bin', 'ckpt', 'safetensors'] },
  });
  return files?.[0] && ['--weights', files[0].fsPath];
}

/** @returns undefined where it was cancelled */
const exported = (
  { context, environment }: Surroundings,
  { uri, name }: ChosenModule,
  args: readonly string[],
): Thenable<Answer | undefined> =>
  vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: `Tensorwright: exporting ${name} and comparing it with PyTorch`,
      cancellable: true,
    },
    async (_progress, cancelled) => {
      const stop = new AbortController();
      cancelled.onCancellationRequested(() => stop.abort());
      const python = interpreterFor(uri, environment);
      const answer = await answerOf(
        context.asAbsolutePath('dist/cli.js'),
        // The dialog has asked before it named a file that is there.
        [
          'export',
          uri.fsPath,
          '--class',
          name,
          '--overwrite',
          '--format',
          'html',
          ...args,
          ...(python === undefined ? [] : ['--python', python]),
        ],
        vscode.workspace.getWorkspaceFolder(uri)?.uri.fsPath ?? dirname(uri.fsPath),
        stop.signal,
      );
      return cancelled.isCancellationRequested ? undefined : answer;
    },
  );

async function offerToRegister({ name }: ChosenModule, file: vscode.Uri, isFaithful: boolean): Promise<void> {
  const shown = vscode.workspace.asRelativePath(file);
  const register = 'Register Version...';
  const picked = isFaithful
    ? await vscode.window.showInformationMessage(
        `${name} is exported: ${shown}. It says the same as PyTorch.`,
        register,
      )
    : await vscode.window.showWarningMessage(
        `${name} is exported: ${shown}. It differs from PyTorch; the report says where.`,
      );
  if (picked === register) await vscode.commands.executeCommand('tensorwright.registerVersion', file);
}
