/** `Tensorwright: Register Version`: a model file, or what a run has written, becomes the next version of a model. */
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import type { RunSummary } from '../../../protocol/src/bridge';
import type { ModelList, ModelSummary, Registered } from '../../../protocol/src/models';
import { runCommandLine } from '../commandLine';
import type { Feature } from '../feature';

/** A file of the explorer, a run or a model of the trees, or nothing. */
type Asked = vscode.Uri | RunSummary | ModelSummary | undefined;

export const registerVersionFeature: Feature = ({ context, log }) => {
  const cli = context.asAbsolutePath('dist/cli.js');
  return vscode.commands.registerCommand('tensorwright.registerVersion', async (asked: Asked) => {
    try {
      await register(cli, asked);
    } catch (error) {
      const sentence = error instanceof Error ? error.message : String(error);
      log.warn(`Register Version: ${sentence}`);
      void vscode.window.showErrorMessage(`Tensorwright: nothing was registered: ${sentence}`);
    }
  });
};

async function register(cli: string, asked: Asked): Promise<void> {
  const path = await pathOf(asked);
  const folder = path === undefined ? undefined : workspaceOf(path);
  if (path === undefined || folder === undefined) return;
  const run = (args: readonly string[]): Promise<string> => runCommandLine(cli, [...args, '--format', 'json'], folder);
  const named = vscode.workspace.getConfiguration('tensorwright', vscode.Uri.file(folder)).get<string[]>('models', []);
  const where = named.length > 0 ? ['--models', ...named] : [];
  const model = asked !== undefined && 'versions' in asked ? asked : await chooseModel(run, where);
  if (model === undefined) return;
  const target = model.folder === undefined ? named.slice(0, 1) : [dirname(model.folder)];
  const registering = (): Promise<string> =>
    run(['register', path, '--model', model.name, ...target.flatMap((each) => ['--models', each])]);
  const answer = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: `Tensorwright: registering ${basename(path)}` },
    registering,
  );
  const { manifest, folder: made } = JSON.parse(answer) as Registered;
  await vscode.commands.executeCommand('tensorwright.refreshModels');
  const show = 'Show Models';
  const chosen = await vscode.window.showInformationMessage(
    `${manifest.model} has the new version ${manifest.number}: ${vscode.workspace.asRelativePath(made)}`,
    show,
  );
  if (chosen === show) await vscode.commands.executeCommand('tensorwright.models.focus');
}

async function pathOf(asked: Asked): Promise<string | undefined> {
  if (asked instanceof vscode.Uri) return asked.fsPath;
  if (asked !== undefined && 'pid' in asked) return asked.folder;
  const [chosen] =
    (await vscode.window.showOpenDialog({
      title: 'Model file to register',
      openLabel: 'Register',
      filters: { Models: ['onnx', 'pt', 'pth', 'pt2', 'safetensors', 'plan', 'xml', 'keras', 'h5'] },
    })) ?? [];
  return chosen?.fsPath;
}

/** Runs and models belong to the folder they lie in; a file from elsewhere to the first. */
function workspaceOf(path: string): string | undefined {
  const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(path)) ?? vscode.workspace.workspaceFolders?.[0];
  if (folder === undefined)
    void vscode.window.showWarningMessage('Tensorwright: open a folder first; versions are kept in it.');
  return folder?.uri.fsPath;
}

interface Chosen {
  readonly name: string;
  /** Absent for a new one. */
  readonly folder?: string;
}

async function chooseModel(
  run: (args: readonly string[]) => Promise<string>,
  where: readonly string[],
): Promise<Chosen | undefined> {
  const { models } = JSON.parse(await run(['models', ...where])) as ModelList;
  const fresh = { label: '$(add) New model...', name: '' };
  const items = models.map(({ name, folder, versions }) => ({
    label: name,
    description: `version ${(versions[0]?.number ?? 0) + 1}`,
    detail: vscode.workspace.asRelativePath(folder),
    name,
    folder,
  }));
  const picked =
    items.length === 0
      ? fresh
      : await vscode.window.showQuickPick([...items, fresh], { placeHolder: 'Model that gets a new version' });
  if (picked?.name !== '') return picked;
  const name = await vscode.window.showInputBox({
    title: 'Name of the new model',
    prompt: "Letters, digits, '_', '-' and '.'; a folder of that name is made.",
    validateInput: (written) => (/^[A-Za-z0-9_][\w.-]*$/.test(written) ? undefined : 'That is no name for a folder.'),
  });
  return name === undefined ? undefined : { name };
}
