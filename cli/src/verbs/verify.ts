/** `tensorwright verify FILE`: a module in the real PyTorch, beside what the checker says of it. */
import { InvalidArgumentError, Option } from 'commander';
import { isRight } from '../../../server/src/flow/verdict';
import { verificationPage } from '../../../server/src/flow/verdictText';
import { type Verified, verify as verifyModule } from '../../../server/src/host/verify';
import { type ExitCode, type Io, UsageError } from '../io';
import { Reporter } from '../report';
import type { Verb } from '.';
import { moduleNamed, openFile, shortPlace } from './flow';

interface VerifyOptions {
  readonly format: 'text' | 'json';
  readonly class?: string;
  readonly inputs: string;
  readonly python?: string;
  readonly limit: number;
}

const examples = `
Examples:
  $ tensorwright verify model.py --python .venv/bin/python
  $ tensorwright verify model.py --class ResNet --inputs "x=(1, 3, 224, 224)"

This imports the file and builds the module: it runs your code. Exit code 0: PyTorch does what was found.`;

export const verify: Verb = (program, io, finish) => {
  program
    .command('verify')
    .summary('run a module once in the real PyTorch and compare')
    .description(
      'Builds a module in your interpreter, calls it once, and compares its shapes with those that were found.',
    )
    .argument('<file>', 'Python file')
    .option('--class <name>', 'module class; without it the last one of the file')
    .option('--inputs <arguments>', 'sizes of the inputs and arguments of the constructor', '')
    .addOption(new Option('--format <form>', 'how it is written').choices(['text', 'json']).default('text'))
    .option('--python <path>', 'interpreter or environment folder to run in')
    .option('--limit <seconds>', 'time that the module may take', seconds, 60)
    .addHelpText('after', examples)
    .action(async (file: string, options: VerifyOptions) => finish(await run(file, options, io)));
};

async function run(written: string, options: VerifyOptions, io: Io): Promise<ExitCode> {
  if (io.pytorch === undefined) throw new UsageError("this build of tensorwright can't run PyTorch");
  const { target, file } = await openFile(written, options, io);
  const verified = await verifyModule(target.project, {
    path: file,
    module: moduleNamed(target, file, written, options.class),
    inputs: options.inputs,
    script: io.pytorch.observe,
    limitMs: options.limit * 1000,
  });
  if (typeof verified === 'string') throw new UsageError(verified);
  const reporter = new Reporter(target.project.service);
  io.out.write(
    options.format === 'json' ? `${JSON.stringify(plain(verified, file, reporter))}\n` : text(verified, reporter),
  );
  return isRight(verified.verification) ? 0 : 1;
}

const text = ({ verification, records, elsewhere }: Verified, reporter: Reporter): string =>
  verificationPage(verification, shortPlace(reporter), records, elsewhere).text;

function plain({ verification, records }: Verified, file: string, reporter: Reporter): object {
  const { trial, observed, judged, differences, same, vaguer, missed } = verification;
  return {
    version: 1,
    file,
    module: trial.flow.name,
    inputs: trial.inputs,
    guesses: trial.guesses,
    right: isRight(verification),
    torch: observed.torch,
    device: observed.device,
    stage: observed.stage,
    error: observed.error,
    output: observed.output,
    parameters: { found: trial.flow.parameters.number, real: observed.parameters },
    calls: { same, vaguer, differences: differences.map(({ call: _, ...each }) => each) },
    missed,
    findings: judged.map(({ finding, verdict }) => ({ verdict, ...reporter.finding(finding) })),
    records,
  };
}

function seconds(written: string): number {
  const number = Number(written);
  if (!Number.isFinite(number) || number <= 0) throw new InvalidArgumentError('Write a number of seconds.');
  return number;
}
