/** Clipping cuts almost every gradient to a small part. */
import { shown } from '../numbers';
import { diagnosis, eventNamed, objectFact, toNumber } from '../rule';

export const alwaysClipped = diagnosis({
  id: 'always-clipped',
  catalogue: 'G4',
  summary: 'Gradient clipping cuts nearly every gradient to less than a tenth.',
  why: 'Then the limit and not the gradient decides the size of a step, and a lower learning rate says the same more clearly. It is only a hint.',
  source: 'Practice; clip coefficient as in torch.nn.utils.clip_grad_norm_.',
  needs: ['event:calls'],
  thresholds: { coefficient: 0.1, share: 0.9, samples: 10 },
  rank: 90,
  start: () => ({ cut: 0, samples: 0, norm: 0, limit: 0 }),
  step(state, record, _run, _rank, t) {
    const clips = objectFact(eventNamed(record, 'calls'), 'clips');
    const [limit, norm] = [toNumber(clips['limit']), toNumber(clips['norm'])];
    if (limit === undefined || norm === undefined) return state;
    return { cut: state.cut + Number(limit < t.coefficient * norm), samples: state.samples + 1, norm, limit };
  },
  verdict({ cut, samples, norm, limit }, t, run) {
    if (samples < t.samples || cut < t.share * samples) return undefined;
    return {
      severity: 'info',
      place: run.calledAt('clip'),
      message: `Gradients are cut to ${shown(limit)} in ${cut} of ${samples} steps looked at; their norm was ${shown(norm)} last.`,
      suggestions: [{ title: 'Raise the limit, or lower the learning rate to a third', ...run.calledAt('clip') }],
    };
  },
});
