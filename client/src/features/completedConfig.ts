/**
 * `Tensorwright: Show Completed Configuration` and `Compare with Completed Configuration`: what a Triton server makes of
 * a model, as a read-only document that follows the file.
 */
import * as vscode from 'vscode';
import { completedConfig, completedConfigChanged, type CompletedConfigResult } from '../../../protocol/src/lsp';
import type { Feature, Surroundings } from '../feature';

const scheme = 'tensorwright-completed';

export const completedConfigFeature: Feature = (surroundings) => {
  const documents = new CompletedDocuments(surroundings);
  const command = (name: string, run: (of: vscode.Uri) => Promise<unknown>): vscode.Disposable =>
    vscode.commands.registerCommand(name, async (given?: unknown) => {
      const of = given instanceof vscode.Uri ? given : vscode.window.activeTextEditor?.document.uri;
      if (of?.scheme === 'file') return run(of);
      return vscode.window.showInformationMessage('Tensorwright: open a config.pbtxt of a Triton model first.');
    });
  return vscode.Disposable.from(
    documents,
    vscode.workspace.registerTextDocumentContentProvider(scheme, documents),
    command('tensorwright.showCompletedConfig', (of) => documents.show(of)),
    command('tensorwright.compareCompletedConfig', (of) => documents.compare(of)),
  );
};

/** Which model, and in which form; carried in the query of a document's address. */
interface About {
  readonly of: string;
  readonly inPlace: boolean;
}

class CompletedDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly listening: vscode.Disposable;

  readonly onDidChange = this.changed.event;

  constructor(private readonly surroundings: Surroundings) {
    const { server } = surroundings;
    this.listening = vscode.Disposable.from(
      server.onNotification(completedConfigChanged, () => this.refresh()),
      server.onDidChangeState((state) => (state === 'running' ? this.refresh() : undefined)),
    );
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const { of, inPlace } = JSON.parse(uri.query) as About;
    const found = await this.ask(vscode.Uri.parse(of));
    if (found) return inPlace ? found.inPlace : found.text;
    return '# This model is gone, or the language server does not answer.\n';
  }

  async show(of: vscode.Uri): Promise<void> {
    const found = await this.found(of);
    if (!found) return;
    const document = await vscode.workspace.openTextDocument(this.address(of, found, false));
    const beside = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true, preview: false };
    await vscode.window.showTextDocument(document, beside);
  }

  async compare(of: vscode.Uri): Promise<void> {
    const found = await this.found(of);
    if (!found) return;
    const title = `${found.name}: config.pbtxt and what the server adds`;
    await vscode.commands.executeCommand('vscode.diff', of, this.address(of, found, true), title);
  }

  dispose(): void {
    this.listening.dispose();
    this.changed.dispose();
  }

  private address(of: vscode.Uri, { name }: CompletedConfigResult, inPlace: boolean): vscode.Uri {
    const about: About = { of: of.toString(), inPlace };
    return vscode.Uri.from({ scheme, path: `/${name} (completed).pbtxt`, query: JSON.stringify(about) });
  }

  private async found(of: vscode.Uri): Promise<CompletedConfigResult | null> {
    const found = await this.ask(of);
    if (!found) {
      const name = vscode.workspace.asRelativePath(of);
      void vscode.window.showInformationMessage(
        `Tensorwright: ${name} belongs to no Triton model. A model is a folder with a config.pbtxt or version folders.`,
      );
    }
    return found;
  }

  private async ask(of: vscode.Uri): Promise<CompletedConfigResult | null> {
    try {
      return await this.surroundings.server.request(completedConfig, { uri: of.toString() });
    } catch (error) {
      this.surroundings.log.error(`Completed Configuration: ${String(error)}`);
      return null;
    }
  }

  private refresh(): void {
    for (const { uri } of vscode.workspace.textDocuments) if (uri.scheme === scheme) this.changed.fire(uri);
  }
}
