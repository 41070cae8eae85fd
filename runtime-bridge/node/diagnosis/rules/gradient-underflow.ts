/** Gradients in float16 are rounded to zero. */
import { percent } from '../numbers';
import { diagnosis } from '../rule';

export const gradientUnderflow = diagnosis({
  id: 'gradient-underflow',
  catalogue: 'N4',
  summary: 'Most gradients in float16 are exactly zero: they are too small for it.',
  why: 'float16 has nothing between 0 and 6e-8. A gradient scaler multiplies the loss so that gradients stay above that. Layers whose inputs are zero are not meant; several layers must be affected.',
  source: 'PyTorch automatic mixed precision, "Gradient scaling".',
  needs: ['stats'],
  thresholds: { zeros: 0.5, samples: 3 },
  explains: ['not-learning', 'lr-too-low', 'weights-not-updating', 'no-gradient', 'vanishing-gradient'],
  rank: 30,
  start: () => ({ samples: 0, share: 0, name: '' }),
  step(state, record, run) {
    if (record.kind !== 'stats' || record.what !== 'gradient') return state;
    const halves = record.entries.filter(({ name }) =>
      run.layers.get(run.ownerOf(name))?.parameters.some((each) => each.name === name && each.dtype === 'float16'),
    );
    const [n, zeros] = [
      halves.reduce((sum, each) => sum + each.n, 0),
      halves.reduce((sum, each) => sum + each.zeros, 0),
    ];
    if (n === 0) return state;
    const share = zeros / n;
    return share > 0.5 ? { samples: state.samples + 1, share, name: halves[0]?.name ?? '' } : { ...state, samples: 0 };
  },
  verdict({ samples, share, name }, t, run) {
    if (samples < t.samples || share < t.zeros || [...run.calls.values()].some(({ scaler }) => scaler !== null))
      return undefined;
    const place = run.calledAt('backward');
    return {
      severity: 'error',
      layer: run.ownerOf(name),
      place,
      message: `${percent(share)} of the gradients in float16 are exactly 0: they are below its smallest number.`,
      suggestions: [
        { title: 'Scale the loss with torch.amp.GradScaler', ...place },
        {
          title: 'Keep the parameters in float32 and use autocast, or train in bfloat16',
          ...run.layerPlace(run.ownerOf(name)),
        },
      ],
    };
  },
});
