/** What calls showed, as files for whoever mends operators: `.cache/oracle/<script>-*.txt`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Maker } from './calls';
import type { Case, Verdict } from './cases';

const FOLDER = join('.cache', 'oracle');

export const repeat = (call: Case, { script, seed }: Maker): string =>
  `${call.lines.map((line) => `    ${line}`).join('\n')}\n  again: python test/oracle/${script} --seed ${seed} --only ${call.name} --case ${call.case}`;

/** Texts that differ in figures only are one kind. */
const kindOf = (text: string): string => text.replace(/\[[\d, ]*\]|\([\d, ]*\)/g, '(…)').replace(/-?\d+(\.\d+)?/g, '…');

interface Group {
  readonly first: Verdict;
  readonly text: string;
  count: number;
}

/** Verdicts by kind, the most frequent first. */
function grouped(verdicts: readonly Verdict[], textOf: (verdict: Verdict) => string): Group[] {
  const groups = new Map<string, Group>();
  for (const verdict of verdicts) {
    const text = textOf(verdict);
    const group = groups.get(kindOf(text));
    if (group === undefined) groups.set(kindOf(text), { first: verdict, text, count: 1 });
    else group.count++;
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}

/**
 * Writes `disagreements.txt`, `unfound.txt` (calls that raise and about which the checker is silent), `unknown.txt`
 * (names whose results are often not known), each by operator. Answers with a line of figures.
 */
export function writeReport(verdicts: ReadonlyMap<string, readonly Verdict[]>, maker: Maker): string {
  mkdirSync(FOLDER, { recursive: true });
  const prefix = maker.script.replace('.py', '');
  const all = [...verdicts.values()].flat();
  const wrong = all.filter(({ disagreement }) => disagreement !== undefined);
  const raising = all.filter(({ call }) => call.truth.kind === 'raises');
  const valid = all.filter(({ call }) => call.truth.kind !== 'raises');
  const silent = ({ call, said, disagreement }: Verdict): boolean =>
    call.truth.kind === 'raises' && said !== 'error' && disagreement === undefined;
  const raised = ({ call }: Verdict): string =>
    call.truth.kind === 'raises' ? `${call.truth.type}: ${call.truth.messages[0]}` : '';
  write(
    `${prefix}-disagreements.txt`,
    verdicts,
    (own) =>
      grouped(
        own.filter((v) => v.disagreement !== undefined),
        (v) => v.disagreement ?? '',
      ),
    maker,
  );
  write(`${prefix}-unfound.txt`, verdicts, (own) => grouped(own.filter(silent), raised), maker);
  writeFileSync(join(FOLDER, `${prefix}-unknown.txt`), unknownRates(all).join('\n'));
  const known = valid.filter(({ said }) => said === 'shape').length;
  const found = raising.filter(({ said }) => said === 'error').length;
  return (
    `${all.length} calls, ${wrong.length} disagree; ${valid.length} run, ${percent(known, valid.length)} of them with a known shape; ` +
    `${raising.length} raise, ${percent(found, raising.length)} of them found`
  );
}

function write(
  file: string,
  verdicts: ReadonlyMap<string, readonly Verdict[]>,
  groupsOf: (own: readonly Verdict[]) => Group[],
  maker: Maker,
): void {
  const parts = [...verdicts].flatMap(([id, own]) => {
    const groups = groupsOf(own);
    if (groups.length === 0) return [];
    const listed = groups.map(({ first, text, count }) => `${count} times: ${text}\n${repeat(first.call, maker)}\n`);
    return [`==== ${id}: ${groups.reduce((sum, { count }) => sum + count, 0)} of ${own.length} calls\n`, ...listed];
  });
  writeFileSync(join(FOLDER, file), parts.join('\n'));
}

/** Names by the share of their results that are not fully known. */
function unknownRates(verdicts: readonly Verdict[]): string[] {
  const table = new Map<string, { run: number; known: number }>();
  for (const { call, said } of verdicts) {
    if (call.truth.kind !== 'value' || call.results.length === 0) continue;
    const row = table.get(call.name) ?? { run: 0, known: 0 };
    table.set(call.name, { run: row.run + 1, known: row.known + (said === 'shape' ? 1 : 0) });
  }
  return [...table]
    .filter(([, { run, known }]) => known < run)
    .sort(([, a], [, b]) => a.known / a.run - b.known / b.run)
    .map(([name, { run, known }]) => `${name}: ${known} of ${run} known`);
}

export const percent = (part: number, of: number): string => `${((100 * part) / Math.max(1, of)).toFixed(1)} %`;
