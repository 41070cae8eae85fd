/** `textDocument/definition`: from an ensemble to its models and tensors. */
import type { Location } from 'vscode-languageserver/node';
import type { Feature } from './feature';

export const definition: Feature = {
  capabilities: () => ({ definitionProvider: true }),
  start(session) {
    session.connection.onDefinition(
      session.handler('textDocument/definition', null as Location | null, ({ params, path, document, project }) => {
        const place = project.service.definition(path, document.offsetAt(params.position));
        return (place && session.locate(place)) ?? null;
      }),
    );
  },
};
