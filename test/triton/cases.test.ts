/**
 * The server's own QA cases and edited configurations, judged by a real server beforehand.
 *
 * TRITON_CASES names the folder that holds qa-dev.jsonl and mutants-dev.jsonl; without it there is nothing to judge.
 * TRITON_SHOW=1 lists every case that differs.
 */
import { ok } from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot } from '../../scripts/paths.mjs';
import { isDecidable, readCases, type Verdict, verdictOf } from './cases';

const folder = process.env['TRITON_CASES'] ?? '';

describe('Triton cases that a server has judged', () => {
  for (const file of ['qa-dev.jsonl', 'mutants-dev.jsonl']) {
    const path = join(folder, file);
    if (folder === '' || !existsSync(path)) {
      it.skip(`${file} (TRITON_CASES names its folder)`);
      continue;
    }
    it(`${file}: verdict, words and line`, async function () {
      const verdicts = [];
      for (const each of readCases(path)) verdicts.push(await verdictOf({ ...lineOf(each.id), ...each }));
      const decidable = verdicts.filter(({ each }) => isDecidable(each));
      const failing = decidable.filter(({ each }) => !(each.expect?.ok ?? each.ok ?? true));
      const unclear = verdicts.filter(({ each }) => !isDecidable(each));
      console.log(
        [
          share('verdict', decidable, ({ isRight }) => isRight),
          share('words', failing, ({ hasText }) => hasText),
          share(
            'line',
            failing.filter(({ each }) => typeof each.line === 'number'),
            ({ hasLine }) => hasLine,
          ),
          `errors in ${unclear.filter(({ said }) => said.some(({ severity }) => severity === 'error')).length} of ${unclear.length} that can't be decided`,
        ].join(', '),
      );
      if (process.env['TRITON_SHOW']) for (const verdict of verdicts) show(verdict, failing.includes(verdict));
      ok(of(decidable, ({ isRight }) => isRight) >= 0.98);
      ok(of(failing, ({ hasText }) => hasText) >= 0.95);
      ok(of(failing, ({ hasLine }) => hasLine) >= 0.95);
    });
  }
});

/** Lines of the QA cases, chosen by reading each: the suite itself names none. */
const qaLines = JSON.parse(readFileSync(inRoot('test', 'triton', 'qaLines.json'), 'utf8')) as Record<string, number>;
const lineOf = (id: string): { readonly line?: number } => (id in qaLines ? { line: qaLines[id] ?? 0 } : {});

const of = (all: readonly Verdict[], test: (verdict: Verdict) => boolean): number =>
  all.length === 0 ? 1 : all.filter(test).length / all.length;

const share = (name: string, all: readonly Verdict[], test: (verdict: Verdict) => boolean): string =>
  `${name} ${all.filter(test).length}/${all.length} (${(100 * of(all, test)).toFixed(1)} %)`;

function show({ each, said, isRight, hasText, hasLine }: Verdict, isFailing: boolean): void {
  if (isRight && (!isFailing || (hasText && hasLine))) return;
  const wrong = [isRight ? '' : 'VERDICT', isFailing && !hasText ? 'words' : '', isFailing && !hasLine ? 'line' : ''];
  console.log(`--- ${each.id} ${isDecidable(each) ? '' : '(undecidable) '}${wrong.filter(Boolean).join(' ')}`);
  console.log(
    `    server: ${each.expect ? JSON.stringify(each.expect.any_of) : `${each.ok} ${each.message} ${each.parse_error ?? ''} line ${each.line}`}`,
  );
  for (const { severity, id, message, line } of said) console.log(`    ours:   ${line} ${severity}[${id}] ${message}`);
}
