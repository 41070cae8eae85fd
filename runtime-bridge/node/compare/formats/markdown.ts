/** The report for a pull request: a table of the sections, then their changes, folded where there are many. */
import type { CompareChange, CompareReport, CompareSection } from '../../../../protocol/src/compare';
import { changeWords, headline, verdictWords } from './words';

/** Rows of a section; comments on pull requests end at 65,536 characters. */
const MOST_ROWS = 100;
/** More are folded. */
const OPEN_ROWS = 12;

export function markdownReport(report: CompareReport): string {
  const { before, after, sections } = report;
  const overview = sections.map(
    ({ title, verdict, summary }) => `| ${title} | ${verdictWords[verdict]} | ${cell(summary)} |`,
  );
  const parts = sections.filter(({ changes }) => changes.length > 0).map(sectionPart);
  return [
    `## ${code(before.name)} → ${code(after.name)}`,
    `${headline(report)}.`,
    ['| | | |', '| --- | --- | --- |', ...overview].join('\n'),
    ...parts,
    '',
  ].join('\n\n');
}

function sectionPart({ title, changes }: CompareSection): string {
  const rows = changes.slice(0, MOST_ROWS).map(row);
  const rest = changes.length - rows.length;
  const more = rest > 0 ? `\n\n... and ${rest} more.` : '';
  const table = `${['| | risk | what | change | why |', '| --- | --- | --- | --- | --- |', ...rows].join('\n')}${more}`;
  if (changes.length <= OPEN_ROWS) return `### ${title}\n\n${table}`;
  return `<details>\n<summary>${title}: ${changes.length} changes</summary>\n\n${table}\n\n</details>`;
}

const row = (change: CompareChange): string =>
  `| ${change.kind} | ${change.risk} | ${code(change.subject)} | ${cell(changeWords(change))} | ${cell(change.reason ?? '')} |`;

/** Text from a model file must not become markup. */
const cell = (text: string): string =>
  text
    .replace(/[\r\n]+/g, ' ')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/[\\`*_[\]|~@#]/g, '\\$&');

const code = (text: string): string => {
  const plain = text.replace(/[\r\n]+/g, ' ').replaceAll('|', '\\|');
  return plain.includes('`') ? cell(text) : `\`${plain}\``;
};
