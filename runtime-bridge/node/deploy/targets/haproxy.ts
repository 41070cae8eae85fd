/**
 * HAProxy as the splitter before versions in our front or in a Triton server: clients ask it, and it goes on where our
 * processes end. It copies no request, so there is no shadow; it tells of times and failures, not of what was answered.
 */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:http';
import { randomBytes } from 'node:crypto';
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TargetRouting, TargetState, TargetVersion } from '../../../../protocol/src/deploy';
import { keptObservations, type Observation, type RequestObservation } from '../../../../protocol/src/front';
import { embedded } from './embedded';
import { type Entry, freePort, HaproxyServer, type HaproxySetup } from './haproxyServer';
import { Superseded, type Target, TargetDown, type TargetKind, type TargetPlace, TargetRefused } from './target';
import { TritonVersions } from './triton';

export const haproxy: TargetKind = {
  id: 'haproxy',
  canSplit: true,
  canShadow: false,
  canRead: false,
  open: async (place) => {
    const versions = await (place.server === undefined ? inOurFront(place) : inTriton(place, place.server));
    return BehindHaproxy.open(place, versions);
  },
  endpoint: (stateFolder, model) => {
    const setup = new HaproxyServer(folderOf(stateFolder, model), model).setup();
    return setup === undefined ? undefined : endpointOf(setup);
  },
};

const folderOf = (stateFolder: string, model: string): string => join(stateFolder, 'haproxy', model);
const endpointOf = ({ port }: HaproxySetup): string => `http://127.0.0.1:${port}`;

/** What answers requests that name a version. */
interface Versions {
  /** `127.0.0.1:8000` */
  readonly address: string;
  load(version: string): Promise<unknown>;
  unload(version: string): Promise<void>;
  versions(): Promise<readonly TargetVersion[]>;
}

async function inOurFront({ port: _, ...place }: TargetPlace): Promise<Versions> {
  const front = await embedded.open(place);
  return {
    address: new URL(front.endpoint()).host,
    load: (version) => front.load(version),
    unload: (version) => front.unload(version),
    versions: async () => (await front.observe()).versions,
  };
}

async function inTriton(place: TargetPlace, server: string): Promise<Versions> {
  const { protocol, host } = new URL(server);
  if (protocol !== 'http:') throw new TargetDown(`HAProxy is set up for http, not for ${server}`);
  const triton = new TritonVersions(place);
  await triton.versions();
  return {
    address: host,
    load: (version) => triton.load(version),
    unload: (version) => triton.unload(version),
    versions: () => triton.versions(),
  };
}

const usualUnitHeader = 'x-unit-id';
/** Seconds. */
const usualDeadline = 60;

class BehindHaproxy implements Target {
  /** Rises from one controller to the next. */
  private last = Date.now() * 1000;
  private kept: Observation[] = [];
  private heard = performance.now();

  private constructor(
    private readonly place: TargetPlace,
    private readonly versions: Versions,
    private readonly server: HaproxyServer,
    private setup: HaproxySetup,
  ) {}

  /** @throws TargetDown where HAProxy does not start */
  static async open(place: TargetPlace, versions: Versions): Promise<BehindHaproxy> {
    const server = new HaproxyServer(folderOf(place.stateFolder, place.model), place.model);
    const before = server.setup();
    const setup: HaproxySetup = {
      port: before?.port ?? place.port ?? (await freePort()),
      token: before?.token ?? randomBytes(16).toString('hex'),
      logPort: before?.logPort ?? (await freePort()),
      unitHeader: before?.unitHeader ?? usualUnitHeader,
      deadline: before?.deadline ?? usualDeadline,
      backend: versions.address,
    };
    await server.run(setup);
    const target = new BehindHaproxy(place, versions, server, setup);
    if (await server.missesController()) await target.takeBack();
    await target.listen();
    await server.meetController();
    return target;
  }

  endpoint(): string {
    return endpointOf(this.setup);
  }

  async observe(): Promise<TargetState> {
    await this.server.run(this.setup);
    const { epoch, routing, takenBack } = await this.server.entry();
    return {
      epoch,
      versions: await this.versions.versions(),
      takenBack,
      ...(routing === undefined ? {} : { routing }),
    };
  }

  async load(version: string): Promise<void> {
    await this.claim();
    await this.versions.load(version);
  }

