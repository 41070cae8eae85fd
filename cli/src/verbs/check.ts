/** `tensorwright check PATH...`: findings in files and folders. */
import { InvalidArgumentError, Option } from 'commander';
import { type RuleSeverity, type Settings, severities } from '../../../protocol/src/settings';
import { findEnvironment } from '../../../server/src/host/pythonEnvironment';
import { checkHere, checkTargets, type CheckAll, type CheckOutcome } from '../checkRun';
import { coloursFor } from '../colours';
import { type FormatName, formatNames, formats } from '../formats';
import { type ExitCode, type Io, UsageError } from '../io';
import { nearest } from '../nearest';
import { openTargets, type Target } from '../targets';
import { checkOnThreads, threadsFor } from '../threads';
import { watch } from '../watch';
import type { Verb } from '.';

interface CheckOptions {
  readonly format: FormatName;
  readonly watch?: boolean;
  readonly python?: string;
  readonly tritonStrict?: boolean;
  readonly rule?: Readonly<Record<string, RuleSeverity>>;
}

const examples = `
Examples:
  $ tensorwright check .                         every Python file below this folder
  $ tensorwright check train.py models/ --watch  again after each change
  $ tensorwright check models/                   a Triton model repository
  $ tensorwright check . --format github         annotations in a GitHub workflow
  $ tensorwright check . --rule conv-channel-mismatch=warning
  $ tensorwright check . --python .venv          follow imports into this environment

Exit code: 0 no error found, 1 errors found, 2 wrong use or internal failure.
Settings: [tool.tensorwright] in pyproject.toml. One line is silenced with "# tensorwright: ignore[id]".`;

export const check: Verb = (program, io, finish) => {
  program
    .command('check')
    .summary('find shape errors in files and folders')
    .description(
      'Finds tensor shape, dtype and hyperparameter errors in PyTorch code without running it, what Triton and TensorFlow Serving would refuse in their configurations, and mistakes in plans of deployments.',
    )
    .argument(
      '<path...>',
      'files, or folders that are searched for Python files, config.pbtxt, models.config and deploy.yaml',
    )
    .addOption(new Option('--format <form>', 'how findings are written').choices(formatNames).default('text'))
    .option('--watch', 'check again after each change, until Ctrl-C')
    .option('--python <path>', 'interpreter or environment folder whose packages imports are followed into')
    .option('--triton-strict', 'Triton as with --disable-auto-complete-config: configurations must be complete')
    .option('--rule <id=severity>', `report an id as ${severities.join(', ')}; may be repeated`, collectRule)
    .addHelpText('after', examples)
    .action(async (paths: string[], options: CheckOptions) => finish(await run(paths, options, io)));
};

async function run(paths: readonly string[], options: CheckOptions, io: Io): Promise<ExitCode> {
  rejectUnknownRules(options.rule ?? {}, io);
  const user = userSettings(options, io);
  const tell = once((sentence) => io.err.write(`tensorwright: ${sentence}\n`));
  const targets = await openTargets(paths, io, user, tell);
  const round = async (now: readonly Target[], checkAll?: CheckAll): Promise<ExitCode> => {
    const outcome = await checkTargets(now, io, tell, checkAll);
    io.out.write(written(outcome, options.format, paths, io));
    return codeOf(outcome);
  };
  // While watching, one thread remembers what an edit leaves as it was.
  if (options.watch) return watch(targets, io, round, () => openTargets(paths, io, user, tell));
  return round(targets, spread(targets, paths, user, io, tell));
}

/** How the files are checked: on threads where there are many. */
function spread(
  targets: readonly Target[],
  paths: readonly string[],
  user: Partial<Settings>,
  io: Io,
  tell: (sentence: string) => void,
): CheckAll {
  const { threads } = io;
  const count = threads === undefined ? 1 : threadsFor(numberOf(targets), threads.processors);
  if (threads === undefined || count === 1) return checkHere(targets);
  return checkOnThreads(threads.script, count, { paths, cwd: io.cwd, user }, tell);
}

/** Files that take time. A configuration is done sooner than a thread is asked about it. */
const numberOf = (targets: readonly Target[]): number =>
  targets.reduce((sum, { files }) => sum + files.filter((file) => !file.endsWith('.pbtxt')).length, 0);

function written({ report, linesOf }: CheckOutcome, format: FormatName, asked: readonly string[], io: Io): string {
  return formats[format](report, {
    cwd: io.cwd,
    colours: coloursFor(io.out, io.variables),
    columns: io.out.isTerminal ? io.out.columns : 160,
    version: io.version,
    rules: io.rules,
    asked,
    linesOf,
  });
}

function codeOf({ report, failures }: CheckOutcome): ExitCode {
  if (failures > 0) return 2;
  return report.findings.some(({ severity }) => severity === 'error') ? 1 : 0;
}

/** What the options set, in the form of the settings. */
export function userSettings(options: Partial<CheckOptions>, io: Io): Partial<Settings> {
  const { python, rule, tritonStrict } = options;
  if (python !== undefined) {
    const { problem } = findEnvironment({ setting: python, roots: [io.cwd], variables: io.variables });
    if (problem !== undefined) throw new UsageError(problem);
  }
  return {
    ...(python === undefined ? {} : { pythonPath: python }),
    ...(rule ? { rules: rule } : {}),
    ...(tritonStrict ? { tritonStrict } : {}),
  };
}

function collectRule(written: string, before: Record<string, RuleSeverity> | undefined): Record<string, RuleSeverity> {
  const [id, severity, ...more] = written.split('=');
  const known = severities.find((each) => each === severity);
  if (!id || !known || more.length > 0)
    throw new InvalidArgumentError(`Write id=severity, the severity one of ${severities.join(', ')}.`);
  return { ...before, [id]: known };
}

function rejectUnknownRules(rules: Readonly<Record<string, RuleSeverity>>, io: Io): void {
  const ids = io.rules.map(({ id }) => id);
  const unknown = Object.keys(rules).find((id) => !ids.includes(id));
  if (unknown === undefined) return;
  const near = nearest(unknown, ids);
  const meant = near.length > 0 ? `; did you mean ${near.join(', ')}?` : '; `tensorwright explain` lists them';
  throw new UsageError(`unknown finding id '${unknown}'${meant}`);
}

/** Tells each sentence once. */
export function once(tell: (sentence: string) => void): (sentence: string) => void {
  const told = new Set<string>();
  return (sentence) => {
    if (told.has(sentence)) return;
    told.add(sentence);
    tell(sentence);
  };
}
