/** PyTorch judges the pages of findings: the wrong example raises, the right one runs. */
import { deepEqual } from 'node:assert/strict';
import { ruleTexts as allTexts } from '../../server/src/rules';
import { python, runPython } from './python';

/** Those of Python code. */
const ruleTexts = allTexts.filter(({ language }) => language === undefined);

interface Judged {
  readonly id: string;
  /** What was raised; null where it ran. */
  readonly bad: string | null;
  readonly good: string | null;
}

describe('oracle: examples of findings', function () {
  let judged: readonly Judged[] = [];

  before(async function () {
    // Without a Python that has PyTorch there is nobody to ask.
    if (python === undefined) this.skip();
    judged = JSON.parse(await runPython('run_examples.py', [], JSON.stringify(ruleTexts))) as readonly Judged[];
  });

  it('every wrong one raises, or runs where its page says so', () => {
    const running = ruleTexts.filter(({ runs }) => runs === true).map(({ id }) => id);
    deepEqual(
      judged.filter(({ bad }) => bad === null).map(({ id }) => id),
      running,
    );
  });

  it('every right one runs', () => {
    deepEqual(
      judged.filter(({ good }) => good !== null),
      [],
    );
  });
});
