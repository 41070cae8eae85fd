/** `tensorwright shapes FILE`: the shape of every tensor that is known. */
import { Option } from 'commander';
import { once, userSettings } from './check';
import { type Colours, coloursFor } from '../colours';
import { type ExitCode, type Io, UsageError } from '../io';
import { type ReportedRange, Reporter } from '../report';
import { openTargets, type Target } from '../targets';
import type { Verb } from '.';

interface ShapesOptions {
  readonly format: 'text' | 'json';
  readonly why?: boolean;
  readonly python?: string;
}

interface Shape {
  readonly range: ReportedRange;
  readonly expression: string;
  readonly shape: string;
  readonly dtype: string | null;
}

interface Unknown {
  readonly range: ReportedRange;
  readonly expression: string;
  readonly reason: string;
}

const examples = `
Examples:
  $ tensorwright shapes model.py
  $ tensorwright shapes model.py --why            also what is not known, and for what reason
  $ tensorwright shapes model.py --format json`;

export const shapes: Verb = (program, io, finish) => {
  program
    .command('shapes')
    .summary('list the shape of every tensor in a file')
    .description('Lists the shape and dtype of every tensor-valued name, attribute and call of a file.')
    .argument('<file>', 'Python file')
    .addOption(new Option('--format <form>', 'how shapes are written').choices(['text', 'json']).default('text'))
    .option('--why', 'also list what is not known, and why')
    .option('--python <path>', 'interpreter or environment folder whose packages imports are followed into')
    .addHelpText('after', examples)
    .action(async (file: string, options: ShapesOptions) => finish(await run(file, options, io)));
};

async function run(written: string, options: ShapesOptions, io: Io): Promise<ExitCode> {
  const tell = once((sentence) => io.err.write(`tensorwright: ${sentence}\n`));
  const [target] = await openTargets([written], io, userSettings(options, io), tell);
  const [file] = target?.files ?? [];
  if (!target || file === undefined || target.files.length > 1) throw new UsageError(`not a file: ${written}`);
  target.project.host.admit(file);
  const known = shapesOf(target, file);
  const unknown = options.why ? unknownOf(target, file) : undefined;
  const colours = coloursFor(io.out, io.variables);
  io.out.write(
    options.format === 'json'
      ? `${JSON.stringify({ version: 1, file, shapes: known, ...(unknown ? { unknown } : {}) })}\n`
      : table(known, unknown, written, colours),
  );
  return 0;
}

function shapesOf({ project }: Target, file: string): readonly Shape[] {
  const reporter = new Reporter(project.service);
  return project.service.shapes(file).flatMap(({ span, expression, shape, dtype }) => {
    const range = reporter.range(file, span);
    return range ? [{ range, expression, shape, dtype: dtype ?? null }] : [];
  });
}

function unknownOf({ project }: Target, file: string): readonly Unknown[] {
  const reporter = new Reporter(project.service);
  return project.service.why(file).flatMap(({ span, expression, reason }) => {
    const range = reporter.range(file, span);
    return range ? [{ range, expression, reason }] : [];
  });
}

function table(
  known: readonly Shape[],
  unknown: readonly Unknown[] | undefined,
  written: string,
  colours: Colours,
): string {
  const rows = known.map((each) => [placeOf(each), shorten(each.expression), each.shape, each.dtype ?? '']);
  const lines = columns(rows, [colours.faint, plain, colours.strong, colours.faint]);
  const first = lines.length > 0 ? lines : [`No tensor of known shape in ${written}`];
  if (!unknown) return `${first.join('\n')}\n`;
  const reasons = columns(
    unknown.map((each) => [placeOf(each), shorten(each.expression), each.reason]),
    [colours.faint, plain, plain],
  );
  const second = reasons.length > 0 ? ['Not known:', ...reasons] : ['Everything is known.'];
  return `${[...first, '', ...second].join('\n')}\n`;
}

/** Lines of cells, each column as wide as its widest cell. */
function columns(
  rows: readonly (readonly string[])[],
  paints: readonly ((text: string) => string)[],
): readonly string[] {
  const widths = paints.map((_, column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        (paints[column] ?? plain)(cell.padEnd(column === row.length - 1 ? 0 : (widths[column] ?? 0))),
      )
      .join('  ')
      .trimEnd(),
  );
}

const placeOf = ({ range: { start } }: { readonly range: ReportedRange }): string =>
  `${start.line + 1}:${start.character + 1}`;

/** One line of at most 48 characters. */
function shorten(expression: string): string {
  const line = expression.replace(/\s+/g, ' ');
  return line.length <= 48 ? line : `${line.slice(0, 47)}…`;
}

const plain = (text: string): string => text;
