/**
 * Edited configurations and the verdicts of a real server on them: TRITON_FRESH names a file of cases, TRITON_VERDICTS
 * what `oracle.py judge-jsonl` printed for it.
 */
import { ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type Case, readCases, verdictOf } from './cases';

interface Judged {
  readonly case: string;
  readonly ok: boolean;
  readonly message: string | null;
  readonly parse_error?: string;
  readonly undecidable?: boolean;
}

const [cases, verdicts] = [process.env['TRITON_FRESH'], process.env['TRITON_VERDICTS']];

describe('Triton: fresh edits against a real server', () => {
  if (cases === undefined || verdicts === undefined) {
    it.skip('fresh edits (TRITON_FRESH and TRITON_VERDICTS name the files)');
    return;
  }
  it('agrees on at least 98 of 100', async function () {
    this.timeout(300_000);
    const judged = new Map(
      readFileSync(verdicts, 'utf8')
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Judged)
        .map((each) => [each.case, each]),
    );
    let [all, right, failing, words] = [0, 0, 0, 0];
    for (const each of readCases(cases)) {
      const said = judged.get(each.id);
      if (!said || said.undecidable) continue;
      const whole: Case = {
        ...each,
        ok: said.ok,
        message: said.message ?? '',
        ...(said.parse_error ? { parse_error: said.parse_error } : {}),
      };
      const verdict = await verdictOf(whole);
      all += 1;
      right += verdict.isRight ? 1 : 0;
      if (!said.ok) {
        failing += 1;
        words += verdict.hasText ? 1 : 0;
      }
      if (verdict.isRight && (said.ok || verdict.hasText)) continue;
      console.log(
        `--- ${each.id} line ${each.line} ${verdict.isRight ? 'words' : 'VERDICT'}\n    server: ${said.ok} ${said.message} ${said.parse_error ?? ''}`,
      );
      for (const { severity, id, message, line } of verdict.said)
        console.log(`    ours:   ${line} ${severity}[${id}] ${message}`);
    }
    console.log(`verdict ${right}/${all}, words ${words}/${failing}`);
    ok(right / all >= 0.98);
  });
});
