/** `tensorwright/newConfig`: a first configuration for a model; the client asks before it writes. */
import { type AboutFile, newConfig, type NewConfigResult } from '../../../protocol/src/lsp';
import type { Feature } from './feature';
import { pathOf } from './locations';

export const newConfigRequest: Feature = {
  start(session) {
    const failed: NewConfigResult = { reason: 'The model could not be read; the output of Tensorwright says why.' };
    session.connection.onRequest(newConfig.method, ({ uri }: AboutFile) =>
      session.answer(newConfig.method, failed, (): NewConfigResult => {
        const path = pathOf(uri);
        const made = session.projects.of(path).service.newConfig(path);
        return 'reason' in made ? made : { uri: session.uri(made.path), text: made.text };
      }),
    );
  },
};
