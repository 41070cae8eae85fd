/** The documents that are open in the editor: their newest text, told to the service as it changes. */
import type { Connection, DidChangeTextDocumentParams, TextDocumentItem } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { TextChange } from '../service';
import { pathOf, spanOfRange } from './locations';
import type { Project } from '../host/project';

export interface DocumentEvents {
  /** Undefined until the settings are known; documents are then handed over by `reopen`. */
  readonly projectOf: (path: string) => Project | undefined;
  readonly edited: (path: string) => void;
  readonly closed: (path: string, uri: string) => void;
  /** Runs a handler so that a failure in it is logged and goes no further; says whether all went well. */
  readonly guard: (name: string, run: () => void) => boolean;
}

export class Documents {
  private readonly documents = new Map<string, TextDocument>();

  constructor(private readonly events: DocumentEvents) {}

  /** Path -> document; keeps the client's own spelling of the URI. */
  get(path: string): TextDocument | undefined {
    return this.documents.get(path);
  }

  paths(): readonly string[] {
    return [...this.documents.keys()];
  }

  /** Hands all documents to the services of their projects, as after a change of folders. */
  reopen(belongs: (path: string) => boolean = () => true): void {
    for (const [path, document] of this.documents)
      if (belongs(path)) this.events.guard('open', () => this.hand(path, document));
  }

  /** Takes all documents back from the services, which may be dropped afterwards. */
  release(belongs: (path: string) => boolean = () => true): void {
    for (const path of this.documents.keys())
      if (belongs(path)) this.events.guard('close', () => this.events.projectOf(path)?.service.close(path));
  }

  listen(connection: Connection): void {
    const { guard } = this.events;
    connection.onDidOpenTextDocument(({ textDocument }) => void guard('didOpen', () => this.open(textDocument)));
    connection.onDidChangeTextDocument((params) => void guard('didChange', () => this.change(params)));
    connection.onDidCloseTextDocument(({ textDocument }) => void guard('didClose', () => this.close(textDocument.uri)));
  }

  private open({ uri, languageId, version, text }: TextDocumentItem): void {
    const path = pathOf(uri);
    const document = TextDocument.create(uri, languageId, version, text);
    this.documents.set(path, document);
    this.hand(path, document);
    this.events.edited(path);
  }

  private change({ textDocument, contentChanges }: DidChangeTextDocumentParams): void {
    const path = pathOf(textDocument.uri);
    let document = this.documents.get(path);
    if (!document) return;
    const changes: TextChange[] = [];
    for (const change of contentChanges) {
      const span = 'range' in change ? spanOfRange(document, change.range) : undefined;
      changes.push({ span, text: change.text });
      // Each change counts from the text that the one before it left.
      document = TextDocument.update(document, [change], textDocument.version);
    }
    this.documents.set(path, document);
    this.tell(path, document, changes);
    this.events.edited(path);
  }

  private close(uri: string): void {
    const path = pathOf(uri);
    if (!this.documents.delete(path)) return;
    this.events.projectOf(path)?.service.close(path);
    this.events.closed(path, uri);
  }

  private hand(path: string, document: TextDocument): void {
    this.events.projectOf(path)?.service.open(path, document.getText());
  }

  /** A service that fails on a change gets the whole text again, so that both mean the same one. */
  private tell(path: string, document: TextDocument, changes: readonly TextChange[]): void {
    const told = this.events.guard('change', () => this.events.projectOf(path)?.service.change(path, changes));
    if (!told) this.hand(path, document);
  }
}
