/** The verbs for deployments that are there: given to the controller that runs, or carried out as its successor. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DeployPlan } from '../../../protocol/src/deploy';
import { sendCommand } from './commandServer';
import type { Ended } from './controller';
import type { Command, Verb } from './engine/types';
import { follow } from './follow';
import { type Holder, holderOf, isHeld } from './lease';
import { deploymentsOf, isFinal, leaseFolder, type Recorded, recorded, servedVersions } from './records';
import { deploy, Refused, takeOver, type Workplace } from './steer';
import { targetNamed } from './targets';
import { versionsIn } from './versionFiles';

/** Verbs that are waited for: what they ask for has happened when the command ends. */
const awaited: readonly Verb[] = ['abort', 'rollback'];

/**
 * Gives a command to the deployment of a model that is under way.
 *
 * @throws Refused with the engine's reason, or where there is no such deployment
 */
export async function give(place: Workplace, model: string, command: Command): Promise<Ended> {
  const open = deploymentsOf(place.stateFolder, model).find((each) => !isFinal(each));
  const running = runningFor(place, model);
  if (running !== undefined) return send(place, running, command);
  if (open === undefined) throw new Refused(noneUnderWay(place, model));
  return accepted(await takeOver(place, open, command));
}

/**
 * Back to a version that has served before.
 *
 * @param to by default the one that served before the present one
 * @throws Refused where there is none, or a deployment to another version is in the way
 */
export async function rollBack(place: Workplace, model: string, plan: DeployPlan, to?: string): Promise<Ended> {
  const open = deploymentsOf(place.stateFolder, model).find((each) => !isFinal(each));
  if (open !== undefined) {
    const ended = await give(place, model, { kind: 'command', verb: 'rollback' });
    if (to === undefined || to === open.header.baseline || ended.state !== 'rolledBack') return ended;
  }
  const before = deploymentsOf(place.stateFolder, model);
  const last = before.at(-1);
  if (last === undefined) throw new Refused(noneUnderWay(place, model));
  const served = servedVersions(before);
  const current = served.at(-1);
  const version = to ?? served.filter((each) => each !== current).at(-1);
  if (version === undefined) throw new Refused(`version ${current ?? '-'} of ${model} is the only one that has served`);
  if (version === current) return { state: 'rolledBack', reason: `version ${version} of ${model} serves already` };
  const modelFolder = dirname(last.header.folder);
  if (!existsSync(modelFolder) || !versionsIn(modelFolder).includes(version))
    throw new Refused(`there is no version ${version} in ${modelFolder}`);
  const target = targetNamed(last.header.target);
  if (target === undefined) throw new Refused(`${last.header.target} is no target here`);
  const { state, reason } = await deploy(place, { modelFolder, version, target, plan, mode: 'rollback' });
  // For who rolls back, the old version in service is the end that was wanted.
  return { state: state === 'promoted' ? 'rolledBack' : state === 'rolledBack' ? 'aborting' : state, reason };
}

/** The controller of a model that lives, with the deployment that it steers. */
function runningFor(place: Workplace, model: string): Holder | undefined {
  const holder = holderOf(leaseFolder(place.stateFolder), model);
  return holder !== undefined && isHeld(holder) ? holder : undefined;
}

async function send(place: Workplace, { pid, reached }: Holder, command: Command): Promise<Ended> {
  if (reached === undefined) throw new Refused(`process ${pid} is starting a deployment and takes no commands yet`);
  const { deployment } = reached;
  const from = (recorded(place.stateFolder, deployment) as Recorded).last.seq;
  const answer = await sendCommand(reached, command);
  const { state, reason } = accepted(answer);
  return awaited.includes(command.verb)
    ? follow(place.stateFolder, deployment, from, place.onEvent)
    : { state, reason };
}

function accepted<T extends { readonly refusal?: string }>(answer: T): T {
  if (answer.refusal !== undefined) throw new Refused(answer.refusal);
  return answer;
}

function noneUnderWay(place: Workplace, model: string): string {
  const last = deploymentsOf(place.stateFolder, model).at(-1);
  return last === undefined
    ? `nothing was deployed of ${model} from ${place.stateFolder}`
    : `no deployment of ${model} is under way; the last one, of version ${last.header.candidate}, is ${last.last.to}`;
}
