/** The short way of an inference request: what it takes, and that nobody can tell it from Node's own server. */
import { connect, type Socket } from 'node:net';
import { deepEqual, equal, match } from 'node:assert/strict';
import { once } from 'node:events';
import { scaling } from '../harness/onnxFile';
import { TestFront, until } from './frontHarness';

describe('front: requests in one piece and in many', () => {
  let front: TestFront;
  let port: number;
  before(async () => {
    front = await TestFront.start();
    await front.load('twice', '1', front.model('twice', '1', scaling(2)));
    port = Number(new URL(front.control.endpoint).port);
  });
  after(() => front.dispose());

  const body = (first: number): string =>
    JSON.stringify({ inputs: [{ name: 'x', shape: [1, 4], datatype: 'FP32', data: [first, 2, 3, 4] }] });
  const request = (text: string, headers = '', path = '/v2/models/twice/infer'): string =>
    `POST ${path} HTTP/1.1\r\nHost: x\r\n${headers}Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
  /** An answer's first value is twice the request's. */
  const firstOf = (answer: string): number => Number(/"data":\[(-?\d+)/.exec(answer)?.[1]);

  /** What comes back for pieces that are written one after the other, each when the one before has arrived. */
  async function answers(pieces: readonly (string | Buffer)[], count: number): Promise<string[]> {
    const socket = connect(port, '127.0.0.1').setNoDelay(true);
    const received: Buffer[] = [];
    socket.on('data', (chunk) => received.push(chunk));
    for (const piece of pieces) {
      await new Promise<void>((settle, fail) => socket.write(piece, (error) => (error ? fail(error) : settle())));
      await new Promise((settle) => setImmediate(settle));
    }
    const all = (): Promise<string[]> => Promise.resolve(split(Buffer.concat(received)));
    const found = await until(all, (each) => each.length >= count);
    await end(socket);
    return found;
  }

  for (const [what, text] of [
    ['an answer', body(1)],
    ['a request without sense', '{"inputs": 3}'],
    ['no JSON', 'nonsense'],
    ['an empty body', ''],
  ] as const)
    it(`has the same bytes on both ways: ${what}`, async () => {
      const [short] = await answers([request(text)], 1);
      // Node's server gets what asks for anything else.
      const [long] = await answers([request(text, 'TE: trailers\r\n')], 1);
      equal(short, long);
    });

  it('answers an unknown model alike', async () => {
    const [short] = await answers([request(body(1), '', '/v2/models/none/infer')], 1);
    const [long] = await answers([request(body(1), 'TE: trailers\r\n', '/v2/models/none/infer')], 1);
    equal(short, long);
    match(short ?? '', /^HTTP\/1\.1 404/);
  });

  for (const cut of [5, 40, 90, 130])
    it(`reads a request that is cut after ${cut} bytes, and the next one`, async () => {
      const whole = request(body(7));
      const found = await answers([whole.slice(0, cut), whole.slice(cut), request(body(8))], 2);
      deepEqual(found.map(firstOf), [14, 16]);
    });

  it('answers requests that come before their turn in their order, on either way', async () => {
    const many = [1, 2, 3, 4, 5].map((value) => request(body(value))).join('');
    deepEqual((await answers([many], 5)).map(firstOf), [2, 4, 6, 8, 10]);
    const odd = request(body(9)) + request(body(10), 'TE: trailers\r\n') + request(body(11));
    deepEqual((await answers([odd], 3)).map(firstOf), [18, 20, 22]);
  });

  it('understands chunked bodies, which Node reads, after a request of its own', async () => {
    const text = body(6);
    const chunked = `POST /v2/models/twice/infer HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;
    deepEqual((await answers([request(body(5)), chunked, request(body(4))], 3)).map(firstOf), [10, 12, 8]);
  });

  it('answers on one connection as on a connection each: alike heads, other tensors, other JSON, mistakes', async () => {
    const binary = (value: number, more = '', size = 16): Buffer => {
      const json = JSON.stringify({
        inputs: [{ name: 'x', shape: [1, 4], datatype: 'FP32', parameters: { binary_data_size: size } }],
        outputs: [{ name: 'y', parameters: { binary_data: true } }],
      });
      const tensor = Buffer.from(new Float32Array(4).fill(value).buffer);
      const head = `POST /v2/models/twice/infer HTTP/1.1\r\nHost: x\r\n${more}Inference-Header-Content-Length: ${json.length}\r\nContent-Length: ${json.length + tensor.length}\r\n\r\n`;
      return Buffer.concat([Buffer.from(head + json), tensor]);
    };
    const named = request(body(1), '', '/v2/models/twice/versions/1/infer');
    const sent = [
      ...[binary(1), binary(2), binary(2, '', 12), binary(3), binary(4, 'x-unit-id: me\r\n'), binary(5)],
      ...[request(body(6)), request(body(7)), named, binary(8, '', 99), binary(9), binary(10)].map((each) =>
        Buffer.from(each),
      ),
    ];
    const apart: string[] = [];
    for (const each of sent) apart.push(...(await answers([each], 1)));
    deepEqual(await answers(sent, sent.length), apart);
    deepEqual(await answers([Buffer.concat(sent)], sent.length), apart);
  });

  it('refuses two lengths, and a request of a web page', async () => {
    match((await answers([request(body(1), 'Content-Length: 3\r\n')], 1))[0] ?? '', /^HTTP\/1\.1 400/);
    match((await answers([request(body(1), 'Origin: http://evil.example\r\n')], 1))[0] ?? '', /^HTTP\/1\.1 403/);
  });

  it('goes on when a client leaves in the middle of a body', async () => {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(request(body(1)).slice(0, -5));
    await end(socket);
    deepEqual((await answers([request(body(3))], 1)).map(firstOf), [6]);
  });

  it('carries large tensors in both directions, more at once than there is shared memory for', async () => {
    const rows = 60_000;
    const ask = async (value: number): Promise<void> => {
      const data = Buffer.from(new Float32Array(rows * 4).fill(value).buffer);
      const head = JSON.stringify({
        inputs: [{ name: 'x', shape: [rows, 4], datatype: 'FP32', parameters: { binary_data_size: data.length } }],
        outputs: [{ name: 'y', parameters: { binary_data: true } }],
      });
      const response = await fetch(`${front.control.endpoint}/v2/models/twice/infer`, {
        method: 'POST',
        headers: { 'inference-header-content-length': String(head.length) },
        body: Buffer.concat([Buffer.from(head), data]),
      });
      const answer = Buffer.from(await response.arrayBuffer());
      const tail = answer.subarray(Number(response.headers.get('inference-header-content-length')));
      deepEqual(tail, Buffer.from(new Float32Array(rows * 4).fill(2 * value).buffer));
    };
    await Promise.all(Array.from({ length: 12 }, (_, i) => ask(i)));
  });
});

async function end(socket: Socket): Promise<void> {
  if (socket.destroyed) return;
  socket.destroy();
  await once(socket, 'close');
}

/** Whole answers at the front of what was received. */
function split(bytes: Buffer): string[] {
  const text = bytes.toString('latin1');
  const found: string[] = [];
  for (let at = 0; ;) {
    const body = text.indexOf('\r\n\r\n', at) + 4;
    const length = /\ncontent-length: (\d+)/i.exec(text.slice(at, body))?.[1];
    if (body < 4 || length === undefined || body + Number(length) > text.length) return found;
    found.push(text.slice(at, body + Number(length)));
    at = body + Number(length);
  }
}
