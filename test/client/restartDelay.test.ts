import { equal } from 'node:assert/strict';
import { healthyMs, restartDelayMs } from '../../client/src/restartDelay';

describe('restart delay of the language server', () => {
  for (const [what, endedMs, delayMs] of [
    ['a first crash', [5_000], 1_000],
    ['a second one soon after', [5_000, 8_000], 2_000],
    ['the fourth of a series', [0, 2_000, 5_000, 10_000], 8_000],
    ['one after a healthy while', [0, 2_000, 2_000 + healthyMs + 1], 1_000],
    ['the seventh of a series', [0, 1, 2, 3, 4, 5, 6], undefined],
  ] as const)
    it(`${what}: ${delayMs === undefined ? 'given up' : `${delayMs} ms`}`, () => {
      equal(restartDelayMs(endedMs), delayMs);
    });
});
