/**
 * A WebSocket as the reader and the writer of a `vscode-jsonrpc` connection. The shapes are that package's; nothing is
 * imported, so that bridge and client share this file.
 */
import { decodeMessage, encodeMessage } from './binaryMessage';

/** What is used of a socket; `ws` has it in these words. */
export interface BinarySocket {
  send(bytes: Uint8Array, done: (error?: Error | null) => void): void;
  on(event: 'message', listener: (bytes: Uint8Array, isBinary: boolean) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(code?: number, reason?: string): void;
}

interface Disposable {
  dispose(): void;
}
type Event<T> = (listener: (event: T) => void) => Disposable;

class Emitter<T> {
  private readonly listeners = new Set<(event: T) => void>();

  readonly event: Event<T> = (listener) => {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  };

  fire(event: T): void {
    for (const listener of [...this.listeners]) listener(event);
  }

  dispose(): void {
    this.listeners.clear();
  }
}

interface Message {
  readonly jsonrpc: string;
}

/** Messages of a socket; bytes that are none close it with 1007. */
export class SocketReader {
  private readonly failed = new Emitter<Error>();
  private readonly closed = new Emitter<void>();
  private readonly partial = new Emitter<never>();
  readonly onError = this.failed.event;
  readonly onClose = this.closed.event;
  readonly onPartialMessage = this.partial.event;

  constructor(private readonly socket: BinarySocket) {
    socket.on('error', (error) => this.failed.fire(error));
    socket.on('close', () => this.closed.fire());
  }

  listen(callback: (message: Message) => void): Disposable {
    let listening = true;
    this.socket.on('message', (bytes, isBinary) => {
      if (!listening) return;
      const message = isBinary ? messageOf(bytes) : undefined;
      if (message === undefined) this.socket.close(1007, 'not a message of this protocol');
      else callback(message);
    });
    return {
      dispose: () => {
        listening = false;
      },
    };
  }

  dispose(): void {
    this.failed.dispose();
    this.closed.dispose();
  }
}

export class SocketWriter {
  private readonly failed = new Emitter<[Error, Message | undefined, number | undefined]>();
  private readonly closed = new Emitter<void>();
  readonly onError = this.failed.event;
  readonly onClose = this.closed.event;

  constructor(private readonly socket: BinarySocket) {
    socket.on('close', () => this.closed.fire());
  }

  /** Settles when the bytes have gone to the operating system: a peer that does not read makes it wait. */
  write(message: Message): Promise<void> {
    return new Promise((settle, reject) => {
      this.socket.send(encodeMessage(message), (error) => {
        if (error === undefined || error === null) return settle();
        this.failed.fire([error, message, undefined]);
        reject(error);
      });
    });
  }

  end(): void {
    this.socket.close();
  }

  dispose(): void {
    this.failed.dispose();
    this.closed.dispose();
  }
}

function messageOf(bytes: Uint8Array): Message | undefined {
  try {
    const message = decodeMessage(bytes);
    return typeof message === 'object' && message !== null && 'jsonrpc' in message ? (message as Message) : undefined;
  } catch {
    return undefined;
  }
}
