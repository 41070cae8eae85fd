/** The report for a terminal. */
import type { ChangeRisk, CompareChange, CompareReport, CompareSection } from '../../../../protocol/src/compare';
import { changeWords, headline, verdictWords } from './words';

/** Paints a text; none of them may change it otherwise. */
export interface Paints {
  readonly error: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly good: (text: string) => string;
}

/** Changes of a section that are listed. */
const MOST_LISTED = 40;

export function textReport(report: CompareReport, paints: Paints): string {
  const { before, after, sections } = report;
  const head = `${paints.strong(before.name)} → ${paints.strong(after.name)}\n`;
  return `${head}${sections.map((each) => sectionText(each, paints)).join('')}\n${headline(report)}.\n`;
}

function sectionText({ title, verdict, summary, changes }: CompareSection, paints: Paints): string {
  const paint = {
    same: paints.good,
    undecided: paints.faint,
    changed: paints.warning,
    breaking: paints.error,
    unknown: paints.faint,
  }[verdict];
  const rest = changes.length - MOST_LISTED;
  const more = rest > 0 ? `  ... and ${rest} more; --format json has all\n` : '';
  const lines = changes.slice(0, MOST_LISTED).map((change) => changeLine(change, paints));
  return `\n${paints.strong(title)}  ${paint(verdictWords[verdict])}  ${summary}\n${lines.join('')}${more}`;
}

const signs: Readonly<Record<CompareChange['kind'], string>> = { added: '+', removed: '-', changed: '~', moved: '>' };

function changeLine(change: CompareChange, paints: Paints): string {
  const same = (text: string): string => text;
  const paint: Readonly<Record<ChangeRisk, (text: string) => string>> = {
    breaking: paints.error,
    high: paints.warning,
    medium: same,
    low: paints.faint,
  };
  const values = changeWords(change);
  const line = `  ${paint[change.risk](`${signs[change.kind]} ${change.subject}`)}${values === '' ? '' : `  ${values}`}\n`;
  return change.reason === undefined ? line : `${line}    ${paints.faint(change.reason)}\n`;
}
