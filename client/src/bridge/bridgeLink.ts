/**
 * The bridge's process and the connection to it. Starts it when first asked, again when it goes away, and knows the
 * runs that it told of. Nothing is lost in between: what a run wrote is in its journal.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import {
  createMessageConnection,
  type MessageConnection,
  type MessageReader,
  type MessageWriter,
} from 'vscode-jsonrpc/node';
import { WebSocket } from 'ws';
import {
  type BridgeAddress,
  bridgeRequests,
  runsChanged,
  type RunsChanged,
  type RunSummary,
} from '../../../protocol/src/bridge';
import type { RequestName } from '../../../protocol/src/lsp';
import { type BinarySocket, SocketReader, SocketWriter } from '../../../protocol/src/socketMessages';
import { restartDelayMs } from '../restartDelay';

export interface BridgeLinkOptions {
  /** Path of dist/bridge.js. */
  readonly module: string;
  /** Folders that hold run folders; they need not exist yet. */
  readonly folders: readonly string[];
  readonly log: (line: string) => void;
}

type Listener<T> = (event: T) => void;

export class BridgeLink {
  private connecting: Promise<MessageConnection> | undefined;
  private connected = false;
  private readonly known = new Map<string, RunSummary>();
  private readonly onRuns = new Set<Listener<RunsChanged>>();
  private readonly onConnected = new Set<Listener<boolean>>();
  private readonly wentMs: number[] = [];
  private process: ChildProcess | undefined;
  private timer: NodeJS.Timeout | undefined;
  private disposed = false;

  constructor(private readonly options: BridgeLinkOptions) {}

  get runs(): readonly RunSummary[] {
    return [...this.known.values()];
  }

  get isConnected(): boolean {
    return this.connected;
  }

  run(id: string): RunSummary | undefined {
    return this.known.get(id);
  }

  /** Calls back when runs change, until the answer is called. */
  watchRuns(listener: Listener<RunsChanged>): () => void {
    this.onRuns.add(listener);
    return () => this.onRuns.delete(listener);
  }

  watchConnection(listener: Listener<boolean>): () => void {
    this.onConnected.add(listener);
    return () => this.onConnected.delete(listener);
  }

  /** Starts the bridge where it isn't; what goes wrong is logged and tried again. */
  start(): void {
    this.connect().catch((error: unknown) => this.options.log(`The bridge did not start: ${String(error)}`));
  }

  /** @throws Error with the bridge's sentence */
  async ask<Params, Result>({ method }: RequestName<Params, Result>, params: Params): Promise<Result> {
    const connection = await this.connect();
    return connection.sendRequest<Result>(method, params);
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.timer);
    this.process?.stdin?.end();
    this.process = undefined;
  }

  private connect(): Promise<MessageConnection> {
    if (this.disposed) return Promise.reject(new Error('The bridge is being stopped.'));
    this.connecting ??= this.open().catch((error: unknown) => {
      this.again();
      throw error;
    });
    return this.connecting;
  }

  private async open(): Promise<MessageConnection> {
    const { address, child } = await this.spawn();
    const socket = new WebSocket(`ws://127.0.0.1:${address.port}/`, {
      headers: { authorization: `Bearer ${address.token}` },
      perMessageDeflate: false,
    });
    await once(socket, 'open');
    const binary = socket as BinarySocket;
    const connection = createMessageConnection(
      new SocketReader(binary) as unknown as MessageReader,
      new SocketWriter(binary) as unknown as MessageWriter,
    );
    connection.onError(([error]) => this.options.log(`The connection to the bridge: ${error.message}`));
    connection.onClose(() => {
      // Whoever waits for an answer is told that none comes.
      connection.dispose();
      child.kill();
      this.setConnected(false);
      this.again();
    });
    connection.onNotification(runsChanged.method, (changed: RunsChanged) => this.take(changed));
    connection.listen();
    const all = await connection.sendRequest<readonly RunSummary[]>(bridgeRequests.runs.method, null);
    const there = new Set(all.map(({ id }) => id));
    this.setConnected(true);
    this.take({ runs: all, gone: [...this.known.keys()].filter((id) => !there.has(id)) });
    return connection;
  }

  /** @throws Error where it ends before it has said where it listens */
  private async spawn(): Promise<{ readonly address: BridgeAddress; readonly child: ChildProcess }> {
    const child = spawn(process.execPath, [this.options.module, ...this.options.folders], {
      // The editor's own program is Node where this variable says so.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.process = child;
    createInterface({ input: child.stderr }).on('line', (line) => this.options.log(line));
    const address = await new Promise<BridgeAddress>((settle, reject) => {
      child.on('error', reject);
      child.on('exit', (code, signal) => reject(new Error(`it ended with ${code ?? signal ?? 'nothing'}`)));
      createInterface({ input: child.stdout }).once('line', (line) => settle(JSON.parse(line) as BridgeAddress));
    });
    return { address, child };
  }

  private again(): void {
    this.connecting = undefined;
    if (this.disposed) return;
    this.wentMs.push(Date.now());
    clearTimeout(this.timer);
    const delayMs = restartDelayMs(this.wentMs);
    // Past some failures in a row only the next question tries again.
    if (delayMs !== undefined) this.timer = setTimeout(() => this.start(), delayMs);
  }

  private take(changed: RunsChanged): void {
    for (const run of changed.runs) this.known.set(run.id, run);
    for (const id of changed.gone) this.known.delete(id);
    for (const listener of this.onRuns) listener(changed);
  }

  private setConnected(connected: boolean): void {
    this.connected = connected;
    for (const listener of this.onConnected) listener(connected);
  }
}
