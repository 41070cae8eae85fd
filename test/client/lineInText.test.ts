/** A line of a run's source is found in today's text. */
import { equal } from 'node:assert/strict';
import { lineInText } from '../../client/src/bridge/lineInText';

describe('line of a run in the text of today', () => {
  for (const [name, lines, line, ran, expected] of [
    ['where it was', ['a', 'b', 'c'], 1, 'b', 1],
    ['moved down', ['x', 'y', 'a', 'b'], 1, 'b', 3],
    ['moved up', ['b', 'c'], 1, 'b', 0],
    ['the nearest of equal ones', ['b', '', '', 'b', ''], 4, 'b', 3],
    ['with another indentation', ['if x:', '    b'], 0, 'b', 1],
    ['rewritten', ['a', 'z', 'c'], 1, 'b', undefined],
    ['text of then unknown', ['a', 'b'], 1, undefined, 1],
    ['text of then unknown, file shorter', ['a'], 5, undefined, undefined],
  ] as const)
    it(name, () => equal(lineInText(lines, line, ran), expected));
});
