/**
 * The short way of an inference request through HTTP: Node's parser, its streams and its response objects cost more
 * than a small model. What is not quite ordinary goes to Node's server, and its connection stays there.
 */
import { type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { beginsWith } from '../oip/requestReader';
import { failureReply, keepAliveMs, type Reply } from './http';

export type Headers = Readonly<Record<string, string | string[] | undefined>>;
/**
 * What is to be done with the body of a request; undefined for requests that Node's server takes. Kept for those that
 * follow with the same head.
 */
export type Express = (path: string) => ((headers: Headers, body: Buffer) => Promise<Reply>) | undefined;

/** Larger bodies are worth Node's care about what is held in memory. */
const mostShortBytes = 4 << 20;
const mostHeadBytes = 8 << 10;
/** Bytes of bodies that have been announced on this way and are not yet whole. */
const mostHeld = 256 << 20;
/** A body that is not whole by then won't be. */
const bodyMs = 120_000;

let held = 0;

/**
 * Puts the short way before a server's own.
 *
 * @param mostBytes largest body of a request
 */
export function withExpress(server: Server, mostBytes: number, express: Express): Server {
  const most = Math.min(mostBytes, mostShortBytes);
  const usual = server.listeners('connection') as ((this: Server, socket: Socket) => void)[];
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    const handOver = (bytes: Buffer): void => {
      socket.unshift(bytes);
      for (const each of usual) each.call(server, socket);
    };
    new Lane(socket, (chunk) => requestIn(chunk, express, most), handOver);
  });
  return server;
}

interface Arriving {
  readonly request: Request;
  readonly body: Buffer;
  filled: number;
  readonly timer: NodeJS.Timeout;
}

class Lane {
  private arriving: Arriving | undefined;
  private isAnswering = false;
  /** The last head: most clients send the same one again and again. */
  private last: { readonly head: Buffer; readonly request: Request } | undefined;
  /** What came while an answer was made. */
  private early: Buffer[] = [];

  constructor(
    private readonly socket: Socket,
    private readonly read: (chunk: Buffer) => Request | undefined,
    private readonly handOver: (bytes: Buffer) => void,
  ) {
    socket.setNoDelay(true);
    socket.setTimeout(keepAliveMs).on('timeout', this.onTimeout).on('data', this.onData);
    socket.on('end', this.onEnd).on('error', this.onError).on('close', this.onClose);
  }

  private readonly onTimeout = (): void => {
    if (!this.isAnswering) this.socket.destroy();
  };
  private readonly onError = (): void => undefined;
  private readonly onEnd = (): void => {
    if (!this.isAnswering) this.socket.end();
  };
  private readonly onClose = (): void => this.forget();

  private readonly onData = (chunk: Buffer): void => {
    if (this.isAnswering) {
      this.early.push(chunk);
      this.socket.pause();
    } else if (this.arriving === undefined) this.begin(chunk);
    else this.fill(this.arriving, chunk);
  };

  private begin(chunk: Buffer): void {
    const request = this.requestIn(chunk);
    if (request === undefined || held + request.length > mostHeld) {
      this.leave(chunk);
      return;
    }
    const end = request.bodyAt + request.length;
    if (chunk.length >= end) {
      if (chunk.length > end) this.early.push(chunk.subarray(end));
      void this.answer(request, chunk.subarray(request.bodyAt, end));
      return;
    }
    held += request.length;
    const timer = setTimeout(() => this.socket.destroy(), bodyMs);
    this.arriving = { request, body: Buffer.allocUnsafeSlow(request.length), filled: 0, timer };
    this.fill(this.arriving, chunk.subarray(request.bodyAt));
  }

  private requestIn(chunk: Buffer): Request | undefined {
    if (this.last !== undefined && beginsWith(chunk, this.last.head)) return this.last.request;
    const request = this.read(chunk);
    this.last = request && { head: Buffer.from(chunk.subarray(0, request.bodyAt)), request };
    return request;
  }

