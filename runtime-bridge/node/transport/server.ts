/**
 * The bridge's door: a WebSocket server on the loopback interface. Only who has the token comes in; whoever says where
 * it comes from is a browser's page and stays outside, also with a token.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { type BridgeAddress, maxRequestBytes } from '../../../protocol/src/bridge';
import type { MakeJudge } from '../files/judging';
import { Runs } from '../files/runs';
import { Session } from './session';

export interface BridgeOptions {
  /** Folders that hold run folders. */
  readonly folders: readonly string[];
  readonly makeJudge?: MakeJudge;
  readonly memoryBytes?: number;
  /** 0 or absent: a free one. */
  readonly port?: number;
  readonly log?: (line: string) => void;
}

export interface Bridge {
  readonly address: BridgeAddress;
  /** Ends it; clients are told that it goes. */
  close(): Promise<void>;
}

const mostClients = 64;
const loopback = '127.0.0.1';
/** A client that does not answer for so long is gone, whatever its socket says. */
const heartbeatMs = 15_000;

/** @throws Error where the port is taken */
export async function startBridge(options: BridgeOptions): Promise<Bridge> {
  const { log = () => undefined } = options;
  const token = randomBytes(32).toString('base64url');
  const sessions = new Set<Session>();
  const runs = new Runs({
    ...options,
    onChange({ runs: changed, gone }) {
      for (const session of sessions)
        session.hint(
          changed.map(({ facts }) => facts.id),
          gone,
        );
    },
  });
  const http = createServer((_, response) => response.writeHead(404).end());
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxRequestBytes, perMessageDeflate: false });
  http.on('upgrade', (request, socket: Socket, head) => {
    const problem = refusal(request, token, sockets.clients.size);
    if (problem !== undefined) {
      socket.end(`HTTP/1.1 ${problem}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      const session = new Session(client, runs, log);
      sessions.add(session);
      client.on('close', () => sessions.delete(session));
      client.on('error', (error) => log(`a client's connection failed: ${error.message}`));
    });
  });
  const heartbeat = keepAlive(sockets);
  try {
    await listen(http, options.port ?? 0);
  } catch (error) {
    clearInterval(heartbeat);
    runs.dispose();
    throw error;
  }
  const { port } = http.address() as AddressInfo;
  return {
    address: { version: 1, port, token },
    async close() {
      clearInterval(heartbeat);
      runs.dispose();
      for (const client of sockets.clients) client.close(1001, 'the bridge goes');
      await new Promise((settle) => {
        setTimeout(settle, 200).unref();
        http.close(settle);
      });
      for (const client of sockets.clients) client.terminate();
    },
  };
}

/** The status of a request that may not come in. */
function refusal({ headers, url }: IncomingMessage, token: string, clients: number): string | undefined {
  // A page may name any address that resolves here: only the real one counts.
  const host = headers.host?.replace(/:\d+$/, '');
  if (headers.origin !== undefined || (host !== loopback && host !== 'localhost')) return '403 Forbidden';
  if (!isToken(headers.authorization, token)) return '401 Unauthorized';
  if (url !== '/') return '404 Not Found';
  return clients >= mostClients ? '503 Service Unavailable' : undefined;
}

function isToken(authorization: string | undefined, token: string): boolean {
  const [given, wanted] = [Buffer.from(authorization ?? ''), Buffer.from(`Bearer ${token}`)];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function keepAlive(sockets: WebSocketServer): NodeJS.Timeout {
  const silent = new WeakSet<object>();
  return setInterval(() => {
    for (const client of sockets.clients) {
      if (silent.has(client)) {
        client.terminate();
        continue;
      }
      silent.add(client);
      client.once('pong', () => silent.delete(client));
      client.ping();
    }
  }, heartbeatMs).unref();
}

function listen(http: Server, port: number): Promise<void> {
  return new Promise((settle, reject) => {
    http.once('error', reject);
    http.listen(port, loopback, () => {
      http.off('error', reject);
      settle();
    });
  });
}
