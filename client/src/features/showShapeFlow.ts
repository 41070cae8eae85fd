/**
 * `Tensorwright: Show Shape Flow`: a module's layers with their shapes, parameters and FLOPs, in a document beside the
 * code that follows the typing; `Tensorwright: Choose Sizes of the Shape Flow` asks for other inputs.
 */
import * as vscode from 'vscode';
import { shapeFlow, type LinkedText } from '../../../protocol/src/lsp';
import { chooseModule, type ChosenModule } from '../chooseModule';
import type { Feature, Surroundings } from '../feature';
import { LinkedDocuments } from '../linkedDocuments';

const scheme = 'tensorwright-flow';

/** Typing is followed this long after its last letter. */
const delayMs = 250;

export const showShapeFlowFeature: Feature = (surroundings) => {
  const flows = new ShapeFlows(surroundings);
  return vscode.Disposable.from(
    flows,
    vscode.commands.registerCommand('tensorwright.showShapeFlow', () => flows.show()),
    vscode.commands.registerCommand('tensorwright.chooseFlowSizes', () => flows.chooseSizes()),
    vscode.languages.registerCodeLensProvider(
      { scheme },
      {
        provideCodeLenses: () => [
          new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), {
            title: 'Choose sizes...',
            command: 'tensorwright.chooseFlowSizes',
          }),
        ],
      },
    ),
  );
};

class ShapeFlows implements vscode.Disposable {
  private readonly documents: LinkedDocuments;
  private readonly following: vscode.Disposable;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly surroundings: Surroundings) {
    this.documents = new LinkedDocuments(scheme, (uri) => this.read(uri));
    this.following = vscode.Disposable.from(
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document.languageId === 'python') this.refreshSoon();
      }),
      surroundings.server.onDidChangeState((state) => {
        if (state === 'running') this.refreshSoon();
      }),
    );
  }

  async show(): Promise<void> {
    try {
      const chosen = await chooseModule(this.surroundings.server, 'Show the shape flow of');
      if (chosen !== undefined) await open(uriOf(chosen, ''));
    } catch (error) {
      this.surroundings.log.error(`Show Shape Flow: ${String(error)}`);
      void vscode.window.showErrorMessage(
        'Tensorwright: the shape flow was not computed since the language server did not answer. Restart it with "Tensorwright: Restart Server".',
      );
    }
  }

  /** Shows the flow in view for other inputs. */
  async chooseSizes(): Promise<void> {
    const shown = vscode.window.visibleTextEditors.filter(({ document }) => document.uri.scheme === scheme);
    const editor = shown.find((each) => each === vscode.window.activeTextEditor) ?? shown[0];
    if (editor === undefined) {
      await this.show();
      return;
    }
    const { module, inputs } = partsOf(editor.document.uri);
    const written = await vscode.window.showInputBox({
      title: `Shape flow of ${module.name}`,
      prompt: 'Inputs of forward and arguments of the constructor, as in a call. Empty: any size, default arguments.',
      placeHolder: 'x=(2, 3, 224, 224)',
      value: inputs === '' ? suggested(editor.document.getText()) : inputs,
    });
    if (written === undefined) return;
    const { viewColumn } = editor;
    await vscode.window.showTextDocument(uriOf(module, written), { viewColumn, preview: true });
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.following.dispose();
    this.documents.dispose();
  }

  private refreshSoon(): void {
    const open = vscode.workspace.textDocuments.filter(({ uri }) => uri.scheme === scheme);
    if (open.length === 0) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => open.forEach(({ uri }) => this.documents.refresh(uri)), delayMs);
  }

  private async read(uri: vscode.Uri): Promise<LinkedText> {
    const { module, inputs } = partsOf(uri);
    const { server, log } = this.surroundings;
    try {
      const found = await server.request(shapeFlow, {
        textDocument: { uri: module.uri.toString() },
        module: module.name,
        inputs,
      });
      return (
        found ?? plain(`No module class ${module.name} in ${vscode.workspace.asRelativePath(module.uri)} any more.\n`)
      );
    } catch (error) {
      log.error(`Show Shape Flow: ${String(error)}`);
      return plain('The language server does not answer; this page is computed again when it runs.\n');
    }
  }
}

const plain = (text: string): LinkedText => ({ text, links: [] });

const open = (uri: vscode.Uri): Thenable<vscode.TextEditor> =>
  vscode.window.showTextDocument(uri, { viewColumn: vscode.ViewColumn.Beside, preview: true });

const uriOf = ({ uri, name }: ChosenModule, inputs: string): vscode.Uri =>
  vscode.Uri.from({
    scheme,
    path: `/Shape flow of ${name}`,
    query: JSON.stringify({ uri: uri.toString(), name, inputs }),
  });

function partsOf(uri: vscode.Uri): { readonly module: ChosenModule; readonly inputs: string } {
  const { uri: source, name, inputs } = JSON.parse(uri.query) as { uri: string; name: string; inputs: string };
  return { module: { uri: vscode.Uri.parse(source), name }, inputs };
}

/** The inputs that the page names, with a size in place of each letter: `x: (B, 3, H, W)` as `x=(2, 3, 224, 224)`. */
function suggested(page: string): string {
  const inputs = [...(page.split('\n\n')[1]?.matchAll(/^(\w+): \(([^()]*)\)/gm) ?? [])];
  return inputs.map(([, name = '', sizes = '']) => `${name}=(${sizes.split(', ').map(sizeFor).join(', ')})`).join(', ');
}

const sizeFor = (written: string, position: number): string =>
  /^\d+,?$/.test(written) ? written : position === 0 ? '2' : '224';
