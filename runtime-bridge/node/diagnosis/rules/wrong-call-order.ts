/** backward, clipping, step and zero_grad come in an order that undoes one of them. */
import type { CodePlace, EventRecord } from '../../../../protocol/src/journal';
import { diagnosis, eventNamed, fact, listFact } from '../rule';
import type { Run } from '../run';

type Fault = 'cleared' | 'no-backward' | 'clip-late';

interface State {
  readonly counts: Readonly<Record<Fault, number>>;
  readonly samples: number;
}

export const wrongCallOrder = diagnosis({
  id: 'wrong-call-order',
  catalogue: 'C2',
  summary: 'Gradients are cleared before the step, clipped after it, or the step comes without a backward.',
  why: 'Each call only has an effect in its place: zero_grad, backward, clip, step. The first step of a run and optimizers that take turns are not judged.',
  source: 'PyTorch training loop; TrainCheck call order invariants.',
  needs: ['event:calls'],
  thresholds: { samples: 4, share: 0.9 },
  explains: [
    'not-learning',
    'no-gradient',
    'weights-not-updating',
    'exploding-gradient',
    'lr-too-high',
    'loss-divergence',
    'loss-oscillation',
    'missing-zero-grad',
    'param-not-in-optimizer',
  ],
  rank: 2,
  start: (): State => ({ counts: { cleared: 0, 'no-backward': 0, 'clip-late': 0 }, samples: 0 }),
  step(state, record, run): State {
    const event = eventNamed(record, 'calls');
    if (event === undefined || (fact(event, 'steps') ?? 0) < 2 || run.end !== undefined) return state;
    const fault = faultOf(event);
    const counts = fault === undefined ? state.counts : { ...state.counts, [fault]: state.counts[fault] + 1 };
    return { counts, samples: state.samples + 1 };
  },
  verdict({ counts, samples }, t, run) {
    if (samples < t.samples || !run.isSimple) return undefined;
    const fault = (Object.keys(counts) as Fault[]).find((each) => counts[each] >= t.share * samples);
    if (fault === undefined) return undefined;
    const { message, fix, place } = told[fault](run);
    return {
      severity: 'error',
      place,
      since: 1,
      message: `${message} In ${counts[fault]} of ${samples} steps looked at.`,
      suggestions: [
        { title: fix, ...place },
        ...(['backward', 'step', 'clip'] as const).flatMap((call) => {
          const at = run.calledAt(call);
          return at === undefined ? [] : [{ title: 'The order is zero_grad, backward, clip, step', ...at }];
        }),
      ],
    };
  },
});

function faultOf(event: EventRecord): Fault | undefined {
  const order = listFact<string>(event, 'order').filter((call) => call !== 'scheduler');
  const backward = order.lastIndexOf('backward');
  if (event['closure'] === true) return undefined;
  if (backward < 0) return 'no-backward';
  if (order.lastIndexOf('zero_grad') > backward && fact(event, 'bare') === 1) return 'cleared';
  const clip = order.lastIndexOf('clip');
  return clip >= 0 && clip < order.indexOf('backward') ? 'clip-late' : undefined;
}

const told: Readonly<Record<Fault, (run: Run) => { message: string; fix: string; place: CodePlace | undefined }>> = {
  cleared: (run) => ({
    message: 'zero_grad() comes between backward() and step(): the step finds no gradient and changes nothing.',
    fix: 'Call zero_grad() before backward(), not after it',
    place: run.calledAt('zero_grad') ?? run.calledAt('step'),
  }),
  'no-backward': (run) => ({
    message: 'step() is called without a backward() since the last step: it repeats old gradients or does nothing.',
    fix: 'Call loss.backward() before optimizer.step()',
    place: run.calledAt('step') ?? run.optimizer,
  }),
  'clip-late': (run) => ({
    message: 'Gradients are clipped after the step, or before backward() makes them: the clipping has no effect.',
    fix: 'Clip between backward() and step()',
    place: run.calledAt('clip') ?? run.calledAt('step'),
  }),
};
