/** Gradients become NaN or infinite while the loss was finite. */
import type { EventRecord, StatsRecord } from '../../../../protocol/src/journal';
import { diagnosis, eventNamed, listFact } from '../rule';
import { singularAdvice, singularCalls } from '../singular';

interface State {
  readonly stats: StatsRecord | undefined;
  readonly loss: EventRecord | undefined;
}

export const nonfiniteGradient = diagnosis({
  id: 'nonfinite-gradient',
  catalogue: 'N2',
  summary: 'The backward pass gives NaN or infinite gradients.',
  why: 'The derivative of sqrt, norm, log or a division is infinite where its input is 0, even where the value itself is fine. One such step makes every weight NaN. Steps that a gradient scaler skips are normal and not counted.',
  source: 'PyTorch autograd: derivatives at 0; SageMaker Debugger ExplodingTensor.',
  needs: ['stats', 'event:loss-nonfinite'],
  thresholds: { blowUp: 1e3 },
  explains: ['loss-nonfinite', 'loss-divergence', 'not-learning', 'exploding-gradient', 'collapsed-output'],
  rank: 11,
  start: (): State => ({ stats: undefined, loss: undefined }),
  step(state, record, run): State {
    if (record.kind === 'stats' && record.what === 'gradient' && state.stats === undefined) {
      const scaled = [...run.calls.values()].some((calls) => calls['scaler'] !== null);
      const bad = record.entries.some(({ nan, inf }) => nan + inf > 0);
      return bad && !scaled ? { ...state, stats: record } : state;
    }
    const loss = eventNamed(record, 'loss-nonfinite');
    return loss !== undefined && state.loss === undefined ? { ...state, loss } : state;
  },
  verdict({ stats, loss }, t, run) {
    const names =
      stats?.entries.filter(({ nan, inf }) => nan + inf > 0).map(({ name }) => name) ??
      (loss !== undefined && loss['scaled'] !== true ? listFact<string>(loss, 'weights') : []);
    // The loss was lost before any weight: its forward is to blame.
    if (loss !== undefined && listFact(loss, 'weights').length === 0 && loss.step <= (stats?.step ?? Infinity))
      return undefined;
    const [first] = names;
    if (first === undefined) return undefined;
    const values = run.loss;
    const level = run.progress?.first ?? values.first ?? NaN;
    // What grew until it overflowed has another cause than a derivative.
    if (Math.abs(values.last ?? 0) > t.blowUp * Math.max(1, Math.abs(level))) return undefined;
    const since = Math.max(1, (stats ?? loss)?.step ?? run.step);
    const layer = run.ownerOf(first);
    const calls = singularCalls(run);
    const [worst] = calls;
    return {
      severity: 'error',
      layer,
      place: worst?.place ?? run.calledAt('backward') ?? run.layerPlace(layer),
      since: stats === undefined ? since - 1 : since,
      message: `The gradient of ${first} is not finite in step ${since}, though the loss was: the weights are lost from here on.${worst ? ` The derivative of ${worst.call} is infinite at 0; its smallest input so far was ${worst.least}.` : ''}`,
      suggestions: [
        ...calls.slice(0, 3).map(({ call, place }) => ({ title: singularAdvice(call), ...place })),
        { title: 'Find the call with torch.autograd.set_detect_anomaly(True)', ...run.calledAt('backward') },
      ],
    };
  },
});
