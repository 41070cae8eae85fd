/** Outputs and targets of different shapes are compared all with all. */
import type { CodePlace, EventRecord } from '../../../../protocol/src/journal';
import { diagnosis, eventNamed, listFact, placeIn, textFact } from '../rule';

interface Found {
  readonly place: CodePlace | undefined;
  readonly left: string;
  readonly right: string;
  readonly name: string;
}

export const broadcastLoss = diagnosis({
  id: 'broadcast-loss',
  catalogue: 'L12',
  summary: 'The loss broadcasts (N, 1) against (N,): every output is compared with every target.',
  why: 'PyTorch stretches both to (N, N). The model then learns the mean of all targets. Mean and loss look plausible.',
  source: 'PyTorch broadcasting; its own warning in mse_loss.',
  needs: ['event:loss-call', 'event:trace'],
  thresholds: {},
  explains: ['not-learning', 'collapsed-output', 'lr-too-high', 'slow-convergence'],
  rank: 4,
  start: (): Found | undefined => undefined,
  step(state, record) {
    const call = eventNamed(record, 'loss-call');
    if (call !== undefined && outer(call)) {
      const size = (name: string): string => `(${listFact<number>(call, name).join(', ')})`;
      return {
        place: placeIn(call),
        left: size('input'),
        right: size('target'),
        name: textFact(call, 'loss') ?? 'loss',
      };
    }
    const [first] = listFact(eventNamed(record, 'trace'), 'broadcasts');
    if (first === undefined || state !== undefined) return state;
    const size = (value: unknown): string => `(${Array.isArray(value) ? value.join(', ') : ''})`;
    return { place: placeIn(first), left: size(first['left']), right: size(first['right']), name: 'this expression' };
  },
  verdict(found) {
    if (found === undefined) return undefined;
    return {
      severity: 'error',
      place: found.place,
      since: 1,
      message: `${found.name} compares ${found.left} with ${found.right}: both are stretched to a square and every output meets every target.`,
      suggestions: [
        { title: 'Bring both to the same shape: output.squeeze(1), or target.unsqueeze(1)', ...found.place },
      ],
    };
  },
});

function outer(event: EventRecord): boolean {
  if (!['mse_loss', 'l1_loss', 'smooth_l1_loss', 'huber_loss'].includes(textFact(event, 'loss') ?? '')) return false;
  const [a, b] = [listFact<number>(event, 'input'), listFact<number>(event, 'target')];
  const [long, short] = a.length > b.length ? [a, b] : [b, a];
  return long.length === 2 && short.length === 1 && long[1] === 1 && long[0] === short[0] && (short[0] ?? 0) > 1;
}
