/** `workspace/didChangeWatchedFiles`: files that change outside the editor. */
import { DidChangeWatchedFilesNotification } from 'vscode-languageserver/node';
import type { Feature } from './feature';
import { pathOf } from './locations';

/** Code, configurations, and models whose headers are read. */
const patterns = [
  '**/*.py',
  '**/pyproject.toml',
  '**/*.pbtxt',
  '**/models.config',
  '**/deploy.{yaml,yml}',
  '**/*.onnx',
  '**/model.xml',
  '**/model.pt',
];

export const watchedFiles: Feature = {
  start(session) {
    const { connection, client } = session;
    session.listen({
      initialized() {
        if (!client.registersWatchers) return;
        const watchers = patterns.map((globPattern) => ({ globPattern }));
        connection.client.register(DidChangeWatchedFilesNotification.type, { watchers }).catch(() => undefined);
      },
    });
    connection.onDidChangeWatchedFiles(({ changes }) => {
      const paths = changes.map(({ uri }) => pathOf(uri));
      void session.answer('didChangeWatchedFiles', undefined, () => {
        for (const project of session.projects.inUse()) {
          if (paths.includes(`${project.root}/pyproject.toml`)) {
            session.restart(project);
            continue;
          }
          project.host.refresh();
          project.service.filesChanged(paths.filter((path) => !session.documents.get(path)));
        }
        session.unsettled(paths);
      });
    });
  },
};
