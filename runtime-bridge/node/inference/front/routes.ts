/** Who answers the requests of a model that name no version, and for how long without a word from the controller. */
import type { Routing } from '../../../../protocol/src/front';
import { bucketOf, isCandidateBucket } from '../../deploy/engine/buckets';

export interface Choice {
  readonly arm: 'baseline' | 'candidate';
  readonly version: string;
  /** Absent where the request names no unit. */
  readonly bucket?: number;
}

/** @param chance 0 to 1, decides for requests that name no unit */
export function choose(routing: Routing, unit: string | undefined, chance: number): Choice {
  const { baseline, candidate, experiment, weightPercent } = routing;
  const bucket = unit === undefined || experiment === '' ? undefined : bucketOf(experiment, unit);
  const known = bucket === undefined ? {} : { bucket };
  const isCandidate = bucket === undefined ? chance * 100 < weightPercent : isCandidateBucket(bucket, weightPercent);
  return isCandidate && candidate !== undefined
    ? { arm: 'candidate', version: candidate, ...known }
    : { arm: 'baseline', version: baseline, ...known };
}

export class Routes {
  private readonly byModel = new Map<string, Routing>();
  private readonly returned = new Set<string>();
  /** When the controller of a model was last heard, on the clock of `now`. */
  private readonly heard = new Map<string, number>();

  /**
   * What was kept before a restart. Nobody knows for how long the front was gone, so a candidate that needs a watching
   * controller starts without a share.
   */
  restore(routings: readonly Routing[], takenBack: readonly string[], now: number): void {
    for (const routing of routings) this.set(routing, now);
    for (const model of takenBack) this.returned.add(model);
    for (const { model } of routings) this.takeBack(model);
  }

  get routings(): readonly Routing[] {
    return [...this.byModel.values()];
  }
  get takenBack(): readonly string[] {
    return [...this.returned].sort();
  }
  of(model: string): Routing | undefined {
    return this.byModel.get(model);
  }
  names(model: string, version: string): boolean {
    const routing = this.byModel.get(model);
    return routing?.baseline === version || routing?.candidate === version;
  }

  set(routing: Routing, now: number): void {
    this.byModel.set(routing.model, routing);
    this.returned.delete(routing.model);
    this.heard.set(routing.model, now);
  }

  heartbeat(model: string, now: number): void {
    this.heard.set(model, now);
  }

  /** Takes back the models whose controllers are silent; whether there was one. @param now milliseconds */
  expire(now: number): boolean {
    const silent = this.routings.filter(
      ({ model, deadline }) => now - (this.heard.get(model) ?? 0) > deadline * 1000 && this.takeBack(model),
    );
    return silent.length > 0;
  }

  private takeBack(model: string): boolean {
    const routing = this.byModel.get(model);
    if (routing?.onControllerLoss !== 'baseline' || !hasShare(routing)) return false;
    this.byModel.set(model, { ...routing, weightPercent: 0, shadowPercent: 0 });
    this.returned.add(model);
    return true;
  }
}

export const hasShare = ({ candidate, weightPercent, shadowPercent }: Routing): boolean =>
  candidate !== undefined && (weightPercent > 0 || shadowPercent > 0);
