/** All processes train on the same batches. */
import { diagnosis, eventNamed, facts } from '../rule';

interface State {
  /** Added to in place, as the runs are long. */
  readonly prints: Map<number, { readonly rank: number; readonly print: string }>;
  readonly same: number;
  readonly compared: number;
}

export const sameDataOnRanks = diagnosis({
  id: 'same-data-on-ranks',
  catalogue: 'R2',
  summary: 'Several processes train on the same batches.',
  why: 'Then they do the work of one. A DistributedSampler gives each its share.',
  source: 'TrainCheck; PyTorch DistributedSampler.',
  needs: ['event:batch'],
  thresholds: { steps: 3, share: 0.9 },
  rank: 19,
  start: (): State => ({ prints: new Map(), same: 0, compared: 0 }),
  step(state, record, run, rank): State {
    const event = eventNamed(record, 'batch');
    const print = event && facts(event, 'print');
    if (
      event === undefined ||
      print === undefined ||
      (run.start?.world ?? 2) < 2 ||
      String(event['input']).includes('#')
    )
      return state;
    const mine = print.join(' ');
    const other = state.prints.get(event.step);
    if (other === undefined) return { ...state, prints: state.prints.set(event.step, { rank, print: mine }) };
    if (other.rank === rank || print.every((each) => each === 0)) return state;
    return { ...state, compared: state.compared + 1, same: state.same + Number(other.print === mine) };
  },
  verdict({ same, compared }, t, run) {
    if (same < t.steps || same < t.share * compared) return undefined;
    const loader = run.loaders.get(run.trainingLoader ?? -1);
    return {
      severity: 'error',
      place: loader ?? run.calledAt('backward'),
      message: `In ${same} of ${compared} steps looked at, two ranks had the same batch: they do the work of one.`,
      suggestions: [
        {
          title: 'Give the DataLoader sampler=DistributedSampler(dataset), and call set_epoch',
          ...(loader ?? run.calledAt('backward')),
        },
      ],
    };
  },
});
