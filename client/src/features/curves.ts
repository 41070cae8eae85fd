/** `Show Training Curves`: the Curves view in an editor tab. */
import * as vscode from 'vscode';
import { bridgeRequests } from '../../../protocol/src/bridge';
import type { SeriesKey } from '../../../protocol/src/curves';
import { section } from '../../../protocol/src/lsp';
import type { BridgeLink } from '../bridge/bridgeLink';
import type { Feature } from '../feature';
import { openLine } from '../webview/openLine';
import { fillPanel } from '../webview/panel';
import type { Rest } from '../webview/relay';

const viewType = 'tensorwright.curves';

export const curvesFeature: Feature = (surroundings) => {
  let open: vscode.WebviewPanel | undefined;
  const fill = (panel: vscode.WebviewPanel): void => {
    open = panel;
    panel.onDidDispose(() => {
      if (open === panel) open = undefined;
    });
    fillPanel(panel, 'curves', surroundings, (message) => void act(message, surroundings.training));
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
