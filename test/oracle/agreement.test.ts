import { deepEqual, equal } from 'node:assert/strict';
import {
  sameCounts,
  sameOnAnyProcessor,
  sameSentence,
  sentencesAgree,
  shapeItems,
  shapesAgree,
  type Agreement,
} from './agreement';

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

describe('agreement of sentences with what Python and values leave open', () => {
  const sets = "Could not infer sizes for {'b', 'a'}";
  it('a set has no order', () => equal(sameSentence("Could not infer sizes for {'a', 'b'}", sets), true));
  it('but its items count', () => equal(sameSentence("Could not infer sizes for {'a', 'c'}", sets), false));
  it('a KeyError is its key', () => equal(sameSentence('expected 1 dims. Received 0-dim tensor.', '0'), true));
  it('and no other', () => equal(sameSentence('expected 1 dims. Received 3-dim tensor.', '0'), false));
  const chosen = 'indexing result of shape [5, 10]';
  it('how many a mask chooses', () => equal(sameCounts('indexing result of shape [count, 10]', chosen), true));
  it('not what is beside it', () => equal(sameCounts('indexing result of shape [count, 9]', chosen), false));

  const half =
    'Input type (torch.HalfTensor) and weight type (torch.FloatTensor) should be the same or input should be';
  const brain =
    'Input type (CPUBFloat16Type) and weight type (torch.DoubleTensor) should be the same or input should be';
  for (const [said, sentence, expected] of [
    ['expected scalar type Half but found Float', half, true],
    ['expected scalar type Half but found Double', half, false],
    ['expected scalar type BFloat16 but found Double', brain, true],
    ['expected scalar type Half but found Double', brain, false],
  ] as const)
    it(`${said}, where the vendor's library says it: ${expected}`, () =>
      equal(sameOnAnyProcessor(said, sentence), expected));
});
