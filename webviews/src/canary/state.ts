/** What the view shows, folded from messages; everything else is derived from the logs. */
import { type CanaryVerb, type DeploymentLog, type ToCanary } from '../../../protocol/src/canary';
import {
  type Decision,
  type DeployHeader,
  type DeployRecord,
  type DeployState,
  finalStates,
  type GateVerdict,
} from '../../../protocol/src/deploy';

export interface CanaryState {
  readonly logs: readonly DeploymentLog[];
  /** Chosen by the user; else the newest that goes on, else the newest. */
  readonly chosen: string | undefined;
  readonly said: { readonly ok: boolean; readonly words: string } | undefined;
}

export type Message = ToCanary | { readonly kind: 'choose'; readonly deployment: string };

export const start: CanaryState = { logs: [], chosen: undefined, said: undefined };

export function reduce(state: CanaryState, message: Message): CanaryState {
  switch (message.kind) {
    case 'deployments':
      return { ...state, logs: message.logs.filter(({ records }) => records[0]?.header !== undefined) };
    case 'show':
    case 'choose':
      return { ...state, chosen: message.deployment, said: undefined };
    case 'said':
      return { ...state, said: { ok: message.ok, words: message.words } };
    default:
      return message satisfies never;
  }
}

/** A deployment as the view draws it. */
export interface Shown {
  readonly id: string;
  readonly header: DeployHeader;
  readonly last: DeployRecord;
  readonly state: DeployState;
  /** Of the newest record that has some; of the present phase only. */
  readonly gates: readonly GateVerdict[];
  readonly records: readonly DeployRecord[];
}

export const newestFirst = (logs: readonly DeploymentLog[]): readonly DeploymentLog[] =>
  [...logs].sort((a, b) => (b.records[0]?.ts ?? 0) - (a.records[0]?.ts ?? 0));

export const stateOf = ({ records }: DeploymentLog): DeployState => records.at(-1)?.to ?? 'draft';

export function shown(state: CanaryState): Shown | undefined {
  const ordered = newestFirst(state.logs);
  const log =
    ordered.find(({ id }) => id === state.chosen) ??
    ordered.find((one) => !finalStates.includes(stateOf(one))) ??
    ordered[0];
  const [header, last] = [log?.records[0]?.header, log?.records.at(-1)];
  if (log === undefined || header === undefined || last === undefined) return undefined;
  return { id: log.id, header, last, state: last.to, gates: gatesOf(log.records), records: log.records };
}

/** What was judged last stands until something else is judged, also after the deployment has ended. */
const gatesOf = (records: readonly DeployRecord[]): readonly GateVerdict[] =>
  records.findLast(({ evidence }) => evidence !== undefined && evidence.length > 0)?.evidence ?? [];

/** Where it stands; of a deployment that went back, also why it did. */
export function verdictOf({ state, last, records }: Shown): string {
  const turned = records.findLast(({ from, to }) => from !== to && (to === 'aborting' || to === 'rollingBack'));
  return state === 'rolledBack' && turned !== undefined ? `${last.reason}. ${turned.reason}` : last.reason;
}

export interface Stage {
  readonly label: string;
  readonly now: boolean;
  readonly done: boolean;
}

/** The way of this plan, with a stage for each step of the canary. */
export function stages({ header, last, state }: Shown): readonly Stage[] {
  const { plan, mode, baseline } = header;
  const watched = mode === 'canary' && baseline !== undefined;
  const way: readonly { readonly label: string; readonly states: readonly DeployState[]; readonly step?: number }[] = [
    { label: 'preflight', states: ['draft', 'preflight'] },
    { label: 'load', states: ['loading'] },
    { label: 'warm up', states: ['warming'] },
    ...(watched && plan.shadow !== undefined
      ? [{ label: `shadow ${plan.shadow.share} %`, states: ['shadow'] as const }]
      : []),
    ...(watched
      ? plan.steps.map(({ weight }, step) => ({ label: `${weight} %`, states: ['canary'] as const, step }))
      : []),
    ...(mode === 'experiment' ? [{ label: 'A/B test', states: ['canary'] as const }] : []),
    { label: 'promote', states: ['promoting', 'soaking'] },
    { label: 'promoted', states: ['promoted'] },
  ];
  const at: DeployState = state === 'paused' ? (last.position.pausedFrom ?? state) : state;
  const now = way.findIndex(
    ({ states, step }) => states.includes(at) && (step === undefined || step === last.position.step),
  );
  return way.map(({ label }, index) => ({ label, now: index === now, done: now > index }));
}

/** Verbs that mean something now. */
export function verbsFor({ state, last }: Shown): readonly CanaryVerb[] {
  if (state === 'promoted') return ['rollback'];
  if (state === 'rolledBack' || state === 'aborting' || state === 'rollingBack') return [];
  const hold = last.position.frozen ? (['resume'] as const) : (['pause', 'freeze'] as const);
  if (state === 'paused' || state === 'stuck') return ['promote', 'resume', 'abort'];
  if (state === 'soaking') return ['rollback'];
  if (state === 'shadow' || state === 'canary') return ['promote', ...hold, 'abort'];
  return ['abort'];
}

/** Worst first, so that what decides stands on top. */
export const byWeight = (gates: readonly GateVerdict[]): readonly GateVerdict[] => {
  const rank: Readonly<Record<Decision, number>> = { fail: 0, insufficient: 1, pending: 2, pass: 3 };
  return [...gates].sort((a, b) => rank[a.decision] - rank[b.decision]);
};
