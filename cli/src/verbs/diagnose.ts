/** `tensorwright diagnose RUN_DIR`: a recorded run, judged again. */
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Option } from 'commander';
import { rules } from '../../../runtime-bridge/node/diagnosis/rules';
import { journalsOf } from '../../../runtime-bridge/node/runs/folder';
import { Judge } from '../../../runtime-bridge/node/runs/judge';
import { reportOf } from '../../../runtime-bridge/node/runs/report';
import { coloursFor } from '../colours';
import { findingText, summaryOf } from '../findings';
import { type ExitCode, type Io, UsageError } from '../io';
import type { Verb } from '.';

const examples = `
Examples:
  $ tensorwright diagnose .tensorwright/runs/20260521-101502-3fa2
  $ tensorwright diagnose RUN_DIR --format json

Exit code: 0 no error found, 1 errors found, 2 no run there.`;

export const diagnose: Verb = (program, io, finish) => {
  program
    .command('diagnose')
    .summary('judge a recorded training run again')
    .description('Reads the journal of a run and gives the verdict that was given while it ran.')
    .argument('<run-dir>', 'folder of the run, below .tensorwright/runs')
    .addOption(new Option('--format <form>', 'how findings are written').choices(['text', 'json']).default('text'))
    .addHelpText('after', examples)
    .action((folder: string, { format }: { format: 'text' | 'json' }) => finish(judged(folder, format, io)));
};

function judged(written: string, format: 'text' | 'json', io: Io): ExitCode {
  const folder = resolve(io.cwd, written);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) throw new UsageError(`no such folder: ${written}`);
  if (journalsOf(folder).length === 0) throw new UsageError(`no journal in ${written}; runs lie in .tensorwright/runs`);
  const verdict = new Judge(folder, { rules }).finish();
  const report = reportOf(verdict);
  if (format === 'json') io.out.write(`${JSON.stringify(report)}\n`);
  else {
    const colours = coloursFor(io.out, io.variables);
    for (const finding of report.findings) io.out.write(findingText(finding, io.cwd, colours));
    io.out.write(`${summaryOf(report, verdict.torn, folder, io.cwd)}\n`);
  }
  return report.findings.some(({ severity }) => severity === 'error') ? 1 : 0;
}