  async route(routing: TargetRouting): Promise<void> {
    await this.claim();
    const ready = (await this.versions.versions()).filter(({ state }) => state === 'ready');
    for (const version of served(routing))
      if (!ready.some((each) => each.version === version))
        throw new TargetRefused(`version ${version} of ${this.place.model} is not ready, so it gets no requests`);
    if (routing.shadowPercent > 0) throw new TargetRefused('HAProxy copies no requests: a shadow needs another target');
    const { unitHeader = this.setup.unitHeader, deadline } = routing;
    this.setup = { ...this.setup, unitHeader, deadline };
    await this.server.run(this.setup);
    await this.set({ epoch: this.place.epoch, routing, takenBack: false });
  }

  async unload(version: string): Promise<void> {
    const { routing } = await this.claim();
    if (routing !== undefined && served(routing).includes(version))
      throw new TargetRefused(`version ${version} of ${this.place.model} gets requests: route them elsewhere first`);
    await this.versions.unload(version);
  }

  seen(): Promise<number> {
    return Promise.resolve(this.last);
  }

  observations(after: number): Promise<readonly Observation[]> {
    return Promise.resolve(this.kept.filter(({ sequence }) => sequence > after));
  }

  async heartbeat(): Promise<void> {
    if (!this.isHeard() && (await this.server.missesController())) await this.takeBack();
    await this.claim();
  }

  private isHeard(): boolean {
    return performance.now() - this.heard <= this.setup.deadline * 500;
  }

  /** What is in force, under our epoch from now on. @throws Superseded */
  private async claim(): Promise<Entry> {
    const { epoch } = this.place;
    this.heard = performance.now();
    await this.server.run(this.setup);
    const entry = await this.server.entry();
    if (entry.epoch > epoch)
      throw new Superseded(`a controller with epoch ${entry.epoch} steers ${this.place.model}, this one has ${epoch}`);
    if (entry.epoch < epoch) await this.set({ ...entry, epoch });
    return entry;
  }

  private async set(entry: Entry): Promise<void> {
    await this.server.setEntry(entry);
    const found = await this.server.entry();
    if (JSON.stringify(found) !== JSON.stringify(entry))
      throw new TargetRefused('HAProxy answered, but it routes otherwise than it was asked');
  }

  /** HAProxy has left the candidate out since it missed the controller: from now on that is the routing. */
  private async takeBack(): Promise<void> {
    const entry = await this.server.entry();
    const { routing } = entry;
    if (routing === undefined || routing.onControllerLoss === 'hold' || routing.weightPercent === 0) return;
    await this.set({ ...entry, routing: { ...routing, weightPercent: 0 }, takenBack: true });
  }

  /** Takes HAProxy's words, and tells it that this controller lives; neither keeps the process. */
  private async listen(): Promise<void> {
    const told = createSocket({ type: 'udp4', reuseAddr: true }).unref();
    told.on('message', (line) => this.note(line.toString('latin1')));
    await new Promise<void>((settle, fail) => {
      told.once('error', fail);
      told.bind(this.setup.logPort, '127.0.0.1', settle);
    });
    const { watched } = this.server;
    const alive = createServer((_, response) => {
      response.writeHead(this.isHeard() ? 200 : 503, { connection: 'close' }).end();
    }).unref();
    const draft = `${watched}.${process.pid}`;
    rmSync(draft, { force: true });
    await new Promise<void>((settle, fail) => alive.once('error', fail).listen(draft, settle));
    // A controller before us may still have the name.
    renameSync(draft, watched);
  }

  private note(line: string): void {
    const [token, arm = '', version = '', status = '', millis = '', unit = '-'] = line.trim().split(' ');
    const code = Number(status);
    // A request that is wrong, or whose client has gone, says nothing of a version; one that finds no version does.
    if (token !== this.setup.token || !(code >= 200) || (code >= 400 && code < 500 && code !== 404)) return;
    this.last += 1;
    const observation: RequestObservation = {
      ...{ kind: 'request', sequence: this.last, at: Date.now(), version, ok: code === 200, millis: Number(millis) },
      arm: arm === 'candidate' ? 'candidate' : 'baseline',
      ...(unit === '-' ? {} : { unit }),
    };
    this.kept.push(observation);
    if (this.kept.length > 2 * keptObservations) this.kept = this.kept.slice(-keptObservations);
  }
}

const served = ({ primary, candidate, weightPercent }: TargetRouting): readonly string[] => [
  ...(primary === undefined ? [] : [primary]),
  ...(candidate === undefined || weightPercent === 0 ? [] : [candidate]),
];
