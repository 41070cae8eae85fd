/** Following a deployment that another process steers, through its log. */
import { type DeployEvent, finalStates } from '../../../protocol/src/deploy';
import type { Ended } from './controller';
import { eventOf } from './engine';
import { holderOf, isHeld } from './lease';
import { leaseFolder, recorded } from './records';
import { Refused } from './steer';

const lookEveryMs = 50;

/** Tells what happens until it is over, or until nobody steers it any more. */
export async function follow(
  stateFolder: string,
  id: string,
  after: number,
  onEvent: (event: DeployEvent) => void,
): Promise<Ended> {
  for (let told = after; ;) {
    const found = recorded(stateFolder, id);
    if (found === undefined) throw new Refused(`the deployment ${id} has no log`);
    // Asked before the log is read, a holder that ends in between would be waited for once more; no harm.
    const holder = holderOf(leaseFolder(stateFolder), found.header.model);
    for (const record of found.records)
      if (record.seq > told) {
        onEvent(eventOf(record, found));
        told = record.seq;
      }
    const isSteered = holder !== undefined && isHeld(holder) && holder.reached?.deployment === id;
    if (finalStates.includes(found.last.to) || !isSteered) return { state: found.last.to, reason: found.last.reason };
    await new Promise((settle) => setTimeout(settle, lookEveryMs));
  }
}
