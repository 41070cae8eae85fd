/** What models that are run are given: arguments of the command line. */
import { basename, extname } from 'node:path';
import * as vscode from 'vscode';

/** What is asked besides, with what it means for the command line. */
export interface OtherChoice extends vscode.QuickPickItem {
  readonly args: readonly string[];
}

/** @returns undefined where it was cancelled */
export async function chooseInputs(
  title: string,
  others: readonly OtherChoice[] = [],
): Promise<readonly string[] | undefined> {
  const files = 'Files...';
  const chosen = await vscode.window.showQuickPick<OtherChoice>(
    [
      {
        label: 'Made-up inputs',
        description: "random numbers by the model's signature, the same each time",
        args: ['--random', '0'],
      },
      { label: files, description: '.npy or .json, one for each input', args: [] },
      ...others,
    ],
    { title },
  );
  return chosen?.label === files ? chooseFiles(title) : chosen?.args;
}

async function chooseFiles(title: string): Promise<readonly string[] | undefined> {
  const files = await vscode.window.showOpenDialog({
    title,
    canSelectMany: true,
    filters: { 'Arrays and JSON': ['npy', 'json'] },
  });
  if (files === undefined || files.length === 0) return undefined;
  // With several inputs a file is for the one that it is named after.
  const name = (path: string): string => (files.length === 1 ? '' : `${basename(path, extname(path))}=`);
  return files.flatMap(({ fsPath }) => ['--input', `${name(fsPath)}${fsPath}`]);
}
