/** `tensorwright/seen`: what training runs saw of files, for hovers and findings. */
import { seen } from '../../../protocol/src/lsp';
import type { SeenFile } from '../../../protocol/src/seen';
import type { Feature } from './feature';

export const seenRequest: Feature = {
  start(session) {
    session.connection.onRequest(seen.method, ({ files }: { readonly files: readonly SeenFile[] }) =>
      session.answer(seen.method, null, () => {
        const changed = session.seen.take(files);
        if (changed.length > 0) session.unsettled(changed);
        return null;
      }),
    );
  },
};
