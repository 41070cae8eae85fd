/**
 * What each gate says of a phase.
 *
 * A failure is told where the confidence sequence excludes "not worse" (or the budget), a pass where it excludes
 * "worse by the margin". Chances of wrong failures are shared out over the gates of all phases; a promotion needs every
 * gate to pass, so that each may pass at the plan's own level.
 */
import type {
  DeployHeader,
  DeployPlan,
  Gate,
  GateVerdict,
  GuardLimit,
  TargetVersion,
} from '../../../../protocol/src/deploy';
import { rateOf, type Blocks } from './blocks';
import { asymptoticInterval, leastForAsymptotic } from './statistics/asymptotic';
import { bettingInterval, logCapitalBelow, type Bounded, type Interval } from './statistics/betting';
import type { Clusters } from './statistics/clusters';
import { chanceOfDistance, distance } from './statistics/drift';
import { sampleRatioAlpha } from './statistics/sampleRatio';
import { gateId, type Phase, type Watch } from './watch';
import { count, mebibytes, percent, points, short } from './words';

/** What a look at the gates depends on. */
export interface Scene {
  readonly header: DeployHeader;
  readonly watch: Watch;
  /** Share that the candidate gets if this step passes, 0 to 1. */
  readonly next: number;
  readonly candidate?: TargetVersion;
  readonly queue?: number;
  readonly warmResident?: number;
  readonly guard: Readonly<Record<string, GuardLimit>>;
  /** All but drift has passed: its one look may be taken. */
  readonly mayLookAtDrift: boolean;
}

const phasesOf: Readonly<Record<Gate['kind'], readonly Phase[]>> = {
  errors: ['shadow', 'canary', 'soaking'],
  nonFinite: ['shadow', 'canary', 'soaking'],
  latency: ['canary', 'soaking'],
  agreement: ['shadow'],
  drift: ['canary'],
  resources: ['shadow', 'canary', 'soaking'],
  outcome: ['canary'],
};

export const gatesOf = (plan: DeployPlan, phase: Phase): readonly Gate[] =>
  plan.gates.filter((gate) => phasesOf[gate.kind].includes(phase));

/** Chance of a wrong failure that each gate of each phase may use up. */
export function alphaPerGate(plan: DeployPlan): number {
  const tests = (['shadow', 'canary', 'soaking'] as const)
    .filter((phase) => phase !== 'shadow' || plan.shadow !== undefined)
    .flatMap((phase) => gatesOf(plan, phase))
    .filter((gate) => gate.kind !== 'resources' && !gate.dryRun);
  return plan.alpha / Math.max(1, tests.length);
}

export function judge(scene: Scene): readonly GateVerdict[] {
  const { plan } = scene.header;
  const verdicts = gatesOf(plan, scene.watch.phase).map((gate) => verdictOf(gate, scene));
  return scene.watch.phase === 'canary' ? [...verdicts, sampleRatio(scene)] : verdicts;
}

function verdictOf(gate: Gate, scene: Scene): GateVerdict {
  const { watch } = scene;
  switch (gate.kind) {
    case 'errors':
      return rateGate(gate, scene, watch.errors, gate.margin, 'failed');
    case 'nonFinite':
      return rateGate(gate, scene, watch.nonFinite, gate.budget, 'answered NaN or infinity');
    case 'latency':
      return latency(gate, scene);
    case 'agreement':
      return agreement(gate, scene);
    case 'drift':
      return drift(gate, scene);
    case 'resources':
      return resources(gate, scene);
    case 'outcome':
      return outcome(gate, scene);
  }
}

const candidateOf = (scene: Scene): string => `version ${scene.header.candidate}`;
const baselineOf = (scene: Scene): string => `version ${scene.header.baseline ?? '-'}`;

type Parts = Pick<GateVerdict, 'decision' | 'sentence'> & Partial<GateVerdict>;

function made(gate: Gate, scene: Scene, parts: Parts): GateVerdict {
  return {
    gate: gateId(gate),
    dryRun: gate.dryRun,
    nBaseline: scene.watch.requests.baseline,
    nCandidate: scene.watch.requests.candidate,
    alpha: alphaPerGate(scene.header.plan),
    ...parts,
  };
}

