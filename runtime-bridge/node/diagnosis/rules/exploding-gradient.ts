/** Gradients are, or become, so large that steps throw the weights about. */
import { median, shown } from '../numbers';
import { diagnosis } from '../rule';
import { clipAdvice, lowerRate } from '../advice';
import { hasBlownUp, recurrentBurst } from '../run';

interface State {
  readonly norms: readonly number[];
  readonly steps: readonly number[];
}

export const explodingGradient = diagnosis({
  id: 'exploding-gradient',
  catalogue: 'G2',
  summary: 'Gradients grow to many times their usual size.',
  why: 'One such step undoes many good ones. A recurrent layer multiplies its gradient with the same weights once for each step back in time, so it is looked at from the first step on. Nothing is said of gradients that are clipped, and while the loss falls steadily.',
  source:
    'Median and its deviation on a log scale; thresholds from AutoTrainer (ratio 70) and practice; Pascanu et al. 2013 for recurrent nets.',
  needs: ['scalars', 'stats', 'event:loss-nonfinite'],
  thresholds: { factor: 20, count: 3, absolute: 1e3, leastGain: 0.2, worse: -0.5 },
  explains: ['not-learning', 'loss-oscillation'],
  rank: 52,
  start: (): State => ({ norms: [], steps: [] }),
  step(state, record) {
    const value = record.kind === 'scalars' ? record.values['gradient_norm'] : undefined;
    if (typeof value !== 'number') return state;
    return { norms: [...state.norms.slice(-400), value], steps: [...state.steps.slice(-400), record.step] };
  },
  verdict({ norms, steps }, t, run) {
    const burst = recurrentBurst(run);
    if (burst !== undefined)
      return {
        severity: 'error',
        layer: burst.layer,
        place: run.calledAt('step') ?? run.layerPlace(burst.layer),
        since: burst.step,
        message: `The gradient of the recurrent layer ${burst.layer} has a norm of ${shown(burst.norm)} in step ${burst.step}, most of the whole gradient, and nothing clips it: it grows with each step back in time, and the loss ${hasBlownUp(run) ? `has gone to ${shown(run.loss.last ?? NaN)}` : 'does not fall'}.`,
        suggestions: [
          clipAdvice(run),
          { title: `Or use an LSTM or GRU as ${burst.layer}`, ...run.layerPlace(burst.layer) },
          ...lowerRate(run, 10),
        ],
      };
    if (norms.length < 12 || !run.isSimple) return undefined;
    const early = median(norms.slice(1, Math.max(5, norms.length >> 2)));
    const recent = norms.slice(-10);
    const large = recent.filter((norm) => norm > t.factor * early && norm > 10);
    const huge = recent.filter((norm) => norm > t.absolute);
    const progress = run.progress;
    if (progress === undefined || progress.points < 40) return undefined;
    const grew = large.length >= t.count && progress.gain < t.leastGain;
    const always = huge.length >= 8 && progress.gain < t.leastGain;
    if (!grew && !always) return undefined;
    const place = run.calledAt('step') ?? run.optimizer;
    return {
      severity: progress.gain < t.worse || always ? 'error' : 'warning',
      place,
      since: steps.at(-1) ?? run.step,
      message: grew
        ? `The gradient's norm is ${shown(median(large))}, ${shown(median(large) / early)} times what it was (${shown(early)}), and the loss does not fall.`
        : `The gradient's norm stays above ${shown(Math.min(...huge))} and the loss does not fall.`,
      suggestions: [clipAdvice(run), ...lowerRate(run, 10)],
    };
  },
});
