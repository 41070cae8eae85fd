/** `textDocument/diagnostic` and `workspace/diagnostic`: findings for clients that ask. */
import { createHash } from 'node:crypto';
import {
  type CancellationToken,
  type DocumentDiagnosticReport,
  DocumentDiagnosticReportKind,
  LSPErrorCodes,
  type PreviousResultId,
  ResponseError,
  type WorkspaceDocumentDiagnosticReport,
} from 'vscode-languageserver/node';
import { section } from '../../../protocol/src/lsp';
import { diagnosticsOf } from './diagnosticOf';
import type { Feature } from './feature';
import { pathOf } from './locations';
import { sliced } from './pace';
import type { Session } from './session';

export const pullDiagnostics: Feature = {
  capabilities: (client) =>
    client.pull
      ? { diagnosticProvider: { identifier: section, interFileDependencies: true, workspaceDiagnostics: true } }
      : {},
  start(session) {
    const { diagnostics } = session.connection.languages;
    const nothing: DocumentDiagnosticReport = { kind: DocumentDiagnosticReportKind.Full, items: [] };
    diagnostics.on((params, token) =>
      session.answer('textDocument/diagnostic', nothing, () =>
        report(session, pathOf(params.textDocument.uri), params.previousResultId, token),
      ),
    );
    const workspace = new WorkspaceReports(session);
    diagnostics.onWorkspace((params, token, _progress, partial) =>
      session.answer('workspace/diagnostic', { items: [] }, async () => {
        const items = await workspace.items(params.previousResultIds, token, (item) =>
          partial?.report({ items: [item] }),
        );
        return { items: partial ? [] : items };
      }),
    );
    session.listen({
      unsettled() {
        if (!session.client.push && session.client.refreshesDiagnostics) diagnostics.refresh().catch(() => undefined);
      },
    });
  },
};

/** The report of one file; the client is told to ask again where it has lost interest meanwhile. */
async function report(
  session: Session,
  path: string,
  previous: string | undefined,
  token: CancellationToken,
): Promise<DocumentDiagnosticReport> {
  const findings = await sliced(
    (cancelled) => session.findings(path, () => token.isCancellationRequested || cancelled()),
    () => token.isCancellationRequested,
  );
  if (!findings) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'the check was cancelled');
  const items = diagnosticsOf(session, findings);
  const resultId = createHash('sha1').update(JSON.stringify(items)).digest('base64');
  return resultId === previous
    ? { kind: DocumentDiagnosticReportKind.Unchanged, resultId }
    : { kind: DocumentDiagnosticReportKind.Full, resultId, items };
}

/** Clients ask for the whole workspace again and again; while nothing changes the last answer's ids are enough. */
class WorkspaceReports {
  private readonly ids = new Map<string, string>();
  private changes = -1;

  constructor(private readonly session: Session) {}

  async items(
    previous: readonly PreviousResultId[],
    token: CancellationToken,
    tell: (item: WorkspaceDocumentDiagnosticReport) => void,
  ): Promise<WorkspaceDocumentDiagnosticReport[]> {
    const known = new Map(previous.map(({ uri, value }) => [pathOf(uri), value]));
    if (this.changes !== this.session.changes) this.ids.clear();
    this.changes = this.session.changes;
    const items: WorkspaceDocumentDiagnosticReport[] = [];
    for (const path of workspacePaths(this.session)) {
      const item = await this.item(path, known.get(path), token);
      items.push(item);
      tell(item);
    }
    return items;
  }

  private async item(
    path: string,
    previous: string | undefined,
    token: CancellationToken,
  ): Promise<WorkspaceDocumentDiagnosticReport> {
    const { documents } = this.session;
    const about = { uri: this.session.uri(path), version: documents.get(path)?.version ?? null };
    const last = this.ids.get(path);
    if (last !== undefined && last === previous)
      return { ...about, kind: DocumentDiagnosticReportKind.Unchanged, resultId: last };
    const found = await report(this.session, path, previous, token);
    if (found.resultId !== undefined) this.ids.set(path, found.resultId);
    return { ...about, ...found };
  }
}

/** Every Python file of the workspace that is not left out, and open documents beside them. */
export function workspacePaths(session: Session): readonly string[] {
  const listed = session.projects
    .all()
    .filter(({ settings }) => settings.enable)
    .flatMap((project) => project.host.workspaceFiles());
  return [...new Set([...listed, ...session.documents.paths()])];
}
