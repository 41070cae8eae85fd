/** Beginning deployments and taking over those whose controller has gone: what the verbs of the command line do. */
import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import type {
  DeployEntry,
  DeployEvent,
  DeployHeader,
  DeployPlan,
  TargetRouting,
  TargetState,
} from '../../../protocol/src/deploy';
import { findFront } from '../inference/frontProcess';
import { commandServer } from './commandServer';
import { Controller, type Ended } from './controller';
import { engine } from './engine';
import type { Advance, Command } from './engine/types';
import { Lease } from './lease';
import { DeploymentLog } from './logFile';
import { deploymentsOf, isFinal, leaseFolder, logPath, type Recorded, servedVersions } from './records';
import { type NamedTarget, targetNamed } from './targets';
import { Superseded, type Target } from './targets/target';
import { hashOfVersion } from './versionFiles';

/** What can't be done, in a sentence for the user; nothing was changed. */
export class Refused extends Error {}

/** Where deployments are steered from. */
export interface Workplace {
  /** `.tensorwright`, absolute. */
  readonly stateFolder: string;
  /** `dist/front.js`. */
  readonly frontScript: string;
  /** Of the front, for its first start. */
  readonly port?: number;
  readonly onEvent: (event: DeployEvent) => void;
  /** Told of each controller before it starts: who wants to interrupt it keeps it. */
  readonly onController?: (controller: Controller) => void;
}

export interface DeployRequest {
  /** `<models>/<name>`, absolute. */
  readonly modelFolder: string;
  readonly version: string;
  readonly target: NamedTarget;
  readonly plan: DeployPlan;
  readonly mode: DeployHeader['mode'];
}

/** Milliseconds since 1970. */
const now = (): number => Date.now();

/**
 * Deploys a version and stays with it until nothing more happens by itself.
 *
 * @throws Refused, LeaseHeld, TamperedLog, LogNotWritten, TargetDown
 */
export async function deploy(place: Workplace, request: DeployRequest): Promise<Ended> {
  const { modelFolder, version, target: named } = request;
  const model = basename(modelFolder);
  const before = deploymentsOf(place.stateFolder, model);
  const open = before.find((each) => !isFinal(each));
  if (open !== undefined) return goOn(place, open, request);
  return withLease(place, model, async (lease) => {
    const target = await openTarget(place, named, modelFolder, lease.epoch, request.plan.drain);
    const baseline = await servingNow(target, before);
    if (baseline === version && request.mode !== 'rollback')
      return { state: 'promoted', reason: `version ${version} of ${model} serves all traffic already` };
    if (baseline !== undefined) await serve(target, baseline, request.plan);
    const header = headerOf(request, baseline);
    const id = `${model}-${new Date(now()).toISOString().replace(/[-:]/g, '').slice(0, 15)}-${randomBytes(2).toString('hex')}`;
    const log = DeploymentLog.open(logPath(place.stateFolder, id));
    return steer(place, lease, named, target, log, engine.begin(id, lease.epoch, header, now()));
  });
}

/** The same version asked for again goes on where its controller was lost. */
async function goOn(place: Workplace, open: Recorded, { modelFolder, version }: DeployRequest): Promise<Ended> {
  const { candidate, sha256, model } = open.header;
  const isSame = candidate === version && hashOfVersion(join(modelFolder, version)) === sha256;
  if (!isSame && open.last.to === 'soaking')
    throw new Refused(
      `version ${candidate} of ${model} has just been promoted and is still guarded, for ${open.header.plan.soak} s in all; try again after that, or take it back with "tensorwright rollback ${model}"`,
    );
  if (!isSame)
    throw new Refused(
      `the deployment of version ${candidate} of ${model} is ${open.last.to}; "tensorwright abort ${model}" or "resume" ends it first`,
    );
  return takeOver(place, open, { kind: 'command', verb: 'resume' });
}

/**
 * Takes over a deployment whose controller is gone, from its log and from what the target shows.
 *
 * @param command given once it is taken over
 * @throws LeaseHeld, TamperedLog, LogNotWritten, TargetDown
 */
