/** The pure engine of deployments: decides what a controller does. `types.ts` says what goes in and comes out. */
import type { DeployEntry, DeployEvent, Decision, GateVerdict } from '../../../../protocol/src/deploy';
import { advance, begin } from './machine';
import { recover } from './recovery';
import type { DeployEngine, Deployment } from './types';

export const engine: DeployEngine = { begin, advance, recover };
export type * from './types';

/** What the gates say together. */
export function together(verdicts: readonly GateVerdict[]): Decision | null {
  const counted = verdicts.filter((each) => !each.dryRun).map((each) => each.decision);
  if (counted.length === 0) return null;
  return (['fail', 'insufficient', 'pending'] as const).find((each) => counted.includes(each)) ?? 'pass';
}

/** An entry as the command line prints it. */
export function eventOf(entry: DeployEntry, { header }: Pick<Deployment, 'header'>): DeployEvent {
  const gates = entry.evidence ?? [];
  return {
    seq: entry.seq,
    ts: new Date(entry.ts).toISOString(),
    deployment: entry.deploymentId,
    model: header.model,
    state: entry.to,
    baseline: header.baseline ?? null,
    candidate: header.candidate,
    weightPercent: entry.position.weightPercent,
    verdict: together(gates),
    reason: entry.reason,
    actor: entry.actor,
    gates,
  };
}
