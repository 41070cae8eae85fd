/** Checking the files of some projects, with progress: on threads where there are many, else one after the other. */
import type { LineIndex } from '../../server/src/core/text/lines';
import { insideOf, isInside } from '../../server/src/host/paths';
import { type CheckedFile, checkFile } from './checkFile';
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

/** A file and the place of its target in the list of targets. */
export interface Asked {
  readonly target: number;
  readonly file: string;
}

/** Checks files in any order and tells of each as it is done. */
export type CheckAll = (
  files: readonly Asked[],
  started: (file: string) => void,
  done: (file: string, checked: CheckedFile) => void,
) => Promise<void>;

/** Files that are checked before signals and timers get their turn. */
const filesInARow = 8;

/** One after the other, in the projects that are open here. */
export const checkHere =
  (targets: readonly Target[]): CheckAll =>
  async (files, started, done) => {
    for (const [i, { target, file }] of files.entries()) {
      const project = targets[target]?.project;
      if (project === undefined) continue;
      started(file);
      done(file, checkFile(project, file));
      if ((i + 1) % filesInARow === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  };

/** Checks every file; one that the checker fails on is told and costs the others nothing. */
export async function checkTargets(
  targets: readonly Target[],
  io: Io,
  tell: (sentence: string) => void,
  checkAll: CheckAll = checkHere(targets),
): Promise<CheckOutcome> {
  const start = performance.now();
  const bar = new ProgressBar(io.err);
  const findings: ReportedFinding[] = [];
  const files = targets.flatMap((target, index) => target.files.map((file) => ({ target: index, file })));
  let [done, lines, failures] = [0, 0, 0];
  await checkAll(
    files,
    (file) => {
      bar.show(done, files.length, shown(file, io.cwd));
    },
    (file, checked) => {
      findings.push(...checked.findings);
      lines += checked.lines;
      done += 1;
      if (checked.failure === undefined) return;
      failures += 1;
      bar.clear();
      tell(`internal failure while checking ${shown(file, io.cwd)}: ${checked.failure}`);
    },
  );
  bar.clear();
  const stats = { files: files.length, lines, millis: Math.round(performance.now() - start) };
  return { report: { findings: inReadingOrder(findings), stats }, failures, linesOf: linesIn(targets) };
}

/** The lines of any file that a finding names. */
function linesIn(targets: readonly Target[]): CheckOutcome['linesOf'] {
  const reporters = targets.map(({ project }) => ({ root: project.root, reporter: new Reporter(project.service) }));
  return (file) => (reporters.find(({ root }) => isInside(file, root)) ?? reporters[0])?.reporter.lines(file);
}

/** Relative to the working directory where a file lies in it. */
export const shown = (file: string, cwd: string): string => (isInside(file, cwd) ? insideOf(file, cwd) || '.' : file);
