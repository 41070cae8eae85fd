/** Messages with typed arrays come out as they went in, and foreign bytes only ever make a SyntaxError. */
import { deepEqual, ok } from 'node:assert/strict';
import fc from 'fast-check';
import '../harness/properties';
import { decodeMessage, encodeMessage } from '../../protocol/src/binaryMessage';

const leaf = (): fc.Arbitrary<unknown> =>
  fc.oneof(
    fc.string(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.float64Array({ maxLength: 20 }),
    fc.float32Array({ maxLength: 20 }),
    fc.uint32Array({ maxLength: 20 }),
    fc.uint8Array({ maxLength: 20 }),
  );
const message = (): fc.Arbitrary<unknown> =>
  fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      leaf(),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), tie('value'), { maxKeys: 4, noNullPrototype: true }),
    ),
  })).value;

describe('binary message', () => {
  it('comes out as it went in', () => {
    fc.assert(
      fc.property(message(), fc.nat(9), (sent, shift) => {
        const bytes = encodeMessage(sent);
        // As a socket hands it over: somewhere in a larger buffer.
        const received = Buffer.alloc(bytes.length + shift);
        received.set(bytes, shift);
        // JSON has one zero.
        deepEqual(plain(decodeMessage(received.subarray(shift))), plain(sent));
      }),
    );
  });

  it('bytes from anywhere are a message or a SyntaxError', () => {
    const refuses = (bytes: Uint8Array): boolean => {
      try {
        decodeMessage(bytes);
        return true;
      } catch (error) {
        return error instanceof SyntaxError || error instanceof TypeError;
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => ok(refuses(bytes))));
    fc.assert(
      fc.property(message(), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 }), (sent, flips) => {
        const bytes = encodeMessage(sent);
        for (const [at, to] of flips) bytes[at % bytes.length] = to;
        ok(refuses(bytes));
      }),
    );
  });
});

function plain(value: unknown): unknown {
  if (Object.is(value, -0)) return 0;
  if (ArrayBuffer.isView(value) || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]));
}
