/** `Run Inference...`: a version tried on a file or on made-up inputs, on this machine; what came out as a page. */
import { basename, dirname, extname, join } from 'node:path';
import * as vscode from 'vscode';
import { answerOf, lastLine } from '../commandLine';
import { chooseVersion } from '../deploy/chooseModel';
import type { Feature } from '../feature';

const title = 'Run Inference';
/** Enough to say where 95 % of the runs end. */
const runs = '60';

export const runInferenceFeature: Feature = ({ context }) =>
  vscode.commands.registerCommand('tensorwright.runInference', async (given?: unknown) => {
    const model = pathOf(given) ?? (await chooseFolder());
    const inputs = model === undefined ? undefined : await chooseInputs(model);
    if (model === undefined || inputs === undefined) return;
    const answer = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: `Running ${words(model)}` },
      () =>
        answerOf(
          context.asAbsolutePath('dist/cli.js'),
          ['infer', model, '--repeat', runs, '--format', 'html', ...inputs],
          dirname(model),
        ),
    );
    if (answer.code !== 0) {
      await vscode.window.showErrorMessage(`${words(model)} did not run. ${lastLine(answer)}`);
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      'tensorwright.inference',
      `${words(model)}: inference`,
      vscode.ViewColumn.Active,
    );
    panel.iconPath = vscode.Uri.joinPath(context.extensionUri, 'media', 'activity.svg');
    // The page has no script, and forbids itself all that comes from elsewhere.
    panel.webview.html = answer.out;
  });

async function chooseFolder(): Promise<string | undefined> {
  const chosen = await chooseVersion(undefined, title);
  return chosen && join(chosen.model, chosen.version);
}

function pathOf(given: unknown): string | undefined {
  if (given instanceof vscode.Uri) return given.fsPath;
  const folder = typeof given === 'object' && given !== null && 'folder' in given ? given.folder : undefined;
  return typeof folder === 'string' ? folder : undefined;
}

/** Arguments of the command line. */
async function chooseInputs(model: string): Promise<readonly string[] | undefined> {
  const madeUp = 'Made-up inputs';
  const chosen = await vscode.window.showQuickPick(
    [
      { label: madeUp, description: "random numbers by the model's signature, the same each time" },
      { label: 'Files...', description: '.npy or .json, one for each input' },
    ],
    { title: `${title}: what does ${words(model)} get?` },
  );
  if (chosen === undefined) return undefined;
  if (chosen.label === madeUp) return ['--random', '0'];
  const files = await vscode.window.showOpenDialog({
    title: `Inputs of ${words(model)}`,
    canSelectMany: true,
    filters: { 'Arrays and JSON': ['npy', 'json'] },
  });
  if (files === undefined || files.length === 0) return undefined;
  // With several inputs a file is for the one that it is named after.
  const name = (path: string): string => (files.length === 1 ? '' : `${basename(path, extname(path))}=`);
  return files.flatMap(({ fsPath }) => ['--input', `${name(fsPath)}${fsPath}`]);
}

/** `resnet 3` of a version's folder, the name of a file. */
const words = (path: string): string =>
  /^\d+$/.test(basename(path)) ? `${basename(dirname(path))} ${basename(path)}` : basename(path);
