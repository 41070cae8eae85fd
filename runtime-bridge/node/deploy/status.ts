/** What is deployed from a state folder, and what serves: from the logs, and from the front where it runs. */
import type { DeployStatus } from '../../../protocol/src/deploy';
import { findFront } from '../inference/frontProcess';
import { holderOf, isHeld } from './lease';
import { targetNamed } from './targets';
import { allDeployments, isFinal, leaseFolder, type Recorded } from './records';

type Row = DeployStatus['deployments'][number];

export async function statusOf(stateFolder: string): Promise<DeployStatus> {
  const front = await findFront(stateFolder);
  const state = await front?.state();
  const endpoint = front?.endpoint ?? null;
  const row = (each: Recorded): Row => {
    const { id, header, last } = each;
    const routing = state?.routings.find(({ model }) => model === header.model);
    const isSplit = routing?.experiment === id;
    return {
      id,
      model: header.model,
      target: header.target,
      state: last.to,
      baseline: header.baseline ?? null,
      candidate: header.candidate,
      // While it is under way the front knows better: it may have taken the traffic back.
      weightPercent: isSplit ? routing.weightPercent : last.position.weightPercent,
      endpoint: targetNamed(header.target)?.kind.endpoint?.(stateFolder, header.model) ?? endpoint,
      reason: reasonOf(each, stateFolder),
    };
  };
  const { deployments, unreadable } = allDeployments(stateFolder);
  return {
    deployments: deployments.map(row),
    unreadable,
    serving: (state?.versions ?? []).map(({ model, version, state: at }) => ({
      model,
      version,
      ready: at === 'ready',
      endpoint,
    })),
  };
}

function reasonOf(each: Recorded, stateFolder: string): string {
  const { broken, header, last, id } = each;
  if (broken !== undefined) return `its log was changed: ${broken}; nothing is steered by it`;
  if (isFinal(each)) return last.reason;
  const holder = holderOf(leaseFolder(stateFolder), header.model);
  const isSteered = holder !== undefined && isHeld(holder) && holder.reached?.deployment === id;
  const { model } = header;
  return isSteered
    ? last.reason
    : `${last.reason}; nobody steers it: "tensorwright resume ${model}" or "abort ${model}" takes over`;
}
