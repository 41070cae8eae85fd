/** Many seeded canaries by the real engine: healthy ones, bad ones of four sizes, and ones with hardly any traffic. */
import type { DeployPlan } from '../../protocol/src/deploy';
import { header, plan, World, type Behaviour, type Traffic } from './world';

export interface Kind {
  readonly name: string;
  readonly baseline: Behaviour;
  readonly candidate: Behaviour;
  readonly traffic: Traffic;
  readonly plan: DeployPlan;
  /** Answers of the new version that the note's table needs on average, by an asymptotic confidence sequence. */
  readonly published?: number;
}

export interface Tally {
  readonly kind: Kind;
  readonly runs: number;
  readonly promoted: number;
  readonly aborted: number;
  readonly insufficient: number;
  readonly otherwise: number;
  /** Answers of the new version until the verdict, on average. */
  readonly meanAnswers: number;
}

const day = 86_400;
const even = { weight: 50, minRequests: 0, dwell: 0, limit: day };
/** One step at 50 %, one gate: what the table of the note measured, n per arm. */
export const tablePlan: DeployPlan = { ...plan, steps: [even], soak: 0 };
const steps = plan.steps.map((step) => ({ ...step, limit: day }));
const allGates: DeployPlan['gates'] = [
  ...plan.gates,
  { kind: 'latency', quantile: 0.95, margin: 0.05, slack: 1.25, floor: 2, dryRun: false },
  { kind: 'nonFinite', budget: 0.01, dryRun: false },
  { kind: 'drift', effect: 0.1, minRequests: 500, dryRun: false },
];
export const wholePlan: DeployPlan = { ...plan, steps, gates: allGates, soak: 0 };
/** Copies first, judged by agreement, then one step. */
const shadowPlan: DeployPlan = {
  ...tablePlan,
  shadow: { share: 100, minRequests: 300, dwell: 0, limit: day },
  gates: [...plan.gates, { kind: 'agreement', budget: 0.01, dryRun: false }],
};

const traffic = { perSecond: 100 };
const baseline = { errors: 0.01 };
const of = (name: string, candidate: Behaviour, more: Partial<Kind> = {}): Kind => ({
  name,
  baseline,
  candidate,
  traffic,
  plan: tablePlan,
  ...more,
});

export const healthy: readonly Kind[] = [
  of('healthy, 1 % errors, one step at 50 %', { errors: 0.01 }, { published: 1_935 }),
  of('healthy, 1 % errors, four gates, 5-25-50 %', { errors: 0.01 }, { plan: wholePlan }),
  of('healthy, no errors, four gates, 5-25-50 %', { errors: 0 }, { baseline: { errors: 0 }, plan: wholePlan }),
  of(
    'healthy, 1 % errors, users who return 20 times',
    { errors: 0.01 },
    { traffic: { perSecond: 100, perUnit: 20, alike: 1 } },
  ),
  of('healthy, 0.3 % of the answers differ, shadow', { errors: 0.01, differs: 0.003 }, { plan: shadowPlan }),
];

export const bad: readonly Kind[] = [
  of('bad, 2 % errors', { errors: 0.02 }, { published: 2_861 }),
  of('bad, 3 % errors', { errors: 0.03 }, { published: 1_091 }),
  of('bad, 5 % errors', { errors: 0.05 }, { published: 503 }),
  of('bad, 20 % errors', { errors: 0.2 }, { published: 300 }),
  of('bad, 2 % errors, four gates, 5-25-50 %', { errors: 0.02 }, { plan: wholePlan }),
  of('bad, 5 % errors, four gates, 5-25-50 %', { errors: 0.05 }, { plan: wholePlan }),
  of(
    'bad, 0.5 % errors instead of 0.1 %, margin 0.4 points',
    { errors: 0.005 },
    {
      baseline: { errors: 0.001 },
      plan: { ...tablePlan, gates: [{ kind: 'errors', margin: 0.004, dryRun: false }] },
    },
  ),
  of('bad, twice as slow, four gates, 5-25-50 %', { errors: 0.01, median: 20 }, { plan: wholePlan }),
  of('bad, NaN in 4 % of the answers, four gates, 5-25-50 %', { errors: 0.01, nonFinite: 0.04 }, { plan: wholePlan }),
  of('bad, wrong on 3 % of the inputs, shadow', { errors: 0.01, differs: 0.03 }, { plan: shadowPlan }),
  of('bad, outputs moved by half a deviation, four gates', { errors: 0.01, outputMean: 0.5 }, { plan: wholePlan }),
];

const short = steps.map((step) => ({ ...step, limit: 3_600 }));
export const scarce: readonly Kind[] = [
  of(
    'low traffic (60 an hour), healthy',
    { errors: 0.01 },
    { traffic: { perSecond: 1 / 60 }, plan: { ...plan, steps: short } },
  ),
  of(
    'low traffic (60 an hour), 20 % errors',
    { errors: 0.2 },
    { traffic: { perSecond: 1 / 60 }, plan: { ...plan, steps: short } },
  ),
];

/** @param runs seeded canaries of the kind; the same number gives the same tally */
export function tally(kind: Kind, runs: number): Tally {
  const ends = Array.from({ length: runs }, (_, i) => {
    const world = new World({ 3: kind.baseline, 4: kind.candidate }, kind.traffic, 7_919 * i + 17);
    const asked = { ...header, plan: kind.plan, seed: i };
    const seconds = kind.traffic.perSecond < 1 ? 60 : 1;
    const end = world.run(world.begin(asked), 5_000, seconds);
    // The answers of the soak are no part of a verdict.
    const answers = end.watch.phase === 'soaking' ? answersAtPromotion(world) : end.watch.requests.candidate;
    return { state: end.position.state, because: end.position.pausedBecause, answers };
  });
  const count = (accept: (end: (typeof ends)[number]) => boolean): number => ends.filter(accept).length;
  const promoted = count((end) => end.state === 'promoted');
  const aborted = count((end) => end.state === 'rolledBack');
  const insufficient = count((end) => end.because === 'insufficient');
  const meanAnswers = ends.reduce((sum, end) => sum + end.answers, 0) / runs;
  return {
    kind,
    runs,
    promoted,
    aborted,
    insufficient,
    otherwise: runs - promoted - aborted - insufficient,
    meanAnswers,
  };
}

const answersAtPromotion = (world: World): number =>
  world.log.find((entry) => entry.to === 'promoting')?.evidence?.find((each) => each.gate === 'errors')?.nCandidate ??
  0;
