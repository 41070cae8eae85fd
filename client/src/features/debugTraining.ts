/** Training under the Python debugger, watched: `Debug and Watch Training`, and launches with `"tensorwright": true`. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { section } from '../../../protocol/src/lsp';
import { asksToBeWatched, newRunId, watchedLaunch } from '../bridge/debugEnvironment';
import type { Feature, Surroundings } from '../feature';

const debuggerExtension = 'ms-python.debugpy';

export const debugTrainingFeature: Feature = (surroundings) => {
  const provider: vscode.DebugConfigurationProvider = {
    resolveDebugConfigurationWithSubstitutedVariables: (folder, launch) => watched(folder, launch, surroundings),
  };
  return vscode.Disposable.from(
    // `python` is the older name of the same debugger.
    ...['debugpy', 'python'].map((type) => vscode.debug.registerDebugConfigurationProvider(type, provider)),
    vscode.commands.registerCommand('tensorwright.debugTraining', debugTraining),
  );
};

async function debugTraining(given?: unknown): Promise<void> {
  const uri = given instanceof vscode.Uri ? given : vscode.window.activeTextEditor?.document.uri;
  if (uri?.scheme !== 'file') {
    await vscode.window.showInformationMessage(
      'Open the Python file that trains, saved on the disk, and debug it from there.',
    );
    return;
  }
  if (vscode.extensions.getExtension(debuggerExtension) === undefined) {
    await vscode.window.showWarningMessage(
      'Debugging Python needs the extension Python Debugger of Microsoft. Install it first.',
    );
    return;
  }
  await vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(uri), {
    type: 'debugpy',
    name: 'Debug and Watch Training',
    request: 'launch',
    program: uri.fsPath,
    console: 'integratedTerminal',
    [section]: true,
  });
}

/** A launch that does not ask for it, or in a workspace that is not trusted, stays as it is. */
function watched(
  folder: vscode.WorkspaceFolder | undefined,
  launch: vscode.DebugConfiguration,
  { context, training, log }: Surroundings,
): vscode.DebugConfiguration {
  if (!asksToBeWatched(launch) || !vscode.workspace.isTrusted) return launch;
  const { cwd, program } = launch as { readonly cwd?: unknown; readonly program?: unknown };
  const home = folder?.uri.fsPath ?? (typeof cwd === 'string' ? cwd : dirname(String(program)));
  const settings = vscode.workspace.getConfiguration(section, folder?.uri);
  try {
    const options = {
      agent: context.asAbsolutePath('dist/agent'),
      runFolder: makeRunFolder(home),
      control: settings.get<boolean>('control') === true,
      thresholds: JSON.stringify(settings.get<object>('thresholds') ?? {}),
      pythonPath: process.env['PYTHONPATH'],
    };
    training.start();
    return watchedLaunch(launch, options) as vscode.DebugConfiguration;
  } catch (error) {
    log.warn(`This debugging is not watched: ${String(error)}`);
    return launch;
  }
}

/** @throws where the disk says no */
function makeRunFolder(home: string): string {
  const own = join(home, '.tensorwright');
  const folder = join(own, 'runs', newRunId(new Date()));
  mkdirSync(folder, { recursive: true });
  if (!existsSync(join(own, '.gitignore'))) writeFileSync(join(own, '.gitignore'), '*\n');
  return folder;
}
