/**
 * What goes into the engine and what comes out. The engine is pure: it decides, a controller acts.
 *
 * `advance(deployment, event)` answers with entries, effects and a wake-up time. The controller appends the entries to
 * the log (fsync) and only then carries out the effects, in order. At most one effect with a key is under way; its
 * result comes back as the event `done` or `failed`. All that depends on the world is in the events: time, chance (the
 * header's seed), observations.
 */
import type {
  DeployEntry,
  DeployHeader,
  DeployPosition,
  GateVerdict,
  Intent,
  TargetState,
} from '../../../../protocol/src/deploy';
import type { Observation } from '../../../../protocol/src/front';
import type { Watch } from './watch';

/** What the effect `inspect` finds. Everything that refuses a deployment before traffic is here. */
export interface Inspection {
  /** Sentences: checksum, format, a tensor that the baseline has otherwise. One is enough to refuse. */
  readonly problems: readonly string[];
  /** Bytes; absent where it can't be told. */
  readonly baselineResident?: number;
  readonly candidateEstimate?: number;
  readonly free?: number;
  readonly canSplit: boolean;
  readonly canShadow: boolean;
  readonly target: TargetState;
  /** Sequence of the newest observation: what was seen before is no evidence on this version. */
  readonly seen: number;
}

/** What the effect `warm` finds. */
export interface WarmUp {
  readonly requests: number;
  /** Sentences: NaN, a shape that is not declared, a golden answer that differs. One is enough to refuse. */
  readonly problems: readonly string[];
}

export type Verb = 'pause' | 'resume' | 'promote' | 'abort' | 'rollback' | 'freeze' | 'retry';

/** What a person asks. `promote` goes one step on, or all the way with `full`. */
export interface Command {
  readonly kind: 'command';
  readonly verb: Verb;
  readonly full?: boolean;
  /** Needed for a promotion while gates have not passed. */
  readonly reason?: string;
}

export type DeployInput =
  | Command
  /** An effect with this key has ended as it should, and this is what the target shows now. */
  | {
      readonly kind: 'done';
      readonly key: string;
      readonly target: TargetState;
      readonly inspection?: Inspection;
      readonly warmUp?: WarmUp;
    }
  /** It did not: refused, past its deadline, or the target shows something else than asked. */
  | { readonly kind: 'failed'; readonly key: string; readonly reason: string; readonly target?: TargetState }
  /** Time has passed. What was seen since the last one; `target` absent where it could not be observed. */
  | {
      readonly kind: 'tick';
      readonly target?: TargetState;
      /** Absent where they could not be read. */
      readonly observations?: readonly Observation[];
      readonly queue?: number;
    };

/** Every event carries the controller's clock (milliseconds since 1970). It may jump: time under watch is counted apart. */
export type DeployEventIn = DeployInput & { readonly now: number };

export type Effect =
  /** An action that the log knows; answer with `done` or `failed`. */
  | (Intent & { readonly kind: 'act' })
  /** The controller is alive; no answer. */
  | { readonly kind: 'heartbeat' };

/** A deployment at work. `watch` holds what gates have seen; it is changed in place, all else is replaced. */
export interface Deployment {
  readonly id: string;
  readonly epoch: number;
  readonly header: DeployHeader;
  readonly position: DeployPosition;
  /** Of the last entry. */
  readonly seq: number;
  readonly reason: string;
  readonly underWay?: Intent;
  /** How often the action under way has failed. */
  readonly attempts: number;
  /** Ticks in a row without a sight of the target, and without observations. */
  readonly missed: { readonly target: number; readonly observations: number };
  /** Milliseconds under watch in this step: gaps and jumps of the clock don't count. */
  readonly watched: number;
  readonly tickedAt: number;
  /** Milliseconds for which the target has held requests off. */
  readonly held: number;
  /** What the gates said without deciding, written last: when, and after how many answers. */
  readonly reading: { readonly at: number; readonly answers: number };
  readonly verdicts: readonly GateVerdict[];
  /** A controller reads observations on after `watch.last`. */
  readonly watch: Watch;
}

export interface Advance {
  readonly deployment: Deployment;
  /** To be appended, in order, before any effect. */
  readonly entries: readonly DeployEntry[];
  readonly effects: readonly Effect[];
  /** Milliseconds until the next `tick` is wanted; absent where nothing happens without a command. */
  readonly wake?: number;
  /** Why a command was not taken, in a sentence. */
  readonly refusal?: string;
}

export interface DeployEngine {
  /** A new deployment: its header is the first entry, `inspect` its first effect. */
  begin(id: string, epoch: number, header: DeployHeader, now: number): Advance;
  advance(deployment: Deployment, event: DeployEventIn): Advance;
  /**
   * Takes a deployment over from its log, whose chain has been checked.
   *
   * @param epoch of the new controller, higher than every epoch of the log
   * @param target what the target shows now; undefined where it can't be observed: the answer is `stuck`
   */
  recover(log: readonly DeployEntry[], epoch: number, target: TargetState | undefined, now: number): Advance;
}