/** More events than the baseline's? In the soak, which has no baseline any more: than its rate was. */
function rateGate(gate: Gate, scene: Scene, blocks: Blocks, margin: number, did: string): GateVerdict {
  if (scene.watch.phase === 'soaking') return guarded(gate, scene, blocks.candidate, margin, did);
  const { alpha } = scene.header.plan;
  const seen = blocks.differences;
  const { lower, upper } = sides(seen, alphaPerGate(scene.header.plan), alpha);
  const isShadow = scene.watch.phase === 'shadow';
  // The worst that the next step can do to all units together stays under the margin.
  const allowed = isShadow ? margin : Math.min(1, margin / scene.next);
  // A difference that is proved counts as a failure; of speed only one above the margin, since no two processes are alike.
  const tolerated = gate.kind === 'latency' ? margin : 0;
  const { baseline, candidate } = blocks;
  const numbers = { nBaseline: baseline.n, nCandidate: candidate.n, lower, upper, margin: allowed };
  if (candidate.n === 0 || baseline.n === 0)
    return made(gate, scene, { ...numbers, ...nothing(scene, candidate.n === 0), lower: undefined, upper: undefined });
  const estimate = candidate.mean - baseline.mean;
  const facts = `${candidateOf(scene)} ${did} ${tally(candidate)}, ${baselineOf(scene)} ${tally(baseline)}; the difference is ${short(100 * lower)} to ${points(upper)}`;
  const limit = `under ${points(allowed)} passes`;
  if (upper < allowed)
    return made(gate, scene, { ...numbers, estimate, decision: 'pass', sentence: `${facts}, and ${limit}` });
  if (lower > tolerated)
    return made(gate, scene, {
      ...numbers,
      estimate,
      decision: 'fail',
      sentence: `${facts}: it is worse${tolerated > 0 ? ` by more than ${points(tolerated)}` : ''}`,
    });
  const toGo = answersToGo(seen, allowed, alpha, candidate.n);
  return made(gate, scene, {
    ...numbers,
    estimate,
    decision: 'insufficient',
    toGo,
    sentence: `${facts}; ${limit}${more(scene, toGo)}`,
  });
}

/** Bounds from one look: failures at their share of alpha, passes at alpha. */
function sides(seen: Bounded, failing: number, passing: number): Interval {
  return { lower: bettingInterval(seen, failing).lower, upper: bettingInterval(seen, passing).upper };
}

const tally = (arm: Clusters): string => `on ${count(arm.sum)} of ${count(arm.n)}`;

const nothing = (scene: Scene, candidateIsSilent: boolean): Parts => ({
  decision: 'insufficient',
  sentence: `${candidateIsSilent ? candidateOf(scene) : baselineOf(scene)} has not answered a request that counts here yet`,
});

const more = (scene: Scene, toGo: number | undefined): string =>
  toGo === undefined
    ? '; at these rates no number of requests would tell'
    : `; about ${count(toGo)} more answers of ${candidateOf(scene)} at these rates would tell`;

/** Further answers after which what was seen so far, going on alike, would be a pass; undefined where it never would. */
function answersToGo(seen: Bounded, margin: number, alpha: number, n: number): number | undefined {
  const wanted = Math.log(1 / alpha);
  const reached = (factor: number): boolean =>
    logCapitalBelow({ ...seen, counts: new Map([...seen.counts].map(([v, c]) => [v, c * factor])) }, margin) >= wanted;
  let high = 2;
  while (!reached(high)) if ((high *= 2) > 1e5) return undefined;
  let low = high / 2;
  for (let i = 0; i < 6; i++) {
    const middle = (low + high) / 2;
    if (reached(middle)) high = middle;
    else low = middle;
  }
  return Math.ceil((high - 1) * n);
}

/** The soak: the candidate's rate against what the baseline's was at most, and the margin. */
function guarded(gate: Gate, scene: Scene, candidate: Clusters, margin: number, did: string): GateVerdict {
  const before = scene.guard[gateId(gate)];
  if (before === undefined)
    return made(gate, scene, {
      decision: 'pending',
      sentence: `how often ${baselineOf(scene)} ${did} is not known, so nothing is guarded by it`,
    });
  const limit = before.rate + margin;
  const numbers = { nBaseline: 0, nCandidate: candidate.n, margin: limit };
  if (candidate.n === 0) return made(gate, scene, { ...numbers, ...nothing(scene, true) });
  const { lower, upper } = bettingInterval(rateOf(candidate), alphaPerGate(scene.header.plan));
  const fails = lower > limit;
  return made(gate, scene, {
    ...numbers,
    estimate: candidate.mean,
    lower,
    upper,
    decision: fails ? 'fail' : 'pass',
    sentence: `since all traffic is its own, ${candidateOf(scene)} ${did} ${tally(candidate)}, which is a rate of ${short(100 * lower)} to ${percent(upper)}; ${fails ? 'more than' : 'it may be up to'} ${percent(limit)}, the old version's rate and the margin`,
  });
}

function latency(gate: Extract<Gate, { kind: 'latency' }>, scene: Scene): GateVerdict {
  const slow = scene.watch.slow.find((each) => each.gate === gate);
  if (slow?.limit === undefined)
    return made(gate, scene, {
      decision: 'insufficient',
      margin: gate.margin,
      sentence: `${baselineOf(scene)} has not answered often enough to know how slow its slowest ${percent(1 - gate.quantile)} are`,
    });
  return rateGate(gate, scene, slow.blocks, gate.margin, `took over ${short(slow.limit)} ms`);
}

