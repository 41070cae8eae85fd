/** Above the line that made a layer: what the newest run saw of it. */
import { resolve } from 'node:path';
import * as vscode from 'vscode';
import { bridgeRequests, type LayerRow, type RunSummary } from '../../../protocol/src/bridge';
import type { BridgeLink } from '../bridge/bridgeLink';
import { byStart, isGoing } from '../bridge/runWords';
import type { Feature } from '../feature';

/** Between two readings while a run goes on. */
const refreshMs = 3000;

export const layerLensFeature: Feature = ({ training }) => {
  const lens = new LayerLens(training);
  return vscode.Disposable.from(
    lens,
    vscode.languages.registerCodeLensProvider({ language: 'python', scheme: 'file' }, lens),
  );
};

class LayerLens implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly stop: () => void;
  private timer: NodeJS.Timeout | undefined;
  readonly onDidChangeCodeLenses = this.changed.event;

  constructor(private readonly training: BridgeLink) {
    this.stop = training.watchRuns(() => {
      this.timer ??= setTimeout(() => {
        this.timer = undefined;
        this.changed.fire();
      }, refreshMs);
    });
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    // A file that was edited since has other lines; what would be said of them could be wrong.
    if (document.isDirty) return [];
    const run = [...this.training.runs].sort(byStart).find(({ cwd }) => document.uri.fsPath.startsWith(cwd));
    if (run === undefined) return [];
    const layers = await this.training.ask(bridgeRequests.layers, { run: run.id }).catch(() => []);
    const byLine = new Map<number, LayerRow[]>();
    for (const layer of layers) {
      if (layer.file === null || layer.line === null || resolve(run.cwd, layer.file) !== document.uri.fsPath) continue;
      if (words(layer) !== '') byLine.set(layer.line, [...(byLine.get(layer.line) ?? []), layer]);
    }
    return [...byLine].flatMap(([line, here]) => (line > document.lineCount ? [] : [lensOf(line, here, run)]));
  }

  dispose(): void {
    this.stop();
    clearTimeout(this.timer);
    this.changed.dispose();
  }
}

/** One lens a line: a loop makes many layers on one. */
function lensOf(line: number, layers: readonly LayerRow[], run: RunSummary): vscode.CodeLens {
  const [first] = layers as readonly [LayerRow, ...LayerRow[]];
  const more = layers.length > 1 ? ` (first of ${layers.length})` : '';
  const when = isGoing(run) ? '' : ` · ${run.state} at step ${run.step}`;
  return new vscode.CodeLens(new vscode.Range(line - 1, 0, line - 1, 0), {
    title: `${first.name}${more}: ${words(first)}${when}`,
    command: 'tensorwright.showLayers',
    arguments: [{ run: run.id, layer: first.name }],
  });
}

function words({ newest }: LayerRow): string {
  const { activation, gradient, weight } = newest;
  const number = (value: number): string => Number(value.toPrecision(2)).toString();
  return [
    ...(activation === undefined
      ? []
      : [
          `activation ${number(activation.mean)} ± ${number(activation.deviation)}, ${Math.round(activation.zeros * 100)} % zero`,
        ]),
    ...(gradient === undefined ? [] : [`gradient up to ${number(gradient.largest)}`]),
    ...(weight === undefined || activation !== undefined ? [] : [`weight ± ${number(weight.deviation)}`]),
  ].join(' · ');
}
