/** `textDocument/hover`: the shape of a tensor, what `forward` accepts. */
import { type Hover, MarkupKind } from 'vscode-languageserver/node';
import type { Feature } from './feature';
import { rangeOf } from './locations';

export const hover: Feature = {
  capabilities: () => ({ hoverProvider: true }),
  start(session) {
    session.connection.onHover(
      session.handler('textDocument/hover', null as Hover | null, ({ params, path, document, project }) => {
        const found = project.service.hover(path, document.offsetAt(params.position));
        if (!found) return null;
        return { contents: { kind: MarkupKind.Markdown, value: found.markdown }, range: rangeOf(document, found.span) };
      }),
    );
  },
};
