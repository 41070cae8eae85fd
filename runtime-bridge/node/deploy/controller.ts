/**
 * Carries out what the engine decides: entries go to the log first, then effects to the target, and what comes of them
 * goes back to the engine as events. Holds no opinion of its own but one: where the log can't be written, all traffic
 * goes back to the baseline, because what is not recorded can't be recovered.
 */
import { dirname, join } from 'node:path';
import type { DeployEntry, DeployEvent, DeployState } from '../../../protocol/src/deploy';
import { finalStates } from '../../../protocol/src/deploy';
import { engine, eventOf } from './engine';
import type { Advance, Command, Deployment, DeployInput, Effect } from './engine/types';
import { inspect } from './inspect';
import { type DeploymentLog, LogNotWritten } from './logFile';
import { Superseded, type Target, type TargetKind } from './targets/target';
import { until } from './targets/until';
import { warmUp } from './warm';

export interface Steered {
  readonly log: DeploymentLog;
  readonly kind: TargetKind;
  readonly target: Target;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly onEvent: (event: DeployEvent) => void;
}

/** How a controller ended. */
export interface Ended {
  readonly state: DeployState;
  readonly reason: string;
  /** Why the command that it was to begin with was not taken. */
  readonly refusal?: string;
}

/** What became of a command. */
export type Answer = Ended;

/** Looks in vain, a second apart, after which a stuck deployment is left to a person. */
const mostMissed = 60;

type Act = Extract<Effect, { kind: 'act' }>;

export class Controller {
  private deployment: Deployment;
  private timer: NodeJS.Timeout | undefined;
  /** Rises with every event: what was seen of the target before one says nothing after it. */
  private events = 0;
  private finish: (ended: Ended) => void = () => undefined;
  private readonly ended: Promise<Ended>;
  private isOver = false;

  /** @param first of `engine.begin` or `engine.recover` */
  constructor(
    private readonly steered: Steered,
    private readonly first: Advance,
  ) {
    this.deployment = first.deployment;
    this.ended = new Promise((settle) => (this.finish = settle));
  }

  /**
   * Runs until nothing happens any more without a person.
   *
   * @param command given at once
   */
  run(command?: Command): Promise<Ended> {
    this.carryOut(this.first, command !== undefined);
    if (command !== undefined) {
      const { refusal } = this.command(command);
      if (refusal !== undefined) this.end({ state: this.state, reason: refusal, refusal });
    }
    return this.ended;
  }

  command(command: Command): Answer {
    const refusal = this.isOver ? 'this controller has ended' : this.feed(command);
    const { position, reason } = this.deployment;
    return { state: position.state, reason, ...(refusal === undefined ? {} : { refusal }) };
  }

  get state(): DeployState {
    return this.deployment.position.state;
  }

  /**
   * Somebody wants this process to end. What the plan says of a lost controller happens at once: back to the baseline,
   * or nothing. A version whose gates have passed stays.
   */
  interrupt(): void {
    const { position, header } = this.deployment;
    const isBack = position.state === 'aborting' || position.state === 'rollingBack';
    if (isBack) return;
    const refusal =
      position.cleared || position.frozen || header.plan.onControllerLoss === 'hold'
        ? 'left as it is'
        : this.feed({ kind: 'command', verb: 'abort', reason: 'the controller was interrupted' });
    if (refusal !== undefined)
      this.end({
        state: this.state,
        reason: `interrupted while ${position.state}; "tensorwright resume ${header.model}" goes on`,
      });
  }

  private feed(input: DeployInput): string | undefined {
    if (this.isOver) return undefined;
    this.events += 1;
    const advance = engine.advance(this.deployment, { ...input, now: this.steered.now() });
    this.carryOut(advance, false);
    return advance.refusal;
  }

  /** @param goesOn a command follows: a pause is not the end */
  private carryOut({ deployment, entries, effects, wake }: Advance, goesOn: boolean): void {
    this.deployment = deployment;
    try {
      for (const entry of entries) {
        this.steered.log.append(entry);
        this.steered.onEvent(eventOf(entry, deployment));
      }
    } catch (error) {
      if (!(error instanceof LogNotWritten)) throw error;
      void this.giveUp(error.message);
      return;
    }
    for (const effect of effects)
      // A target that is not reached gets the next one.
      if (effect.kind === 'heartbeat') this.watched(this.steered.target.heartbeat().catch(seenNothing));
      else this.watched(this.act(effect).then((input) => void this.feed(input)));
    clearTimeout(this.timer);
    if (wake !== undefined) this.timer = setTimeout(() => this.watched(this.tick()), wake);
    if (!goesOn && this.isAtRest) this.end({ state: this.state, reason: deployment.reason });
  }

  /** Nothing is under way, and nothing will be without a command that a person has announced by pausing. */
  private get isAtRest(): boolean {
    const { underWay, position, missed } = this.deployment;
    if (underWay !== undefined || position.todo.length > 0) return false;
    if (finalStates.includes(position.state)) return true;
    // A target that is seen has refused, and is asked again by a person; one that is not may come back.
    if (position.state === 'stuck') return missed.target === 0 || missed.target >= mostMissed;
    return position.state === 'paused' && position.pausedBecause !== 'manual';
  }

