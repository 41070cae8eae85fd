/**
 * Read-only documents whose parts lead to source: by a click, by Go to Definition, by the keyboard.
 *
 * A document is named by its URI alone; its text comes from whoever opened the scheme, again whenever it is asked to.
 */
import * as vscode from 'vscode';
import type { LinkedText, SourceRange } from '../../protocol/src/lsp';

export class LinkedDocuments implements vscode.Disposable {
  private readonly links = new Map<string, LinkedText['links']>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly registered: vscode.Disposable;

  /** @param read the text of a document, with its links */
  constructor(scheme: string, read: (uri: vscode.Uri) => Promise<LinkedText>) {
    this.registered = vscode.Disposable.from(
      this.changed,
      vscode.workspace.registerTextDocumentContentProvider(scheme, {
        onDidChange: this.changed.event,
        provideTextDocumentContent: async (uri) => {
          const { text, links } = await read(uri);
          this.links.set(uri.toString(), links);
          return text;
        },
      }),
      vscode.languages.registerDocumentLinkProvider(
        { scheme },
        { provideDocumentLinks: ({ uri }) => this.of(uri).map(({ range, target }) => linkTo(range, target)) },
      ),
      vscode.languages.registerDefinitionProvider(
        { scheme },
        {
          provideDefinition: ({ uri }, position) => {
            const found = this.of(uri).find(({ range }) => rangeOf(range).contains(position));
            return found && new vscode.Location(vscode.Uri.parse(found.target.uri), rangeOf(found.target.range));
          },
        },
      ),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => void this.links.delete(uri.toString())),
    );
  }

  /** Asks for the text anew. */
  refresh(uri: vscode.Uri): void {
    this.changed.fire(uri);
  }

  dispose(): void {
    this.registered.dispose();
  }

  private of(uri: vscode.Uri): LinkedText['links'] {
    return this.links.get(uri.toString()) ?? [];
  }
}

const rangeOf = ({ start, end }: SourceRange): vscode.Range =>
  new vscode.Range(start.line, start.character, end.line, end.character);

/** The fragment is VS Code's way of naming a place in a file. */
function linkTo(
  range: SourceRange,
  { uri, range: { start } }: LinkedText['links'][number]['target'],
): vscode.DocumentLink {
  const link = new vscode.DocumentLink(
    rangeOf(range),
    vscode.Uri.parse(uri).with({ fragment: `L${start.line + 1},${start.character + 1}` }),
  );
  link.tooltip = 'Go to source';
  return link;
}
