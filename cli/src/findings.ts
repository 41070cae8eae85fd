/** Findings of a training run as text. */
import { relative } from 'node:path';
import type { Diagnosis } from '../../runtime-bridge/node/diagnosis/engine';
import type { Report, ReportFinding } from '../../runtime-bridge/node/runs/report';
import type { Colours } from './colours';
import { plural } from './formats/text';

type Severity = ReportFinding['severity'];

const painted = (severity: Severity, colours: Colours): string =>
  (severity === 'info' ? colours.information : colours[severity])(severity);

const placed = (file: string | null, line: number | null, cwd: string): string =>
  file === null ? '' : `${relative(cwd, file)}${line === null ? '' : `:${line}`} `;

/** One line, told while the script runs. */
export function findingLine(
  { rule, severity, place, message, step }: Diagnosis,
  cwd: string,
  colours: Colours,
): string {
  const where = placed(place?.file ?? null, place?.line ?? null, cwd);
  return `tensorwright: step ${step}: ${where}${painted(severity, colours)} ${message} ${colours.faint(`[${rule}]`)}`;
}

/** A finding with its suggestions. */
export function findingText(
  { rule, severity, layer, file, line, message, suggestions, step }: ReportFinding,
  cwd: string,
  colours: Colours,
): string {
  const where = colours.strong(placed(file, line, cwd).trim() || (layer ?? 'run'));
  const head = `${where} ${painted(severity, colours)} ${message} ${colours.faint(`[${rule}, step ${step}]`)}\n`;
  return (
    head +
    suggestions
      .map((each) => `    ${colours.good('fix')} ${placed(each.file ?? file, each.line ?? line, cwd)}${each.title}\n`)
      .join('')
  );
}

/** What came of the run. */
export function summaryOf(report: Report, torn: readonly string[], folder: string, cwd: string): string {
  const count = (severity: Severity, word: string): string =>
    plural(report.findings.filter((each) => each.severity === severity).length, word);
  const found = [count('error', 'error'), count('warning', 'warning'), count('info', 'hint')].join(', ');
  const where = relative(cwd, folder) || '.';
  return [`${plural(report.steps, 'step')}, ${found}; recorded in ${where}`, ...torn].join('; ');
}
