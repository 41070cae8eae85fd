/** How large each weight was at first and is now, folded over the samples of a run. */
import type { JournalRecord } from '../../../protocol/src/journal';

/** Root mean squares, and how often the weight was sampled. */
export interface WeightSize {
  readonly first: number;
  readonly last: number;
  readonly samples: number;
}
export type WeightSizes = Map<string, WeightSize>;

/** The same sizes, with those of a record of weights. */
export function weightSizes(sizes: WeightSizes, record: JournalRecord): WeightSizes {
  if (record.kind !== 'stats' || record.what !== 'weight') return sizes;
  for (const { name, sumSquares, n } of record.entries) {
    const size = Math.sqrt(sumSquares / Math.max(1, n));
    const before = sizes.get(name);
    sizes.set(name, { first: before?.first ?? size, last: size, samples: (before?.samples ?? 0) + 1 });
  }
  return sizes;
}
