/** The read-out of an A/B test: the difference of a metric with its interval, and what it recommends. */
import type { DeployHeader, GateVerdict } from '../../../../protocol/src/deploy';
import { intervalOfMeans } from './gates';
import { bettingInterval } from './statistics/betting';
import type { Blocks } from './blocks';
import type { Watch } from './watch';
import { count, short } from './words';

export interface ExperimentVerdict {
  readonly gate: GateVerdict;
  readonly isDecided: boolean;
  readonly recommendation: string;
}

export function experimentVerdict(header: DeployHeader, watch: Watch): ExperimentVerdict {
  const { experiment, alpha } = header.plan;
  const arms = watch.metric;
  const numbers = { gate: `metric-${experiment?.metric ?? ''}`, dryRun: true, alpha, margin: experiment?.effect };
  if (experiment === undefined || arms === undefined || arms.baseline.n === 0 || arms.candidate.n === 0) {
    const sentence = `No "${experiment?.metric ?? ''}" of a unit was told for both versions yet`;
    const gate = { ...numbers, decision: 'insufficient', nBaseline: 0, nCandidate: 0, sentence } as const;
    return { gate, isDecided: false, recommendation: sentence };
  }
  // Exact where every value is 0 or 1: an approximation takes two hundred times nothing for a proof of equality.
  const interval = arms.isBinary ? bettingInterval(arms.differences, alpha / 2) : intervalOfMeans(arms, alpha / 2);
  const n = { nBaseline: arms.baseline.n, nCandidate: arms.candidate.n };
  const estimate = arms.candidate.mean - arms.baseline.mean;
  const sign = experiment.better === 'higher' ? 1 : -1;
  const isEnough = Math.min(n.nBaseline, n.nCandidate) >= experiment.minRequests;
  const differs = interval.lower > 0 || interval.upper < 0;
  const isSmall = Math.max(Math.abs(interval.lower), Math.abs(interval.upper)) < experiment.effect;
  const facts = `"${experiment.metric}" of version ${header.candidate} less that of version ${header.baseline ?? '-'} is ${short(estimate)}, between ${short(interval.lower)} and ${short(interval.upper)} (${count(n.nCandidate)} and ${count(n.nBaseline)} values; ${experiment.better} is better)`;
  const isBetter = sign * estimate > 0;
  const advice = isSmall
    ? `No difference that matters (under ${short(experiment.effect)}): keep version ${header.baseline ?? '-'}, or promote for other reasons`
    : differs
      ? isBetter
        ? `Recommendation: promote version ${header.candidate}`
        : `Recommendation: keep version ${header.baseline ?? '-'}`
      : 'No recommendation yet';
  const isDecided = isEnough && (differs || isSmall) && !isUniform(arms);
  const sentence = `${facts}. ${isDecided ? advice : isUniform(arms) ? uniform : 'No recommendation yet'}`;
  const decision = !isDecided ? 'insufficient' : isBetter || isSmall ? 'pass' : 'fail';
  return { gate: { ...numbers, ...n, estimate, ...interval, decision, sentence }, isDecided, recommendation: sentence };
}

const uniform = 'No recommendation: all values are the same; tell those of the units without success too, as 0';

/** Only successes were told, or a constant: no spread, and nothing to learn from. That nothing ever fails is possible. */
const isUniform = ({ baseline, candidate }: Blocks): boolean =>
  [baseline, candidate].every(({ spread }) => spread === 0) && baseline.mean === candidate.mean && baseline.mean !== 0;
