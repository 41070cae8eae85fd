/** Gradients are, or become, so large that steps throw the weights about. */
import { median, shown } from '../numbers';
import { diagnosis } from '../rule';
import { clipAdvice, lowerRate } from '../advice';

interface State {
  readonly norms: readonly number[];
  readonly steps: readonly number[];
}

export const explodingGradient = diagnosis({
  id: 'exploding-gradient',
  catalogue: 'G2',
  summary: 'Gradients grow to many times their usual size.',
  why: 'One such step undoes many good ones. Nothing is said of the first steps, of gradients that are clipped, and while the loss falls steadily.',
  source: 'Median and its deviation on a log scale; thresholds from AutoTrainer (ratio 70) and practice.',
  needs: ['scalars'],
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
