/**
 * The embedded front: a process of its own that answers the Open Inference Protocol, splits requests over versions and
 * tells its controller what it saw.
 *
 * Two listeners, both on the loopback interface: the public one speaks the protocol, the control one takes JSON over
 * HTTP with `Authorization: Bearer TOKEN`, refuses every request that carries an Origin, and serves one controller a
 * model at a time: each command carries the controller's epoch, and one lower than the highest seen for its model is
 * answered with 409. Every command sets a value, none increments, so that a command which is given again after a crash
 * does no harm.
 */

/** `<state folder>/front.json`, readable by its owner only. */
export interface FrontAddress {
  readonly version: 1;
  readonly pid: number;
  /** Of the Open Inference Protocol. A front that is started again takes the same one. */
  readonly port: number;
  readonly controlPort: number;
  readonly token: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
}

/** `failed`: it ended by itself or could not be loaded; `reason` says why. */
export type ServedState = 'loading' | 'ready' | 'unloading' | 'failed';

/** One version, in one child process. */
export interface ServedVersion {
  readonly model: string;
  readonly version: string;
  readonly state: ServedState;
  readonly reason?: string;
  /**
   * Its folder, `<models>/<name>/<version>`; or the address of a version on another server that speaks the protocol,
   * `http://HOST:PORT/v2/models/NAME/versions/N`: then the front runs no process for it, asks `ADDRESS/ready` and passes
   * requests on to `ADDRESS/infer`, and unloading only forgets it.
   */
  readonly folder: string;
  readonly pid?: number;
  /** Bytes of its process. */
  readonly resident?: number;
  readonly inFlight: number;
}

/** Who answers the requests of a model that name no version. */
export interface Routing {
  readonly model: string;
  /** Salt of the buckets, and what `x-experiment` says; empty while nothing is split. */
  readonly experiment: string;
  readonly baseline: string;
  /** Requests are held off with 503 and Retry-After, and no version needs to be ready: both can't be in memory at once. */
  readonly held?: boolean;
  readonly candidate?: string;
  /** Share of units that the candidate answers, 0 to 100. */
  readonly weightPercent: number;
  /** Share of the baseline's requests that the candidate gets a copy of, 0 to 100. */
  readonly shadowPercent: number;
  /** Request header that names the unit, in lower case; a request without it is split by chance. */
  readonly unitHeader?: string;
  /** What the front does by itself once it has heard nothing from its controller for `deadline`. */
  readonly onControllerLoss: 'baseline' | 'hold';
  /** Seconds. */
  readonly deadline: number;
}

export interface FrontState {
  readonly version: 1;
  /** Highest epoch that a command carried, of any model. */
  readonly epoch: number;
  readonly versions: readonly ServedVersion[];
  readonly routings: readonly Routing[];
  /** Models that the front took back to their baseline because their controller was silent. */
  readonly takenBack: readonly string[];
}

/** What the front saw of one answer. Numbers summarise the first numeric tensor. */
export interface TensorSummary {
  readonly mean: number;
  readonly rms: number;
  /** Values that are NaN or infinite. */
  readonly nonFinite: number;
}

/** A request that a version answered. Refusals of wrong requests (400) are not observed: they say nothing of a version. */
export interface RequestObservation {
  readonly kind: 'request';
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Hash of the unit's name; absent where the request had none. */
  readonly unit?: string;
  readonly arm: 'baseline' | 'candidate';
  readonly version: string;
  readonly ok: boolean;
  /** Milliseconds in the arm. */
  readonly millis: number;
  readonly input?: TensorSummary;
  readonly output?: TensorSummary;
}

/** One request, answered by the baseline for the user and by the candidate for the comparison. */
export interface PairObservation {
  readonly kind: 'pair';
  readonly sequence: number;
  readonly at: number;
  readonly unit?: string;
  readonly baselineOk: boolean;
  readonly candidateOk: boolean;
  readonly baselineMillis: number;
  readonly candidateMillis: number;
  /** Same class where the first output has one (last dim over 1), else close within 1e-3 relative and 1e-5 absolute. */
  readonly agrees?: boolean;
  readonly maxAbsolute?: number;
  readonly baselineOutput?: TensorSummary;
  readonly candidateOutput?: TensorSummary;
}

/** What a client told later of a unit or an answer: a click, whether a label was right, an amount. */
export interface OutcomeObservation {
  readonly kind: 'outcome';
  readonly sequence: number;
  readonly at: number;
  readonly unit?: string;
  readonly arm: 'baseline' | 'candidate';
  readonly name: string;
  readonly value: number;
}

export type Observation = RequestObservation | PairObservation | OutcomeObservation;

/** Newest observations that a front keeps for each model; older ones count as lost and the gap shows in `sequence`. */
export const keptObservations = 100_000;

/** Body of each command: POST `/control/NAME`. Answers are 200 with FrontState, or `{"error"}` with 400, 404, 409. */
export interface FrontCommands {
  /** Starts its process and answers at once; the state says when it is ready. Nothing changes where it is ready. */
  readonly load: { readonly epoch: number; readonly model: string; readonly version: string; readonly folder: string };
  /** Waits for requests in flight up to `drain` seconds. Refused with 400 while the routing names the version. */
  readonly unload: { readonly epoch: number; readonly model: string; readonly version: string; readonly drain: number };
  /** From the answer on, new requests go where it says. Refused with 400 where a version with a share isn't ready. */
  readonly route: { readonly epoch: number; readonly routing: Routing };
  readonly heartbeat: { readonly epoch: number; readonly model: string };
}
/** GET `/control/state`: FrontState. GET `/control/observations?model=M&after=S&limit=L`: ObservationPage. POST `/control/stop`. */
export interface ObservationPage {
  readonly observations: readonly Observation[];
  /** Sequence of the newest there is; sequences rise, also from one front to the next. */
  readonly last: number;
}
