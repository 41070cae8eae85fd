/** An alert of a run is mended where today's text has the lines that it asks for. */
import { equal } from 'node:assert/strict';
import { insertedAlready } from '../../client/src/bridge/insertedAlready';

const at = (line: number, character: number, newText: string, endCharacter = character) => ({
  file: 'train.py',
  range: { start: { line, character }, end: { line, character: endCharacter } },
  newText,
});
const zeroed = [at(1, 4, 'optimizer.zero_grad()\n    ')];

describe('lines that an alert asks for', () => {
  for (const [name, lines, edits, moved, expected] of [
    ['are missing', ['for x in loader:', '    loss.backward()'], zeroed, 0, false],
    ['stand above', ['for x in loader:', '    optimizer.zero_grad()', '    loss.backward()'], zeroed, 1, true],
    ['stand below', ['for x in loader:', '    loss.backward()', '    optimizer.zero_grad()'], zeroed, 0, true],
    [
      'stand elsewhere',
      ['optimizer.zero_grad()', 'for x in loader:', '    y = x', '    loss.backward()'],
      zeroed,
      2,
      false,
    ],
    [
      'are of another optimizer',
      ['for x in loader:', '    other.zero_grad()', '    loss.backward()'],
      zeroed,
      1,
      false,
    ],
    ['are two, one of them there', ['a()', 'x = 1'], [at(1, 0, 'a()\nb()\n')], 0, false],
    ['are two, both there', ['a()', 'b()', 'x = 1'], [at(0, 0, 'a()\nb()\n')], 2, true],
    ['replace text', ['lr=0.01'], [at(0, 3, '0.01', 7)], 0, false],
    ['are a part of a line', ['f(x, 1)'], [at(0, 3, ', 1')], 0, false],
    ['are none', ['x'], [], 0, false],
  ] as const)
    it(name, () => equal(insertedAlready(lines, edits, moved), expected));
});
