/** `tensorwright deploy MODEL_DIR --version N`: a new version beside the old one, watched, promoted or taken back. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { freemem } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { DeployPlan } from '../../../protocol/src/deploy';
import { estimateOf } from '../../../runtime-bridge/node/deploy/inspect';
import { readPlan } from '../../../server/src/deployPlan/plan';
import { deploymentsOf, servedVersions } from '../../../runtime-bridge/node/deploy/records';
import { deploy as deployVersion } from '../../../runtime-bridge/node/deploy/steer';
import { targetNamed, targets } from '../../../runtime-bridge/node/deploy/targets';
import { versionsIn } from '../../../runtime-bridge/node/deploy/versionFiles';
import { type DeployOptions, exitCode, steering, withState } from '../deploy/common';
import { planLines } from '../deploy/planText';
import { type Io, UsageError } from '../io';
import type { Verb } from '.';

interface Options extends DeployOptions {
  readonly version: string;
  readonly target: string;
  readonly plan?: string;
  readonly port?: number;
  readonly dryRun?: boolean;
}

const examples = `
Examples:
  $ tensorwright deploy models/cnn --version 4 --dry-run
  $ tensorwright deploy models/cnn --version 4 --plan deploy.yaml
  $ tensorwright deploy models/cnn --version 4 --target triton=http://127.0.0.1:8000

Stays until the version serves all traffic or the old one does again. Ctrl-C does at once what the plan says of a lost
controller: "baseline" sends all traffic back, "hold" leaves it. A version whose gates have passed stays.
Exit code: 0 the version serves all traffic, 1 it does not, 2 refused or wrong use.`;

export const deploy: Verb = (program, io, finish) => {
  withState(program.command('deploy'))
    .summary('bring a version into service beside the old one, and decide by what is seen')
    .description('Deploys a version of a model: preflight, shadow, canary, promotion or return to the baseline.')
    .argument('<model-dir>', 'folder of the model, with numbered versions in it')
    .requiredOption('--version <n>', 'which version')
    .option('--target <name>', `where: ${targets.map(({ id }) => id).join(', ')}, with =URL of its server`, 'embedded')
    .option('--plan <file>', 'steps, gates and the rest (default: safe ones, see --dry-run)')
    .option('--port <number>', 'port of the front, where it is started first', whole)
    .option('--dry-run', 'print what would be done')
    .addHelpText('after', examples)
    .action(async (folder: string, options: Options) => {
      const modelFolder = resolve(io.cwd, folder);
      checkVersion(modelFolder, options.version, folder);
      const target = targetNamed(options.target);
      if (target === undefined)
        throw new UsageError(
          `there is no target '${options.target}'; there are ${targets.map(({ id }) => id).join(', ')}`,
        );
      const plan = options.plan === undefined ? readPlan('').plan : planIn(resolve(io.cwd, options.plan));
      if (options.dryRun === true) {
        io.out.write(dryRun(modelFolder, options, plan, io));
        return finish(0);
      }
      const mode = plan.experiment === undefined ? ('canary' as const) : ('experiment' as const);
      const request = { modelFolder, version: options.version, target, plan, mode };
      const ended = await steering(options, io, (place) => deployVersion(place, request), options.port);
      finish(exitCode(ended, ['promoted', 'soaking']));
    });
};

function whole(written: string): number {
  if (!/^\d{1,5}$/.test(written)) throw new InvalidArgumentError('It is a port number.');
  return Number(written);
}

function checkVersion(modelFolder: string, version: string, written: string): void {
  if (!existsSync(modelFolder) || !statSync(modelFolder).isDirectory())
    throw new UsageError(`no such folder: ${written}`);
  if (!/^[A-Za-z0-9_][\w.-]{0,254}$/.test(basename(modelFolder)))
    throw new UsageError(`'${basename(modelFolder)}' can't be a model's name: letters, digits and _ . - only`);
  const there = versionsIn(modelFolder);
  if (!there.includes(version))
    throw new UsageError(`${written} has no version ${version}; it has ${there.join(', ') || 'none'}`);
}

/** A whole plan: what the file leaves out has its safe value. */
function planIn(path: string): DeployPlan {
  const text = textIn(path);
  const { plan, problems } = readPlan(text);
  const wrong = problems.find(({ severity }) => severity === 'error');
  if (wrong === undefined) return plan;
  const before = text.slice(0, wrong.start).split('\n');
  throw new UsageError(`${path}:${before.length}:${(before.at(-1) ?? '').length + 1}: ${wrong.message}`);
}

function textIn(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path} can't be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function dryRun(modelFolder: string, { version, target, format, stateDir }: Options, plan: DeployPlan, io: Io): string {
  const model = basename(modelFolder);
  const baseline = servedVersions(deploymentsOf(resolve(io.cwd, stateDir), model)).at(-1) ?? null;
  const memory = { needed: estimateOf(join(modelFolder, version)), free: freemem() };
  const asked = { model, candidate: version, baseline, target, memory, plan };
  if (format === 'json') return `${JSON.stringify(asked)}\n`;
  const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
  return [
    `version ${version} of ${model}${baseline === null ? ', the first one' : ` after version ${baseline}`}, to ${target}`,
    `memory: about ${mebibytes(memory.needed)} needed, ${mebibytes(memory.free)} free`,
    ...planLines(plan, baseline === null),
    '',
  ].join('\n');
}
