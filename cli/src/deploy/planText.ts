/** A plan in words: what will be done, and how many requests a verdict needs. */
import type { DeployPlan, Gate } from '../../../protocol/src/deploy';
import { requestsNeeded, usualErrorRate } from '../../../server/src/deployPlan/requests';

const count = (n: number): string => n.toLocaleString('en');
const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;

/** A line for each thing that is done, in order. */
export function planLines(plan: DeployPlan, isFirst: boolean): readonly string[] {
  const { warmup, shadow, steps, gates, experiment, unit } = plan;
  const warm = `warm-up: ${warmup} requests nobody waits for`;
  if (isFirst) return [warm, 'the first version gets all traffic after its warm-up'];
  const [errors] = gates.flatMap((gate) => (gate.kind === 'errors' && !gate.dryRun ? [gate] : []));
  return [
    `order: ${plan.order}`,
    warm,
    ...(shadow === undefined
      ? []
      : [
          `shadow: copies of ${shadow.share} % of the requests, at least ${count(shadow.minRequests)}; users get the old version's answers`,
        ]),
    ...(experiment === undefined
      ? steps.map(({ weight, minRequests, dwell, limit }, index) => {
          const verdict =
            errors === undefined || weight >= 100
              ? ''
              : `; about ${count(requestsNeeded(weight / 100, errors.margin))} requests of both versions show a rise of the error rate by ${percent(errors.margin)}`;
          return `step ${index + 1}: ${weight} % of the ${unit === undefined ? 'requests' : 'units'} for at least ${dwell} s and ${count(minRequests)} answers, at most ${limit} s${verdict}`;
        })
      : [
          `A/B test of ${experiment.metric}: ${experiment.weight} % until a difference of ${experiment.effect} is known, at most ${experiment.limit} s`,
        ]),
    `gates: ${gates.map(gateWords).join('; ') || 'none: only time and numbers decide'}`,
    `after the promotion the old version stays warm for ${plan.soak} s`,
    `controller lost for ${plan.controllerDeadline} s: ${plan.onControllerLoss === 'baseline' ? 'all traffic to the old version' : 'the split stays'}`,
    ...(errors === undefined ? [] : [`requests are reckoned at an error rate of ${percent(usualErrorRate)}`]),
  ];
}

function gateWords(gate: Gate): string {
  const words = ((): string => {
    switch (gate.kind) {
      case 'errors':
        return `errors at most ${percent(gate.margin)} above the old version`;
      case 'latency':
        return `slower than its p${gate.quantile * 100} at most ${percent(gate.margin)} more often`;
      case 'agreement':
        return `disagreement under ${percent(gate.budget)}`;
      case 'nonFinite':
        return `NaN or infinity under ${percent(gate.budget)}`;
      case 'drift':
        return `outputs moved by less than ${gate.effect}`;
      case 'resources':
        return `memory at most ${gate.growth} times that after the warm-up`;
      case 'outcome':
        return `${gate.name} worse by less than ${gate.margin}`;
    }
  })();
  return gate.dryRun ? `${words} (dry run)` : words;
}
