/** `Compare Versions...`: what differs between two versions or model files, as a page of its own. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import * as vscode from 'vscode';
import { versionTitle } from '../../../protocol/src/models';
import { type Answer, answerOf, lastLine } from '../commandLine';
import { chooseInputs, type OtherChoice } from '../deploy/chooseInputs';
import { chooseVersion, givenFolder } from '../deploy/chooseModel';
import type { Feature } from '../feature';
import { openReport } from '../webview/panel';

const title = 'Compare Versions';

export const compareVersionsFeature: Feature = ({ context }) =>
  vscode.commands.registerCommand('tensorwright.compareVersions', async (given?: unknown, selected?: unknown) => {
    const sides = await chooseSides(given, selected);
    if (sides === undefined) return;
    const [left, right] = sides;
    const inputs = sides.every(isOnnx) && vscode.workspace.isTrusted ? await chooseInputs(question, [none]) : none.args;
    if (inputs === undefined) return;
    const answer = await compared(context.asAbsolutePath('dist/cli.js'), left, right, inputs);
    if (answer === undefined) return;
    if (answer.code !== 0) {
      await vscode.window.showErrorMessage(
        `${versionTitle(left)} and ${versionTitle(right)} can't be compared. ${lastLine(answer)}`,
      );
      return;
    }
    openReport('compare', `${versionTitle(left)} ↔ ${versionTitle(right)}`, answer.out, context.extensionUri);
  });

const question = `${title}: what are both given?`;
const none: OtherChoice = { label: 'Nothing', description: 'compare the files only, run neither', args: [] };

/** Whether it can be run: a file, or the folder of a version. */
const isOnnx = (path: string): boolean =>
  path.endsWith('.onnx') || (existsSync(path) && statSync(path).isDirectory() && holdsOnnx(path));
const holdsOnnx = (folder: string): boolean => readdirSync(folder).some((name) => name.endsWith('.onnx'));

/** @returns undefined where it was cancelled */
const compared = (
  module: string,
  left: string,
  right: string,
  inputs: readonly string[],
): Thenable<Answer | undefined> =>
  vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: `Comparing ${versionTitle(left)} with ${versionTitle(right)}`,
      cancellable: true,
    },
    async (progress, cancelled) => {
      const stop = new AbortController();
      cancelled.onCancellationRequested(() => stop.abort());
      // The report calls them as they are given: `resnet/1`.
      const from = dirname(commonFolder(left, right));
      const names = [left, right].map((path) => relative(from, path));
      const run = inputs.length === 0 ? [] : ['--run', ...inputs];
      const answer = await answerOf(
        module,
        ['diff', ...names, '--format', 'html', '--progress-lines', ...run],
        from,
        stop.signal,
        (percent, what) => progress.report({ message: `${percent} % of ${what}` }),
      );
      return cancelled.isCancellationRequested ? undefined : answer;
    },
  );

/** Two files that are selected, a version of the tree and another one, or two that are asked for. */
async function chooseSides(given: unknown, selected: unknown): Promise<readonly [string, string] | undefined> {
  const files = Array.isArray(selected) ? selected.filter((one) => one instanceof vscode.Uri) : [];
  const [one, other] = files;
  if (one !== undefined && other !== undefined) return [one.fsPath, other.fsPath];
  const right = givenFolder(given) ?? (await chooseFolder('the new one'));
  const left = right && (await chooseFolder(`what to compare ${versionTitle(right)} with`, right));
  return left === undefined || right === undefined ? undefined : [left, right];
}

async function chooseFolder(what: string, beside?: string): Promise<string | undefined> {
  const near = beside === undefined ? undefined : vscode.Uri.file(dirname(beside));
  const chosen = await chooseVersion(near, `${title}, ${what}`);
  return chosen && join(chosen.model, chosen.version);
}

function commonFolder(left: string, right: string): string {
  let folder = dirname(left);
  while (relative(folder, right).startsWith('..') && folder !== dirname(folder)) folder = dirname(folder);
  return folder;
}
