/** `textDocument/inlayHint`: shapes behind the names of assigned tensors. */
import { type InlayHint, InlayHintKind } from 'vscode-languageserver/node';
import type { Feature } from './feature';
import { spanOfRange } from './locations';

export const inlayHints: Feature = {
  capabilities: () => ({ inlayHintProvider: true }),
  start(session) {
    const { inlayHint } = session.connection.languages;
    inlayHint.on(
      session.handler('textDocument/inlayHint', null as InlayHint[] | null, ({ params, path, document, project }) => {
        if (!project.settings.inlayHints || !project.covers(path)) return [];
        return project.service.hints(path, spanOfRange(document, params.range)).map(({ offset, text }) => ({
          position: document.positionAt(offset),
          label: text,
          kind: InlayHintKind.Type,
          paddingLeft: !text.startsWith(':'),
        }));
      }),
    );
    session.listen({
      unsettled() {
        if (session.client.refreshesHints) inlayHint.refresh().catch(() => undefined);
      },
    });
  },
};
