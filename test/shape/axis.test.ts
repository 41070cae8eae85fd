import { equal } from 'node:assert/strict';
import { insertAt, joinShapes, replaceAt, sizeAt, splitAt } from '../../server/src/core/shape/axis';
import { num } from '../../server/src/core/shape/dim';
import { freshSegment, shapeOf, showShape, type Shape } from '../../server/src/core/shape/shape';

const dims = (...sizes: readonly number[]): Shape => shapeOf(sizes.map(num));
const rest = freshSegment('n');
/** (2, *n, 3, 4) */
const open: Shape = { lead: [num(2)], rest, tail: [num(3), num(4)] };
const text = (shape: Shape | undefined): string => (shape === undefined ? 'not shown' : showShape(shape));

describe('axes of known shapes', () => {
  const shape = dims(2, 3, 4);
  for (const [axis, size] of [
    [0, '2'],
    [-1, '4'],
    [-3, '2'],
    [3, 'not shown'],
    [-4, 'not shown'],
  ] as const)
    it(`axis ${axis} of (2, 3, 4): ${size}`, () => {
      const found = sizeAt(shape, axis);
      equal(found === undefined ? 'not shown' : showShape(shapeOf([found])).replace(/[(),]/g, ''), size);
    });

  it('cuts at an axis', () => {
    const cut = splitAt(shape, 1);
    equal(`${text(cut?.before)} ${text(cut?.after)}`, `${text(dims(2))} ${text(dims(4))}`);
  });
});

describe('axes of open shapes', () => {
  for (const [axis, found] of [
    [0, true],
    [1, false],
    [-1, true],
    [-2, true],
    [-3, false],
  ] as const)
    it(`axis ${axis} of (2, *n, 3, 4) is ${found ? '' : 'not '}shown`, () =>
      equal(sizeAt(open, axis) !== undefined, found));

  it('replaces from the end', () =>
    equal(text(replaceAt(open, [-1, -2], (_, at) => [num(10 + at)])), text({ ...open, tail: [num(11), num(10)] })));
  it('removes', () => equal(text(replaceAt(open, [-2], () => [])), text({ ...open, tail: [num(4)] })));
  it('answers nothing for an axis in the stretch', () =>
    equal(
      replaceAt(open, [1], () => []),
      undefined,
    ));
});

describe('new axes', () => {
  for (const [axis, result] of [
    [0, dims(1, 2, 3)],
    [2, dims(2, 3, 1)],
    [-1, dims(2, 3, 1)],
    [-3, dims(1, 2, 3)],
  ] as const)
    it(`unsqueeze(${axis}) of (2, 3)`, () => equal(text(insertAt(dims(2, 3), axis, [num(1)])), text(result)));

  it('at the end of an open shape', () =>
    equal(text(insertAt(open, -1, [num(1)])), text({ ...open, tail: [...open.tail, num(1)] })));
  it('not inside the stretch', () => equal(insertAt(open, -4, [num(1)]), undefined));
});

describe('joining', () => {
  it('keeps one stretch', () =>
    equal(
      text(joinShapes(dims(1), open, [num(5)])),
      text({ lead: [num(1), num(2)], rest, tail: [num(3), num(4), num(5)] }),
    ));
  it('refuses two', () => equal(joinShapes(open, open), undefined));
});
