/**
 * A deployment: its plan, its states, the records of its log, and what the command line prints of it.
 *
 * The log of a deployment is `<state folder>/deployments/<id>.jsonl`, one record a line, only ever added to. A record
 * that carries an intent is on the disk before the intent is carried out; what was seen afterwards is the next record.
 */

export type OrderPolicy = 'load-first' | 'unload-first';

/** Ways of a deployment; `docs/deploying.md` draws them. */
export type DeployState =
  | 'draft'
  | 'preflight'
  | 'loading'
  | 'warming'
  | 'shadow'
  | 'canary'
  | 'paused'
  | 'promoting'
  | 'soaking'
  | 'promoted'
  | 'aborting'
  | 'rollingBack'
  | 'rolledBack'
  | 'stuck';

/** Nothing happens in these any more but by a new command. */
export const finalStates: readonly DeployState[] = ['promoted', 'rolledBack'];

// ---- The plan

/** A share of the units, held until minimum time and minimum number are there and every gate has passed. */
export interface CanaryStep {
  /** Percent of the units that the new version answers. */
  readonly weight: number;
  /** Answers of the new version in this step, at least. */
  readonly minRequests: number;
  /** Seconds under watch, at least. */
  readonly dwell: number;
  /** Seconds under watch after which an undecided step ends as paused. */
  readonly limit: number;
}

export interface ShadowStep {
  /** Percent of the baseline's requests that are copied. */
  readonly share: number;
  readonly minRequests: number;
  /** Seconds. */
  readonly dwell: number;
  readonly limit: number;
}

interface GateBase {
  /** Judged and shown, but never acted on. */
  readonly dryRun: boolean;
}

/** Rates are shares from 0 to 1; a difference of rates is the new version's less the baseline's. */
export type Gate =
  /** More failed answers than the baseline by less than `margin`. */
  | (GateBase & { readonly kind: 'errors'; readonly margin: number })
  /** Answers slower than `slack` times the baseline's frozen quantile: more of them than the baseline's by less than `margin`. */
  | (GateBase & {
      readonly kind: 'latency';
      readonly quantile: 0.5 | 0.95 | 0.99;
      readonly margin: number;
      /** Factor that counts as equal speed. */
      readonly slack: number;
      /** Milliseconds more than the quantile that count as equal speed. */
      readonly floor: number;
    })
  /** Shadow only: share of pairs in which the versions disagree, under `budget`. */
  | (GateBase & { readonly kind: 'agreement'; readonly budget: number })
  /** Share of answers with NaN or infinity where the baseline has none, under `budget`. */
  | (GateBase & { readonly kind: 'nonFinite'; readonly budget: number })
  /** Largest distance of the distributions of the outputs' means (Kolmogorov-Smirnov) under `effect`, or by chance. */
  | (GateBase & { readonly kind: 'drift'; readonly effect: number; readonly minRequests: number })
  /** Hard limits of the new version's process. */
  | (GateBase & {
      readonly kind: 'resources';
      /** Bytes; absent means no limit. */
      readonly resident?: number;
      /** Multiple of its memory after the warm-up; `growthFloor` bytes are allowed besides. */
      readonly growth: number;
      readonly growthFloor: number;
      readonly queue?: number;
    })
  /** An outcome told later for a request or unit: `better` says in which direction; worse by less than `margin`. */
  | (GateBase & {
      readonly kind: 'outcome';
      readonly name: string;
      readonly better: 'higher' | 'lower';
      readonly margin: number;
    });

/** A/B test: the split stays until the metric is known well enough. */
export interface Experiment {
  /** `errors`, `latency` (ms), or the name of an outcome. */
  readonly metric: string;
  readonly better: 'higher' | 'lower';
  /** Percent of the units that see the new version. */
  readonly weight: number;
  /** Smallest difference worth knowing, in the metric's unit. */
  readonly effect: number;
  readonly minRequests: number;
  readonly limit: number;
}

