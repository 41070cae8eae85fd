/** `tensorwright flow FILE`: a module's layers with the shapes that go in and come out. */
import { Option } from 'commander';
import type { Place } from '../../../server/src/core/text/place';
import { flowTable } from '../../../server/src/flow/table';
import type { Flow } from '../../../server/src/service';
import { once, userSettings } from './check';
import { type ExitCode, type Io, UsageError } from '../io';
import { nearest } from '../nearest';
import { Reporter } from '../report';
import { openTargets, type Target } from '../targets';
import type { Verb } from '.';

interface FlowOptions {
  readonly format: 'text' | 'json';
  readonly class?: string;
  readonly inputs: string;
  readonly python?: string;
}

const examples = `
Examples:
  $ tensorwright flow model.py
  $ tensorwright flow model.py --class ResNet --inputs "x=(1, 3, 224, 224)"
  $ tensorwright flow model.py --inputs "x=(1, 3, 64, 64), classes=10" --format json`;

export const flow: Verb = (program, io, finish) => {
  program
    .command('flow')
    .summary("list a module's layers with their shapes, parameters and FLOPs")
    .description(
      'Lists the layers that a module calls, with the shapes that go in and come out, parameters and FLOPs. Nothing is run.',
    )
    .argument('<file>', 'Python file')
    .option('--class <name>', 'module class; without it the last one of the file')
    .option('--inputs <arguments>', 'sizes of the inputs and arguments of the constructor', '')
    .addOption(new Option('--format <form>', 'how it is written').choices(['text', 'json']).default('text'))
    .option('--python <path>', 'interpreter or environment folder whose packages imports are followed into')
    .addHelpText('after', examples)
    .action(async (file: string, options: FlowOptions) => finish(await run(file, options, io)));
};

async function run(written: string, options: FlowOptions, io: Io): Promise<ExitCode> {
  const { target, file } = await openFile(written, options, io);
  const found = target.project.service.flow(file, moduleNamed(target, file, written, options.class), options.inputs);
  if (found === undefined) throw new UsageError(`${written} can't be read`);
  if (found.problem !== undefined && found.findings.length === 0) throw new UsageError(found.problem);
  const reporter = new Reporter(target.project.service);
  io.out.write(options.format === 'json' ? `${JSON.stringify(plain(found, file, reporter))}\n` : text(found, reporter));
  return found.findings.some(({ severity }) => severity === 'error') ? 1 : 0;
}

/** The one file that a verb is about, with its project. */
export async function openFile(
  written: string,
  options: { readonly python?: string },
  io: Io,
): Promise<{ readonly target: Target; readonly file: string }> {
  const tell = once((sentence) => io.err.write(`tensorwright: ${sentence}\n`));
  const [target] = await openTargets([written], io, userSettings(options, io), tell);
  const [file] = target?.files ?? [];
  if (!target || file === undefined || target.files.length > 1) throw new UsageError(`not a file: ${written}`);
  target.project.host.admit(file);
  return { target, file };
}

/** The class that was named, or the last one: what a file is about mostly stands below its parts. */
export function moduleNamed({ project }: Target, file: string, written: string, wanted: string | undefined): string {
  const names = project.service.modules(file).map(({ name }) => name);
  const name = wanted ?? names.at(-1);
  if (name !== undefined && names.includes(name)) return name;
  if (name === undefined) throw new UsageError(`no class in ${written} is a torch.nn.Module`);
  const near = nearest(name, names);
  const known =
    near.length > 0 ? `did you mean ${near.join(', ')}?` : `modules there are ${names.join(', ') || 'none'}`;
  throw new UsageError(`no module class '${name}' in ${written}; ${known}`);
}

const text = (found: Flow, reporter: Reporter): string => flowTable(found, shortPlace(reporter)).text;

/** `model.py:12` of a place. */
export const shortPlace =
  (reporter: Reporter) =>
  (place: Place): string | undefined => {
    const at = reporter.place(place);
    return at && `${at.file.slice(at.file.lastIndexOf('/') + 1)}:${at.range.start.line + 1}`;
  };

function plain(found: Flow, file: string, reporter: Reporter): object {
  const { rows, findings, defined, ...rest } = found;
  return {
    version: 1,
    file,
    ...rest,
    defined: reporter.place(defined)?.range,
    findings: findings.map((each) => reporter.finding(each)).filter((each) => each !== undefined),
    rows: rows.map(({ call, built, ...row }) => ({
      ...row,
      call: reporter.place(call),
      built: built && reporter.place(built),
    })),
  };
}
