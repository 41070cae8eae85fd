/** Bodies of requests with a limit, answers in one write, a server that a slow client can't hold. */
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { ProtocolError } from '../oip/errors';

export const loopback = '127.0.0.1';

const mostConnections = 4096;
/** Clients keep their connections open between requests; one that the server closes first costs them an error. */
export const keepAliveMs = 75_000;
const requestTimeoutMs = 120_000;
const headersTimeoutMs = 20_000;

export function newServer(listener: RequestListener): Server {
  const server = createServer(
    { keepAliveTimeout: keepAliveMs, requestTimeout: requestTimeoutMs, headersTimeout: headersTimeoutMs },
    listener,
  );
  server.maxConnections = mostConnections;
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return;
    const status = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? '408 Request Timeout' : '400 Bad Request';
    const body = JSON.stringify({ error: `the request can't be read: ${error.message}` });
    socket.end(
      `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  });
  return server;
}

/** @throws Error that says what to do where the port is taken */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException): void =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(`port ${port} is taken by another program; end it or choose another with --port`)
          : error,
      );
    server.once('error', refuse);
    server.listen(port, loopback, () => {
      server.off('error', refuse);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** Bytes of bodies that are being read or answered, of all requests together. */
let held = 0;
const mostHeld = 2 ** 31;

/**
 * The body of a request, unpacked.
 *
 * @throws ProtocolError where it is larger than `most`, breaks off, or is packed in a way nobody knows
 */
export async function bodyOf(request: IncomingMessage, most: number): Promise<Buffer> {
  const announced = request.headers['content-length'];
  const tooLarge = new ProtocolError(413, `the request is larger than ${most} bytes, the limit of this server`, {
    connection: 'close',
  });
  if (announced !== undefined && Number(announced) > most) throw tooLarge;
  const body = await collect(request, announced === undefined ? undefined : Number(announced), most, tooLarge);
  const encoding = request.headers['content-encoding'];
  if (encoding === undefined || encoding === 'identity') return body;
  const unpack = encoding === 'gzip' ? promisify(gunzip) : encoding === 'deflate' ? promisify(inflate) : undefined;
  if (unpack === undefined)
    throw new ProtocolError(415, `unsupported content encoding '${encoding}'; gzip and deflate are known`);
  return (unpack as (packed: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>)(body, {
    maxOutputLength: most,
  }).catch((error: unknown) => {
    throw new ProtocolError(
      400,
      `the ${encoding} body can't be unpacked: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
}

function collect(
  request: IncomingMessage,
  announced: number | undefined,
  most: number,
  tooLarge: ProtocolError,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const fail = (error: ProtocolError): void => {
      held -= length;
      length = 0;
      request.removeAllListeners('data').resume();
      reject(error);
    };
    request.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      held += chunk.length;
      if (length > most) fail(tooLarge);
      else if (held > mostHeld)
        fail(new ProtocolError(503, 'too many bytes of requests at once', { 'retry-after': '1' }));
    });
    request.on('end', () => {
      held -= length;
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, length));
    });
    request.on('error', () =>
      fail(new ProtocolError(400, `the request broke off after ${length} of ${announced ?? 'unknown'} bytes`)),
    );
  });
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly pieces?: readonly Uint8Array[];
}

/** Below it one copy costs less than one more write. */
const joinBelow = 1 << 16;

export function reply(response: ServerResponse, { status, headers = {}, pieces = [] }: Reply): void {
  if (response.destroyed) return;
  const length = pieces.reduce((all, piece) => all + piece.length, 0);
  response.sendDate = false;
  response.writeHead(status, { ...headers, 'Content-Length': length });
  if (pieces.length < 2) response.end(pieces[0]);
  else if (length < joinBelow) response.end(Buffer.concat(pieces, length));
  else {
    for (const piece of pieces) response.write(piece);
    response.end();
  }
}

export const jsonReply = (status: number, value: unknown, headers: Reply['headers'] = {}): Reply => ({
  status,
  headers: { 'Content-Type': 'application/json', ...headers },
  pieces: [Buffer.from(JSON.stringify(value))],
});

export function failureReply(error: unknown): Reply {
  if (error instanceof ProtocolError) return jsonReply(error.status, { error: error.message }, error.headers);
  return jsonReply(500, { error: `internal failure: ${error instanceof Error ? error.message : String(error)}` });
}
