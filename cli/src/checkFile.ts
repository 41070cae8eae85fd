/** Checking one file: plain data, so that it may be done on another thread. */
import type { LineIndex } from '../../server/src/core/text/lines';
import type { Project } from '../../server/src/host/project';
import { type ReportedFinding, Reporter } from './report';

export interface CheckedFile {
  readonly findings: readonly ReportedFinding[];
  readonly lines: number;
  /** What went wrong in the checker itself. */
  readonly failure?: string;
}

/** Checks a file; where the checker itself fails, the others still get their turn. */
export function checkFile(project: Project, file: string): CheckedFile {
  const reporter = new Reporter(project.service);
  try {
    const found = project.findings(file) ?? [];
    return {
      findings: found.map((each) => reporter.finding(each)).filter((each) => each !== undefined),
      lines: countOf(reporter.lines(file)),
    };
  } catch (error) {
    return { findings: [], lines: 0, failure: sentenceOf(error) };
  }
}

const countOf = (lines: LineIndex | undefined): number =>
  lines ? lines.count - (lines.line(lines.count - 1) === '' ? 1 : 0) : 0;

export const sentenceOf = (error: unknown): string =>
  error instanceof Error
    ? `${error.message} ${(error.stack ?? '').split('\n')[1]?.trim() ?? ''}`.trim()
    : String(error);
