/** How large a step is against the weights: the median over the matrices of a model, one value a sampled step. */
import type { JournalRecord } from '../../../protocol/src/journal';
import { median } from './numbers';
import type { Run } from './run';

export interface Ratio {
  readonly step: number;
  readonly ratio: number;
}

/** A fold over statistics of updates and weights. */
export class UpdateRatios {
  constructor(
    readonly samples: readonly Ratio[] = [],
    private readonly updates: ReadonlyMap<string, number> = new Map(),
  ) {}

  /** The ratios with another record taken in. */
  with(record: JournalRecord, run: Run): UpdateRatios {
    if (record.kind !== 'stats') return this;
    if (record.what === 'update') {
      const sizes = record.entries.map(
        ({ name, n, sumSquares }) => [name, Math.sqrt(sumSquares / Math.max(1, n))] as const,
      );
      return new UpdateRatios(this.samples, new Map(sizes));
    }
    if (record.what !== 'weight' || this.updates.size === 0) return this;
    const ratios = record.entries.flatMap(({ name, n, sumSquares }) => {
      const update = this.updates.get(name);
      const size = Math.sqrt(sumSquares / Math.max(1, n));
      return update === undefined || size === 0 || !isMatrix(name, run) ? [] : [update / size];
    });
    if (ratios.length === 0) return this;
    return new UpdateRatios([...this.samples.slice(-400), { step: record.step, ratio: median(ratios) }]);
  }
}

/** Of a matrix that starts at zero any step is a large part: it says nothing. */
const isMatrix = (name: string, run: Run): boolean =>
  run.layers
    .get(run.ownerOf(name))
    ?.parameters.some((each) => each.name === name && each.shape.length >= 2 && each.first?.standardDeviation !== 0) ??
  false;