function agreement(gate: Extract<Gate, { kind: 'agreement' }>, scene: Scene): GateVerdict {
  const { disagreements: seen } = scene.watch;
  const { plan } = scene.header;
  const numbers = { nBaseline: seen.n, nCandidate: seen.n, margin: gate.budget };
  if (seen.n === 0) return made(gate, scene, { ...numbers, ...nothing(scene, true) });
  const rate = rateOf(seen);
  const { lower, upper } = sides(rate, alphaPerGate(plan), plan.alpha);
  const toGo = upper < gate.budget ? undefined : answersToGo(rate, gate.budget, plan.alpha, seen.n);
  const facts = `${candidateOf(scene)} and ${baselineOf(scene)} disagree on ${count(seen.sum)} of ${count(seen.n)} requests, which is a share of ${short(100 * lower)} to ${percent(upper)}`;
  const known = { ...numbers, estimate: seen.mean, lower, upper };
  if (upper < gate.budget)
    return made(gate, scene, {
      ...known,
      decision: 'pass',
      sentence: `${facts}; under ${percent(gate.budget)} passes`,
    });
  if (lower > gate.budget)
    return made(gate, scene, {
      ...known,
      decision: 'fail',
      sentence: `${facts}: more than the budget of ${percent(gate.budget)}`,
    });
  return made(gate, scene, {
    ...known,
    decision: 'insufficient',
    toGo,
    sentence: `${facts}; under ${percent(gate.budget)} passes${more(scene, toGo)}`,
  });
}

function drift(gate: Extract<Gate, { kind: 'drift' }>, scene: Scene): GateVerdict {
  const { outputs, inputs } = scene.watch;
  const n = Math.min(outputs.candidate.length, outputs.baseline.length);
  const numbers = { nBaseline: outputs.baseline.length, nCandidate: outputs.candidate.length, margin: gate.effect };
  if (n < gate.minRequests)
    return made(gate, scene, {
      ...numbers,
      decision: 'insufficient',
      toGo: gate.minRequests - n,
      sentence: `the outputs are compared from ${count(gate.minRequests)} answers of each version on; there are ${count(n)}`,
    });
  const estimate = distance(outputs.baseline, outputs.candidate);
  const known = { ...numbers, estimate };
  const facts = `the distributions of the outputs' means are ${short(estimate)} apart (0 is equal, 1 is disjoint)`;
  if (estimate < gate.effect)
    return made(gate, scene, { ...known, decision: 'pass', sentence: `${facts}; under ${short(gate.effect)} passes` });
  const ofInputs = distance(inputs.baseline, inputs.candidate);
  if (ofInputs >= gate.effect)
    return made(gate, scene, {
      ...known,
      decision: 'insufficient',
      sentence: `${facts}, but the inputs of the two versions are ${short(ofInputs)} apart too: the traffic differs, which says nothing of the model`,
    });
  if (!scene.mayLookAtDrift)
    return made(gate, scene, {
      ...known,
      decision: 'insufficient',
      sentence: `${facts}; whether that is chance is looked at once, when the other gates have passed`,
    });
  scene.watch.driftChance ??= chanceOfDistance(outputs.baseline, outputs.candidate, scene.header.seed);
  const fails = scene.watch.driftChance < alphaPerGate(scene.header.plan) / Math.max(1, scene.header.plan.steps.length);
  return made(gate, scene, {
    ...known,
    decision: fails ? 'fail' : 'pass',
    sentence: `${facts}, over the ${short(gate.effect)} that count as equal, while the inputs are alike; by chance that happens with ${percent(scene.watch.driftChance)}${fails ? '' : ', too often to blame the model'}`,
  });
}

function resources(gate: Extract<Gate, { kind: 'resources' }>, scene: Scene): GateVerdict {
  const resident = scene.candidate?.resident;
  const grown = scene.warmResident === undefined ? Infinity : scene.warmResident * gate.growth + gate.growthFloor;
  const limit = Math.min(gate.resident ?? Infinity, grown);
  if (gate.queue !== undefined && scene.queue !== undefined && scene.queue > gate.queue)
    return made(gate, scene, {
      decision: 'fail',
      estimate: scene.queue,
      margin: gate.queue,
      sentence: `${count(scene.queue)} requests wait for ${candidateOf(scene)}; ${count(gate.queue)} may`,
    });
  if (resident === undefined || !Number.isFinite(limit))
    return made(gate, scene, {
      decision: 'pass',
      sentence: `the memory of ${candidateOf(scene)} can't be seen at this target, so it has no limit here`,
    });
  const because = limit === grown ? ` (it had ${mebibytes(scene.warmResident ?? 0)} after its warm-up)` : '';
  const fails = resident > limit;
  return made(gate, scene, {
    decision: fails ? 'fail' : 'pass',
    estimate: resident,
    margin: limit,
    sentence: `${candidateOf(scene)} has ${mebibytes(resident)} in memory${fails ? ', more than' : '; up to'} ${mebibytes(limit)}${because}`,
  });
}

