/** Who may steer a deployment that runs: whoever has its token, and no web page. */
import { deepEqual, equal, match } from 'node:assert/strict';
import type { Server } from 'node:http';
import { commandServer, sendCommand } from '../../runtime-bridge/node/deploy/commandServer';
import type { Reached } from '../../runtime-bridge/node/deploy/lease';
import type { Command } from '../../runtime-bridge/node/deploy/engine/types';

describe('commands to a controller', () => {
  const taken: Command[] = [];
  let reached: Reached;
  let server: Server;
  before(async () => {
    const take = (command: Command): { state: 'canary'; reason: string } => {
      taken.push(command);
      return { state: 'canary', reason: 'taken' };
    };
    ({ reached, server } = await commandServer('d1', take));
  });
  after(() => server.close());

  const abort = { kind: 'command', verb: 'abort' } as const;
  const body = JSON.stringify(abort);
  const authorization = (): string => `Bearer ${reached.token}`;
  const table: readonly (readonly [string, () => RequestInit, number, RegExp])[] = [
    [
      'a web page',
      () => ({ body, headers: { authorization: authorization(), origin: 'http://a.test' } }),
      403,
      /web pages/,
    ],
    [
      'a page of this machine',
      () => ({ body, headers: { authorization: authorization(), origin: 'null' } }),
      403,
      /web p/,
    ],
    ['no token', () => ({ body }), 401, /the token is another one/],
    ['another token', () => ({ body, headers: { authorization: `${authorization().slice(0, -1)}~` } }), 401, /token/],
    [
      'no command',
      () => ({ body: '{"verb":"delete"}', headers: { authorization: authorization() } }),
      400,
      /no command/,
    ],
    ['no JSON', () => ({ body: 'abort', headers: { authorization: authorization() } }), 400, /no command/],
    ['null', () => ({ body: 'null', headers: { authorization: authorization() } }), 400, /no command/],
    ['a long text', () => ({ body: ' '.repeat(65_537), headers: { authorization: authorization() } }), 400, /too long/],
  ];
  for (const [what, how, status, said] of table)
    it(`${what} is refused`, async () => {
      const answer = await fetch(`http://127.0.0.1:${reached.port}/command`, { method: 'POST', ...how() });
      const { error } = (await answer.json()) as { error: string };
      equal(answer.status, status);
      match(error, said);
      deepEqual(taken, []);
    });

  it('a command with the token is taken, its reason cut to a length', async () => {
    const answer = await sendCommand(reached, { ...abort, reason: 'x'.repeat(5_000) });
    deepEqual(answer, { state: 'canary', reason: 'taken' });
    deepEqual(taken, [{ ...abort, reason: 'x'.repeat(1_000) }]);
  });
});
