/** A simulated target and its traffic for the real engine: no sockets, no clock, everything from a seed. */
import { equal } from 'node:assert/strict';
import type {
  Action,
  DeployEntry,
  DeployHeader,
  DeployPlan,
  TargetState,
  TargetVersion,
} from '../../protocol/src/deploy';
import type { Observation, PairObservation, RequestObservation, TensorSummary } from '../../protocol/src/front';
import { engine, type Advance, type DeployInput, type Deployment } from '../../runtime-bridge/node/deploy/engine';
import { seeded } from '../../runtime-bridge/node/deploy/engine/statistics/random';

/** How a version answers. */
export interface Behaviour {
  /** Share of answers that fail. */
  readonly errors: number;
  readonly nonFinite?: number;
  /** Share of pairs in which it differs from the other. */
  readonly differs?: number;
  /** Milliseconds, and factor: lognormal with sigma 0.5, as the note's table. */
  readonly median?: number;
  readonly outputMean?: number;
}

export interface Traffic {
  readonly perSecond: number;
  /** Requests of one unit; 1 without units. */
  readonly perUnit?: number;
  /** How much units differ: share of the failures that whole units have. */
  readonly alike?: number;
  /** What the split really is, where it differs from what was asked. */
  readonly splitError?: number;
}

export const plan: DeployPlan = {
  order: 'auto',
  warmup: 20,
  steps: [
    { weight: 5, minRequests: 50, dwell: 5, limit: 3_600 },
    { weight: 25, minRequests: 100, dwell: 5, limit: 3_600 },
    { weight: 50, minRequests: 200, dwell: 5, limit: 3_600 },
  ],
  gates: [{ kind: 'errors', margin: 0.01, dryRun: false }],
  onControllerLoss: 'baseline',
  controllerDeadline: 60,
  soak: 30,
  drain: 10,
  hold: 60,
  alpha: 0.05,
};

export const header: DeployHeader = {
  model: 'demo',
  target: 'simulated',
  mode: 'canary',
  baseline: '3',
  candidate: '4',
  plan,
  folder: 'models/demo/4',
  sha256: '0'.repeat(64),
  seed: 1,
};

export class World {
  versions = new Map<string, TargetVersion>([['3', { version: '3', state: 'ready', resident: 100 * 2 ** 20 }]]);
  routing: TargetState['routing'] = {
    experiment: '',
    primary: '3',
    weightPercent: 0,
    shadowPercent: 0,
    onControllerLoss: 'baseline',
    deadline: 60,
  };
  takenBack = false;
  now = 1_000_000;
  sequence = 0;
  readonly log: DeployEntry[] = [];
  /** Ops in the order in which they were carried out. */
  readonly done: string[] = [];
  refuse: (action: Action) => string | undefined = () => undefined;
  answered = { baseline: 0, candidate: 0 };
  private readonly random: () => number;

  constructor(
    readonly behaviours: Record<string, Behaviour>,
    readonly traffic: Traffic,
    seed: number,
  ) {
    this.random = seeded(seed);
  }

  get target(): TargetState {
    const { routing, takenBack } = this;
    return {
      epoch: 1,
      versions: [...this.versions.values()],
      ...(routing === undefined ? {} : { routing }),
      takenBack,
    };
  }

  begin(asked: DeployHeader = header): Deployment {
    return this.settle(engine.begin('d1', 1, asked, this.now));
  }

  send(deployment: Deployment, input: DeployInput): Deployment {
    return this.settle(engine.advance(deployment, { ...input, now: this.now }));
  }

  /** Carries out what is asked until nothing is. */
  settle(step: Advance): Deployment {
    this.log.push(...step.entries);
    let { deployment } = step;
    for (const effect of step.effects) if (effect.kind === 'act') deployment = this.send(deployment, this.act(effect));
    return deployment;
  }

  act(action: Action & { readonly key: string }): DeployInput {
    const refused = this.refuse(action) ?? this.unready(action);
    if (refused !== undefined) return { kind: 'failed', key: action.key, reason: refused, target: this.target };
    this.done.push(
      'version' in action
        ? `${action.op} ${action.version}`
        : action.op === 'route'
          ? `route ${action.routing.primary ?? 'nobody'}${action.routing.candidate === undefined ? '' : ` ${action.routing.weightPercent}%`}`
          : action.op,
    );
    if (action.op === 'load' && !this.versions.has(action.version))
      this.versions.set(action.version, { version: action.version, state: 'ready', resident: 100 * 2 ** 20 });
    if (action.op === 'unload') this.versions.delete(action.version);
    if (action.op === 'route') this.routing = action.routing;
    const shown = { kind: 'done', key: action.key, target: this.target } as const;
    if (action.op === 'warm') return { ...shown, warmUp: { requests: action.requests, problems: [] } };
    if (action.op !== 'inspect') return shown;
    return {
      ...shown,
      inspection: { problems: [], canSplit: true, canShadow: true, target: this.target, seen: this.sequence },
    };
  }

