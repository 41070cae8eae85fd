/** Targets whose requests pass our front: it splits, copies and observes; the versions run in it or behind it. */
import { join } from 'node:path';
import type { TargetRouting, TargetState, TargetVersion } from '../../../../protocol/src/deploy';
import type { FrontCommands, FrontState, Observation, Routing } from '../../../../protocol/src/front';
import { type FrontControl, FrontRefusal, startFront } from '../../inference/frontProcess';
import { type Target, type TargetPlace, TargetDown, TargetRefused, Superseded } from './target';
import { until } from './until';

/** Where versions run. */
export interface Backend {
  /** Done when it runs; answers with what the front is told: a folder, or an address to pass requests on to. */
  load(version: string): Promise<string>;
  /** Done when it is gone. */
  unload(version: string): Promise<void>;
  /** What runs there, also where the front does not know of it. Absent: what the front shows is all there is. */
  versions?(): Promise<readonly TargetVersion[]>;
}

/** The backend of the embedded target: the front runs the version itself. */
export const inFront = ({ modelFolder }: TargetPlace): Backend => ({
  load: (version) => Promise.resolve(join(modelFolder, version)),
  unload: () => Promise.resolve(),
});

/** Seconds in which a version must be ready: large models are read from slow disks. */
const loadSeconds = 300;
const pageSize = 10_000;
/** Observations that are taken at once; what is left comes with the next look. */
const mostObservations = 100_000;

export class BehindFront implements Target {
  /** The routing that is being set: a later one waits for it, so that the later one stands. */
  private routed: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly place: TargetPlace,
    private readonly backend: Backend,
    private front: FrontControl,
  ) {}

  /** @throws TargetDown where the front does not start */
  static async open(place: TargetPlace, backend: Backend): Promise<BehindFront> {
    return new BehindFront(place, backend, await reach(place));
  }

  endpoint(): string {
    return this.front.endpoint;
  }

  async observe(): Promise<TargetState> {
    const state = await this.ask((front) => front.state());
    const own = stateOf(state, this.place.model);
    // Before the front routes, the backend says who serves; after that only what the front can reach counts.
    if (own.routing !== undefined || this.backend.versions === undefined) return own;
    return { ...own, versions: [...own.versions, ...unknownTo(own, await this.backend.versions())] };
  }

  async load(version: string): Promise<void> {
    const { model, epoch } = this.place;
    const folder = await this.backend.load(version);
    await this.command('load', { epoch, model, version, folder });
    await until(
      loadSeconds,
      async () => {
        const found = this.versionIn(await this.ask((front) => front.state()), version);
        if (found?.state === 'failed') throw new TargetRefused(found.reason ?? 'it ended without a word');
        return found?.state === 'ready';
      },
      `version ${version} was not ready after ${loadSeconds} s`,
    );
  }

  route(routing: TargetRouting): Promise<void> {
    const set = this.routed.then(() => this.setRouting(routing));
    this.routed = set.catch(() => undefined);
    return set;
  }

  private async setRouting(routing: TargetRouting): Promise<void> {
    const wanted = frontRouting(this.place.model, routing);
    const state = await this.command('route', { epoch: this.place.epoch, routing: wanted });
    const found = state.routings.find(({ model }) => model === wanted.model);
    if (!sameRouting(found, wanted))
      throw new TargetRefused('the front answered OK, but it routes otherwise than it was asked');
  }

  async unload(version: string): Promise<void> {
    const { model, epoch, drain } = this.place;
    await this.command('unload', { epoch, model, version, drain });
    await until(
      drain + 30,
      async () => this.versionIn(await this.ask((front) => front.state()), version) === undefined,
      `version ${version} was still there ${drain + 30} s after it was unloaded`,
    );
    await this.backend.unload(version);
  }

  async seen(): Promise<number> {
    const { last } = await this.ask((front) => front.observations(this.place.model, Number.MAX_SAFE_INTEGER, 1));
    return last;
  }

  async observations(after: number): Promise<readonly Observation[]> {
    const seen: Observation[] = [];
    for (let last = after; seen.length < mostObservations;) {
      const page = await this.ask((front) => front.observations(this.place.model, last, pageSize));
      seen.push(...page.observations);
      if (page.observations.length < pageSize) break;
      last = page.last;
    }
    return seen;
  }

  async heartbeat(): Promise<void> {
    const { model, epoch } = this.place;
    await this.command('heartbeat', { epoch, model });
  }

  private versionIn({ versions }: FrontState, version: string): FrontState['versions'][number] | undefined {
    return versions.find((each) => each.model === this.place.model && each.version === version);
  }

  private command<Name extends keyof FrontCommands>(name: Name, body: FrontCommands[Name]): Promise<FrontState> {
    return this.ask((front) => front.command(name, body));
  }

  /** Asks the front; one that has died is started again and asked once more: all it is told sets values. */
  private async ask<T>(question: (front: FrontControl) => Promise<T>): Promise<T> {
    try {
      return await question(this.front);
    } catch (error) {
      if (error instanceof FrontRefusal) throw refusal(error);
    }
    this.front = await reach(this.place);
    try {
      return await question(this.front);
    } catch (error) {
      throw error instanceof FrontRefusal
        ? refusal(error)
        : new TargetDown(`the front does not answer: ${said(error)}`);
    }
  }
}

const said = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const refusal = (error: FrontRefusal): Error =>
  error.status === 409 ? new Superseded(error.message) : new TargetRefused(error.message);

async function reach({ frontScript, stateFolder, port }: TargetPlace): Promise<FrontControl> {
  try {
    return await startFront({ script: frontScript, stateFolder, ...(port === undefined ? {} : { port }) });
  } catch (error) {
    throw new TargetDown(said(error));
  }
}

/** What a front shows of one model. */
export function stateOf(state: FrontState, model: string): TargetState {
  const routing = state.routings.find((each) => each.model === model);
  return {
    epoch: state.epoch,
    versions: state.versions
      .filter((each) => each.model === model)
      .map(({ version, state: at, reason, resident, inFlight }) => ({
        version,
        state: at,
        inFlight,
        ...(reason === undefined ? {} : { reason }),
        ...(resident === undefined ? {} : { resident }),
      })),
    ...(routing === undefined ? {} : { routing: targetRouting(routing) }),
    takenBack: state.takenBack.includes(model),
  };
}

function targetRouting({ model: _, baseline, held, ...rest }: Routing): TargetRouting {
  return held === true ? rest : { ...rest, primary: baseline };
}

/** While requests are held off nobody is the baseline; the front wants a version all the same. */
function frontRouting(model: string, { primary, ...rest }: TargetRouting): Routing {
  return primary === undefined
    ? { model, ...rest, baseline: rest.candidate ?? '0', held: true }
    : { model, ...rest, baseline: primary };
}

function sameRouting(found: Routing | undefined, wanted: Routing): boolean {
  if (found === undefined) return false;
  const entries = (routing: Routing): string =>
    JSON.stringify(Object.entries(routing).sort(([a], [b]) => (a < b ? -1 : 1)));
  return entries(found) === entries(wanted);
}

function unknownTo({ versions }: TargetState, behind: readonly TargetVersion[]): readonly TargetVersion[] {
  return behind.filter(({ version }) => !versions.some((known) => known.version === version));
}
