/** `Show Layers of a Run`: the Layers view in an editor tab. */
import * as vscode from 'vscode';
import type { ToView } from '../../../protocol/src/views';
import type { Feature } from '../feature';
import { openLine } from '../webview/openLine';
import { fillPanel } from '../webview/panel';
import type { RunNode } from './runsTree';

const viewType = 'tensorwright.layers';

/** From a line of code: a layer of a run. From the tree: a run. From the palette: nothing. */
export type LayersAsked = RunNode | { readonly run: string; readonly layer: string };

export const layersFeature: Feature = (surroundings) => {
  let open: vscode.WebviewPanel | undefined;
  /** What the view has not been told yet: one that is not seen hears nothing. */
  let asked: readonly ToView[] = [];
  const fill = (panel: vscode.WebviewPanel): void => {
    open = panel;
    panel.onDidDispose(() => {
      if (open === panel) open = undefined;
    });
    fillPanel(
      panel,
      'layers',
      surroundings,
      (message) => {
        if (message.kind === 'open') void openLine(message.file, message.line, message.lineText);
      },
      () => {
        const told = asked;
        asked = [];
        return told;
      },
    );
  };
  return vscode.Disposable.from(
    vscode.commands.registerCommand('tensorwright.showLayers', async (given?: LayersAsked) => {
      const show = given === undefined ? [] : [messageOf(given)];
      if (open === undefined) {
        asked = show;
        // Beside the code that it leads to and comes from.
        const column = given !== undefined && 'layer' in given ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
        fill(vscode.window.createWebviewPanel(viewType, 'Layers', { viewColumn: column }));
        return;
      }
      if (open.visible) for (const message of show) await open.webview.postMessage(message);
      else asked = show;
      open.reveal(undefined);
    }),
    vscode.window.registerWebviewPanelSerializer(viewType, {
      deserializeWebviewPanel(panel) {
        fill(panel);
        return Promise.resolve();
      },
    }),
  );
};

function messageOf(asked: LayersAsked): ToView {
  if ('layer' in asked) return { kind: 'show', run: asked.run, layer: asked.layer };
  return { kind: 'show', run: 'folder' in asked ? asked.id : asked.run };
}
