/** Starts the language server, starts it again when it goes away, and carries typed requests to it. */
import * as vscode from 'vscode';
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  State,
  TransportKind,
  WorkDoneProgress,
  type CloseHandlerResult,
  type LanguageClientOptions,
  type WorkDoneProgressReport,
} from 'vscode-languageclient/node';
import { section, type NotificationName, type RequestName } from '../../protocol/src/lsp';
import type { PythonEnvironment } from './pythonEnvironment';
import { restartDelayMs } from './restartDelay';
import { ruleScheme } from './rulePage';

/** `waiting`: it went away and is started again after a delay. */
export type ServerState = 'starting' | 'running' | 'waiting' | 'stopped';

export class LanguageServer implements vscode.Disposable {
  private readonly client: LanguageClient;
  private readonly changed = new vscode.EventEmitter<ServerState>();
  private readonly crashedMs: number[] = [];
  private current: ServerState = 'stopped';
  /** Ends the delay before a restart at once. */
  private hurry: (() => void) | undefined;
  private stopping = false;

  readonly onDidChangeState = this.changed.event;

  /** @param module path of the bundled server */
  constructor(
    module: string,
    private readonly environment: PythonEnvironment,
    private readonly log: vscode.LogOutputChannel,
  ) {
    const run = { module, transport: TransportKind.ipc };
    const debug = { ...run, options: { execArgv: ['--nolazy', '--inspect=6017'] } };
    this.client = new LanguageClient(section, 'Tensorwright', { run, debug }, this.options());
    this.client.onDidChangeState(({ newState }) => this.follow(newState));
    environment.onDidChange(() => void this.settingsChanged());
  }

  get state(): ServerState {
    return this.current;
  }

  /** Never throws; what goes wrong is in the log and in `state`. */
  async start(): Promise<void> {
    try {
      await this.client.start();
    } catch (error) {
      this.log.error(`The language server did not start: ${String(error)}`);
      this.become('stopped');
    }
  }

  /** Starts the server anew, also after it was given up. */
  async restart(): Promise<void> {
    this.crashedMs.length = 0;
    if (this.hurry !== undefined) {
      this.hurry();
      return;
    }
    if (this.client.isRunning()) await this.client.stop();
    await this.start();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.hurry?.();
    if (this.client.isRunning()) await this.client.stop().catch((error: unknown) => this.log.warn(String(error)));
  }

  /**
   * Asks the server.
   *
   * @param progress told what the server reports while it works
   * @throws where the server is not running or refuses
   */
  async request<Params, Result>(
    name: RequestName<Params, Result>,
    params: Params,
    more: {
      readonly cancelled?: vscode.CancellationToken;
      readonly progress?: (report: WorkDoneProgressReport) => void;
    } = {},
  ): Promise<Result> {
    const { progress } = more;
    if (progress === undefined) return this.client.sendRequest<Result>(name.method, params, more.cancelled);
    const workDoneToken = `${name.method}#${++tokens}`;
    const listener = this.client.onProgress(WorkDoneProgress.type, workDoneToken, (report) => {
      if (report.kind === 'report') progress(report);
    });
    try {
      return await this.client.sendRequest<Result>(name.method, { ...params, workDoneToken }, more.cancelled);
    } finally {
      listener.dispose();
    }
  }

  /** Listens to the server, also after it was started anew. */
  onNotification(name: NotificationName, listener: () => void): vscode.Disposable {
    return this.client.onNotification(name.method, listener);
  }

  dispose(): void {
    this.changed.dispose();
  }

  private options(): LanguageClientOptions {
    return {
      documentSelector: [
        { scheme: 'file', language: 'python' },
        { scheme: 'untitled', language: 'python' },
        { scheme: 'file', language: 'textproto' },
        { scheme: 'file', pattern: '**/deploy.{yaml,yml}' },
      ],
      outputChannel: this.log,
      // Pushed findings come as soon as they are there, and Check Workspace alone decides when files that are not open
      // are checked; VS Code would ask for all of them over and over.
      initializationOptions: { diagnostics: 'push', commands: true, rulePages: `${ruleScheme}:/` },
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: () => this.closed(),
      },
      middleware: {
        workspace: {
          configuration: async (params, token, next) => {
            const answers = await next(params, token);
            if (!Array.isArray(answers)) return answers;
            return answers.map((answer: unknown, i) =>
              params.items[i]?.section === section ? this.withEnvironment(answer, params.items[i].scopeUri) : answer,
            );
          },
        },
      },
    };
  }

  /** The settings with the interpreter that the Python extension has selected, where the user named none. */
  private withEnvironment(settings: unknown, scope: string | undefined): unknown {
    if (typeof settings !== 'object' || settings === null) return settings;
    const { pythonPath } = settings as { pythonPath?: unknown };
    if (typeof pythonPath === 'string' && pythonPath !== '') return settings;
    const selected = this.environment.pathFor(scope === undefined ? undefined : vscode.Uri.parse(scope));
    return selected === undefined ? settings : { ...settings, pythonPath: selected };
  }

  private async settingsChanged(): Promise<void> {
    if (this.client.isRunning())
      await this.client.sendNotification('workspace/didChangeConfiguration', { settings: null });
  }

  private async closed(): Promise<CloseHandlerResult> {
    this.crashedMs.push(Date.now());
    const delayMs = restartDelayMs(this.crashedMs);
    if (delayMs === undefined) {
      void this.offerRestart();
      return { action: CloseAction.DoNotRestart, handled: true };
    }
    this.log.warn(`The language server went away; starting it again in ${delayMs / 1000} s.`);
    this.become('waiting');
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, delayMs);
      this.hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.hurry = undefined;
    return { action: this.stopping ? CloseAction.DoNotRestart : CloseAction.Restart, handled: true };
  }

  private async offerRestart(): Promise<void> {
    const chosen = await vscode.window.showErrorMessage(
      'Tensorwright: the language server ended again and again and is not started any more.',
      'Restart Server',
      'Show Output',
    );
    if (chosen === 'Restart Server') await this.restart();
    if (chosen === 'Show Output') this.log.show();
  }

  private follow(state: State): void {
    if (state === State.Starting) this.become('starting');
    if (state === State.Running) this.become('running');
    if (state === State.Stopped && this.current !== 'waiting') this.become('stopped');
  }

  private become(state: ServerState): void {
    if (state === this.current) return;
    this.current = state;
    this.changed.fire(state);
  }
}

let tokens = 0;
