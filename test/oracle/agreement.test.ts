import { deepEqual, equal } from 'node:assert/strict';
import { sentencesAgree, shapeItems, shapesAgree, type Agreement } from './agreement';

describe('agreement of shapes', () => {
  for (const [shown, real, expected] of [
    ['(4, 3)', [4, 3], 'yes'],
    ['(4,)', [4], 'yes'],
    ['()', [], 'yes'],
    ['(4, 3)', [4, 2], 'no'],
    ['(4, 3)', [4], 'no'],
    ['(B, (H - 1)//2)', [4, 2], 'open'],
    ['(B, 3)', [4, 2], 'no'],
    ['(*batch, 3)', [4, 2, 3], 'open'],
    ['(2, *batch, 3)', [4, 2, 3], 'no'],
    ['(*batch, 3)', null, 'open'],
    ['(4, 3)', [null, 3], 'no'],
    ['(N, 3)', [null, 3], 'open'],
    ['Tensor', [4], 'no'],
  ] as [string, (number | null)[] | null, Agreement][])
    it(`${shown} and ${JSON.stringify(real)}: ${expected}`, () => equal(shapesAgree(shown, real), expected));

  it('splits at the outer commas', () => deepEqual(shapeItems('(max(a, b), 3)'), ['max(a, b)', '3']));
});

describe('agreement of sentences', () => {
  const real = 'mat1 and mat2 shapes cannot be multiplied (4x512 and 768x10)';
  for (const [said, expected] of [
    [real, true],
    ['mat1 and mat2 shapes cannot be multiplied (4x512 and 768x11)', false],
    ['mat1 and mat2 shapes cannot be multiplied (Bx512 and 768x10)', true],
    ['mat1 and mat2 shapes cannot be multiplied (Bx512 and 768x11)', false],
    [`${real} when use_bn is True`, true],
    ['something else entirely', false],
  ] as const)
    it(`${said}: ${expected}`, () => equal(sentencesAgree(said, real), expected));
});