/** A whole plan; a `deploy.yaml` may leave out everything. */
export interface DeployPlan {
  readonly order: OrderPolicy | 'auto';
  /** Requests replayed before any traffic. */
  readonly warmup: number;
  readonly shadow?: ShadowStep;
  readonly steps: readonly CanaryStep[];
  readonly gates: readonly Gate[];
  readonly experiment?: Experiment;
  /** Request header that names the unit, in lower case. */
  readonly unit?: { readonly header: string };
  readonly onControllerLoss: 'baseline' | 'hold';
  /** Seconds of silence that mean that the controller is lost. */
  readonly controllerDeadline: number;
  /** Seconds that the old version stays warm, and gates guard the new one. */
  readonly soak: number;
  /** Seconds that requests in flight are waited for. */
  readonly drain: number;
  /** Unload-first: seconds for which requests may be held off. */
  readonly hold: number;
  /** Chance of a wrong verdict, shared out over the gates. */
  readonly alpha: number;
}

// ---- What gates say

/** `insufficient`: not enough seen to say anything; `pending`: can't be judged here, as labels that come later. */
export type Decision = 'pass' | 'fail' | 'insufficient' | 'pending';

export interface GateVerdict {
  /** `errors`, `latency-p95`, `agreement`, `sample-ratio`, ... */
  readonly gate: string;
  readonly decision: Decision;
  readonly dryRun: boolean;
  readonly nBaseline: number;
  readonly nCandidate: number;
  /** Absent where nothing was seen. */
  readonly estimate?: number;
  readonly lower?: number;
  readonly upper?: number;
  /** What `upper` must stay under for a pass. */
  readonly margin?: number;
  /** Chance of a wrong failure that this gate may use up. */
  readonly alpha: number;
  /** Answers of the new version that are still needed, as far as can be told. */
  readonly toGo?: number;
  /** To be read aloud: n, estimate, interval, margin, and what would change it. */
  readonly sentence: string;
}

// ---- The target

/** What a target shows of one model; every adapter translates to it. */
export interface TargetState {
  /** Highest epoch that it has taken commands of. */
  readonly epoch: number;
  readonly versions: readonly TargetVersion[];
  readonly routing?: TargetRouting;
  /** It went back to the baseline by itself because its controller was silent. */
  readonly takenBack: boolean;
}

export interface TargetVersion {
  readonly version: string;
  readonly state: 'loading' | 'ready' | 'unloading' | 'failed';
  readonly reason?: string;
  /** Bytes. */
  readonly resident?: number;
  readonly inFlight?: number;
}

export interface TargetRouting {
  /** Salt of the buckets; empty while nothing is split. */
  readonly experiment: string;
  /** Who answers what the candidate doesn't; absent while requests are held off (503 with Retry-After). */
  readonly primary?: string;
  readonly candidate?: string;
  readonly weightPercent: number;
  readonly shadowPercent: number;
  readonly unitHeader?: string;
  readonly onControllerLoss: 'baseline' | 'hold';
  readonly deadline: number;
}

// ---- The log

export type Actor = 'user' | 'gate' | 'timeout' | 'recovery' | 'controller';

/** One thing to do at the target. All set a value: done twice is done once. */
export type Action =
  /** Read checksums, signatures, memory and the target's state. */
  | { readonly op: 'inspect' }
  | { readonly op: 'load'; readonly version: string }
  /** Replay inputs at a loaded version, compare golden answers. */
  | { readonly op: 'warm'; readonly version: string; readonly requests: number }
  | { readonly op: 'route'; readonly routing: TargetRouting }
  | { readonly op: 'drain'; readonly version: string; readonly seconds: number }
  /** Done when the version has ended, not when the target says OK. */
  | { readonly op: 'unload'; readonly version: string };

export type Intent = Action & {
  /** `<deployment>/<seq>` of the record that carries it. */
  readonly key: string;
};

