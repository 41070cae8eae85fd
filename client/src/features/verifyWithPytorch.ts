/**
 * `Tensorwright: Verify with PyTorch`: runs a module once in the user's interpreter and shows what PyTorch says beside
 * what was found. This runs the user's code, so it exists in trusted workspaces only and starts by an order alone.
 */
import * as vscode from 'vscode';
import { section, verifyModule, type LinkedText, type VerifyModuleResult } from '../../../protocol/src/lsp';
import { chooseModule, type ChosenModule, isSaved, mayRunCode } from '../chooseModule';
import type { Feature, Surroundings } from '../feature';
import { LinkedDocuments } from '../linkedDocuments';

const scheme = 'tensorwright-verification';
const command = 'tensorwright.verifyWithPytorch';

export const verifyWithPytorchFeature: Feature = (surroundings) => {
  const pages = new Map<string, LinkedText>();
  const documents = new LinkedDocuments(scheme, (uri) => Promise.resolve(pages.get(uri.path) ?? gone));
  return vscode.Disposable.from(
    documents,
    vscode.commands.registerCommand(command, () => verify(surroundings, documents, pages)),
    vscode.languages.registerCodeActionsProvider(
      { language: 'python', scheme: 'file' },
      { provideCodeActions: offers },
    ),
  );
};

const gone: LinkedText = {
  text: 'This verification belongs to an earlier session; run "Tensorwright: Verify with PyTorch" again.\n',
  links: [],
};

/** Beside the fixes of an error: whether PyTorch says the same. */
function offers(
  _document: vscode.TextDocument,
  _range: vscode.Range,
  { diagnostics }: vscode.CodeActionContext,
): vscode.CodeAction[] {
  const errors = diagnostics.filter(
    ({ source, severity }) => source === section && severity === vscode.DiagnosticSeverity.Error,
  );
  if (!vscode.workspace.isTrusted || errors.length === 0) return [];
  const action = new vscode.CodeAction('Verify with PyTorch (runs this module)', vscode.CodeActionKind.QuickFix);
  action.command = { title: action.title, command };
  action.diagnostics = errors;
  return [action];
}

async function verify(
  { server, log }: Surroundings,
  documents: LinkedDocuments,
  pages: Map<string, LinkedText>,
): Promise<void> {
  if (!mayRunCode('Verify with PyTorch')) return;
  try {
    const chosen = await chooseModule(server, 'Verify with PyTorch');
    if (chosen === undefined || !(await isSaved(chosen))) return;
    const result = await ask(server, chosen, '');
    await show(chosen, result, documents, pages);
  } catch (error) {
    if (error instanceof vscode.CancellationError) return;
    log.error(`Verify with PyTorch: ${String(error)}`);
    void vscode.window.showErrorMessage(
      'Tensorwright: the language server did not answer, so nothing was verified. Restart it with "Tensorwright: Restart Server".',
    );
  }
}

const ask = (
  server: Surroundings['server'],
  { uri, name }: ChosenModule,
  inputs: string,
): Thenable<VerifyModuleResult> =>
  vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: `Tensorwright: running ${name} in PyTorch`,
      cancellable: true,
    },
    async (_progress, cancelled) => {
      const params = { textDocument: { uri: uri.toString() }, module: name, inputs };
      const result = await server.request(verifyModule, params, { cancelled });
      if (cancelled.isCancellationRequested) throw new vscode.CancellationError();
      return result;
    },
  );

async function show(
  { name }: ChosenModule,
  { page, sentence, right }: VerifyModuleResult,
  documents: LinkedDocuments,
  pages: Map<string, LinkedText>,
): Promise<void> {
  if (page === undefined) {
    void vscode.window.showWarningMessage(`Tensorwright: ${name} was not verified: ${sentence}`);
    return;
  }
  const uri = vscode.Uri.from({ scheme, path: `/Verification of ${name}` });
  pages.set(uri.path, page);
  documents.refresh(uri);
  await vscode.window.showTextDocument(uri, {
    viewColumn: vscode.ViewColumn.Beside,
    preview: true,
    preserveFocus: true,
  });
  if (!right)
    void vscode.window.showWarningMessage(
      `Tensorwright: PyTorch and the checker differ about ${name}. The page beside the code says where.`,
    );
}