  /** Requests go only to versions that are there, as at every real target. */
  private unready(action: Action): string | undefined {
    if (action.op !== 'route') return undefined;
    const missing = [action.routing.primary, action.routing.candidate].find(
      (version) => version !== undefined && this.versions.get(version)?.state !== 'ready',
    );
    return missing && `version ${missing} is not loaded, it can't answer requests`;
  }

  /** Seconds of traffic, and what is seen of it. */
  seen(seconds = 1): DeployInput {
    this.now += 1_000 * seconds;
    const observations = Array.from({ length: Math.round(this.traffic.perSecond * seconds) }, () => this.request());
    return { kind: 'tick', target: this.target, observations: observations.flat() };
  }

  tick(deployment: Deployment, seconds = 1): Deployment {
    return this.send(deployment, this.seen(seconds));
  }

  /** Until the deployment asks for nothing more, is paused, or time is over. */
  run(deployment: Deployment, most = 20_000, seconds = 1): Deployment {
    let at = deployment;
    for (let i = 0; i < most && !['promoted', 'rolledBack', 'paused'].includes(at.position.state); i++)
      at = this.tick(at, seconds);
    return at;
  }

  private request(): readonly Observation[] {
    const { routing, traffic } = this;
    if (routing?.primary === undefined) return [];
    const unit = traffic.perUnit === undefined || traffic.perUnit === 1 ? undefined : this.unit();
    const chance = unit === undefined ? this.random() : seeded(unit)();
    const share = routing.candidate === undefined ? 0 : routing.weightPercent / 100 + (traffic.splitError ?? 0);
    const isCandidate = chance < share;
    const version = isCandidate ? (routing.candidate ?? '') : routing.primary;
    const found: Observation[] = [this.answer(version, isCandidate ? 'candidate' : 'baseline', unit)];
    this.answered[version === '4' ? 'candidate' : 'baseline'] += 1;
    if (routing.candidate !== undefined && !isCandidate && this.random() * 100 < routing.shadowPercent)
      found.push(this.pair(routing.primary, routing.candidate));
    return found;
  }

  /** As many requests of a unit as said, in the mean, spread over the whole time. */
  private unit(): number {
    const units = Math.max(2, Math.round(20_000 / (this.traffic.perUnit ?? 1)));
    return 1 + Math.floor(this.random() * units);
  }

  private answer(version: string, arm: 'baseline' | 'candidate', unit: number | undefined): RequestObservation {
    const how = this.behaviours[version] ?? { errors: 0 };
    return {
      kind: 'request',
      sequence: (this.sequence += 1),
      at: this.now,
      ...(unit === undefined ? {} : { unit: String(unit) }),
      arm,
      version,
      ok: !this.fails(how, unit),
      millis: (how.median ?? 10) * Math.exp(0.5 * this.normal()),
      input: { mean: this.normal(), rms: 1, nonFinite: 0 },
      output: this.summary(how),
    };
  }

  /** Where units are alike, a failing unit fails for half of its requests. */
  private fails({ errors }: Behaviour, unit: number | undefined): boolean {
    if (unit === undefined || (this.traffic.alike ?? 0) === 0) return this.random() < errors;
    const isBad = seeded(unit * 7_919 + 13)() < 2 * errors;
    return isBad && this.random() < 0.5;
  }

  private pair(primary: string, candidate: string): PairObservation {
    const [left, right] = [this.behaviours[primary], this.behaviours[candidate]];
    const agrees = this.random() >= (right?.differs ?? 0);
    return {
      kind: 'pair',
      sequence: (this.sequence += 1),
      at: this.now,
      baselineOk: this.random() >= (left?.errors ?? 0),
      candidateOk: this.random() >= (right?.errors ?? 0),
      baselineMillis: 10,
      candidateMillis: 10,
      agrees,
      baselineOutput: this.summary(left),
      candidateOutput: this.summary(right),
    };
  }

  private summary(how: Behaviour | undefined): TensorSummary {
    const nonFinite = this.random() < (how?.nonFinite ?? 0) ? 1 : 0;
    return { mean: (how?.outputMean ?? 0) + this.normal(), rms: 1, nonFinite };
  }

  private normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.random())) * Math.cos(2 * Math.PI * this.random());
  }
}

/** Neither version fails. */
export const healthy: Record<string, Behaviour> = { 3: { errors: 0 }, 4: { errors: 0 } };
export const busy = { perSecond: 200 };

/** Goes on until a state is reached. */
export const until = (world: World, at: Deployment, state: string, most = 500): Deployment => {
  let deployment = at;
  for (let i = 0; i < most && deployment.position.state !== state; i++) deployment = world.tick(deployment);
  equal(deployment.position.state, state);
  return deployment;
};
