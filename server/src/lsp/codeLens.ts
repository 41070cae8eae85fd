/** `textDocument/codeLens`: what can be done with a plan of a deployment, and what each of its steps waits for. */
import type { CodeLens } from 'vscode-languageserver/node';
import type { Feature } from './feature';

const commands = { deploy: 'tensorwright.deployModel', dryRun: 'tensorwright.deployDryRun' } as const;

export const codeLens: Feature = {
  capabilities: () => ({ codeLensProvider: {} }),
  start(session) {
    session.connection.onCodeLens(
      session.handler('textDocument/codeLens', null as CodeLens[] | null, ({ params, path, document, project }) => {
        const { uri } = params.textDocument;
        // A click does something only where the client has our commands.
        const lenses = project.service.lenses(path).filter(({ does }) => does === undefined || session.client.commands);
        return lenses.map(({ offset, title, does }) => {
          const start = document.positionAt(offset);
          return {
            range: { start, end: start },
            command: does === undefined ? { title, command: '' } : { title, command: commands[does], arguments: [uri] },
          };
        });
      }),
    );
  },
};
