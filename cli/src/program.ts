/** The command `tensorwright`: its verbs, its help and how it ends. */
import { Command, CommanderError } from 'commander';
import { sentenceOf } from './checkFile';
import { type Io, UsageError } from './io';
import { verbs } from './verbs';

const examples = `
Examples:
  $ tensorwright check .                          find shape errors below this folder
  $ tensorwright shapes model.py                  the shape of every tensor
  $ tensorwright run train.py                     watch a training and say what goes wrong
  $ tensorwright explain matmul-inner-dim-mismatch

"tensorwright help check" tells more about a verb.`;

/** Runs the command once. Every failure is told in one line. */
export async function runCommand(args: readonly string[], io: Io): Promise<number> {
  let code = 0;
  const program = commandFor(io, (ended) => (code = ended));
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    // Commander has told its own errors already; help and version end with 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    io.err.write(
      `tensorwright: ${error instanceof UsageError ? error.message : `internal failure: ${sentenceOf(error)}`}\n`,
    );
    return 2;
  }
}

function commandFor(io: Io, finish: (code: number) => void): Command {
  const program = new Command('tensorwright')
    .description('Finds tensor shape errors in PyTorch code before it runs, and what goes wrong while it trains.')
    .version(io.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .addHelpText('after', examples)
    .showHelpAfterError('("tensorwright --help" lists what there is)')
    .exitOverride()
    // What comes after the script of `run` is the script's.
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => io.out.write(text),
      writeErr: (text) => io.err.write(text),
      getOutHelpWidth: () => Math.min(io.out.columns, 100),
      getErrHelpWidth: () => Math.min(io.err.columns, 100),
    });
  for (const verb of verbs) verb(program, io, finish);
  for (const command of program.commands) command.copyInheritedSettings(program);
  return program;
}
