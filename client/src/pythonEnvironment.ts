/** The interpreter that the Python extension has selected, where that extension is installed. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { section } from '../../protocol/src/lsp';

const pythonExtension = 'ms-python.python';

/** The part of the Python extension's interface that is used here. */
interface PythonApi {
  readonly environments: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { readonly path: string };
    readonly onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
  };
}

/**
 * Answers at once with what is known; the Python extension is started in the background, so that the first findings
 * don't wait for it, and `onDidChange` fires when it has answered.
 */
export class PythonEnvironment implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  private listener: vscode.Disposable | undefined;
  private api: PythonApi | undefined;

  readonly onDidChange = this.changed.event;

  constructor(private readonly log: vscode.LogOutputChannel) {
    void this.connect();
  }

  /** An interpreter or an environment's folder; undefined where nothing is selected. */
  pathFor(resource: vscode.Uri | undefined): string | undefined {
    const path = this.api?.environments.getActiveEnvironmentPath(resource).path;
    // The Python extension answers with a bare command where it has found no interpreter yet.
    return path === undefined || path === '' || path === 'python' ? undefined : path;
  }

  dispose(): void {
    this.listener?.dispose();
    this.changed.dispose();
  }

  private async connect(): Promise<void> {
    const extension = vscode.extensions.getExtension<unknown>(pythonExtension);
    if (extension === undefined) return;
    try {
      const api = await extension.activate();
      if (!isPythonApi(api)) {
        this.log.info('The Python extension offers no environments; packages are searched beside the code.');
        return;
      }
      this.api = api;
      this.listener = api.environments.onDidChangeActiveEnvironmentPath(() => this.changed.fire());
      this.changed.fire();
    } catch (error) {
      this.log.warn(`The Python extension did not start: ${String(error)}`);
    }
  }
}

function isPythonApi(api: unknown): api is PythonApi {
  const environments = (api as Partial<PythonApi> | undefined)?.environments;
  return (
    typeof environments?.getActiveEnvironmentPath === 'function' &&
    typeof environments.onDidChangeActiveEnvironmentPath === 'function'
  );
}

/** The interpreter that runs a file: the one that the settings name, else the selected one. */
export function interpreterFor(uri: vscode.Uri, environment: PythonEnvironment): string | undefined {
  const named = vscode.workspace.getConfiguration(section, uri).get<string>('pythonPath') ?? '';
  return interpreterOf(named === '' ? environment.pathFor(uri) : named);
}

/** A folder of an environment has its interpreter in a place of its own. */
function interpreterOf(path: string | undefined): string | undefined {
  if (path === undefined || !existsSync(path) || !statSync(path).isDirectory()) return path;
  return process.platform === 'win32' ? join(path, 'Scripts', 'python.exe') : join(path, 'bin', 'python');
}
