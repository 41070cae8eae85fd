/** What gates see of a phase, folded from observations. Weights may change within a canary; shadow and soak start anew. */
import type { DeployHeader, Gate, GuardLimit } from '../../../../protocol/src/deploy';
import type {
  Observation,
  OutcomeObservation,
  PairObservation,
  RequestObservation,
} from '../../../../protocol/src/front';
import { Blocks } from './blocks';
import { Clusters } from './statistics/clusters';
import { SampleRatio } from './statistics/sampleRatio';

/** Answers of the baseline that its frozen quantile is taken from. A p95 needs 59 to be bounded at all, a p99 299. */
const frozenAfter = { 0.5: 100, 0.95: 300, 0.99: 1_000 } as const;
/** Newest values of a stream that are kept to compare distributions. */
const keptValues = 2_000;
/** Units of a step that the sample ratio tells apart. */
const mostUnits = 200_000;

type Arm = 'baseline' | 'candidate';
type LatencyGate = Extract<Gate, { kind: 'latency' }>;
export type Phase = 'shadow' | 'canary' | 'soaking';

export const gateId = (gate: Gate): string =>
  gate.kind === 'latency'
    ? `latency-p${Math.round(gate.quantile * 100)}`
    : gate.kind === 'outcome'
      ? `outcome-${gate.name}`
      : gate.kind;

/** Newest values of both arms. */
class Streams {
  readonly baseline: number[] = [];
  readonly candidate: number[] = [];
  add(arm: Arm, value: number | undefined): void {
    if (value === undefined || !Number.isFinite(value)) return;
    this[arm].push(value);
    if (this[arm].length > 2 * keptValues) this[arm].splice(0, keptValues);
  }
}

/** Slow answers: those over a quantile of the baseline's first ones, with what counts as equal speed on top. */
class Slowness {
  readonly blocks = new Blocks();
  private first: number[] = [];
  /** Milliseconds; undefined until the baseline has answered often enough. */
  limit: number | undefined;
  constructor(
    readonly gate: LatencyGate,
    limit: number | undefined,
  ) {
    this.limit = limit;
  }

  add(arm: Arm, millis: number, unit: string | undefined): void {
    if (this.limit !== undefined) this.blocks.add(arm, millis > this.limit ? 1 : 0, unit);
    else if (arm === 'baseline') this.freeze(millis);
  }

  private freeze(millis: number): void {
    const { quantile, slack, floor } = this.gate;
    this.first.push(millis);
    if (this.first.length < frozenAfter[quantile]) return;
    const at = this.first.sort((a, b) => a - b)[Math.ceil(quantile * this.first.length) - 1] as number;
    this.limit = Math.max(at * slack, at + floor);
    this.first = [];
  }
}

export class Watch {
  /** Sequence of the last observation that was taken in. */
  last: number;
  requests = { baseline: 0, candidate: 0 };
  /** Since the last change of the weight. */
  stepRequests = 0;
  readonly errors = new Blocks();
  readonly nonFinite = new Blocks();
  readonly slow: readonly Slowness[];
  readonly outcomes = new Map<string, Blocks>();
  /** Of an A/B test: only what units did, since they alone stay in their arm. */
  readonly metric: Blocks | undefined;
  /** 1 where the versions of a pair disagree. */
  readonly disagreements = new Clusters();
  outputs = new Streams();
  inputs = new Streams();
  sampleRatio = new SampleRatio();
  /** Drift is looked at once a step: looking again would be another chance to be wrong. */
  driftChance: number | undefined;
  private units = new Set<string>();
  private weight: number | undefined;
  /** Requests that were under way while the weight changed belong to neither share. */
  private isSettled = false;

  constructor(
    readonly phase: Phase,
    private readonly header: DeployHeader,
    after: number,
    guard: Readonly<Record<string, GuardLimit>> = {},
  ) {
    this.last = after;
    this.slow = header.plan.gates
      .filter((gate) => gate.kind === 'latency')
      .map((gate) => new Slowness(gate, guard[gateId(gate)]?.millis));
    this.metric = header.plan.experiment && new Blocks();
    for (const gate of header.plan.gates) if (gate.kind === 'outcome') this.outcomes.set(gate.name, new Blocks());
  }

