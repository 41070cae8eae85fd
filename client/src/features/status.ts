/** The language status item of Python files: whether the server runs, and what it found in this file. */
import * as vscode from 'vscode';
import { section } from '../../../protocol/src/lsp';
import type { Feature } from '../feature';
import type { ServerState } from '../languageClient';

const wording: Record<ServerState, string> = {
  starting: 'Tensorwright: starting',
  running: 'Tensorwright: ready',
  waiting: 'Tensorwright: restarting',
  stopped: 'Tensorwright: stopped',
};

export const statusFeature: Feature = ({ server }) => {
  const item = vscode.languages.createLanguageStatusItem('tensorwright.status', [
    { language: 'python', scheme: 'file' },
    { language: 'python', scheme: 'untitled' },
  ]);
  item.name = 'Tensorwright';

  const show = (): void => {
    const { state } = server;
    const found = findingsInView();
    item.text =
      state === 'running' && found > 0 ? `Tensorwright: ${found} finding${found === 1 ? '' : 's'}` : wording[state];
    item.detail = state === 'running' ? 'in this file' : '';
    item.busy = state === 'starting' || state === 'waiting';
    item.severity =
      state === 'stopped' ? vscode.LanguageStatusSeverity.Error : vscode.LanguageStatusSeverity.Information;
    item.command =
      state === 'stopped'
        ? { title: 'Restart', command: 'tensorwright.restartServer' }
        : { title: 'Check Workspace', command: 'tensorwright.checkWorkspace' };
  };

  show();
  return vscode.Disposable.from(
    item,
    server.onDidChangeState(show),
    vscode.languages.onDidChangeDiagnostics(show),
    vscode.window.onDidChangeActiveTextEditor(show),
  );
};

function findingsInView(): number {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) return 0;
  return vscode.languages.getDiagnostics(editor.document.uri).filter(({ source }) => source === section).length;
}
