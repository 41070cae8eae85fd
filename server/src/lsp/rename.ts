/** `textDocument/rename` and `textDocument/references`: a tensor through its configuration, its ensembles and its code. */
import {
  ErrorCodes,
  type Location,
  type Range,
  ResponseError,
  type TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import type { Feature } from './feature';
import { rangeOf } from './locations';

export const rename: Feature = {
  capabilities: () => ({ renameProvider: { prepareProvider: true }, referencesProvider: true }),
  start(session) {
    const { connection } = session;
    connection.onPrepareRename(
      session.handler('textDocument/prepareRename', null as Range | null, ({ params, path, document, project }) => {
        const found = project.service.tensor(path, document.offsetAt(params.position));
        if (!found) return null;
        if (found.problem !== undefined) throw refused(found.problem);
        return rangeOf(document, { start: found.span.start + 1, end: found.span.end - 1 });
      }),
    );
    connection.onRenameRequest(
      session.handler('textDocument/rename', null as WorkspaceEdit | null, ({ params, path, document, project }) => {
        const made = project.service.rename(path, document.offsetAt(params.position), params.newName);
        if ('problem' in made) throw refused(made.problem);
        const changes: Record<string, TextEdit[]> = {};
        for (const { place, newText } of made) {
          const location = session.locate(place);
          if (location) (changes[location.uri] ??= []).push({ range: location.range, newText });
        }
        return { changes };
      }),
    );
    connection.onReferences(
      session.handler('textDocument/references', null as Location[] | null, ({ params, path, document, project }) => {
        const found = project.service.tensor(path, document.offsetAt(params.position));
        return found ? found.places.flatMap((place) => session.locate(place) ?? []) : null;
      }),
    );
  },
};

/** The client shows the sentence to the user. */
const refused = (sentence: string): ResponseError<undefined> => new ResponseError(ErrorCodes.InvalidRequest, sentence);
