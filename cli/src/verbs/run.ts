/** `tensorwright run SCRIPT [ARGS...]`: a training, watched and diagnosed. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { rules } from '../../../runtime-bridge/node/diagnosis/rules';
import { makeRunFolder } from '../../../runtime-bridge/node/runs/folder';
import { keepGitFacts } from '../../../runtime-bridge/node/files/git';
import { Judge } from '../../../runtime-bridge/node/runs/judge';
import { launch } from '../../../runtime-bridge/node/runs/launch';
import { keepThresholds } from '../../../runtime-bridge/node/runs/thresholds';
import { emptyReport, linesOf, type Report, reportOf } from '../../../runtime-bridge/node/runs/report';
import { coloursFor } from '../colours';
import { findingLine, findingText, summaryOf } from '../findings';
import type { Io } from '../io';
import { thresholdsFor } from '../thresholds';
import type { Verb } from '.';

interface RunOptions {
  readonly python?: string;
  readonly reportFile?: string;
  readonly diagnosis: boolean;
  readonly control?: boolean;
  readonly pauseWhen?: string;
  /** Percent. */
  readonly budget?: number;
}

const examples = `
Examples:
  $ tensorwright run train.py --epochs 10
  $ tensorwright run --python .venv/bin/python --report-file report.json train.py

The script sees the same arguments, working directory, output and signals as without. What is recorded lies in
.tensorwright/runs/; "tensorwright diagnose RUN_DIR" judges it again. What is found is told on stderr.
Exit code: the script's own.`;

/** Milliseconds between two looks at the journal. */
const lookEvery = 150;

export const run: Verb = (program, io, finish) => {
  program
    .command('run')
    .summary('run a training script and say what goes wrong, and where')
    .description('Runs a Python training script, unchanged, with the agent attached, and diagnoses it while it runs.')
    .argument('<script>', 'Python file')
    .argument('[args...]', 'arguments of the script')
    .option('--python <path>', 'interpreter that runs the script (default: that of the active environment)')
    .option('--report-file <file>', 'write the findings there as JSON')
    .option('--no-diagnosis', 'record only')
    .option('--control', 'let the editor pause it and change its learning rate and batch size')
    .option('--pause-when <condition>', 'with --control: pause when "block.*.grad is non-finite", "loss > 5" or alike')
    .option('--budget <percent>', 'most time that looking at tensors may take, of the whole (default: 4)', percentage)
    .passThroughOptions()
    .addHelpText('after', examples)
    .action(async (script: string, args: string[], options: RunOptions) =>
      finish(await runScript(script, args, options, io)),
    );
};

async function runScript(script: string, args: readonly string[], options: RunOptions, io: Io): Promise<number> {
  const python = options.python ?? io.variables['TENSORWRIGHT_PYTHON_PATH'] ?? pythonOf(io);
  const folder = runFolder(io);
  const thresholds = folder === undefined ? {} : thresholdsFor(io);
  if (folder !== undefined) keepThresholds(folder, thresholds);
  const launched = launch({
    python,
    script,
    args,
    cwd: io.cwd,
    variables: {
      ...io.variables,
      ...(options.control === true ? { TENSORWRIGHT_CONTROL: '1' } : {}),
      ...(options.pauseWhen === undefined ? {} : { TENSORWRIGHT_PAUSE_WHEN: options.pauseWhen }),
      ...(options.budget === undefined ? {} : { TENSORWRIGHT_BUDGET: String(options.budget / 100) }),
    },
    agent: folder === undefined ? undefined : io.agent,
    runFolder: folder,
  });
  if (folder !== undefined) void keepGitFacts(folder, io.cwd);
  const judge = folder !== undefined && options.diagnosis ? new Judge(folder, { rules, thresholds }) : undefined;
  const colours = coloursFor(io.err, io.variables);
  const look = (): void => {
    for (const finding of judge?.look() ?? [])
      if (finding.severity !== 'info') io.err.write(`${findingLine(finding, io.cwd, colours)}\n`);
  };
  const timer = setInterval(look, lookEvery);
  const ended = await launched;
  clearInterval(timer);
  if (ended.problem !== undefined) {
    io.err.write(`tensorwright: ${ended.problem}; --python names another\n`);
    return 2;
  }
  const report = finishRun(judge, folder, io);
  if (options.reportFile !== undefined) save(resolve(io.cwd, options.reportFile), report, io);
  if (ended.signal !== null) io.endBySignal?.(ended.signal);
  return ended.code ?? 128;
}

function percentage(written: string): number {
  const percent = Number(written);
  if (!(percent > 0 && percent <= 100)) throw new InvalidArgumentError('It is a percentage above 0 and at most 100.');
  return percent;
}

function finishRun(judge: Judge | undefined, folder: string | undefined, io: Io): Report {
  if (judge === undefined || folder === undefined) return emptyReport;
  const verdict = judge.finish();
  const report = reportOf(verdict, linesOf(folder));
  save(resolve(folder, 'findings.json'), report, io);
  const colours = coloursFor(io.err, io.variables);
  for (const finding of report.findings)
    if (finding.severity !== 'info') io.err.write(findingText(finding, io.cwd, colours));
  io.err.write(`tensorwright: ${summaryOf(report, verdict.torn, folder, io.cwd)}\n`);
  return report;
}

/** The folder of the run; where none can be made the script still runs. */
function runFolder(io: Io): string | undefined {
  if (io.agent === undefined) return undefined;
  try {
    return makeRunFolder(io.cwd, new Date());
  } catch (error) {
    io.err.write(`tensorwright: this run is not watched: ${error instanceof Error ? error.message : String(error)}\n`);
    return undefined;
  }
}

function save(path: string, report: Report, io: Io): void {
  try {
    writeFileSync(path, `${JSON.stringify(report)}\n`);
  } catch (error) {
    io.err.write(`tensorwright: ${path} can't be written: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}

function pythonOf({ variables }: Io): string {
  const active = variables['VIRTUAL_ENV'] ?? variables['CONDA_PREFIX'];
  const windows = process.platform === 'win32';
  if (active !== undefined && active !== '') return windows ? `${active}\\Scripts\\python.exe` : `${active}/bin/python`;
  return windows ? 'python' : 'python3';
}