export function takeOver(place: Workplace, { id, header }: Recorded, command?: Command): Promise<Ended> {
  const named = targetNamed(header.target);
  if (named === undefined) throw new Refused(`${id} was deployed to ${header.target}, which is no target here`);
  return withLease(place, header.model, async (lease) => {
    const log = DeploymentLog.open(logPath(place.stateFolder, id));
    // The chain has been checked, and only we write it.
    const records = log.records as unknown as readonly DeployEntry[];
    const target = await openTarget(place, named, dirname(header.folder), lease.epoch, header.plan.drain);
    const seen = await restored(target, header).catch((error: unknown) => {
      if (error instanceof Superseded) throw error;
      return undefined;
    });
    const first = engine.recover(records, lease.epoch, seen, now());
    return steer(place, lease, named, target, log, first, isPointless(first, command) ? undefined : command);
  });
}

/** What a deployment comes to by being taken over need not be asked for again. */
function isPointless({ deployment: { position } }: Advance, command: Command | undefined): boolean {
  if (command?.verb === 'pause') return position.state === 'paused';
  if (command?.verb === 'resume') return !['paused', 'stuck'].includes(position.state);
  return ['aborting', 'rollingBack', 'rolledBack'].includes(position.state);
}

async function steer(
  place: Workplace,
  lease: Lease,
  { kind }: NamedTarget,
  target: Target,
  log: DeploymentLog,
  first: Advance,
  command?: Command,
): Promise<Ended> {
  const controller = new Controller({ log, kind, target, now, onEvent: place.onEvent }, first);
  const { server, reached } = await commandServer(first.deployment.id, (asked) => controller.command(asked));
  lease.tell(reached);
  place.onController?.(controller);
  try {
    return await controller.run(command);
  } finally {
    server.close();
    log.close();
  }
}

async function withLease(place: Workplace, model: string, work: (lease: Lease) => Promise<Ended>): Promise<Ended> {
  const seen = (await (await findFront(place.stateFolder))?.state())?.epoch ?? 0;
  const recorded = deploymentsOf(place.stateFolder, model).map(({ last }) => last.epoch);
  const lease = Lease.take(leaseFolder(place.stateFolder), model, new Date(now()), Math.max(seen, ...recorded));
  try {
    return await work(lease);
  } finally {
    lease.release();
  }
}

function openTarget(
  { stateFolder, frontScript, port }: Workplace,
  { kind, server }: NamedTarget,
  modelFolder: string,
  epoch: number,
  drain: number,
): Promise<Target> {
  return kind.open({
    model: basename(modelFolder),
    modelFolder,
    stateFolder,
    frontScript,
    epoch,
    drain,
    ...(server === undefined ? {} : { server }),
    ...(port === undefined ? {} : { port }),
  });
}

/** Who answers requests now: what the target shows, else what was recorded last, else the highest that is loaded. */
async function servingNow(target: Target, before: readonly Recorded[]): Promise<string | undefined> {
  const { routing, versions } = await target.observe();
  const loaded = versions.filter(({ state }) => state === 'ready').map(({ version }) => version);
  return routing?.primary ?? servedVersions(before).at(-1) ?? loaded.sort((a, b) => Number(a) - Number(b)).at(-1);
}

/** Sees to it that a version serves before another one is tried beside it. */
async function serve(target: Target, version: string, plan: DeployPlan): Promise<void> {
  const { routing, versions } = await target.observe();
  const isReady = versions.some((each) => each.version === version && each.state === 'ready');
  // What runs on a server of its own may be unknown to the front that is put before it.
  if (!isReady || routing?.primary !== version) await target.load(version);
  if (routing?.primary !== version) await target.route(allTo(version, plan));
}

const allTo = (primary: string, { onControllerLoss, controllerDeadline: deadline }: DeployPlan): TargetRouting => ({
  ...{ experiment: '', primary, weightPercent: 0, shadowPercent: 0, onControllerLoss, deadline },
});

/** What the target shows; one that has forgotten everything serves the baseline first. */
async function restored(target: Target, { baseline, plan }: DeployHeader): Promise<TargetState> {
  const seen = await target.observe();
  if (seen.routing !== undefined || baseline === undefined) return seen;
  await serve(target, baseline, plan);
  return target.observe();
}

function headerOf(
  { modelFolder, version, target, plan, mode }: DeployRequest,
  baseline: string | undefined,
): DeployHeader {
  const folder = join(modelFolder, version);
  return {
    model: basename(modelFolder),
    target: target.server === undefined ? target.kind.id : `${target.kind.id}=${target.server}`,
    mode,
    candidate: version,
    plan,
    folder,
    sha256: hashOfVersion(folder),
    seed: randomBytes(4).readUInt32LE(),
    ...(baseline === undefined ? {} : { baseline }),
  };
}