/** Where a deployment stands: with the header, all that is needed to go on after a crash. */
export interface DeployPosition {
  readonly state: DeployState;
  /** Step of the canary, from 0. */
  readonly step: number;
  readonly weightPercent: number;
  readonly shadowPercent: number;
  /** Decided in preflight. */
  readonly order: OrderPolicy;
  /** Actions of this state that are not begun yet, in order. */
  readonly todo: readonly Action[];
  /** Where `resume` goes. */
  readonly pausedFrom?: DeployState;
  readonly pausedBecause?: PauseCause;
  /** Neither promotion nor rollback, by command. */
  readonly frozen: boolean;
  /** Every gate of the last step passed, or a person overrode them. */
  readonly cleared: boolean;
  /** Bytes of the new version after its warm-up. */
  readonly warmResident?: number;
  /** Last observation that does not belong to the present phase. */
  readonly after: number;
  /** By gate: what the new version is held against once the baseline gets no traffic. */
  readonly guard?: Readonly<Record<string, GuardLimit>>;
}

export interface GuardLimit {
  /** The baseline's rate, at most. */
  readonly rate: number;
  /** Latency: milliseconds over which an answer is slow. */
  readonly millis?: number;
}

export type PauseCause =
  | 'manual'
  | 'insufficient'
  | 'inconclusive'
  | 'metrics-lost'
  | 'sample-ratio'
  | 'controller-restart'
  | 'controller-loss'
  | 'finished';

/** First record's, of every deployment. */
export interface DeployHeader {
  readonly model: string;
  readonly target: string;
  /** `rollback`: no gates, back to a version that was there before. */
  readonly mode: 'canary' | 'experiment' | 'rollback';
  /** Absent for the first version of a model. */
  readonly baseline?: string;
  readonly candidate: string;
  readonly plan: DeployPlan;
  /** Folder of the candidate; its files' hash; where it comes from. */
  readonly folder: string;
  readonly sha256: string;
  readonly commit?: string;
  readonly dataset?: string;
  readonly conversion?: string;
  /** Seed of everything drawn by chance. */
  readonly seed: number;
}

/** What the engine writes; the log file adds the chain. */
export interface DeployEntry {
  readonly seq: number;
  /** Milliseconds since 1970, by the controller's clock. */
  readonly ts: number;
  readonly deploymentId: string;
  readonly epoch: number;
  readonly actor: Actor;
  readonly from: DeployState;
  readonly to: DeployState;
  /** Plain sentence. */
  readonly reason: string;
  readonly position: DeployPosition;
  readonly header?: DeployHeader;
  readonly intent?: Intent;
  /** What came of the intent of an earlier record, by its key. */
  readonly result?: { readonly key: string; readonly ok: boolean; readonly reason?: string };
  readonly observed?: TargetState;
  readonly evidence?: readonly GateVerdict[];
  /** A person went past gates that had not passed. */
  readonly override?: boolean;
}

/** A line of the log. `hash` is sha256 in hex of the line's JSON without `hash`; the first `prevHash` is 64 zeros. */
export interface DeployRecord extends DeployEntry {
  readonly prevHash: string;
  readonly hash: string;
}

// ---- What the command line prints

/** `tensorwright deploy --format json`: one a line. */
export interface DeployEvent {
  readonly seq: number;
  /** ISO 8601, UTC. */
  readonly ts: string;
  readonly deployment: string;
  readonly model: string;
  readonly state: DeployState;
  readonly baseline: string | null;
  readonly candidate: string;
  readonly weightPercent: number;
  /** Of all gates together; null where none is judged. */
  readonly verdict: Decision | null;
  readonly reason: string;
  readonly actor: Actor;
  readonly gates: readonly GateVerdict[];
}

/** `tensorwright status --format json`. */
export interface DeployStatus {
  readonly deployments: readonly {
    readonly id: string;
    readonly model: string;
    readonly target: string;
    readonly state: DeployState;
    readonly baseline: string | null;
    readonly candidate: string;
    readonly weightPercent: number;
    readonly endpoint: string | null;
    readonly reason: string;
  }[];
  /** Deployments whose logs can't be believed or read from their first line on. */
  readonly unreadable: readonly { readonly id: string; readonly model: string; readonly reason: string }[];
  readonly serving: readonly {
    readonly model: string;
    readonly version: string;
    readonly ready: boolean;
    readonly endpoint: string | null;
  }[];
}
