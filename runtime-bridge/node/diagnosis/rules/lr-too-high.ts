/** Steps change the weights by a large part of themselves. */
import { lowerRate } from '../advice';
import { median, percent, shown } from '../numbers';
import { diagnosis } from '../rule';
import { UpdateRatios } from '../ratios';
import { hasBlownUp, isStuck, recurrentBurst } from '../run';

export const lrTooHigh = diagnosis({
  id: 'lr-too-high',
  catalogue: 'W1',
  summary: 'Each step changes the weights by a large part of their size, and the loss does not fall.',
  why: 'A step should change a weight by about a thousandth. With a tenth and more the training jumps about. Vectors such as biases are not counted, nor the first step, nor learning rates that still warm up.',
  source: 'Ratio of update to weight: target 1e-3 (Karpathy), limit 0.1 (MindSpore Insight).',
  needs: ['stats', 'scalars'],
  thresholds: { ratio: 0.05, samples: 4, burst: 2, leastGain: 0.2, mostGain: 0.95, steps: 50 },
  explains: [
    'not-learning',
    'loss-divergence',
    'loss-oscillation',
    'exploding-gradient',
    'dead-relu',
    'collapsed-output',
    'bad-init',
    'weights-not-updating',
    'no-gradient',
    'saturated-activation',
  ],
  rank: 29,
  start: () => new UpdateRatios(),
  step: (state, record, run) => state.with(record, run),
  verdict(state, t, run) {
    const high = state.samples.filter(({ ratio }) => ratio > t.ratio);
    const { optimizer, progress, loss } = run;
    // What a recurrent layer does to its gradient is told as such: the same rate is fine where it is clipped.
    if (optimizer === undefined || recurrentBurst(run) !== undefined) return undefined;
    // From the first steps on: there is no time for more.
    const bursts = hasBlownUp(run) && 2 * high.length > state.samples.length;
    // A loss that has nearly gone before it was lost did not suffer from the rate.
    const wanders = progress !== undefined && progress.gain <= t.mostGain && isStuck(run, t.leastGain, t.steps);
    if (!(bursts && high.length >= t.burst) && !(wanders && high.length >= t.samples)) return undefined;
    const size = median(high.map(({ ratio }) => ratio));
    return {
      severity: 'error',
      place: optimizer,
      since: high[0]?.step ?? 1,
      message: `${high.length} of ${state.samples.length} steps looked at changed the weights by about ${percent(size)} of their size (0.1 % is usual), and the loss went from ${shown(progress?.first ?? loss.first ?? NaN)} to ${shown(progress?.last ?? loss.last ?? NaN)}.`,
      suggestions: lowerRate(run, Math.max(10, 10 ** Math.round(Math.log10(size / 2e-3)))),
    };
  },
});
