/** The loops in WebAssembly against the same sums in plain double precision. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { array, assert as check, constantFrom, float, oneof, property, tuple } from 'fast-check';
import { block, Difference, type Figures, newRoom } from '../../runtime-bridge/node/compare/weights/difference';
import { Kernel } from '../../runtime-bridge/node/compare/weights/kernel';

const kernel = new Kernel(1 << 18);
const [left, right] = [kernel.floats(block), kernel.floats(block)];
const room = newRoom(kernel);
const value = oneof(float(), constantFrom(0, -0, 1, 1.5, 2 ** -140, 2 ** 127, NaN, Infinity));
const pair = oneof(
  tuple(value, value),
  value.map((same): [number, number] => [same, same]),
);

function figuresOf(pairs: readonly (readonly [number, number])[], isFast: boolean): Figures {
  const difference = new Difference(kernel, room);
  pairs.forEach(([a, b], i) => {
    left[i] = a;
    right[i] = b;
  });
  if (isFast) difference.add(left, right, pairs.length);
  else difference.add(Float64Array.from(left), Float64Array.from(right), pairs.length);
  return difference.figures();
}

describe('weights: kernel', () => {
  it('counts and adds as double precision does', () =>
    check(
      property(array(pair, { maxLength: 70 }), (pairs) => {
        const [fast, plain] = [figuresOf(pairs, true), figuresOf(pairs, false)];
        const { l2, relativeL2, leftNorm, rightNorm, cosine, ...exact } = fast;
        deepEqual({ ...plain, ...exact }, plain);
        for (const [a, b] of [
          [l2, plain.l2],
          [relativeL2, plain.relativeL2],
          [leftNorm, plain.leftNorm],
          [rightNorm, plain.rightNorm],
        ] as const)
          ok(a === b || Math.abs((a ?? NaN) - (b ?? NaN)) <= 1e-9 * Math.abs(b ?? NaN), `${a} ${b}`);
        ok(cosine === plain.cosine || Math.abs((cosine ?? NaN) - (plain.cosine ?? NaN)) <= 1e-9);
      }),
      { numRuns: 300, seed: 7 },
    ));

  it('widens bfloat16 to the same values', () => {
    const halves = kernel.bytes(2 * block);
    const shorts = new Uint16Array(halves.buffer, halves.byteOffset, block);
    const bits = new Uint32Array(left.buffer, left.byteOffset, block);
    for (let from = 0; from < 2 ** 16; from += block) {
      shorts.forEach((_, i) => (shorts[i] = from + i));
      kernel.widen(halves, block, left);
      bits.forEach((word, i) => equal(word, ((from + i) << 16) >>> 0));
    }
  });
});
