/** `textDocument/rename`: a tensor through all steps of its ensemble. */
import type { Range, WorkspaceEdit } from 'vscode-languageserver/node';
import type { Feature } from './feature';
import { rangeOf } from './locations';

export const rename: Feature = {
  capabilities: () => ({ renameProvider: { prepareProvider: true } }),
  start(session) {
    session.connection.onPrepareRename(
      session.handler('textDocument/prepareRename', null as Range | null, ({ params, path, document, project }) => {
        const offset = document.offsetAt(params.position);
        const own = project.service
          .occurrences(path, offset)
          .find(({ start, end }) => start <= offset && offset <= end);
        return own ? rangeOf(document, { start: own.start + 1, end: own.end - 1 }) : null;
      }),
    );
    session.connection.onRenameRequest(
      session.handler('textDocument/rename', null as WorkspaceEdit | null, ({ params, path, document, project }) => {
        const places = project.service.occurrences(path, document.offsetAt(params.position));
        if (places.length === 0) return null;
        const newText = JSON.stringify(params.newName);
        return { changes: { [document.uri]: places.map((span) => ({ range: rangeOf(document, span), newText })) } };
      }),
    );
  },
};
