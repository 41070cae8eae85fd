/** A client of the bridge, as the editor is one. */
import { once } from 'node:events';
import {
  createMessageConnection,
  type MessageConnection,
  type MessageReader,
  type MessageWriter,
} from 'vscode-jsonrpc/node';
import { type ClientOptions, WebSocket } from 'ws';
import { type BridgeAddress, runsChanged, type RunsChanged } from '../../protocol/src/bridge';
import type { RequestName } from '../../protocol/src/lsp';
import { type BinarySocket, SocketReader, SocketWriter } from '../../protocol/src/socketMessages';

export function open({ port, token }: BridgeAddress, options: ClientOptions = {}): WebSocket {
  return new WebSocket(`ws://127.0.0.1:${port}/`, { headers: { authorization: `Bearer ${token}` }, ...options });
}

export class BridgeClient {
  readonly hints: RunsChanged[] = [];

  private constructor(
    readonly socket: WebSocket,
    private readonly connection: MessageConnection,
  ) {
    connection.onNotification(runsChanged.method, (hint: RunsChanged) => void this.hints.push(hint));
    connection.onError(() => undefined);
    // Whoever still waits for an answer is told that none comes.
    connection.onClose(() => connection.dispose());
    connection.listen();
  }

  static async connect(address: BridgeAddress): Promise<BridgeClient> {
    const socket = open(address);
    await once(socket, 'open');
    const binary = socket as BinarySocket;
    return new BridgeClient(
      socket,
      createMessageConnection(
        new SocketReader(binary) as unknown as MessageReader,
        new SocketWriter(binary) as unknown as MessageWriter,
      ),
    );
  }

  ask<Params, Result>(name: RequestName<Params, Result>, params: Params): Promise<Result> {
    return this.connection.sendRequest(name.method, params);
  }

  close(): void {
    this.connection.dispose();
    this.socket.terminate();
  }
}

/** Asks until the answer is accepted. */
export async function until<T>(
  what: string,
  ask: () => T | Promise<T>,
  accept: (answer: T) => boolean,
  millis = 10_000,
): Promise<T> {
  let last: T | undefined;
  for (const deadline = Date.now() + millis; Date.now() < deadline; await new Promise((done) => setTimeout(done, 10))) {
    last = await ask();
    if (accept(last)) return last;
  }
  throw new Error(`waited for ${what}; there was ${JSON.stringify(last)}`);
}
