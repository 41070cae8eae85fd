/** `Tensorwright: Check Workspace`: every Python file at once, with progress; the findings go to the Problems view. */
import * as vscode from 'vscode';
import { checkWorkspace, type CheckWorkspaceResult } from '../../../protocol/src/lsp';
import type { Feature } from '../feature';
import { checkSummary } from '../checkSummary';

export const checkWorkspaceFeature: Feature = ({ server, log }) =>
  vscode.commands.registerCommand('tensorwright.checkWorkspace', async () => {
    let result: CheckWorkspaceResult | undefined;
    try {
      result = await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Notification, title: 'Tensorwright: checking', cancellable: true },
        async (progress, cancelled) => {
          let reached = 0;
          return server.request(
            checkWorkspace,
            {},
            {
              cancelled,
              progress: ({ message, percentage }) => {
                const increment = percentage === undefined ? undefined : percentage - reached;
                reached = percentage ?? reached;
                progress.report({ message, increment });
              },
            },
          );
        },
      );
    } catch (error) {
      if (error instanceof vscode.CancellationError) return;
      log.error(`Check Workspace: ${String(error)}`);
      await vscode.window.showErrorMessage(`Tensorwright: the workspace was not checked. ${messageOf(error)}`);
      return;
    }
    await showResult(result);
  });

async function showResult(result: CheckWorkspaceResult): Promise<void> {
  const summary = checkSummary(result);
  const problems = 'Show Problems';
  const chosen =
    result.errors > 0
      ? await vscode.window.showWarningMessage(summary, problems)
      : await vscode.window.showInformationMessage(summary, ...(result.warnings + result.others > 0 ? [problems] : []));
  if (chosen === problems) await vscode.commands.executeCommand('workbench.actions.view.problems');
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
