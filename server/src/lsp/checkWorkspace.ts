/** `tensorwright/checkWorkspace`: every Python file of the workspace, with progress, until cancelled. */
import type { CancellationToken, WorkDoneProgressReporter } from 'vscode-languageserver/node';
import { checkWorkspace, type CheckWorkspaceParams, type CheckWorkspaceResult } from '../../../protocol/src/lsp';
import type { Finding } from '../core/finding';
import { insideOf } from '../host/paths';
import type { Feature } from './feature';
import { quiet, sliced } from './pace';
import { workspacePaths } from './pullDiagnostics';
import type { Session } from './session';

/** Progress is told at most once in this many milliseconds. */
const tellEvery = 50;

export const checkWorkspaceRequest: Feature = {
  start(session) {
    session.connection.onRequest(
      checkWorkspace.method,
      (params: CheckWorkspaceParams | undefined, token: CancellationToken) =>
        session.answer(checkWorkspace.method, null as CheckWorkspaceResult | null, async () => {
          const progress = session.connection.window.attachWorkDoneProgress(params?.workDoneToken);
          progress.begin('Checking workspace', 0, undefined, true);
          try {
            return await new WorkspaceCheck(session, token, progress).run();
          } finally {
            progress.done();
          }
        }),
    );
  },
};

class WorkspaceCheck {
  private readonly start = performance.now();
  private readonly counts = { errors: 0, warnings: 0, others: 0 };
  private lines = 0;
  private told = 0;

  constructor(
    private readonly session: Session,
    private readonly token: CancellationToken,
    private readonly progress: WorkDoneProgressReporter,
  ) {}

  async run(): Promise<CheckWorkspaceResult> {
    for (const project of this.session.projects.all()) project.host.refresh();
    const paths = workspacePaths(this.session);
    let files = 0;
    for (const path of paths) {
      if (this.token.isCancellationRequested) return this.result(files, true);
      this.tell(path, files, paths.length);
      if (!(await this.check(path))) return this.result(files, true);
      files += 1;
    }
    return this.result(files, false);
  }

  /** False when cancelled. Someone who types in the meantime goes first. */
  private async check(path: string): Promise<boolean> {
    await quiet(() => this.session.changes);
    const findings = await sliced(
      (cancelled) => this.session.findings(path, cancelled),
      () => this.token.isCancellationRequested,
    );
    if (!findings) return false;
    this.count(findings);
    this.lines += this.session.linesOf(path)?.count ?? 0;
    this.session.checked(path, findings);
    return true;
  }

  private count(findings: readonly Finding[]): void {
    for (const { severity } of findings)
      this.counts[severity === 'error' ? 'errors' : severity === 'warning' ? 'warnings' : 'others'] += 1;
  }

  private tell(path: string, done: number, all: number): void {
    const now = performance.now();
    if (now - this.told < tellEvery) return;
    this.told = now;
    const name = insideOf(path, this.session.projects.of(path).root);
    this.progress.report(Math.floor((100 * done) / all), `${done + 1}/${all} ${name}`);
  }

  private result(files: number, cancelled: boolean): CheckWorkspaceResult {
    const millis = Math.round(performance.now() - this.start);
    return { files, lines: this.lines, millis, ...this.counts, cancelled };
  }
}
