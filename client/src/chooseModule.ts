/** Which module class of the active editor a command is about. */
import * as vscode from 'vscode';
import { moduleClasses, type ModuleClass } from '../../protocol/src/lsp';
import type { LanguageServer } from './languageClient';

export interface ChosenModule {
  readonly uri: vscode.Uri;
  readonly name: string;
}

/**
 * The class that the cursor is in, the only one of the file, or the one that is picked from a list.
 *
 * @param title heading of the list
 * @returns undefined where there is none, which was said then, or the list was left
 */
export async function chooseModule(server: LanguageServer, title: string): Promise<ChosenModule | undefined> {
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.languageId !== 'python') {
    void vscode.window.showInformationMessage('Tensorwright: open a Python file with a torch.nn.Module class first.');
    return undefined;
  }
  const { uri } = editor.document;
  const classes = await server.request(moduleClasses, { textDocument: { uri: uri.toString() } });
  const name = holding(classes, editor.selection.active.line) ?? only(classes) ?? (await picked(classes, title));
  return name === undefined ? undefined : { uri, name };
}

const holding = (classes: readonly ModuleClass[], line: number): string | undefined =>
  classes.find(({ range }) => range.start.line <= line && line <= range.end.line)?.name;

const only = (classes: readonly ModuleClass[]): string | undefined =>
  classes.length === 1 ? classes[0]?.name : undefined;

async function picked(classes: readonly ModuleClass[], title: string): Promise<string | undefined> {
  if (classes.length === 0) {
    void vscode.window.showInformationMessage('Tensorwright: no class of this file is a torch.nn.Module.');
    return undefined;
  }
  const items = classes.map(({ name, range }) => ({ label: name, description: `line ${range.start.line + 1}` }));
  return (await vscode.window.showQuickPick(items, { title, placeHolder: 'Module class' }))?.label;
}

/** PyTorch runs what is on the disk. */
export async function isSaved({ uri }: ChosenModule): Promise<boolean> {
  const document = vscode.workspace.textDocuments.find((each) => each.uri.toString() === uri.toString());
  if (document === undefined || (!document.isDirty && !document.isUntitled)) return true;
  return document.save();
}

/** Whether the user's code may be run; where not, that was said. */
export function mayRunCode(title: string): boolean {
  if (!vscode.workspace.isTrusted)
    void vscode.window.showWarningMessage(
      `Tensorwright: ${title} runs your code, so it needs a trusted workspace. Use "Workspaces: Manage Workspace Trust".`,
    );
  return vscode.workspace.isTrusted;
}
