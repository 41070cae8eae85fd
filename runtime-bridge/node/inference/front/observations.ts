/** What a front saw of a model's answers: the newest, for its controller. */
import { keptObservations, type Observation, type ObservationPage } from '../../../../protocol/src/front';

type Unnumbered<T> = T extends Observation ? Omit<T, 'sequence'> : never;

export class Observations {
  private readonly ring: Observation[] = [];
  /** Sequence of the newest; the first is 1. */
  private last = 0;

  constructor(private readonly kept = keptObservations) {}

  add(observation: Unnumbered<Observation>): void {
    this.last += 1;
    this.ring[(this.last - 1) % this.kept] = { ...observation, sequence: this.last };
  }

  /** Those after a sequence, oldest first. */
  page(after: number, limit: number): ObservationPage {
    const first = Math.max(after + 1, this.last - this.ring.length + 1, 1);
    const count = Math.max(0, Math.min(limit, this.last - first + 1));
    const observations = Array.from({ length: count }, (_, i) => this.ring[(first - 1 + i) % this.kept] as Observation);
    return { observations, last: this.last };
  }
}
