/** Whether a deployment may start at all, and in which order its versions are loaded. */
import type { DeployHeader, OrderPolicy } from '../../../../protocol/src/deploy';
import type { Inspection } from './types';
import { mebibytes } from './words';

/** Left free beside what the new version is expected to need: this much, or a tenth of it where that is more. */
const headroom = 256 * 2 ** 20;

export type Clearance = { readonly order: OrderPolicy; readonly reason: string } | { readonly refused: string };

export function clear({ plan, baseline, candidate, mode }: DeployHeader, found: Inspection): Clearance {
  const [problem] = found.problems;
  if (problem !== undefined) return { refused: problem };
  const primary = found.target.routing?.primary;
  if (baseline !== undefined && primary !== undefined && primary !== baseline)
    return { refused: `The target serves version ${primary}, not version ${baseline} as this deployment expects` };
  if (baseline === undefined) return { order: 'load-first', reason: `Version ${candidate} is the first of its model` };
  const order = orderOf(plan.order, found);
  if ('refused' in order || order.order === 'unload-first' || mode === 'rollback') return order;
  if (!found.canSplit && plan.steps.length > 0)
    return {
      refused: 'The target can not split requests, and the plan has canary steps; leave them out with "steps: []"',
    };
  if (!found.canShadow && plan.shadow !== undefined)
    return { refused: 'The target can not copy requests, and the plan has a shadow; leave it out with "shadow: off"' };
  return order;
}

function orderOf(wanted: OrderPolicy | 'auto', found: Inspection): Clearance {
  if (wanted === 'unload-first') return { order: wanted, reason: 'The plan says to unload the old version first' };
  const { candidateEstimate, free, baselineResident = 0 } = found;
  if (candidateEstimate === undefined || free === undefined)
    return {
      order: 'load-first',
      reason: 'Memory can not be told at this target; both versions are loaded side by side',
    };
  const needed = candidateEstimate + Math.max(headroom, candidateEstimate / 10);
  const numbers = `the new version needs about ${mebibytes(needed)} with headroom, ${mebibytes(free)} are free`;
  if (needed <= free) return { order: 'load-first', reason: `Both versions fit in memory: ${numbers}` };
  if (wanted === 'load-first')
    return { refused: `Both versions do not fit in memory: ${numbers}; free memory, or set "order: unload-first"` };
  if (needed <= free + baselineResident)
    return {
      order: 'unload-first',
      reason: `Both versions do not fit in memory (${numbers}), so the old one leaves first and there is no canary`,
    };
  return { refused: `The new version does not fit in memory even alone: ${numbers}` };
}
