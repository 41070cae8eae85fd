/** `Compare Versions...`: what differs between two versions or model files, as a page of its own. */
import { basename, dirname, join, relative } from 'node:path';
import * as vscode from 'vscode';
import { answerOf, lastLine } from '../commandLine';
import { chooseVersion } from '../deploy/chooseModel';
import type { Feature } from '../feature';

const title = 'Compare Versions';

export const compareVersionsFeature: Feature = ({ context }) =>
  vscode.commands.registerCommand('tensorwright.compareVersions', async (given?: unknown, selected?: unknown) => {
    const sides = await chooseSides(given, selected);
    if (sides === undefined) return;
    const [left, right] = sides;
    // The report calls them as they are given: `resnet/1`.
    const from = dirname(commonFolder(left, right));
    const names = [left, right].map((path) => relative(from, path));
    const answer = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: `Comparing ${words(left)} with ${words(right)}` },
      () => answerOf(context.asAbsolutePath('dist/cli.js'), ['diff', ...names, '--format', 'html'], from),
    );
    if (answer.code !== 0) {
      await vscode.window.showErrorMessage(`${words(left)} and ${words(right)} can't be compared. ${lastLine(answer)}`);
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      'tensorwright.compare',
      `${words(left)} ↔ ${words(right)}`,
      vscode.ViewColumn.Active,
    );
    panel.iconPath = vscode.Uri.joinPath(context.extensionUri, 'media', 'activity.svg');
    // The page has no script, and forbids itself all that comes from elsewhere.
    panel.webview.html = answer.out;
  });

/** Two files that are selected, a version of the tree and another one, or two that are asked for. */
async function chooseSides(given: unknown, selected: unknown): Promise<readonly [string, string] | undefined> {
  const files = Array.isArray(selected) ? selected.filter((one) => one instanceof vscode.Uri) : [];
  const [one, other] = files;
  if (one !== undefined && other !== undefined) return [one.fsPath, other.fsPath];
  const right = pathOf(given) ?? (await chooseFolder('the new one'));
  const left = right && (await chooseFolder(`what to compare ${words(right)} with`, right));
  return left === undefined || right === undefined ? undefined : [left, right];
}

async function chooseFolder(what: string, beside?: string): Promise<string | undefined> {
  const near = beside === undefined ? undefined : vscode.Uri.file(dirname(beside));
  const chosen = await chooseVersion(near, `${title}, ${what}`);
  return chosen && join(chosen.model, chosen.version);
}

function pathOf(given: unknown): string | undefined {
  if (given instanceof vscode.Uri) return given.fsPath;
  const folder = typeof given === 'object' && given !== null && 'folder' in given ? given.folder : undefined;
  return typeof folder === 'string' ? folder : undefined;
}

function commonFolder(left: string, right: string): string {
  let folder = dirname(left);
  while (relative(folder, right).startsWith('..') && folder !== dirname(folder)) folder = dirname(folder);
  return folder;
}

/** `resnet 3` of a version's folder, the name of a file. */
const words = (path: string): string =>
  /^\d+$/.test(basename(path)) ? `${basename(dirname(path))} ${basename(path)}` : basename(path);
