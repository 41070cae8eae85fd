/** A small client of the language server: over streams to a server in this process, or to a child process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { pathToFileURL } from 'node:url';
import {
  createConnection,
  createProtocolConnection,
  type Diagnostic,
  type InitializeResult,
  ProposedFeatures,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  type Range,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';
import { serve } from '../../server/src/lsp/server';
import { type FakeLog, fakeRules, fakeService, newLog } from './fakeService';

export const uriOf = (path: string): string => (path.startsWith('/') ? pathToFileURL(path).href : path);

export interface Published extends PublishDiagnosticsParams {
  readonly at: number;
}

export interface ClientOptions {
  readonly roots?: readonly string[];
  readonly capabilities?: object;
  readonly initializationOptions?: object;
  /** Answers `workspace/configuration`, by scope ('' for none). */
  readonly settings?: (scope: string) => unknown;
}

export class LspClient {
  readonly published: Published[] = [];
  readonly messages: string[] = [];
  readonly registered: string[] = [];
  readonly refreshed: string[] = [];
  result: InitializeResult | undefined;
  settings: (scope: string) => unknown;
  private versions = new Map<string, number>();
  private waiting: (() => void)[] = [];

  private constructor(
    readonly connection: ProtocolConnection,
    private readonly options: ClientOptions,
    private readonly end: () => void,
  ) {
    this.settings = options.settings ?? (() => null);
    connection.onNotification('textDocument/publishDiagnostics', (params: PublishDiagnosticsParams) => {
      this.published.push({ ...params, at: performance.now() });
      this.wake();
    });
    for (const method of ['window/logMessage', 'window/showMessage'])
      connection.onNotification(method, ({ message }: { message: string }) => {
        this.messages.push(message);
        this.wake();
      });
    connection.onRequest('workspace/configuration', ({ items }: { items: { scopeUri?: string }[] }) =>
      items.map(({ scopeUri }) => this.settings(scopeUri ?? '')),
    );
    connection.onRequest('client/registerCapability', ({ registrations }: { registrations: { method: string }[] }) => {
      this.registered.push(...registrations.map(({ method }) => method));
      return null;
    });
    for (const method of ['workspace/diagnostic/refresh', 'workspace/inlayHint/refresh'])
      connection.onRequest(method, () => {
        this.refreshed.push(method);
        this.wake();
        return null;
      });
    connection.listen();
  }

  /** A server in this process over a fake service. */
  static async withFake(options: ClientOptions = {}): Promise<{ client: LspClient; log: FakeLog }> {
    const [toServer, toClient] = [new PassThrough(), new PassThrough()];
    const log = newLog();
    const connection = createConnection(
      ProposedFeatures.all,
      new StreamMessageReader(toServer),
      new StreamMessageWriter(toClient),
    );
    serve({
      connection,
      startService: Promise.resolve((host) => fakeService(host, log)),
      rules: fakeRules,
      version: '0.0.0',
      variables: {},
      rulePages: 'file:///rules/',
    });
    connection.listen();
    const protocol = createProtocolConnection(new StreamMessageReader(toClient), new StreamMessageWriter(toServer));
    const client = new LspClient(protocol, options, () => connection.dispose());
    await client.initialize();
    return { client, log };
  }

  /** The bundled server as an editor starts it. */
  static async withChild(
    script: string,
    options: ClientOptions = {},
  ): Promise<{ client: LspClient; child: ChildProcess }> {
    const child = spawn(process.execPath, [script, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const protocol = createProtocolConnection(
      new StreamMessageReader(child.stdout),
      new StreamMessageWriter(child.stdin),
    );
    const client = new LspClient(protocol, options, () => child.kill());
    await client.initialize();
    return { client, child };
  }

  private async initialize(): Promise<void> {
    const { roots = [], capabilities = {}, initializationOptions } = this.options;
    this.result = await this.connection.sendRequest<InitializeResult>('initialize', {
      processId: process.pid,
      rootUri: null,
      workspaceFolders: roots.map((root) => ({ uri: uriOf(root), name: root })),
      capabilities,
      initializationOptions,
    });
    await this.connection.sendNotification('initialized', {});
  }

  open(path: string, text: string, languageId = 'python'): void {
    this.versions.set(path, 1);
    this.notify('textDocument/didOpen', { textDocument: { uri: uriOf(path), languageId, version: 1, text } });
  }

  change(path: string, changes: readonly { range?: Range; text: string }[]): void {
    const version = (this.versions.get(path) ?? 0) + 1;
    this.versions.set(path, version);
    this.notify('textDocument/didChange', { textDocument: { uri: uriOf(path), version }, contentChanges: changes });
  }

  close(path: string): void {
    this.notify('textDocument/didClose', { textDocument: { uri: uriOf(path) } });
  }

  /** A request about a document. */
  ask<T>(method: string, path: string, more: object = {}): Promise<T> {
    return this.connection.sendRequest<T>(method, { textDocument: { uri: uriOf(path) }, ...more });
  }

  notify(method: string, params: object): void {
    void this.connection.sendNotification(method, params);
  }

  /** What was shown last for a file. */
  shown(path: string): readonly Diagnostic[] | undefined {
    return this.published.findLast(({ uri }) => uri === uriOf(path))?.diagnostics;
  }

  /** Messages of what is shown for a file. */
  texts(path: string): readonly string[] {
    return (this.shown(path) ?? []).map(({ message }) => JSON.stringify(message).slice(1, -1));
  }

  /** Waits until something holds; it is asked after each message from the server. */
  async until<T>(what: string, holds: () => T | undefined | false, millis = 10_000): Promise<T> {
    const end = performance.now() + millis;
    for (;;) {
      const value = holds();
      if (value !== undefined && value !== false) return value;
      const rest = end - performance.now();
      if (rest <= 0)
        throw new Error(`waited in vain for ${what}; published: ${JSON.stringify(this.published.slice(-3))}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(rest, 50));
        this.waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** The next diagnostics of a file after those that came already. */
  async next(path: string, from = this.published.length): Promise<Published> {
    return this.until(`diagnostics of ${path}`, () =>
      this.published.slice(from).find(({ uri }) => uri === uriOf(path)),
    );
  }

  dispose(): void {
    this.connection.dispose();
    this.end();
  }

  private wake(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const resolve of waiting) resolve();
  }
}

/** A range of one line. */
export const on = (line: number, start: number, end = start): Range => ({
  start: { line, character: start },
  end: { line, character: end },
});