  private async tick(): Promise<void> {
    const before = this.events;
    const [target, observations] = await Promise.all([
      this.steered.target.observe().catch(seenNothing),
      this.steered.target.observations(this.deployment.watch.last).catch(seenNothing),
    ]);
    if (this.isOver) return;
    if (this.events !== before) return this.tick();
    this.feed({
      kind: 'tick',
      ...(target === undefined ? {} : { target }),
      ...(observations === undefined ? {} : { observations }),
    });
  }

  private async act(effect: Act): Promise<DeployInput> {
    const { key } = effect;
    try {
      const found = await this.carry(effect);
      return { kind: 'done', key, target: await this.steered.target.observe(), ...found };
    } catch (error) {
      if (error instanceof Superseded) throw error;
      const target = await this.steered.target.observe().catch(seenNothing);
      return { kind: 'failed', key, reason: said(error), ...(target === undefined ? {} : { target }) };
    }
  }

  private async carry(effect: Act): Promise<Partial<Extract<DeployInput, { kind: 'done' }>>> {
    const { kind, target } = this.steered;
    const { header } = this.deployment;
    switch (effect.op) {
      case 'inspect': {
        const baseline = header.baseline === undefined ? undefined : join(dirname(header.folder), header.baseline);
        return { inspection: inspect(header, kind, baseline, await target.observe(), await target.seen()) };
      }
      case 'load':
        await target.load(effect.version);
        return {};
      case 'warm':
        return { warmUp: await this.warm(effect.version, effect.requests) };
      case 'route':
        await target.route(effect.routing);
        return {};
      case 'drain':
        await this.drain(effect.version, effect.seconds);
        return {};
      case 'unload':
        await target.unload(effect.version);
        return {};
    }
  }

  private async warm(version: string, requests: number): ReturnType<typeof warmUp> {
    const { model, baseline, seed } = this.deployment.header;
    const asked = (of: string): { version: string; address: string } => ({
      version: of,
      address: `${this.steered.target.endpoint()}/v2/models/${model}/versions/${of}`,
    });
    const { versions } = await this.steered.target.observe();
    const isThere = versions.some((each) => each.version === baseline && each.state === 'ready');
    const old = baseline !== undefined && baseline !== version && isThere ? asked(baseline) : undefined;
    return warmUp(asked(version), old, requests, seed);
  }

  /** Past the time requests are left to themselves: a routing that has moved on is never taken back for them. */
  private async drain(version: string, seconds: number): Promise<void> {
    const isEmpty = async (): Promise<boolean> => {
      const { versions } = await this.steered.target.observe();
      return (versions.find((each) => each.version === version)?.inFlight ?? 0) === 0;
    };
    await until(seconds, isEmpty, 'requests are still in flight').catch((error: unknown) => {
      if (error instanceof Superseded) throw error;
    });
  }

  /** Nothing more is decided: the baseline answers all requests. */
  private async giveUp(why: string): Promise<void> {
    this.isOver = true;
    clearTimeout(this.timer);
    const { header, id } = this.deployment;
    const served = await this.backToBaseline();
    const reason = `${why}; ${served}`;
    this.steered.onEvent({
      ...eventOf({ ...lastEntry(this.deployment), reason, to: 'rolledBack' }, this.deployment),
      weightPercent: 0,
      deployment: id,
      model: header.model,
    });
    this.end({ state: 'rolledBack', reason });
  }

  private async backToBaseline(): Promise<string> {
    const { baseline, model, plan } = this.deployment.header;
    if (baseline === undefined) return `${model} has no earlier version to go back to`;
    try {
      await this.steered.target.route({
        experiment: '',
        primary: baseline,
        weightPercent: 0,
        shadowPercent: 0,
        onControllerLoss: plan.onControllerLoss,
        deadline: plan.controllerDeadline,
      });
      return `version ${baseline} answers all requests`;
    } catch (error) {
      return `and the requests could not be routed to version ${baseline}: ${said(error)}`;
    }
  }

  /**
   * What fails here is no event of the engine: another controller has taken over, or it is a mistake of ours, for which
   * nobody's requests shall pay.
   */
  private watched(work: Promise<void>): void {
    work.catch((error: unknown) => {
      if (error instanceof Superseded) this.end({ state: this.state, reason: error.message });
      else if (!this.isOver) void this.giveUp(`the controller has failed: ${said(error)}`);
    });
  }

  private end(ended: Ended): void {
    this.isOver = true;
    clearTimeout(this.timer);
    this.finish(ended);
  }
}

function seenNothing(error: unknown): undefined {
  if (error instanceof Superseded) throw error;
  return undefined;
}

const said = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function lastEntry(deployment: Deployment): DeployEntry {
  const { id, epoch, seq, position, reason } = deployment;
  return {
    ...{ seq: seq + 1, ts: Date.now(), deploymentId: id, epoch, actor: 'controller', from: position.state },
    ...{ to: position.state, reason, position },
  };
}
