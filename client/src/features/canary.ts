/** `Show Canary`: a deployment while it goes on, with its commands. */
import * as vscode from 'vscode';
import type { FromCanary, ToCanary } from '../../../protocol/src/canary';
import type { Feature } from '../feature';
import { fillPage } from '../webview/panel';

const viewType = 'tensorwright.canary';

export const canaryFeature: Feature = ({ context, deployments }) => {
  let open: vscode.WebviewPanel | undefined;
  const fill = (panel: vscode.WebviewPanel): void => {
    open = panel;
    const post = (message: ToCanary): void => void panel.webview.postMessage(message);
    const following = deployments.onDidChange((logs) => post({ kind: 'deployments', logs }));
    panel.webview.onDidReceiveMessage((message: FromCanary) => {
      if (message.kind === 'ready') post({ kind: 'deployments', logs: deployments.logs });
      else void carryOut(message).then((said) => said && post({ kind: 'said', ...said }));
    });
    panel.onDidDispose(() => {
      following.dispose();
      if (open === panel) open = undefined;
    });
    fillPage(panel, 'canary', context.extensionUri);
  };
  return vscode.Disposable.from(
    vscode.commands.registerCommand('tensorwright.showCanary', () => {
      deployments.look();
      if (open === undefined) fill(vscode.window.createWebviewPanel(viewType, 'Canary', vscode.ViewColumn.Active));
      else open.reveal(undefined);
    }),
    vscode.window.registerWebviewPanelSerializer(viewType, {
      deserializeWebviewPanel(panel) {
        fill(panel);
        return Promise.resolve();
      },
    }),
  );
};

type Said = { readonly ok: boolean; readonly words: string } | undefined;

/** Buttons are the palette's commands. */
const carryOut = (message: Exclude<FromCanary, { readonly kind: 'ready' }>): Thenable<Said> =>
  vscode.commands.executeCommand<Said>(
    message.kind === 'verb' ? `tensorwright.${message.verb}Deployment` : `tensorwright.${message.kind}Deployment`,
    message.deployment,
  );
