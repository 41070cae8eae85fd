/**
 * What a deployment is steered through. A target sets values and reads them back; it decides nothing. Every call has a
 * deadline, and every call may be given again.
 */
import type { TargetRouting, TargetState } from '../../../../protocol/src/deploy';
import type { Observation } from '../../../../protocol/src/front';

/** The target does not answer, or not in time. */
export class TargetDown extends Error {}
/** The target said no, or shows something else than it was asked for. */
export class TargetRefused extends Error {}
/** A controller with a higher epoch steers the model: this one has nothing to say any more. */
export class Superseded extends Error {}

/** Where a model is served and by whose order. */
export interface TargetPlace {
  readonly model: string;
  /** The folder of the model: `<models>/<name>`, absolute. */
  readonly modelFolder: string;
  /** `.tensorwright`, absolute. */
  readonly stateFolder: string;
  /** Of the server, where the target has one: `http://127.0.0.1:8000`. */
  readonly server?: string;
  /** `dist/front.js`. */
  readonly frontScript: string;
  /** Of the front, for its first start. */
  readonly port?: number;
  readonly epoch: number;
  /** Seconds that requests in flight are waited for. */
  readonly drain: number;
}

export interface Target {
  /** What it shows of the model now. */
  observe(): Promise<TargetState>;
  /** Done when the version can answer. */
  load(version: string): Promise<void>;
  /** Done when new requests go where the routing says. */
  route(routing: TargetRouting): Promise<void>;
  /** Done when the version is gone. */
  unload(version: string): Promise<void>;
  /** Sequence of the newest observation. */
  seen(): Promise<number>;
  /** What was answered since the observation with this sequence; oldest first. */
  observations(after: number): Promise<readonly Observation[]>;
  /** The controller lives. */
  heartbeat(): Promise<void>;
  /** Base address of requests in the Open Inference Protocol: those that name no version are split. */
  endpoint(): string;
}

/** A way of serving: one file, one line in `targets/index.ts`. */
export interface TargetKind {
  readonly id: string;
  readonly canSplit: boolean;
  readonly canShadow: boolean;
  /** Whether its observations tell of what was answered and of outcomes, not only how fast and whether. */
  readonly canRead: boolean;
  /** Reaches the target, and starts what of it is ours. */
  open(place: TargetPlace): Promise<Target>;
  /** Where clients ask while no controller has it open. Absent: at our front. */
  endpoint?(stateFolder: string, model: string): string | undefined;
}
