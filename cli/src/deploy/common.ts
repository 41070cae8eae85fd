/** What the verbs of deployments share: where they work, how events are written, and what an end is worth. */
import { basename, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { DeployEvent, DeployState } from '../../../protocol/src/deploy';
import type { Controller, Ended } from '../../../runtime-bridge/node/deploy/controller';
import { LeaseHeld } from '../../../runtime-bridge/node/deploy/lease';
import { LogNotRead, LogNotWritten, TamperedLog } from '../../../runtime-bridge/node/deploy/logFile';
import { Refused, type Workplace } from '../../../runtime-bridge/node/deploy/steer';
import { TargetDown, TargetRefused } from '../../../runtime-bridge/node/deploy/targets/target';
import { type ExitCode, type Io, UsageError } from '../io';

export interface DeployOptions {
  readonly stateDir: string;
  readonly format: 'text' | 'json';
}

/** Adds what every verb of deployments takes. */
export const withState = (command: Command): Command =>
  command
    .option('--state-dir <dir>', 'folder with the logs of deployments', '.tensorwright')
    .addOption(new Option('--format <form>', 'how it is written').choices(['text', 'json']).default('text'));

/** How an end of a deployment ends the command: `wanted` states are a success. */
export const exitCode = ({ state }: Ended, wanted: readonly DeployState[]): ExitCode =>
  wanted.includes(state) ? 0 : 1;

/**
 * Runs a verb over deployments: events are written as they come, the end is the last line in text.
 *
 * @throws UsageError for what was refused
 */
export async function steering(
  { stateDir, format }: DeployOptions,
  io: Io,
  work: (place: Workplace) => Promise<Ended>,
  port?: number,
): Promise<Ended> {
  const frontScript = io.serving?.front;
  if (frontScript === undefined) throw new UsageError('the front is not part of this build');
  let controller: Controller | undefined;
  let interrupts = 0;
  const interrupt = (): void => {
    interrupts += 1;
    if (interrupts > 1 || controller === undefined) process.exit(1);
    io.err.write('tensorwright: interrupted; once more ends at once and leaves the rest to the front\n');
    controller.interrupt();
  };
  for (const signal of signals) process.on(signal, interrupt);
  try {
    const ended = await work({
      stateFolder: resolve(io.cwd, stateDir),
      frontScript,
      onEvent: (event) => io.out.write(format === 'json' ? `${JSON.stringify(event)}\n` : lineOf(event)),
      onController: (started) => (controller = started),
      ...(port === undefined ? {} : { port }),
    });
    if (format === 'text') io.out.write(`${ended.state}: ${ended.reason}\n`);
    return ended;
  } catch (error) {
    throw isForUsers(error) ? new UsageError((error as Error).message) : error;
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
  }
}

const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

const isForUsers = (error: unknown): boolean =>
  [Refused, LeaseHeld, TamperedLog, LogNotRead, LogNotWritten, TargetDown, TargetRefused].some(
    (kind) => error instanceof kind,
  );

function lineOf({ ts, state, weightPercent, verdict, reason }: DeployEvent): string {
  const share = weightPercent > 0 ? ` ${weightPercent} %` : '';
  const judged = verdict === null ? '' : ` [${verdict}]`;
  return `${ts.slice(11, 19)}  ${state}${share}${judged}  ${reason}\n`;
}

/** A model as the verbs name it: its name, or its folder. */
export const modelNamed = (written: string): string => basename(written.replace(/[\\/]+$/, ''));
