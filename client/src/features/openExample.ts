/** `Tensorwright: Open an Example with a Mistake`: an unsaved file to try on, used by the walkthrough. */
import * as vscode from 'vscode';
import type { Feature } from '../feature';

export const openExampleFeature: Feature = ({ context }) =>
  vscode.commands.registerCommand('tensorwright.openExample', async () => {
    const bytes = await vscode.workspace.fs.readFile(
      vscode.Uri.joinPath(context.extensionUri, 'examples', 'first-classifier', 'classifier.py'),
    );
    const document = await vscode.workspace.openTextDocument({
      language: 'python',
      content: new TextDecoder().decode(bytes),
    });
    await vscode.window.showTextDocument(document);
  });
