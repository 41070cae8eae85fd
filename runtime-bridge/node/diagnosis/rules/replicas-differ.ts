/** Replicas of a model that should be equal are not. */
import { diagnosis } from '../rule';
import { shown } from '../numbers';

interface State {
  /** Added to in place, as the runs are long. */
  readonly sums: Map<string, { readonly rank: number; readonly sum: number }>;
  readonly differing: number;
  readonly compared: number;
  readonly name: string;
  readonly values: readonly [number, number];
  readonly ranks: readonly [number, number];
}

export const replicasDiffer = diagnosis({
  id: 'replicas-differ',
  catalogue: 'R1',
  summary: 'Processes that train one model together have different weights.',
  why: 'Gradients are averaged so that all replicas stay equal. Calling the model inside the wrapper (ddp.module) leaves the averaging out.',
  source: 'TrainCheck, consistency across ranks.',
  needs: ['stats'],
  thresholds: { steps: 2 },
  rank: 18,
  start: (): State => ({ sums: new Map(), differing: 0, compared: 0, name: '', values: [0, 0], ranks: [0, 0] }),
  step(state, record, run, rank): State {
    if (record.kind !== 'stats' || record.what !== 'weight' || (run.start?.world ?? 1) < 2) return state;
    const { sums } = state;
    let next = state;
    for (const { name, sum, sumSquares } of record.entries) {
      const key = `${record.step} ${name}`;
      const other = sums.get(key);
      if (other === undefined) {
        sums.set(key, { rank, sum });
        continue;
      }
      if (other.rank === rank) continue;
      const apart = Math.abs(sum - other.sum) > 1e-5 * Math.max(1e-3, Math.sqrt(sumSquares));
      next = {
        ...next,
        compared: next.compared + 1,
        differing: next.differing + Number(apart),
        ...(apart ? { name, values: [other.sum, sum] as const, ranks: [other.rank, rank] as const } : {}),
      };
    }
    return next;
  },
  verdict({ differing, compared, name, values, ranks }, t, run) {
    if (differing < t.steps || differing < 0.5 * compared) return undefined;
    return {
      severity: 'error',
      layer: run.ownerOf(name),
      place: run.calledAt('backward') ?? run.optimizer,
      message: `${name} sums to ${shown(values[0])} on rank ${ranks[0]} and ${shown(values[1])} on rank ${ranks[1]}: the replicas drift apart.`,
      suggestions: [
        { title: 'Call the DistributedDataParallel wrapper itself, not its .module', ...run.calledAt('backward') },
        { title: 'Start all ranks from the same weights', ...run.layerPlace(run.ownerOf(name)) },
      ],
    };
  },
});
