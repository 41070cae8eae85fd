/** From a view to a line of the user's code. */
import * as vscode from 'vscode';
import { lineInText } from '../bridge/lineInText';

/** @param line 1-based, in the text that ran */
export async function openLine(file: string, line: number, lineText: string | undefined): Promise<void> {
  const document = await vscode.workspace.openTextDocument(file);
  const found = lineInText(document.getText().split(/\r?\n/), line - 1, lineText) ?? line - 1;
  const { range } = document.lineAt(Math.min(found, document.lineCount - 1));
  await vscode.window.showTextDocument(document, {
    selection: new vscode.Range(range.start, range.start),
    viewColumn: vscode.ViewColumn.One,
  });
}
