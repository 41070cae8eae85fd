/** `--format text`: for a person who reads it in a terminal. */
import type { LineIndex } from '../../../server/src/core/text/lines';
import { shown } from '../checkRun';
import type { ReportedFinding, ReportedPlace, ReportedRelated, Stats } from '../report';
import type { Format, FormatContext } from '.';
import { excerpt, shownText } from './excerpt';

export const text: Format = ({ findings, stats }, context) => {
  if (stats.files === 0) return `No Python files in ${context.asked.join(', ')}\n`;
  return [...findings.map((finding) => `${paragraph(finding, context)}\n`), summary(findings, stats, context), ''].join(
    '\n',
  );
};

function paragraph(finding: ReportedFinding, context: FormatContext): string {
  const { colours } = context;
  const { severity } = finding;
  const head = [
    colours.strong(placeOf(finding, context)),
    colours[severity](severity),
    colours.strong(shownText(finding.message)),
    colours.faint(`[${finding.id}]`),
  ].join('  ');
  return [
    head,
    ...source(finding, context, colours[severity]),
    ...finding.related.flatMap((related) => note(related, context)),
    ...finding.fixes.map(({ title }) => `  ${colours.good('fix:')} ${shownText(title)}`),
  ].join('\n');
}

const note = (related: ReportedRelated, context: FormatContext): readonly string[] => [
  `  ${context.colours.information('note:')} ${shownText(related.message)}  ${context.colours.faint(placeOf(related, context))}`,
  ...source(related, context, context.colours.information),
];

/** The line that a place starts on, and carets under it. */
function source(place: ReportedPlace, context: FormatContext, paint: (text: string) => string): readonly string[] {
  const lines = context.linesOf(place.file);
  if (!lines) return [];
  const number = String(place.range.start.line + 1);
  const gutter = context.colours.faint(`${number.padStart(5)} │ `);
  const below = context.colours.faint(`${' '.repeat(5)} │ `);
  const { line, before, carets } = excerptOf(place, lines, context.columns - 8);
  return [gutter + line, below + before + paint(carets)];
}

function excerptOf({ range }: ReportedPlace, lines: LineIndex, columns: number): ReturnType<typeof excerpt> {
  const line = lines.line(range.start.line);
  const end = range.end.line > range.start.line ? line.length : range.end.character;
  return excerpt(line, range.start.character, end, columns);
}

/** path:line:column, both counted from 1 as editors show them. */
const placeOf = ({ file, range: { start } }: ReportedPlace, { cwd }: FormatContext): string =>
  `${shownText(shown(file, cwd))}:${start.line + 1}:${start.character + 1}`;

function summary(findings: readonly ReportedFinding[], { files, millis }: Stats, { colours }: FormatContext): string {
  const count = (...severities: string[]): number =>
    findings.filter((each) => severities.includes(each.severity)).length;
  const [errors, warnings, others] = [count('error'), count('warning'), count('information', 'hint')];
  const parts = [
    errors > 0 ? colours.error(plural(errors, 'error')) : '',
    warnings > 0 ? colours.warning(plural(warnings, 'warning')) : '',
    others > 0 ? plural(others, 'note') : '',
  ].filter((part) => part !== '');
  const found = parts.length > 0 ? parts.join(', ') : colours.good('No problems');
  return `${found} in ${plural(files, 'file')} ${colours.faint(`(${(millis / 1000).toFixed(1)} s)`)}`;
}

/** A count with its word. */
export const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;
