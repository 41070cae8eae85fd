/**
 * How commands of other processes reach the controller that runs: HTTP on the loopback interface, with the token that
 * the lease holds. An answer means that the command was taken or refused; a file of commands could not say whether
 * anyone has read it. Web pages, which can't read the lease and send an Origin, stay outside.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Answer } from './controller';
import type { Command, Verb } from './engine/types';
import type { Reached } from './lease';

const verbs: readonly string[] = [
  'pause',
  'resume',
  'promote',
  'abort',
  'rollback',
  'freeze',
  'retry',
] satisfies Verb[];
const mostBytes = 64 * 1024;
const answerMs = 10_000;

/** Takes commands until it is closed. */
export async function commandServer(
  deployment: string,
  take: (command: Command) => Answer,
): Promise<{ readonly reached: Reached; readonly server: Server }> {
  const token = randomBytes(32).toString('base64url');
  const server = createServer((request, response) => {
    void answerTo(request, token, take).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((settle, reject) => server.once('error', reject).listen(0, '127.0.0.1', settle));
  const { port } = server.address() as AddressInfo;
  return { server, reached: { port, token, deployment } };
}

interface Reply {
  readonly status: number;
  readonly body: Answer | { readonly error: string };
}

async function answerTo(request: IncomingMessage, token: string, take: (command: Command) => Answer): Promise<Reply> {
  const refused = (status: number, error: string): Reply => ({ status, body: { error } });
  const { authorization = '', origin } = request.headers;
  if (origin !== undefined) return refused(403, 'web pages may not steer a deployment');
  const [given, wanted] = [Buffer.from(authorization), Buffer.from(`Bearer ${token}`)];
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted))
    return refused(401, 'the token is another one');
  if (Number(request.headers['content-length'] ?? mostBytes + 1) > mostBytes)
    return refused(400, 'the command is too long');
  const command = commandIn(await text(request).catch(() => ''));
  return command === undefined ? refused(400, 'this is no command') : { status: 200, body: take(command) };
}

function commandIn(body: string): Command | undefined {
  try {
    const { verb, full, reason } = JSON.parse(body) as Partial<Command>;
    if (verb === undefined || !verbs.includes(verb)) return undefined;
    return {
      kind: 'command',
      verb,
      ...(full === true ? { full } : {}),
      ...(typeof reason === 'string' ? { reason: reason.slice(0, 1000) } : {}),
    };
  } catch {
    return undefined;
  }
}

/** Gives a command to the controller that runs. @throws Error where it does not answer */
export async function sendCommand({ port, token }: Reached, command: Command): Promise<Answer> {
  const answer = await fetch(`http://127.0.0.1:${port}/command`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(command),
    signal: AbortSignal.timeout(answerMs),
  });
  const body = (await answer.json()) as Answer & { readonly error?: string };
  if (!answer.ok) throw new Error(body.error ?? `the controller answers ${answer.status}`);
  return body;
}
