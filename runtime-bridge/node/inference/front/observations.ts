/** What a front saw of a model's answers: the newest, for its controller. */
import { keptObservations, type Observation, type ObservationPage } from '../../../../protocol/src/front';

type Unnumbered<T> = T extends Observation ? Omit<T, 'sequence'> : never;

export class Observations {
  private readonly ring: Observation[] = [];
  private count = 0;

  /** @param before sequence of none of them; a front that was started again is above what its controller has seen */
  constructor(
    private readonly kept = keptObservations,
    private readonly before = Date.now() * 1_000,
  ) {}

  add(observation: Unnumbered<Observation>): void {
    this.count += 1;
    this.ring[(this.count - 1) % this.kept] = { ...observation, sequence: this.before + this.count };
  }

  /** Those after a sequence, oldest first. */
  page(after: number, limit: number): ObservationPage {
    const first = Math.max(after - this.before + 1, this.count - this.ring.length + 1);
    const length = Math.max(0, Math.min(limit, this.count - first + 1));
    const observations = Array.from({ length }, (_, i) => this.ring[(first - 1 + i) % this.kept] as Observation);
    return { observations, last: this.before + this.count };
  }
}
