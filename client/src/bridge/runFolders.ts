/** Where the workspace's runs are: `.tensorwright/runs` in each of its folders. */
import * as vscode from 'vscode';

export const runFolders = (): readonly string[] =>
  (vscode.workspace.workspaceFolders ?? [])
    .filter(({ uri }) => uri.scheme === 'file')
    .map(({ uri }) => vscode.Uri.joinPath(uri, '.tensorwright', 'runs').fsPath);
