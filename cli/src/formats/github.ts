/** `--format github`: workflow commands, which GitHub shows as annotations on the changed lines. */
import type { Severity } from '../../../server/src/core/finding';
import { shown } from '../checkRun';
import type { ReportedFinding } from '../report';
import type { Format } from '.';

const commands: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  information: 'notice',
  hint: 'notice',
};

export const github: Format = ({ findings }, { cwd }) => findings.map((finding) => annotation(finding, cwd)).join('');

function annotation(finding: ReportedFinding, cwd: string): string {
  const { start, end } = finding.range;
  const properties: Record<string, string | number> = {
    file: shown(finding.file, cwd),
    line: start.line + 1,
    endLine: end.line + 1,
    // Columns count only within one line, the last one included.
    ...(start.line === end.line && end.character > start.character
      ? { col: start.character + 1, endColumn: end.character }
      : {}),
    title: finding.id,
  };
  const written = Object.entries(properties).map(([name, value]) => `${name}=${property(String(value))}`);
  return `::${commands[finding.severity]} ${written.join(',')}::${data(sentences(finding, cwd))}\n`;
}

const sentences = ({ message, related, fixes }: ReportedFinding, cwd: string): string =>
  [
    message,
    ...related.map((each) => `${each.message} (${shown(each.file, cwd)}:${each.range.start.line + 1})`),
    ...fixes.map(({ title }) => `fix: ${title}`),
  ].join('\n');

const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
