/** What a training's diagnosis finds, on the lines that made it, with the fixes that it offers. */
import { resolve } from 'node:path';
import * as vscode from 'vscode';
import { type Alert, bridgeRequests, type Edit, type RunSummary } from '../../../protocol/src/bridge';
import type { BridgeLink } from '../bridge/bridgeLink';
import { insertedAlready } from '../bridge/insertedAlready';
import { lineInText } from '../bridge/lineInText';
import { byStart, scriptName } from '../bridge/runWords';
import type { Feature } from '../feature';

export const runAlertsFeature: Feature = ({ training, log }) => {
  const alerts = new RunAlerts(training, (line) => log.warn(line));
  return vscode.Disposable.from(
    alerts,
    vscode.languages.registerCodeActionsProvider({ language: 'python' }, alerts, {
      providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
    }),
    vscode.commands.registerCommand('tensorwright.clearRunAlerts', () => alerts.clear()),
    vscode.commands.registerCommand(dismiss, (key: string) => alerts.dismiss(key)),
  );
};

const dismiss = 'tensorwright.dismissRunAlert';
const keyOf = ({ rule, layer }: Alert, { id }: RunSummary): string => `${id} ${rule} ${layer ?? ''}`;

const severities = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  info: vscode.DiagnosticSeverity.Information,
} as const;

class AlertDiagnostic extends vscode.Diagnostic {
  constructor(
    range: vscode.Range,
    readonly alert: Alert,
    readonly run: RunSummary,
  ) {
    super(range, `${alert.message} (${scriptName(run)}, step ${alert.step})`, severities[alert.severity]);
    this.source = 'tensorwright run';
    this.code = alert.rule;
  }
}

class RunAlerts implements vscode.CodeActionProvider, vscode.Disposable {
  private readonly shown = vscode.languages.createDiagnosticCollection('tensorwright-run');
  /** Of each script's newest run. */
  private readonly byScript = new Map<string, { readonly run: RunSummary; readonly alerts: readonly Alert[] }>();
  private readonly cleared = new Set<string>();
  private readonly told = new Set<string>();
  private readonly mended = new Set<string>();
  private readonly stops: readonly (() => void)[];

  constructor(
    private readonly training: BridgeLink,
    private readonly log: (line: string) => void,
  ) {
    const edited = vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (document.languageId === 'python' && this.byScript.size > 0) void this.show();
    });
    this.stops = [training.watchRuns(({ runs }) => this.follow(runs)), () => void edited.dispose()];
  }

  clear(): void {
    for (const { run } of this.byScript.values()) this.cleared.add(run.id);
    this.byScript.clear();
    this.shown.clear();
  }

  /** An alert whose fix was taken. */
  dismiss(key: string): void {
    this.mended.add(key);
    void this.show();
  }

  provideCodeActions(document: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
    const here = (this.shown.get(document.uri) ?? []).filter((one) => one.range.intersection(range) !== undefined);
    return here.flatMap((diagnostic) => {
      if (!(diagnostic instanceof AlertDiagnostic)) return [];
      return diagnostic.alert.suggestions.flatMap(({ title, edits }) => {
        const edit = editOf(edits, diagnostic, document);
        if (edit === undefined) return [];
        const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
        action.diagnostics = [diagnostic];
        action.edit = edit;
        // The run goes on with the old text; the new one has what was asked for.
        action.command = { title, command: dismiss, arguments: [keyOf(diagnostic.alert, diagnostic.run)] };
        return [action];
      });
    });
  }

  dispose(): void {
    for (const stop of this.stops) stop();
    this.shown.dispose();
  }

  private follow(changed: readonly RunSummary[]): void {
    for (const run of changed) {
      const newest = [...this.training.runs].filter(({ script }) => script === run.script).sort(byStart)[0];
      if (newest?.id !== run.id || this.cleared.has(run.id)) continue;
      const known = this.byScript.get(run.script);
      // Counts are hints enough: alerts are only asked for when there is another number of them.
      if (known?.run.id === run.id && known.alerts.length === run.alerts) continue;
      this.byScript.set(run.script, { run, alerts: known?.run.id === run.id ? known.alerts : [] });
      this.read(run).catch((error: unknown) => this.log(`The alerts of ${run.id} were not read: ${String(error)}`));
    }
  }

  private async read(run: RunSummary): Promise<void> {
    const alerts = run.alerts === 0 ? [] : await this.training.ask(bridgeRequests.alerts, { run: run.id });
    if (this.byScript.get(run.script)?.run.id !== run.id) return;
    this.byScript.set(run.script, { run, alerts });
    await this.show();
    if (run.state === 'running' || run.state === 'paused') this.tell(run, alerts);
  }

  private async show(): Promise<void> {
    const found = new Map<string, AlertDiagnostic[]>();
    for (const { run, alerts } of this.byScript.values())
      for (const alert of alerts) {
        const diagnostic = this.mended.has(keyOf(alert, run)) ? undefined : await diagnosticOf(alert, run);
        if (diagnostic === undefined) continue;
        const path = resolve(run.cwd, alert.file ?? run.script);
        found.set(path, [...(found.get(path) ?? []), diagnostic]);
      }
    this.shown.clear();
    for (const [path, diagnostics] of found) this.shown.set(vscode.Uri.file(path), diagnostics);
  }

  /** One notification a cause, and none for hints. */
  private tell(run: RunSummary, alerts: readonly Alert[]): void {
    for (const alert of alerts) {
      const key = keyOf(alert, run);
      if (alert.severity !== 'error' || this.told.has(key)) continue;
      this.told.add(key);
      const show = 'Show Curves';
      void vscode.window
        .showErrorMessage(`${scriptName(run)}, step ${alert.step}: ${alert.message}`, show)
        .then((chosen) => {
          if (chosen === show) void vscode.commands.executeCommand('tensorwright.showCurves');
        });
    }
  }
}

