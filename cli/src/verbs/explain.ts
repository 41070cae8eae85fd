/** `tensorwright explain [ID]`: what a finding means. */
import { rulePage } from '../../../server/src/rules/page';
import { coloursFor } from '../colours';
import { type ExitCode, type Io, UsageError } from '../io';
import { nearest } from '../nearest';
import type { Verb } from '.';

const examples = `
Examples:
  $ tensorwright explain                          list all ids
  $ tensorwright explain matmul-inner-dim-mismatch`;

export const explain: Verb = (program, io, finish) => {
  program
    .command('explain')
    .summary('tell what a finding means')
    .description('Tells what a finding means, with code that has it and code that has it not; without ID lists all.')
    .argument('[id]', 'the id that stands in brackets after a finding')
    .addHelpText('after', examples)
    .action((id: string | undefined) => finish(run(id, io)));
};

function run(id: string | undefined, io: Io): ExitCode {
  const { rules } = io;
  const colours = coloursFor(io.out, io.variables);
  if (id === undefined) {
    const width = Math.max(0, ...rules.map((rule) => rule.id.length));
    io.out.write(rules.map((rule) => `${colours.strong(rule.id.padEnd(width))}  ${rule.summary}\n`).join(''));
    return 0;
  }
  const rule = rules.find((each) => each.id === id);
  if (!rule)
    throw new UsageError(
      unknown(
        id,
        rules.map((each) => each.id),
      ),
    );
  io.out.write(rulePage(rule).replace(/^#+ .*$/gm, (heading) => colours.strong(heading)));
  return 0;
}

function unknown(id: string, ids: readonly string[]): string {
  const near = nearest(id, ids);
  const next = near.length > 0 ? `did you mean ${near.join(', ')}?` : '`tensorwright explain` lists all ids';
  return `unknown finding id '${id}'; ${next}`;
}
