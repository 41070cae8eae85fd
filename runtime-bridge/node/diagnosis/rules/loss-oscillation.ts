/** The loss swings up and down and gets nowhere. */
import { lowerRate } from '../advice';
import { mean, shown } from '../numbers';
import { diagnosis } from '../rule';
import { UpdateRatios } from '../ratios';

export const lossOscillation = diagnosis({
  id: 'loss-oscillation',
  catalogue: 'L4',
  summary: 'The loss swings by a large part of its level while large steps are made.',
  why: 'The steps are longer than the valley is wide. Noise of small batches looks alike, so the size of the steps must fit too and the loss must not fall.',
  source: 'AutoTrainer oscillating loss, gated on progress and the ratio of updates.',
  needs: ['scalars', 'stats'],
  thresholds: { swing: 0.3, points: 100, ratio: 0.02, leastGain: 0.3 },
  rank: 56,
  start: () => new UpdateRatios(),
  step: (state, record, run) => state.with(record, run),
  verdict(state, t, run) {
    const values = run.loss;
    const progress = run.progress;
    if (!run.isSimple || progress === undefined || values.length < t.points || progress.gain > t.leastGain)
      return undefined;
    const recent = values.recent(t.points);
    const level = mean(recent);
    const jumps = recent.slice(1).map((value, i) => value - (recent[i] as number));
    const turns =
      jumps.slice(1).filter((jump, i) => jump * (jumps[i] as number) < 0).length / Math.max(1, jumps.length - 1);
    const swing = mean(jumps.map(Math.abs)) / Math.max(level, 1e-12);
    const ratios = state.samples.slice(-10).filter(({ ratio }) => ratio > t.ratio);
    if (swing < t.swing || turns < 0.6 || ratios.length < 5 || level <= 0) return undefined;
    const halves = values.sums.bins(2);
    if ((halves[1] as number) < 0.9 * (halves[0] as number)) return undefined;
    return {
      severity: 'warning',
      place: run.optimizer,
      message: `From one step to the next the loss changes by ${shown(100 * swing)} % of its level of ${shown(level)}, back and forth, and does not fall.`,
      suggestions: lowerRate(run, 5),
    };
  },
});
