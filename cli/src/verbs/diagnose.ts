/** `tensorwright diagnose RUN_DIR`: a recorded run, judged again. */
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Option } from 'commander';
import { rules } from '../../../runtime-bridge/node/diagnosis/rules';
import { exportWindow } from '../../../runtime-bridge/node/runs/exportWindow';
import { journalsOf } from '../../../runtime-bridge/node/runs/folder';
import { Judge } from '../../../runtime-bridge/node/runs/judge';
import { linesOf, reportOf } from '../../../runtime-bridge/node/runs/report';
import { joinThresholds } from '../../../runtime-bridge/node/diagnosis/thresholds';
import { thresholdsOf } from '../../../runtime-bridge/node/runs/thresholds';
import { coloursFor } from '../colours';
import { findingText, summaryOf } from '../findings';
import { plural } from '../formats/text';
import { type ExitCode, type Io, UsageError } from '../io';
import { thresholdsFor } from '../thresholds';
import type { Verb } from '.';

const examples = `
Examples:
  $ tensorwright diagnose .tensorwright/runs/20260521-101502-3fa2
  $ tensorwright diagnose RUN_DIR --format json
  $ tensorwright diagnose RUN_DIR --export-window dead-relu --output dead-relu-case

It is judged with the thresholds that it was started with, before them those of [tool.tensorwright.thresholds] in the
pyproject.toml of this folder.

Exit code: 0 no error found, 1 errors found, 2 no run there.`;

export const diagnose: Verb = (program, io, finish) => {
  program
    .command('diagnose')
    .summary('judge a recorded training run again')
    .description('Reads the journal of a run and gives the verdict that was given while it ran.')
    .argument('<run-dir>', 'folder of the run, below .tensorwright/runs')
    .addOption(new Option('--format <form>', 'how findings are written').choices(['text', 'json']).default('text'))
    .option('--export-window <rule>', 'write the few records that a finding needs, as a run folder of their own')
    .option('--output <folder>', 'where to (default: RULE-window)')
    .addHelpText('after', examples)
    .action((folder: string, { format, exportWindow: rule, output }: DiagnoseOptions) =>
      finish(rule === undefined ? judged(folder, format, io) : exported(folder, rule, output, io)),
    );
};

interface DiagnoseOptions {
  readonly format: 'text' | 'json';
  readonly exportWindow?: string;
  readonly output?: string;
}

function exported(written: string, id: string, output = `${id}-window`, io: Io): ExitCode {
  const folder = runFolder(written, io);
  const rule = rules.find((each) => each.id === id);
  if (rule === undefined) throw new UsageError(`no such rule: ${id}; docs/diagnosis/README.md lists them`);
  const target = resolve(io.cwd, output);
  if (existsSync(target)) throw new UsageError(`${output} is there already; --output names another folder`);
  const window = exportWindow(folder, rule, target);
  if (window === undefined) throw new UsageError(`${id} says nothing of ${written}`);
  io.out.write(`${window.kept} of ${plural(window.of, 'record')} written to ${output}\n`);
  return 0;
}

/** @throws UsageError where it is no folder of a run */
function runFolder(written: string, io: Io): string {
  const folder = resolve(io.cwd, written);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) throw new UsageError(`no such folder: ${written}`);
  if (journalsOf(folder).length === 0) throw new UsageError(`no journal in ${written}; runs lie in .tensorwright/runs`);
  return folder;
}

function judged(written: string, format: 'text' | 'json', io: Io): ExitCode {
  const folder = runFolder(written, io);
  const thresholds = joinThresholds(thresholdsOf(folder), thresholdsFor(io));
  const verdict = new Judge(folder, { rules, thresholds }).finish();
  const report = reportOf(verdict, linesOf(folder));
  if (format === 'json') io.out.write(`${JSON.stringify(report)}\n`);
  else {
    const colours = coloursFor(io.out, io.variables);
    for (const finding of report.findings) io.out.write(findingText(finding, io.cwd, colours));
    io.out.write(`${summaryOf(report, verdict.torn, folder, io.cwd)}\n`);
  }
  return report.findings.some(({ severity }) => severity === 'error') ? 1 : 0;
}
