/** `textDocument/documentSymbol` and `textDocument/foldingRange`: the messages of a configuration. */
import { type DocumentSymbol, type FoldingRange, SymbolKind } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { OutlineEntry } from '../service';
import type { Feature } from './feature';
import { rangeOf } from './locations';

export const outline: Feature = {
  capabilities: () => ({ documentSymbolProvider: true, foldingRangeProvider: true }),
  start(session) {
    session.connection.onDocumentSymbol(
      session.handler('textDocument/documentSymbol', null as DocumentSymbol[] | null, ({ path, document, project }) =>
        project.service.outline(path).map((entry) => symbolOf(document, entry)),
      ),
    );
    session.connection.onFoldingRanges(
      session.handler('textDocument/foldingRange', null as FoldingRange[] | null, ({ path, document, project }) => {
        const folds = project.service.outline(path).flatMap((entry) => foldsOf(document, entry));
        // An empty list would end the editor's own folding by indentation.
        return folds.length > 0 ? folds : null;
      }),
    );
  },
};

const symbolOf = (document: TextDocument, entry: OutlineEntry): DocumentSymbol => ({
  name: entry.name,
  kind: SymbolKind.Object,
  range: rangeOf(document, entry.span),
  selectionRange: rangeOf(document, entry.nameSpan),
  children: entry.children.map((child) => symbolOf(document, child)),
});

function foldsOf(document: TextDocument, { span, children }: OutlineEntry): FoldingRange[] {
  const { start, end } = rangeOf(document, span);
  // The closing bracket stays in sight.
  const own = end.line - 1 > start.line ? [{ startLine: start.line, endLine: end.line - 1 }] : [];
  return [...own, ...children.flatMap((child) => foldsOf(document, child))];
}
