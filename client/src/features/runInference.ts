/** `Run Inference...`: a version tried on a file or on made-up inputs, on this machine; what came out as a page. */
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { versionTitle } from '../../../protocol/src/models';
import { answerOf, lastLine } from '../commandLine';
import { chooseVersion, givenFolder } from '../deploy/chooseModel';
import { chooseInputs } from '../deploy/chooseInputs';
import type { Feature } from '../feature';
import { openReport } from '../webview/panel';

const title = 'Run Inference';
/** Enough to say where 95 % of the runs end. */
const runs = '60';

export const runInferenceFeature: Feature = ({ context }) =>
  vscode.commands.registerCommand('tensorwright.runInference', async (given?: unknown) => {
    const model = givenFolder(given) ?? (await chooseFolder());
    const inputs =
      model === undefined ? undefined : await chooseInputs(`${title}: what does ${versionTitle(model)} get?`);
    if (model === undefined || inputs === undefined) return;
    const answer = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: `Running ${versionTitle(model)}` },
      () =>
        answerOf(
          context.asAbsolutePath('dist/cli.js'),
          ['infer', model, '--repeat', runs, '--format', 'html', ...inputs],
          dirname(model),
        ),
    );
    if (answer.code !== 0) {
      await vscode.window.showErrorMessage(`${versionTitle(model)} did not run. ${lastLine(answer)}`);
      return;
    }
    openReport('inference', `${versionTitle(model)}: inference`, answer.out, context.extensionUri);
  });

async function chooseFolder(): Promise<string | undefined> {
  const chosen = await chooseVersion(undefined, title);
  return chosen && join(chosen.model, chosen.version);
}
