/** `textDocument/hover`: the shape of a tensor, what `forward` accepts, what a training run saw. */
import { type Hover, MarkupKind } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Feature } from './feature';
import { rangeOf } from './locations';
import { seenText } from './seenFacts';

export const hover: Feature = {
  capabilities: () => ({ hoverProvider: true }),
  start(session) {
    session.connection.onHover(
      session.handler('textDocument/hover', null as Hover | null, ({ params, path, document, project }) => {
        const offset = document.offsetAt(params.position);
        const found = project.service.hover(path, offset);
        const range = found && rangeOf(document, found.span);
        const facts = session.seen.of(path, document.getText());
        const line = range?.start.line ?? params.position.line;
        const seen = facts && seenText(facts, line + 1, range ? document.getText(range) : lineOf(document, line));
        const parts = [found?.markdown, seen].filter((part) => part !== undefined);
        if (parts.length === 0) return null;
        return { contents: { kind: MarkupKind.Markdown, value: parts.join('\n\n') }, ...(range && { range }) };
      }),
    );
  },
};

const lineOf = (document: TextDocument, line: number): string =>
  document.getText({ start: { line, character: 0 }, end: { line: line + 1, character: 0 } }).trimEnd();
