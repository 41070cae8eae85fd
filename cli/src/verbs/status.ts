/** `tensorwright status`: deployments, and what serves. `--audit ID` writes the log of one. */
import { resolve } from 'node:path';
import type { DeployStatus } from '../../../protocol/src/deploy';
import { LogNotRead, TamperedLog } from '../../../runtime-bridge/node/deploy/logFile';
import { type Recorded, recorded } from '../../../runtime-bridge/node/deploy/records';
import { statusOf } from '../../../runtime-bridge/node/deploy/status';
import { type DeployOptions, withState } from '../deploy/common';
import { type ExitCode, type Io, UsageError } from '../io';
import type { Verb } from '.';

const examples = `
Examples:
  $ tensorwright status --format json
  $ tensorwright status --audit cnn-20260521T101502-3fa2 > audit.jsonl

The audit log has one record a line; each holds the hash of the one before it. Exit code: 0 done, 1 the log was
changed, 2 there is no such deployment.`;

interface StatusOptions extends DeployOptions {
  readonly audit?: string;
}

export const status: Verb = (program, io, finish) => {
  withState(program.command('status'))
    .summary('show deployments and what serves')
    .description('Shows the deployments of this folder and which versions serve.')
    .option('--audit <id>', 'write the log of a deployment, checked')
    .addHelpText('after', examples)
    .action(async (options: StatusOptions) => {
      const stateFolder = resolve(io.cwd, options.stateDir);
      if (options.audit !== undefined) return finish(audited(stateFolder, options.audit, io));
      const found = await statusOf(stateFolder);
      io.out.write(options.format === 'json' ? `${JSON.stringify(found)}\n` : textOf(found));
      finish(0);
    });
};

function audited(stateFolder: string, id: string, io: Io): ExitCode {
  const found = /^[\w.-]+$/.test(id) ? deployment(stateFolder, id) : undefined;
  if (typeof found === 'string') {
    io.err.write(`tensorwright: ${found}\n`);
    return 1;
  }
  if (found === undefined) throw new UsageError(`there is no deployment ${id}; "tensorwright status" lists them`);
  for (const record of found.records) io.out.write(`${JSON.stringify(record)}\n`);
  if (found.broken === undefined) return 0;
  io.err.write(`tensorwright: the log of ${id} was changed: ${found.broken}; only what is before that is written\n`);
  return 1;
}

/** Of a log that was changed at its very first line what is wrong with it. */
function deployment(stateFolder: string, id: string): Recorded | string | undefined {
  try {
    return recorded(stateFolder, id);
  } catch (error) {
    if (error instanceof TamperedLog) return error.message;
    throw error instanceof LogNotRead ? new UsageError(error.message) : error;
  }
}

function textOf({ deployments, unreadable, serving }: DeployStatus): string {
  if (deployments.length + unreadable.length + serving.length === 0) return 'nothing is deployed from this folder\n';
  const lines = deployments.map(({ id, state, baseline, candidate, weightPercent, reason }) => {
    const share = state === 'promoted' || state === 'rolledBack' ? '' : `, ${weightPercent} % of the traffic`;
    return `${id}  version ${candidate}${baseline === null ? '' : ` after ${baseline}`}: ${state}${share}\n    ${reason}\n`;
  });
  const unknown = unreadable.map(({ id, reason }) => `${id}  not known\n    ${reason}\n`);
  const served = serving.map(
    ({ model, version, ready, endpoint }) =>
      `serving  ${model} ${version}${ready ? '' : ' (not ready)'}  ${endpoint ?? ''}\n`,
  );
  return [...lines, ...unknown, ...served].join('');
}
