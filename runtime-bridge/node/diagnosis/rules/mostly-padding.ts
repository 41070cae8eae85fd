/** Most tokens of a batch are padding. */
import { percent } from '../numbers';
import { diagnosis, eventNamed, fact, textFact } from '../rule';

export const mostlyPadding = diagnosis({
  id: 'mostly-padding',
  catalogue: 'D7',
  summary: 'Most tokens of the batches are padding.',
  why: 'They cost time and, without a mask, drown the others. Batches of sequences of similar length need little of it.',
  source: 'SageMaker Debugger NLPSequenceRatio (50 %).',
  needs: ['event:batch'],
  thresholds: { share: 0.6, batches: 8 },
  rank: 45,
  start: () => ({ count: 0, batches: 0, share: 0 }),
  step(state, record, _run, _rank, t) {
    const event = eventNamed(record, 'batch');
    if (event === undefined || !textFact(event, 'type')?.startsWith('int') || String(event['input']).includes('#'))
      return state;
    const share = fact(event, 'commonest') ?? 0;
    return { count: state.count + Number(share > t.share), batches: state.batches + 1, share };
  },
  verdict({ count, batches, share }, t, run) {
    const first = run.inOrder().find(({ name, parameters }) => name !== '' && parameters.length > 0);
    if (batches < t.batches || count < 0.9 * batches || first?.type.includes('Embedding') !== true) return undefined;
    const loader = run.loaders.get(run.trainingLoader ?? -1);
    return {
      severity: 'warning',
      layer: first.name,
      place: loader ?? run.layerPlace(first.name),
      message: `${percent(share)} of the tokens are the same one, that which batches end with: mostly padding.`,
      suggestions: [
        { title: 'Put sequences of similar length into a batch, and pad to the longest of each batch', ...loader },
      ],
    };
  },
});
