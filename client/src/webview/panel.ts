/** An editor tab with a view in it: its page, and what it says and is told. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { ToEditor, ToView } from '../../../protocol/src/views';
import type { Surroundings } from '../feature';
import { pageOf } from './page';
import { Relay, type Rest } from './relay';

/** Puts a view into a tab. */
export function fillPage(panel: vscode.WebviewPanel, view: string, extension: vscode.Uri): void {
  const { webview } = panel;
  const home = vscode.Uri.joinPath(extension, 'dist', 'webviews');
  webview.options = { enableScripts: true, localResourceRoots: [home] };
  const address = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(home, name)).toString();
  panel.iconPath = vscode.Uri.joinPath(extension, 'media', 'activity.svg');
  webview.html = pageOf({
    title: panel.title,
    script: address(`${view}.js`),
    style: address(`${view}.css`),
    source: webview.cspSource,
    nonce: randomBytes(18).toString('base64url'),
  });
}

/**
 * Opens a tab with a report of the command line.
 *
 * @param html a whole page, which has no script and forbids itself all that comes from elsewhere
 */
export function openReport(kind: string, title: string, html: string, extension: vscode.Uri): void {
  const panel = vscode.window.createWebviewPanel(`tensorwright.${kind}`, title, vscode.ViewColumn.Active);
  panel.iconPath = vscode.Uri.joinPath(extension, 'media', 'activity.svg');
  panel.webview.html = html;
}

/**
 * Puts a view of training runs into a tab.
 *
 * @param view its folder in webviews/src
 * @param rest what is not between the view and the bridge
 * @param greet what a view is told first, each time that it starts
 */
export function fillPanel(
  panel: vscode.WebviewPanel,
  view: string,
  { context, training }: Pick<Surroundings, 'context' | 'training'>,
  rest: (message: Rest) => void,
  greet: () => readonly ToView[] = () => [],
): void {
  const { webview } = panel;
  // Messages to a view that is not seen are lost; when it is seen again it starts anew and asks for everything.
  const relay = new Relay(training, (message) => void webview.postMessage(message), rest);
  webview.onDidReceiveMessage((message: ToEditor) => {
    relay.take(message);
    if (message.kind === 'ready') for (const greeting of greet()) void webview.postMessage(greeting);
  });
  panel.onDidDispose(() => relay.dispose());
  fillPage(panel, view, context.extensionUri);
}