  /** A new share of the candidate, from 0 to 1: what is counted by step starts again. */
  setWeight(weight: number): void {
    this.weight = weight;
    this.isSettled = false;
    this.stepRequests = 0;
    this.units = new Set();
    this.sampleRatio = new SampleRatio();
    this.outputs = new Streams();
    this.inputs = new Streams();
    this.driftChance = undefined;
    if (weight <= 0 || weight >= 1) return;
    const blocks = [
      this.errors,
      this.nonFinite,
      ...this.slow.map((each) => each.blocks),
      ...this.outcomes.values(),
      this.metric,
    ];
    for (const each of blocks) each?.setWeight(weight);
  }

  take(observations: readonly Observation[]): void {
    for (const each of observations) {
      if (each.sequence <= this.last) continue;
      this.last = each.sequence;
      if (each.kind === 'request') this.takeRequest(each);
      else if (each.kind === 'outcome') this.takeOutcome(each);
      else if (this.phase === 'shadow') this.takePair(each);
    }
    if (observations.length > 0) this.isSettled = true;
  }

  private takeRequest(seen: RequestObservation): void {
    const arm = this.armOf(seen.version);
    if (arm === undefined) return;
    this.requests[arm] += 1;
    if (arm === 'candidate') this.stepRequests += 1;
    this.countUnit(seen, arm);
    if (this.phase === 'shadow') return;
    const { unit } = seen;
    this.errors.add(arm, seen.ok ? 0 : 1, unit);
    this.amount('errors', arm, seen.ok ? 0 : 1, unit);
    if (!seen.ok) return;
    this.amount('latency', arm, seen.millis, unit);
    this.nonFinite.add(arm, (seen.output?.nonFinite ?? 0) > 0 ? 1 : 0, unit);
    for (const each of this.slow) each.add(arm, seen.millis, unit);
    this.outputs.add(arm, seen.output?.mean);
    this.inputs.add(arm, seen.input?.mean);
  }

  private armOf(version: string): Arm | undefined {
    if (version === this.header.candidate) return 'candidate';
    return version === this.header.baseline ? 'baseline' : undefined;
  }

  private countUnit({ unit }: RequestObservation, arm: Arm): void {
    if (this.phase !== 'canary' || this.weight === undefined || !this.isSettled) return;
    if (unit !== undefined) {
      if (this.units.has(unit)) return;
      if (this.units.size < mostUnits) this.units.add(unit);
    }
    this.sampleRatio.add(arm === 'candidate', this.weight);
  }

  private takePair(seen: PairObservation): void {
    const { unit } = seen;
    this.stepRequests += 1;
    this.requests.candidate += 1;
    this.errors.addPair(seen.baselineOk ? 0 : 1, seen.candidateOk ? 0 : 1, unit);
    if (!seen.baselineOk || !seen.candidateOk) return;
    const { baselineOutput, candidateOutput } = seen;
    // Some models answer -inf on purpose: only what the baseline doesn't do counts.
    if (baselineOutput !== undefined && candidateOutput !== undefined)
      this.nonFinite.addPair(baselineOutput.nonFinite > 0 ? 1 : 0, candidateOutput.nonFinite > 0 ? 1 : 0, unit);
    if (seen.agrees !== undefined) this.disagreements.add(unit, seen.agrees ? 0 : 1);
  }

  private takeOutcome({ name, arm, value, unit }: OutcomeObservation): void {
    if (!Number.isFinite(value)) return;
    this.amount(name, arm, value, unit);
    this.outcomes.get(name)?.add(arm, value, unit);
  }

  private amount(name: string, arm: Arm, value: number, unit: string | undefined): void {
    if (this.header.plan.experiment?.metric === name && unit !== undefined) this.metric?.add(arm, value, unit);
  }
}
