/** The versions that are served and who answers: what the control listener sets and the public one asks. */
import { existsSync, statSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import type { FrontCommands, FrontState, Routing } from '../../../../protocol/src/front';
import { ProtocolError } from '../oip/errors';
import { isRemote } from '../remoteVersion';
import { type ModelConfig, noConfig, readModelConfig } from './modelConfig';
import { Observations } from './observations';
import { hasShare, Routes } from './routes';
import { ServedVersion, type VersionKey, type VersionSettings } from './servedVersion';
import { ShadowQueue } from './shadow';

/** What a restarted front serves again. */
export interface Kept {
  /** Highest epoch that a command carried, by model. */
  readonly epochs: Readonly<Record<string, number>>;
  readonly versions: readonly { readonly model: string; readonly version: string; readonly folder: string }[];
  readonly routings: readonly Routing[];
  readonly takenBack: readonly string[];
}

const watchEveryMs = 100;
const mostVersions = 64;

export class Front {
  private readonly epochs = new Map<string, number>();
  private readonly versions = new Map<string, Map<string, ServedVersion>>();
  private readonly seen = new Map<string, Observations>();
  private readonly shadows = new Map<string, ShadowQueue>();
  private readonly timer: NodeJS.Timeout;
  readonly routes = new Routes();

  /** @param keep writes what must survive this process; called before a command is answered */
  constructor(
    private readonly settings: VersionSettings,
    private readonly keep: (kept: Kept) => void,
  ) {
    this.timer = setInterval(() => this.watch(), watchEveryMs);
  }

  restore(kept: Kept): void {
    for (const [model, epoch] of Object.entries(kept.epochs)) this.epochs.set(model, epoch);
    for (const key of kept.versions) this.serve(key, configOrNone(key.folder));
    this.routes.restore(kept.routings, kept.takenBack, performance.now());
  }

  state(): FrontState {
    return {
      version: 1,
      epoch: Math.max(0, ...this.epochs.values()),
      versions: this.all().map((each) => each.describe()),
      routings: this.routes.routings,
      takenBack: this.routes.takenBack,
    };
  }

  all(): ServedVersion[] {
    return [...this.versions.values()].flatMap((versions) => [...versions.values()]);
  }

  version(model: string, version: string): ServedVersion | undefined {
    return this.versions.get(model)?.get(version);
  }

  /** Of one model, lowest number first. */
  versionsOf(model: string): ServedVersion[] {
    const versions = [...(this.versions.get(model)?.values() ?? [])];
    return versions.sort((a, b) => Number(a.key.version) - Number(b.key.version));
  }

  observations(model: string): Observations {
    return remembered(this.seen, model, () => new Observations());
  }
  shadow(model: string): ShadowQueue {
    return remembered(this.shadows, model, () => new ShadowQueue());
  }

  load({ epoch, model, version, folder }: FrontCommands['load']): void {
    this.accept(epoch, model);
    if (!isVersion(version))
      throw new ProtocolError(400, `"${String(version)}" is no version: versions are whole numbers`);
    if (!isRemote(folder)) requireFolder(folder, model, version);
    const known = this.version(model, version);
    if (known !== undefined && known.state !== 'unloading') known.revive();
    else this.serve({ model, version, folder }, configOrRefusal(folder));
    this.save();
  }

  async unload({ epoch, model, version, drain }: FrontCommands['unload']): Promise<void> {
    this.accept(epoch, model);
    if (this.routes.names(model, version))
      throw new ProtocolError(
        400,
        `version ${version} of ${model} is named by the routing; route its requests elsewhere first`,
      );
    const served = this.version(model, version);
    if (served === undefined) return;
    this.save(served);
    await served.unload(Math.min(Math.max(drain, 0), 600));
    if (this.version(model, version) === served) this.versions.get(model)?.delete(version);
  }

  route({ epoch, routing }: FrontCommands['route']): void {
    const malformed = problemOf(routing);
    if (malformed !== undefined) throw new ProtocolError(400, malformed);
    this.accept(epoch, routing.model);
    const problem = routing.held === true ? undefined : this.unready(routing);
    if (problem !== undefined) throw new ProtocolError(400, problem);
    this.routes.set(routing, performance.now());
    this.save();
  }

  heartbeat({ epoch, model }: FrontCommands['heartbeat']): void {
    if (this.accept(epoch, model)) this.save();
    if (this.routes.of(model) === undefined) throw new ProtocolError(404, `${model} has no routing`);
    this.routes.heartbeat(model, performance.now());
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all(this.all().map((each) => each.unload(5)));
  }

  /** Highest epoch that a command for a model carried. */
  epochOf(model: string): number {
    return this.epochs.get(model) ?? 0;
  }

  /** Whether the epoch is a new one. */
  private accept(epoch: number, model: string): boolean {
    if (!isModelName(model))
      throw new ProtocolError(400, `"${String(model)}" can't be a model's name: letters, digits and _ . - only`);
    if (!Number.isSafeInteger(epoch) || epoch < 0)
      throw new ProtocolError(400, 'a command carries its epoch, a whole number');
    const highest = this.epochOf(model);
    if (epoch < highest)
      throw new ProtocolError(
        409,
        `this command is of epoch ${epoch}, but a controller of epoch ${highest} has taken ${model} over`,
      );
    this.epochs.set(model, epoch);
    return epoch > highest;
  }

  private serve({ model, version, folder }: VersionKey, config: ModelConfig): void {
    if (this.all().length >= mostVersions)
      throw new ProtocolError(400, `${mostVersions} versions are loaded; unload one first`);
    const versions = remembered(this.versions, model, () => new Map<string, ServedVersion>());
    // A candidate that ended says something about itself; who answers the users must come back.
    const shouldRestart = (): boolean => {
      const routing = this.routes.of(model);
      return routing === undefined || routing.baseline === version;
    };
    versions.set(version, new ServedVersion({ model, version, folder }, config, this.settings, shouldRestart));
  }

  private unready(routing: Routing): string | undefined {
    const arms = [
      { version: routing.baseline, isUsed: routing.weightPercent < 100 || routing.candidate === undefined },
      { version: routing.candidate, isUsed: hasShare(routing) },
    ];
    for (const { version, isUsed } of arms) {
      if (!isUsed || version === undefined) continue;
      const served = this.version(routing.model, version);
      if (served?.state !== 'ready')
        return `version ${version} of ${routing.model} is ${served?.state ?? 'not loaded'}, it can't answer requests${served?.reason === undefined ? '' : `: ${served.reason}`}`;
    }
    return undefined;
  }

  private watch(): void {
    const now = performance.now();
    for (const each of this.all()) each.watch(now);
    if (this.routes.expire(now)) this.save();
  }

  private save(except?: ServedVersion): void {
    this.keep({
      epochs: Object.fromEntries(this.epochs),
      versions: this.all()
        .filter((each) => each !== except && each.state !== 'unloading')
        .map(({ key }) => key),
      routings: this.routes.routings,
      takenBack: this.routes.takenBack,
    });
  }
}

function configOrRefusal(folder: string): ModelConfig {
  try {
    return readModelConfig(folder);
  } catch (error) {
    throw new ProtocolError(400, error instanceof Error ? error.message : String(error));
  }
}

/** A configuration that was broken meanwhile must not keep a version that served from coming back. */
function configOrNone(folder: string): ModelConfig {
  try {
    return readModelConfig(folder);
  } catch {
    return noConfig;
  }
}

function requireFolder(folder: string, model: string, version: string): void {
  if (typeof folder !== 'string' || !isAbsolute(folder))
    throw new ProtocolError(400, `the folder of a version is an absolute path, not "${folder}"`);
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new ProtocolError(404, `there is no folder ${folder} for version ${version} of ${model}`);
}

/** Names that are safe as folder and as part of an address. */
export const isModelName = (name: unknown): name is string =>
  typeof name === 'string' && /^[A-Za-z0-9_][\w.-]{0,254}$/.test(name);
export const isVersion = (version: unknown): version is string =>
  typeof version === 'string' && /^(0|[1-9]\d{0,17})$/.test(version);

function problemOf(routing: Routing): string | undefined {
  // What comes in may be anything.
  if (typeof routing !== 'object' || (routing as Routing | null) === null) return 'the command route carries a routing';
  const { model, baseline, candidate, weightPercent, shadowPercent, deadline, onControllerLoss } = routing;
  if (!isModelName(model) || !isVersion(baseline)) return 'a routing names a model and the version of its baseline';
  if (candidate !== undefined && !isVersion(candidate)) return `"${String(candidate)}" is no version`;
  if (typeof routing.experiment !== 'string') return 'a routing has an experiment, empty while nothing is split';
  const isShare = (share: number): boolean => typeof share === 'number' && share >= 0 && share <= 100;
  if (!isShare(weightPercent) || !isShare(shadowPercent)) return 'shares are percentages from 0 to 100';
  if (candidate === undefined && (weightPercent > 0 || shadowPercent > 0)) return 'there is a share but no candidate';
  if (typeof deadline !== 'number' || !(deadline > 0)) return 'the deadline is a number of seconds above 0';
  if (!['baseline', 'hold'].includes(onControllerLoss)) return "onControllerLoss is 'baseline' or 'hold'";
  return undefined;
}

function remembered<T>(map: Map<string, T>, key: string, make: () => T): T {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