  private fill(arriving: Arriving, chunk: Buffer): void {
    const taken = chunk.copy(arriving.body, arriving.filled);
    arriving.filled += taken;
    if (arriving.filled < arriving.body.length) return;
    if (taken < chunk.length) this.early.push(chunk.subarray(taken));
    this.forget();
    void this.answer(arriving.request, arriving.body);
  }

  private async answer({ headers, reply }: Request, body: Buffer): Promise<void> {
    this.isAnswering = true;
    const found = await reply(headers, body).catch(failureReply);
    this.isAnswering = false;
    if (this.socket.destroyed) return;
    write(this.socket, found);
    if (this.socket.readableEnded) this.socket.end();
    if (this.early.length === 0) return;
    const next = Buffer.concat(this.early);
    this.early = [];
    this.socket.resume();
    this.onData(next);
  }

  private forget(): void {
    if (this.arriving === undefined) return;
    held -= this.arriving.body.length;
    clearTimeout(this.arriving.timer);
    this.arriving = undefined;
  }

  /** To Node's server, for good. */
  private leave(bytes: Buffer): void {
    const { socket } = this;
    socket.setTimeout(0).off('timeout', this.onTimeout).off('data', this.onData);
    socket.off('end', this.onEnd).off('error', this.onError).off('close', this.onClose);
    this.handOver(bytes);
  }
}

interface Request {
  readonly headers: Headers;
  readonly reply: (headers: Headers, body: Buffer) => Promise<Reply>;
  readonly bodyAt: number;
  readonly length: number;
}

const requestLine = /^POST ([^ ?]+) HTTP\/1\.1$/;
const headerLine = /^([\w-]+):[ \t]*([\t\x20-\x7e]*?)[ \t]*$/;
/** What these ask for is Node's to know; a request of a web page is refused there. */
const unusual = new Set(['content-encoding', 'expect', 'origin', 'te', 'trailer', 'transfer-encoding', 'upgrade']);

/** The request whose head a piece begins with, where it is whole and ordinary in every line. */
function requestIn(chunk: Buffer, express: Express, most: number): Request | undefined {
  const end = chunk.indexOf('\r\n\r\n');
  if (end < 0 || end > mostHeadBytes) return undefined;
  const [first = '', ...lines] = chunk.toString('latin1', 0, end).split('\r\n');
  const path = requestLine.exec(first)?.[1];
  const reply = path === undefined ? undefined : express(path);
  if (reply === undefined) return undefined;
  const headers: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const line of lines) {
    const [, name, value] = headerLine.exec(line) ?? [];
    if (name === undefined || value === undefined) return undefined;
    const lower = name.toLowerCase();
    if (lower in headers || unusual.has(lower)) return undefined;
    headers[lower] = value;
  }
  const { host, connection = 'keep-alive', 'content-length': written = '' } = headers;
  if (host === undefined || connection.toLowerCase() !== 'keep-alive' || !/^\d{1,8}$/.test(written)) return undefined;
  const length = Number(written);
  return length > most ? undefined : { headers, reply, bodyAt: end + 4, length };
}

/** The same bytes as Node's server writes, at once. */
function write(socket: Socket, { status, headers = {}, pieces = [] }: Reply): void {
  const length = pieces.reduce((all, piece) => all + piece.length, 0);
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'unknown'}\r\n`;
  for (const name in headers) head += `${name}: ${headers[name]}\r\n`;
  head += `Content-Length: ${length}\r\nConnection: keep-alive\r\nKeep-Alive: timeout=${keepAliveMs / 1000}\r\n\r\n`;
  if (length < joinBelow) {
    const whole = Buffer.allocUnsafe(head.length + length);
    let at = whole.write(head, 'latin1');
    for (const piece of pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    socket.write(whole);
    return;
  }
  socket.cork();
  socket.write(head, 'latin1');
  for (const piece of pieces) socket.write(piece);
  socket.uncork();
}

/** Below it one copy costs less than one more piece. */
const joinBelow = 1 << 16;
