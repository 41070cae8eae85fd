/** `Tensorwright: Create config.pbtxt from Model`: a first configuration from the header of a model file. */
import * as vscode from 'vscode';
import { newConfig, type NewConfigResult } from '../../../protocol/src/lsp';
import type { Feature, Surroundings } from '../feature';

/** Files that the palette offers, in version folders. */
const modelFiles = '**/{*.onnx,model.xml,model.py,model.pt,model.pt2,model.plan}';
const inVersionFolder = /\/\d+\/[^/]+$/;

export const createConfigFeature: Feature = (surroundings) =>
  vscode.commands.registerCommand('tensorwright.createConfig', async (given?: unknown) => {
    const from = given instanceof vscode.Uri ? given : await pickModel();
    if (from === undefined) return;
    const made = await ask(surroundings, from);
    if ('reason' in made) {
      void vscode.window.showWarningMessage(`Tensorwright: no config.pbtxt was written. ${made.reason}`);
      return;
    }
    await write(vscode.Uri.parse(made.uri), made.text);
  });

async function ask({ server, log }: Surroundings, from: vscode.Uri): Promise<NewConfigResult> {
  try {
    return await server.request(newConfig, { uri: from.toString() });
  } catch (error) {
    log.error(`Create config.pbtxt: ${String(error)}`);
    return { reason: 'The language server did not answer; its output says why.' };
  }
}

/** A model file of the workspace; the one that is open goes first. */
async function pickModel(): Promise<vscode.Uri | undefined> {
  const found = (await vscode.workspace.findFiles(modelFiles)).filter(({ path }) => inVersionFolder.test(path));
  if (found.length === 0) {
    void vscode.window.showInformationMessage(
      'Tensorwright: the workspace has no model file in a version folder, such as models/resnet/1/model.onnx.',
    );
    return undefined;
  }
  const open = vscode.window.activeTextEditor?.document.uri.toString();
  const items = found
    .map((uri) => ({ label: vscode.workspace.asRelativePath(uri), uri }))
    .sort(
      (a, b) => Number(b.uri.toString() === open) - Number(a.uri.toString() === open) || (a.label < b.label ? -1 : 1),
    );
  const title = 'Create config.pbtxt from which model?';
  return (await vscode.window.showQuickPick(items, { title }))?.uri;
}

/** Writes a new file, or changes the one that is there after asking; both can be undone. */
async function write(uri: vscode.Uri, text: string): Promise<void> {
  const there = await existing(uri);
  if (there?.getText() === text) {
    await vscode.window.showTextDocument(there);
    void vscode.window.showInformationMessage('Tensorwright: config.pbtxt says all this already.');
    return;
  }
  const edit = new vscode.WorkspaceEdit();
  if (there) {
    const chosen = await vscode.window.showWarningMessage(
      `${vscode.workspace.asRelativePath(uri)} exists already.`,
      {
        modal: true,
        detail: 'Its whole text would be replaced in the editor. Nothing is saved, and undo brings it back.',
      },
      'Replace',
    );
    if (chosen !== 'Replace') return;
    edit.replace(uri, new vscode.Range(0, 0, there.lineCount, 0), text);
  } else {
    edit.createFile(uri, { ignoreIfExists: false, overwrite: false });
    edit.insert(uri, new vscode.Position(0, 0), text);
  }
  if (!(await vscode.workspace.applyEdit(edit))) {
    void vscode.window.showErrorMessage(`Tensorwright: ${vscode.workspace.asRelativePath(uri)} could not be written.`);
    return;
  }
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document);
  if (!there) await document.save();
}

async function existing(uri: vscode.Uri): Promise<vscode.TextDocument | undefined> {
  try {
    await vscode.workspace.fs.stat(uri);
    return await vscode.workspace.openTextDocument(uri);
  } catch {
    return undefined;
  }
}
