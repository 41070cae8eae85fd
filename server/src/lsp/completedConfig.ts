/** `tensorwright/completedConfig`: what a Triton server makes of a model, kept up to date while somebody looks at it. */
import {
  type AboutFile,
  completedConfig,
  completedConfigChanged,
  type CompletedConfigResult,
} from '../../../protocol/src/lsp';
import type { Feature } from './feature';
import { pathOf } from './locations';
import { quiet } from './pace';

export const completedConfigRequest: Feature = {
  start(session) {
    const { connection } = session;
    /** Whether an answer was given that nobody has called out of date yet. */
    let isShown = false;
    connection.onRequest(completedConfig.method, ({ uri }: AboutFile) =>
      session.answer(completedConfig.method, null as CompletedConfigResult | null, () => {
        isShown = true;
        const path = pathOf(uri);
        const { service, settings } = session.projects.of(path);
        return service.completedView(path, settings.tritonGpus) ?? null;
      }),
    );
    const changed = (): void => {
      if (!isShown) return;
      isShown = false;
      void quiet(() => session.changes).then(() =>
        connection.sendNotification(completedConfigChanged.method).catch(() => undefined),
      );
    };
    session.listen({ edited: changed, closed: changed, unsettled: changed });
  },
};
