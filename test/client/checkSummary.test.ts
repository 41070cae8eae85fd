import { equal } from 'node:assert/strict';
import { checkSummary } from '../../client/src/checkSummary';

const nothing = { files: 12, lines: 900, millis: 1_240, errors: 0, warnings: 0, others: 0, cancelled: false };

describe('summary of a workspace check', () => {
  for (const [result, sentence] of [
    [nothing, 'Tensorwright: nothing found in 12 files (1.2 s).'],
    [{ ...nothing, errors: 1, files: 1 }, 'Tensorwright: 1 error in 1 file (1.2 s).'],
    [
      { ...nothing, errors: 3, warnings: 2, others: 1 },
      'Tensorwright: 3 errors, 2 warnings, 1 note in 12 files (1.2 s).',
    ],
    [{ ...nothing, errors: 3, cancelled: true }, 'Tensorwright: stopped early; 3 errors in 12 files.'],
  ] as const)
    it(sentence, () => {
      equal(checkSummary(result), sentence);
    });
});
