/** `textDocument/formatting`: configurations laid out, comments kept. */
import type { TextEdit } from 'vscode-languageserver/node';
import type { Feature } from './feature';
import { rangeOf } from './locations';

export const formatting: Feature = {
  capabilities: () => ({ documentFormattingProvider: true }),
  start(session) {
    session.connection.onDocumentFormatting(
      session.handler('textDocument/formatting', null as TextEdit[] | null, ({ path, document, project }) => {
        const text = document.getText();
        const newText = project.service.formatted(path);
        if (newText === undefined || newText === text) return null;
        return [{ range: rangeOf(document, { start: 0, end: text.length }), newText }];
      }),
    );
  },
};
