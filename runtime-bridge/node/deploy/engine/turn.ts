/** One turn of the engine: entries and effects pile up while the deployment moves on. */
import type {
  Action,
  Actor,
  DeployEntry,
  DeployPosition,
  DeployState,
  GateVerdict,
  Intent,
  TargetState,
} from '../../../../protocol/src/deploy';
import { finalStates } from '../../../../protocol/src/deploy';
import type { Advance, Deployment, Effect } from './types';

/** Milliseconds between two looks. */
const pace = 1_000;

type EntryParts = Partial<Pick<DeployEntry, 'result' | 'observed' | 'evidence' | 'override' | 'header'>>;

export interface Move {
  readonly to: DeployState;
  readonly actor: Actor;
  readonly reason: string;
  /** What the new state does, in order; the rest of the old one is dropped. */
  readonly todo?: readonly Action[];
  readonly position?: Partial<DeployPosition>;
  readonly evidence?: readonly GateVerdict[];
  readonly override?: boolean;
}

export class Turn {
  readonly entries: DeployEntry[] = [];
  readonly effects: Effect[] = [];

  constructor(
    public deployment: Deployment,
    readonly now: number,
  ) {}

  get state(): DeployState {
    return this.deployment.position.state;
  }

  set(change: Partial<Deployment>): void {
    this.deployment = { ...this.deployment, ...change };
  }

  /** Into a state, the present one included: its first action starts with the same entry. */
  move({ to, actor, reason, todo = [], position, evidence, override }: Move): void {
    const next = { ...this.deployment.position, ...position, state: to, todo };
    this.set({ attempts: 0, underWay: undefined, ...(to === this.state ? {} : { watched: 0 }) });
    this.write(next, actor, reason, { evidence, override });
  }

  /** What came of an action; the next one of the state starts with the same entry. */
  note(reason: string, parts: EntryParts, position: Partial<DeployPosition> = {}, actor: Actor = 'controller'): void {
    this.set({ underWay: undefined });
    this.write({ ...this.deployment.position, ...position }, actor, reason, parts);
  }

  /** An entry that starts nothing. */
  remark(reason: string, actor: Actor, parts: EntryParts = {}, position: Partial<DeployPosition> = {}): void {
    this.append({ ...this.deployment.position, ...position }, actor, reason, parts, undefined);
  }

  private write(position: DeployPosition, actor: Actor, reason: string, parts: EntryParts): void {
    const [action, ...todo] = position.todo;
    this.append({ ...position, todo }, actor, reason, parts, action);
  }

  private append(
    position: DeployPosition,
    actor: Actor,
    reason: string,
    parts: EntryParts,
    action: Action | undefined,
  ): void {
    const { id, epoch, position: from } = this.deployment;
    const seq = this.deployment.seq + 1;
    const intent: Intent | undefined = action && { ...action, key: `${id}/${seq}` };
    this.entries.push(
      withoutUndefined({
        seq,
        ts: this.now,
        deploymentId: id,
        epoch,
        actor,
        from: from.state,
        to: position.state,
        reason,
        position: withoutUndefined(position),
        ...parts,
        intent,
      }),
    );
    this.set({ seq, reason, position, underWay: intent ?? this.deployment.underWay });
    if (intent !== undefined) this.effects.push({ kind: 'act', ...intent });
  }

  end(refusal?: string): Advance {
    const isAwake = !finalStates.includes(this.state);
    return {
      deployment: this.deployment,
      entries: this.entries,
      effects: this.effects,
      ...(isAwake ? { wake: pace } : {}),
      ...(refusal === undefined ? {} : { refusal }),
    };
  }
}

/** So that an entry is equal to itself after a way through JSON. */
function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T;
}

/** What an observed target says of a version. */
export const seenVersion = (target: TargetState | undefined, version: string) =>
  target?.versions.find((each) => each.version === version);

export const isReady = (target: TargetState | undefined, version: string | undefined): boolean =>
  version !== undefined && seenVersion(target, version)?.state === 'ready';
