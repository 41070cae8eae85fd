/** Memory grows with the steps. */
import { shown, trend } from '../numbers';
import { diagnosis } from '../rule';

interface State {
  readonly sizes: readonly number[];
  readonly steps: readonly number[];
}

export const memoryGrowth = diagnosis({
  id: 'memory-growth',
  catalogue: 'P3',
  summary: 'The process needs more memory with every step.',
  why: 'Something keeps what each step makes; the run ends when the memory does. The first steps allocate buffers and are not counted.',
  source: 'SageMaker Debugger GPUMemoryIncrease; Mann-Kendall trend.',
  needs: ['scalars'],
  thresholds: { samples: 12, megabytes: 200, trend: 3, share: 0.25 },
  rank: 42,
  start: (): State => ({ sizes: [], steps: [] }),
  step(state, record) {
    if (record.kind !== 'scalars') return state;
    const size = record.values['memory/allocated'] ?? record.values['memory/resident'];
    if (typeof size !== 'number') return state;
    return { sizes: [...state.sizes.slice(-600), size], steps: [...state.steps.slice(-600), record.step] };
  },
  verdict({ sizes, steps }, t, run) {
    const [first, last] = [sizes[0] ?? 0, sizes.at(-1) ?? 0];
    const grown = last - first;
    if (sizes.length < t.samples || grown < t.megabytes || grown < t.share * first || trend(sizes) < t.trend)
      return undefined;
    const span = Math.max(1, (steps.at(-1) as number) - (steps[0] as number));
    return {
      severity: 'warning',
      place: run.calledAt('backward'),
      message: `Memory has grown by ${shown(grown)} MB in ${span} steps, from ${shown(first)} to ${shown(last)} MB.`,
      suggestions: [
        {
          title: 'Look for tensors that are kept in lists, and keep numbers (.item()) or .detach().cpu()',
          ...run.calledAt('backward'),
        },
      ],
    };
  },
});