/** At the line that made the layer, wherever it is by now; at the file's top where it is gone. None where it is mended. */
async function diagnosticOf(alert: Alert, run: RunSummary): Promise<AlertDiagnostic | undefined> {
  const uri = vscode.Uri.file(resolve(run.cwd, alert.file ?? run.script));
  try {
    const document = await vscode.workspace.openTextDocument(uri);
    const lines = document.getText().split(/\r?\n/);
    const line = alert.line === null ? 0 : (lineInText(lines, alert.line - 1, alert.lineText) ?? 0);
    const moved = alert.line === null ? 0 : line - (alert.line - 1);
    const isHere = ({ file }: Edit): boolean => resolve(run.cwd, file) === uri.fsPath;
    if (alert.suggestions.some(({ edits }) => edits.every(isHere) && insertedAlready(lines, edits, moved)))
      return undefined;
    const { range, firstNonWhitespaceCharacterIndex } = document.lineAt(Math.min(line, document.lineCount - 1));
    return new AlertDiagnostic(
      range.with(range.start.with({ character: firstNonWhitespaceCharacterIndex })),
      alert,
      run,
    );
  } catch {
    return undefined;
  }
}

/** The edits moved to where their line is now; undefined where today's text no longer has it. */
function editOf(
  edits: readonly Edit[],
  { alert, run, range }: AlertDiagnostic,
  document: vscode.TextDocument,
): vscode.WorkspaceEdit | undefined {
  if (edits.length === 0) return undefined;
  const moved = alert.line === null ? 0 : range.start.line - (alert.line - 1);
  const result = new vscode.WorkspaceEdit();
  for (const { file, range: written, newText } of edits) {
    const uri = vscode.Uri.file(resolve(run.cwd, file));
    const isHere = uri.fsPath === document.uri.fsPath;
    const by = isHere ? moved : 0;
    const place = new vscode.Range(
      written.start.line + by,
      written.start.character,
      written.end.line + by,
      written.end.character,
    );
    // Another file's lines may have moved in another way: its edit is shown before it is made.
    const look = { needsConfirmation: true, label: 'The file may have changed since the run started' };
    result.replace(uri, place, newText, isHere ? undefined : look);
  }
  return result;
}
