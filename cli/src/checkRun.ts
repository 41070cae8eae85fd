/** Checking the files of some projects, one after the other, with progress. */
import type { LineIndex } from '../../server/src/core/text/lines';
import { insideOf, isInside } from '../../server/src/host/paths';
import type { Io } from './io';
import { ProgressBar } from './progressBar';
import { inReadingOrder, type Report, type ReportedFinding, Reporter } from './report';
import type { Target } from './targets';

export interface CheckOutcome {
  readonly report: Report;
  /** Files that the checker failed on: a fault of the checker, told on the way. */
  readonly failures: number;
  /** Lines of a file as it was checked. */
  readonly linesOf: (file: string) => LineIndex | undefined;
}

/** Files that are checked before signals and timers get their turn. */
const filesInARow = 8;

/** Checks every file; one that the checker fails on is told and costs the others nothing. */
export async function checkTargets(
  targets: readonly Target[],
  io: Io,
  tell: (sentence: string) => void,
): Promise<CheckOutcome> {
  const start = performance.now();
  const bar = new ProgressBar(io.err);
  const findings: ReportedFinding[] = [];
  const all = targets.reduce((sum, { files }) => sum + files.length, 0);
  let [done, lines, failures] = [0, 0, 0];
  for (const { project, files } of targets)
    for (const file of files) {
      const reporter = new Reporter(project.service);
      bar.show(done, all, shown(file, io.cwd));
      try {
        const found = project.findings(file) ?? [];
        findings.push(...found.map((each) => reporter.finding(each)).filter((each) => each !== undefined));
        lines += countOf(reporter.lines(file));
      } catch (error) {
        failures += 1;
        bar.clear();
        tell(`internal failure while checking ${shown(file, io.cwd)}: ${sentenceOf(error)}`);
      }
      done += 1;
      if (done % filesInARow === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  bar.clear();
  const stats = { files: all, lines, millis: Math.round(performance.now() - start) };
  return {
    report: { findings: inReadingOrder(findings), stats },
    failures,
    linesOf: linesIn(targets),
  };
}

/** The lines of any file that a finding names. */
function linesIn(targets: readonly Target[]): CheckOutcome['linesOf'] {
  const reporters = targets.map(({ project }) => ({ root: project.root, reporter: new Reporter(project.service) }));
  return (file) => (reporters.find(({ root }) => isInside(file, root)) ?? reporters[0])?.reporter.lines(file);
}

/** Relative to the working directory where a file lies in it. */
export const shown = (file: string, cwd: string): string => (isInside(file, cwd) ? insideOf(file, cwd) || '.' : file);

const countOf = (lines: LineIndex | undefined): number =>
  lines ? lines.count - (lines.line(lines.count - 1) === '' ? 1 : 0) : 0;

export const sentenceOf = (error: unknown): string =>
  error instanceof Error
    ? `${error.message} ${(error.stack ?? '').split('\n')[1]?.trim() ?? ''}`.trim()
    : String(error);
