/**
 * The control listener: JSON over HTTP for one controller at a time. Only who has the token of `front.json` comes in;
 * a request that says where it comes from is a web page's and stays outside, also with a token.
 */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { FrontCommands } from '../../../../protocol/src/front';
import { ProtocolError } from '../oip/errors';
import type { Front } from './front';
import { bodyOf, failureReply, jsonReply, loopback, newServer, reply } from './http';

const mostBytes = 1 << 20;
const mostObservations = 10_000;

export function controlServer(front: Front, token: string, stop: () => void): Server {
  return newServer((request, response) => {
    void answer(front, token, stop, request).then(
      (value) => reply(response, jsonReply(200, value)),
      (error: unknown) => reply(response, failureReply(error)),
    );
  });
}

async function answer(front: Front, token: string, stop: () => void, request: IncomingMessage): Promise<unknown> {
  const host = request.headers.host?.replace(/:\d+$/, '');
  if (request.headers.origin !== undefined || (host !== loopback && host !== 'localhost'))
    throw new ProtocolError(403, 'web pages may not control the front');
  if (!isToken(request.headers.authorization, token))
    throw new ProtocolError(401, 'the token of front.json is missing or another one');
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://front');
  const command = /^\/control\/(\w+)$/.exec(pathname)?.[1] ?? '';
  if (request.method === 'GET') {
    if (command === 'state') return front.state();
    if (command === 'observations') return observations(front, searchParams);
  }
  if (request.method !== 'POST') throw new ProtocolError(404, `there is no ${request.method ?? ''} ${pathname}`);
  const body = await bodyOf(request, mostBytes);
  if (command === 'stop') {
    setImmediate(stop);
    return front.state();
  }
  await obey(front, command, commandIn(body));
  return front.state();
}

async function obey(front: Front, command: string, body: unknown): Promise<void> {
  switch (command) {
    case 'load':
      front.load(body as FrontCommands['load']);
      return;
    case 'unload':
      return front.unload(body as FrontCommands['unload']);
    case 'route':
      front.route(body as FrontCommands['route']);
      return;
    case 'heartbeat':
      front.heartbeat(body as FrontCommands['heartbeat']);
      return;
    default:
      throw new ProtocolError(404, `there is no command '${command}'`);
  }
}

function commandIn(body: Buffer): object {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new ProtocolError(400, `the command is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ProtocolError(400, 'a command is a JSON object');
  return value;
}

function observations(front: Front, asked: URLSearchParams): unknown {
  const [after, limit] = [Number(asked.get('after') ?? 0), Number(asked.get('limit') ?? mostObservations)];
  if (!Number.isSafeInteger(after) || !Number.isSafeInteger(limit) || after < 0 || limit < 1)
    throw new ProtocolError(400, 'after and limit are whole numbers');
  return front.observations(asked.get('model') ?? '').page(after, Math.min(limit, mostObservations));
}

function isToken(authorization: string | undefined, token: string): boolean {
  const [given, wanted] = [Buffer.from(authorization ?? ''), Buffer.from(`Bearer ${token}`)];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
