/** How far two tensors are from each other. */
import { deepEqual } from 'node:assert/strict';
import { joinBytes } from '../../runtime-bridge/node/inference/byteStrings';
import { type Datatype, datatypeOf } from '../../runtime-bridge/node/inference/datatypes';
import { differenceOf } from '../../runtime-bridge/node/inference/tensorDifference';
import type { Tensor } from '../../runtime-bridge/node/inference/tensorValues';

const floats = (shape: readonly number[], ...values: readonly number[]): Tensor => ({
  datatype: datatypeOf('FP32') as Datatype,
  shape,
  data: new Uint8Array(Float32Array.from(values).buffer),
});

const { NaN: nan, POSITIVE_INFINITY: infinite } = Number;
const texts = (...values: readonly string[]): Tensor => ({
  datatype: datatypeOf('BYTES') as Datatype,
  shape: [values.length],
  data: joinBytes(values.map((text) => Buffer.from(text))),
});
const apart = { sameShape: false, maxAbsolute: infinite, largest: 0, cosine: 0 };

const rows: readonly (readonly [string, Tensor, Tensor | undefined, object])[] = [
  ['equal', floats([2], 3, 4), floats([2], 3, 4), { sameShape: true, maxAbsolute: 0, largest: 4, cosine: 1 }],
  [
    'turned around',
    floats([2], 3, 4),
    floats([2], -3, -4),
    { sameShape: true, maxAbsolute: 8, largest: 4, cosine: -1 },
  ],
  ['zeros', floats([2], 0, 0), floats([2], 0, 0), { sameShape: true, maxAbsolute: 0, largest: 0, cosine: 1 }],
  [
    'NaN on both sides',
    floats([2], nan, 2),
    floats([2], nan, 2),
    { sameShape: true, maxAbsolute: 0, largest: 2, cosine: 1, nonFinite: [1, 1] },
  ],
  [
    'NaN on one side',
    floats([1], 1),
    floats([1], nan),
    { sameShape: true, maxAbsolute: infinite, largest: 0, cosine: 1, nonFinite: [0, 1] },
  ],
  ['the same texts', texts('a', 'bc'), texts('a', 'bc'), { sameShape: true, maxAbsolute: 0, largest: 0, cosine: 1 }],
  ['other texts', texts('a'), texts('b'), { ...apart, sameShape: true }],
  ['a text and a number', texts('a'), floats([1], 1), apart],
  ['another shape', floats([2], 1, 2), floats([1, 2], 1, 2), apart],
  ['one that is missing', floats([1], 1), undefined, apart],
  [
    'scores with another best class in one row',
    floats([2, 2], 1, 0, 0, 1),
    floats([2, 2], 1, 0, 1, 0),
    { sameShape: true, maxAbsolute: 1, largest: 1, cosine: 0.5, classes: { rows: 2, same: 1 } },
  ],
];

describe('the difference of two tensors', () => {
  for (const [name, left, right, expected] of rows)
    it(`of ${name}`, () => {
      const found = differenceOf(left, right);
      deepEqual({ ...found, cosine: Number(found.cosine.toFixed(9)) }, { nonFinite: [0, 0], ...expected });
    });
});
