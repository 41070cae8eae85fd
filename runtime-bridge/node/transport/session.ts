/** One client: answers its requests, and hints at what has changed as fast as it reads, never faster. */
import {
  createMessageConnection,
  ErrorCodes,
  type MessageConnection,
  type MessageReader,
  type MessageWriter,
  ResponseError,
} from 'vscode-jsonrpc/node';
import type { WebSocket } from 'ws';
import { maxWaitingBytes, runsChanged, type RunsChanged } from '../../../protocol/src/bridge';
import { SocketReader, SocketWriter } from '../../../protocol/src/socketMessages';
import { Refused } from '../files/runFolder';
import type { Runs } from '../files/runs';
import { methods } from './methods';

/** Between two hints: a picture that is drawn more often than this helps nobody. */
const hintMs = 40;

/** A client that asks faster than it reads is cut off; its requests are in this file's memory otherwise. */
class BoundedWriter extends SocketWriter {
  constructor(
    private readonly bounded: WebSocket,
    private readonly onTooSlow: () => void,
  ) {
    super(bounded);
  }

  override write(message: { readonly jsonrpc: string }): Promise<void> {
    if (this.bounded.bufferedAmount > maxWaitingBytes) this.onTooSlow();
    return super.write(message);
  }
}

export class Session {
  private readonly connection: MessageConnection;
  /** Runs that the client has not been told of: facts are asked for, so only names wait here. */
  private readonly changed = new Set<string>();
  private readonly gone = new Set<string>();
  private hinting = false;

  constructor(
    private readonly socket: WebSocket,
    private readonly runs: Runs,
    log: (line: string) => void,
  ) {
    const writer = new BoundedWriter(socket, () => {
      log('a client asks faster than it reads; its connection is closed');
      socket.terminate();
    });
    this.connection = createMessageConnection(
      new SocketReader(socket) as unknown as MessageReader,
      writer as unknown as MessageWriter,
      { error: log, warn: log, info: () => undefined, log: () => undefined },
    );
    for (const { method, handle } of methods)
      this.connection.onRequest(method, (params: unknown) => answer(() => handle(runs, params), method, log));
    this.connection.listen();
  }

  hint(runs: Iterable<string>, gone: readonly string[]): void {
    for (const run of runs) this.changed.add(run);
    for (const run of gone) this.gone.add(run);
    if (!this.hinting && this.changed.size + this.gone.size > 0) void this.send();
  }

  /** One hint is on its way at a time; what changes meanwhile is in the next. */
  private async send(): Promise<void> {
    this.hinting = true;
    try {
      while (this.changed.size + this.gone.size > 0 && this.socket.readyState === this.socket.OPEN) {
        const known = new Map(this.runs.all().map((run) => [run.facts.id, run]));
        const hint: RunsChanged = {
          runs: [...this.changed].flatMap((id) => known.get(id)?.summary() ?? []),
          gone: [...this.gone],
        };
        this.changed.clear();
        this.gone.clear();
        await this.connection.sendNotification(runsChanged.method, hint);
        await new Promise((settle) => setTimeout(settle, hintMs));
      }
    } catch {
      // The connection is gone; so is this client.
    } finally {
      this.hinting = false;
    }
  }
}

async function answer(handle: () => unknown, method: string, log: (line: string) => void): Promise<unknown> {
  try {
    return await handle();
  } catch (error) {
    if (error instanceof Refused) return new ResponseError(ErrorCodes.InvalidParams, error.message);
    log(`${method}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return new ResponseError(ErrorCodes.InternalError, `The bridge could not answer ${method}; its log says why.`);
  }
}
