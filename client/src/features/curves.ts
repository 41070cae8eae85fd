/** `Show Training Curves`: the Curves view in an editor tab. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { bridgeRequests } from '../../../protocol/src/bridge';
import type { SeriesKey } from '../../../protocol/src/curves';
import { section } from '../../../protocol/src/lsp';
import type { ToEditor } from '../../../protocol/src/views';
import type { BridgeLink } from '../bridge/bridgeLink';
import { lineInText } from '../bridge/lineInText';
import type { Feature, Surroundings } from '../feature';
import { pageOf } from '../webview/page';
import { Relay, type Rest } from '../webview/relay';

const viewType = 'tensorwright.curves';

export const curvesFeature: Feature = (surroundings) => {
  let open: vscode.WebviewPanel | undefined;
  const fill = (panel: vscode.WebviewPanel): void => {
    open = panel;
    panel.onDidDispose(() => {
      if (open === panel) open = undefined;
    });
    fillPanel(panel, surroundings);
  };
  return vscode.Disposable.from(
    vscode.commands.registerCommand('tensorwright.showCurves', (given?: { readonly beside?: boolean }) => {
      if (open !== undefined) {
        open.reveal(undefined, true);
        return;
      }
      const column = given?.beside === true ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
      fill(vscode.window.createWebviewPanel(viewType, 'Training Curves', { viewColumn: column, preserveFocus: true }));
    }),
    vscode.window.registerWebviewPanelSerializer(viewType, {
      deserializeWebviewPanel(panel) {
        fill(panel);
        return Promise.resolve();
      },
    }),
  );
};

function fillPanel(panel: vscode.WebviewPanel, { context, training }: Surroundings): void {
  const { webview } = panel;
  const home = vscode.Uri.joinPath(context.extensionUri, 'dist', 'webviews');
  webview.options = { enableScripts: true, localResourceRoots: [home] };
  const address = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(home, name)).toString();
  // Messages to a view that is not seen are lost; when it is seen again it starts anew and asks for everything.
  const relay = new Relay(
    training,
    (message) => void webview.postMessage(message),
    (message) => void act(message, training),
  );
  webview.onDidReceiveMessage((message: ToEditor) => relay.take(message));
  panel.onDidDispose(() => relay.dispose());
  panel.iconPath = vscode.Uri.joinPath(context.extensionUri, 'media', 'activity.svg');
  webview.html = pageOf({
    title: panel.title,
    script: address('curves.js'),
    style: address('curves.css'),
    source: webview.cspSource,
    nonce: randomBytes(18).toString('base64url'),
  });
}

async function act(message: Rest, training: BridgeLink): Promise<void> {
  switch (message.kind) {
    case 'open':
      await openLine(message.file, message.line, message.lineText);
      break;
    case 'save':
      await save(message.name, message.format, contentBytes(message.format, message.content));
      break;
    case 'saveValues':
      await save(message.name, 'csv', () => csvOf(training, message.series));
      break;
    case 'allowControl':
      await allowControl();
      break;
    default:
      message satisfies never;
  }
}

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

const contentBytes = (format: 'png' | 'svg', content: string) => (): Promise<Uint8Array> =>
  Promise.resolve(
    format === 'svg'
      ? new TextEncoder().encode(content)
      : Buffer.from(content.slice(content.indexOf(',') + 1), 'base64'),
  );

async function save(name: string, format: string, content: () => Promise<Uint8Array>): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const target = await vscode.window.showSaveDialog({
    defaultUri: folder && vscode.Uri.joinPath(folder, `${name}.${format}`),
    filters: { [format.toUpperCase()]: [format] },
  });
  if (target !== undefined) await vscode.workspace.fs.writeFile(target, await content());
}

const rowsAtOnce = 65_536;

/** Every value, not only those that are drawn. */
async function csvOf(training: BridgeLink, series: readonly SeriesKey[]): Promise<Uint8Array> {
  const parts: string[] = ['run,rank,curve,step,seconds,value\n'];
  for (const key of series)
    for (let from = 0, total = 1; from < total; from += rowsAtOnce) {
      const raw = await training.ask(bridgeRequests.rawCurve, { series: key, from, count: rowsAtOnce });
      ({ total } = raw);
      const head = `${key.run},${key.rank},"${key.tag.replaceAll('"', '""')}"`;
      parts.push(Array.from(raw.y, (y, i) => `${head},${raw.step[i] ?? ''},${raw.time[i] ?? ''},${y}\n`).join(''));
    }
  return new TextEncoder().encode(parts.join(''));
}

async function allowControl(): Promise<void> {
  const allow = 'Allow in This Workspace';
  const chosen = await vscode.window.showInformationMessage(
    'Allow commands to trainings that are started from this workspace? They can be paused, stepped and stopped, and their learning rate and batch size changed. A run that is under way is not affected: start it again.',
    { modal: true },
    allow,
  );
  if (chosen === allow)
    await vscode.workspace.getConfiguration(section).update('control', true, vscode.ConfigurationTarget.Workspace);
}