function outcome(gate: Extract<Gate, { kind: 'outcome' }>, scene: Scene): GateVerdict {
  const blocks = scene.watch.outcomes.get(gate.name);
  const n = blocks === undefined ? 0 : Math.min(blocks.candidate.n, blocks.baseline.n);
  const least = blocks?.isBinary === true ? 1 : leastForAsymptotic;
  if (blocks === undefined || n < least)
    return made(gate, scene, {
      decision: 'pending',
      nBaseline: blocks?.baseline.n ?? 0,
      nCandidate: blocks?.candidate.n ?? 0,
      margin: gate.margin,
      sentence: `outcome "${gate.name}" is judged from ${count(least)} of each version on; there are ${count(n)}`,
    });
  const { alpha } = scene.header.plan;
  const sign = gate.better === 'higher' ? -1 : 1;
  const difference = blocks.candidate.mean - blocks.baseline.mean;
  const interval = blocks.isBinary
    ? bettingInterval(blocks.differences, alphaPerGate(scene.header.plan))
    : intervalOfMeans(blocks, alphaPerGate(scene.header.plan));
  const passing = blocks.isBinary ? bettingInterval(blocks.differences, alpha) : intervalOfMeans(blocks, alpha);
  const allowed = gate.margin / scene.next;
  // Worse is up from here on, whichever way the metric runs.
  const worst = sign > 0 ? passing.upper : -passing.lower;
  const certain = sign > 0 ? interval.lower : -interval.upper;
  const numbers = {
    nBaseline: blocks.baseline.n,
    nCandidate: blocks.candidate.n,
    estimate: difference,
    ...interval,
    margin: allowed,
  };
  const facts = `"${gate.name}" of ${candidateOf(scene)} less that of ${baselineOf(scene)} is ${short(difference)}, between ${short(interval.lower)} and ${short(interval.upper)} (${count(numbers.nCandidate)} and ${count(numbers.nBaseline)} outcomes); worse by less than ${short(allowed)} passes`;
  if (worst < allowed) return made(gate, scene, { ...numbers, decision: 'pass', sentence: facts });
  return made(gate, scene, { ...numbers, decision: certain > 0 ? 'fail' : 'insufficient', sentence: facts });
}

/** Of the difference of two means of any values. */
export function intervalOfMeans(
  arms: { readonly baseline: Clusters; readonly candidate: Clusters },
  alpha: number,
): Interval {
  const { baseline, candidate } = arms;
  const n = Math.min(baseline.n, candidate.n);
  if (n < leastForAsymptotic) return { lower: -Infinity, upper: Infinity };
  return asymptoticInterval(candidate.mean - baseline.mean, baseline.meanVariance + candidate.meanVariance, n, alpha);
}

function sampleRatio({ watch }: Scene): GateVerdict {
  const { sampleRatio: ratio } = watch;
  const share = ratio.n === 0 ? 0 : ratio.expected / ratio.n;
  const what = `${count(ratio.candidates)} of ${count(ratio.n)} units went to the new version, ${count(ratio.expected)} should have (${percent(share)})`;
  return {
    gate: 'sample-ratio',
    decision: ratio.isBroken ? 'fail' : 'pass',
    dryRun: false,
    nBaseline: ratio.n - ratio.candidates,
    nCandidate: ratio.candidates,
    estimate: ratio.n === 0 ? undefined : ratio.candidates / ratio.n,
    margin: share,
    alpha: sampleRatioAlpha,
    sentence: ratio.isBroken
      ? `${what}; chi-square is ${short(ratio.chiSquare)}, which chance doesn't do: the comparison is worthless until the split is right`
      : what,
  };
}

/** What the candidate is held against after the promotion. */
export function guardOf(watch: Watch, alpha: number): Readonly<Record<string, GuardLimit>> {
  const guards: readonly (readonly [string, Clusters, number?])[] = [
    ['errors', watch.errors.baseline],
    ['nonFinite', watch.nonFinite.baseline],
    ...watch.slow.map(({ gate, limit, blocks }) => [gateId(gate), blocks.baseline, limit] as const),
  ];
  const seen = guards.filter(([, arm]) => arm.n > 0);
  return Object.fromEntries(
    seen.map(([id, arm, millis]) => [
      id,
      { rate: bettingInterval(rateOf(arm), alpha).upper, ...(millis === undefined ? {} : { millis }) },
    ]),
  );
}
