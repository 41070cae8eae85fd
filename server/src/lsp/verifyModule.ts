/** `tensorwright/verifyModule`: a module in the real PyTorch, on the user's explicit order. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CancellationToken } from 'vscode-languageserver/node';
import { verifyModule, type VerifyModuleParams, type VerifyModuleResult } from '../../../protocol/src/lsp';
import { isRight } from '../flow/verdict';
import { summary, verificationPage } from '../flow/verdictText';
import { verify } from '../host/verify';
import type { Feature } from './feature';
import { pathOf } from './locations';
import type { Session } from './session';
import { linkedText, shortPlace } from './shapeFlow';

/** Importing PyTorch alone may take a minute on a cold disk; who is tired of waiting cancels the progress. */
const limitMs = 180_000;

/** Beside the bundle, where the build puts it. */
const script = join(dirname(fileURLToPath(import.meta.url)), 'observe.py');

export const verifyModuleRequest: Feature = {
  start(session) {
    session.connection.onRequest(verifyModule.method, (params: VerifyModuleParams, token: CancellationToken) =>
      session.answer(verifyModule.method, failed, () => answer(session, params, token)),
    );
  },
};

const failed: VerifyModuleResult = { sentence: 'it failed; the reason is in the output channel', right: false };

async function answer(
  session: Session,
  { textDocument, module, inputs }: VerifyModuleParams,
  token: CancellationToken,
): Promise<VerifyModuleResult> {
  const path = pathOf(textDocument.uri);
  const project = session.projects.of(path);
  project.host.admit(path);
  const stop = new AbortController();
  const listener = token.onCancellationRequested(() => stop.abort());
  try {
    const verified = await verify(project, { path, module, inputs, script, limitMs, signal: stop.signal });
    if (typeof verified === 'string') return { sentence: verified, right: false };
    const { verification, records, elsewhere } = verified;
    const page = verificationPage(verification, (place) => shortPlace(session, place), records, elsewhere);
    return {
      page: linkedText(session, page),
      sentence: summary(verification)[0] ?? 'it runs',
      right: isRight(verification),
    };
  } finally {
    listener.dispose();
  }
}
