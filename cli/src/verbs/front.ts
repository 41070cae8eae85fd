/** `tensorwright front start|stop|status`: the process that serves versions on this machine. */
import { resolve } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import type { FrontState } from '../../../protocol/src/front';
import { findFront, type FrontControl, startFront } from '../../../runtime-bridge/node/inference/frontProcess';
import { type ExitCode, type Io, UsageError } from '../io';
import type { Verb } from '.';

interface FrontOptions {
  readonly stateDir: string;
  readonly format: 'text' | 'json';
  readonly port?: number;
  readonly models?: string;
  readonly threads?: number;
}

const examples = `
Examples:
  $ tensorwright front start --models models        serve what clients load from this folder
  $ tensorwright front status
  $ tensorwright front stop

The front speaks the Open Inference Protocol on the loopback interface: tritonclient works against it. "tensorwright
deploy" starts it where it is needed. It outlives the command that started it.
Exit code: 0 done, 1 status found no front, 2 it did not start.`;

export const front: Verb = (program, io, finish) => {
  const command = program
    .command('front')
    .summary('start, stop or show the process that serves models')
    .description('Serves versions of models on this machine, one process a version, over the Open Inference Protocol.')
    .addHelpText('after', examples);
  const verb = (name: string, says: string): ReturnType<typeof command.command> =>
    command
      .command(name)
      .description(says)
      .option('--state-dir <dir>', 'folder with what is served', '.tensorwright')
      .addOption(new Option('--format <form>', 'how it is written').choices(['text', 'json']).default('text'));
  verb('start', 'Starts the front; where one runs already, says so.')
    .option('--port <number>', 'port of the protocol (default: the one it had, else a free one)', whole)
    .option('--models <dir>', 'folder whose models clients may load by name')
    .option('--threads <number>', 'threads of each version within an operator', whole)
    .action(async (options: FrontOptions) => finish(await start(options, io)));
  verb('stop', 'Stops the front and every version.').action(async (options: FrontOptions) =>
    finish(await stop(options, io)),
  );
  verb('status', 'Shows what is served.').action(async (options: FrontOptions) => finish(await status(options, io)));
};

function whole(written: string): number {
  if (!/^\d{1,9}$/.test(written)) throw new InvalidArgumentError('It is a whole number.');
  return Number(written);
}

const folderOf = ({ stateDir }: FrontOptions, io: Io): string => resolve(io.cwd, stateDir);

async function start(options: FrontOptions, io: Io): Promise<ExitCode> {
  const { port, models, threads, format } = options;
  const script = io.serving?.front;
  if (script === undefined) throw new UsageError('the front is not part of this build');
  const control = await startFront({
    script,
    stateFolder: folderOf(options, io),
    ...(port === undefined ? {} : { port }),
    ...(models === undefined ? {} : { models: resolve(io.cwd, models) }),
    ...(threads === undefined ? {} : { threads }),
  }).catch((error: unknown) => {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  });
  if (port !== undefined && port !== 0 && port !== control.address.port)
    throw new UsageError(`a front runs already at port ${control.address.port}; stop it first`);
  if (format === 'json') io.out.write(`${JSON.stringify(shown(control))}\n`);
  else io.out.write(`serving at ${control.endpoint}\n`);
  return 0;
}

async function stop(options: FrontOptions, io: Io): Promise<ExitCode> {
  const control = await findFront(folderOf(options, io));
  await control?.stop();
  if (options.format === 'json') io.out.write(`${JSON.stringify({ stopped: control !== undefined })}\n`);
  else io.out.write(control === undefined ? 'no front runs here\n' : 'stopped\n');
  return 0;
}

async function status(options: FrontOptions, io: Io): Promise<ExitCode> {
  const control = await findFront(folderOf(options, io));
  if (control === undefined) {
    if (options.format === 'json') io.out.write('null\n');
    else io.out.write('no front runs here; "tensorwright front start" starts one\n');
    return 1;
  }
  const state = await control.state();
  if (options.format === 'json') io.out.write(`${JSON.stringify({ ...shown(control), ...state })}\n`);
  else io.out.write(`serving at ${control.endpoint}\n${linesOf(state).join('')}`);
  return 0;
}

// Without the token: what is printed ends up in logs.
const shown = ({ address, endpoint }: FrontControl): object => ({
  endpoint,
  pid: address.pid,
  startedAt: address.startedAt,
});

function linesOf({ versions, routings, takenBack }: FrontState): string[] {
  return versions.map(({ model, version, state, reason, resident }) => {
    const routing = routings.find((each) => each.model === model);
    const share =
      routing === undefined
        ? ''
        : version === routing.candidate
          ? `, candidate with ${routing.weightPercent} %`
          : version === routing.baseline
            ? `, baseline with ${100 - routing.weightPercent} %`
            : '';
    const memory = resident === undefined ? '' : `, ${Math.round(resident / 2 ** 20)} MiB`;
    const back =
      takenBack.includes(model) && version === routing?.candidate ? ', taken back: its controller is silent' : '';
    return `  ${model} ${version}: ${state}${share}${memory}${back}${reason === undefined ? '' : `: ${reason}`}\n`;
  });
}
