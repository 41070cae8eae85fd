/** Gradients that a recurrent layer makes larger with every step back in time. */
import type { StatsRecord } from '../../../protocol/src/journal';
import { objectFact, toNumber } from './rule';
import type { Run } from './run';

const recurrentTypes = ['RNN', 'LSTM', 'GRU', 'RNNCell', 'LSTMCell', 'GRUCell'];
/** A gradient's norm that is large for any model; about 1 is what recurrent nets are clipped to. */
const largeNorm = 10;

export interface Burst {
  readonly layer: string;
  readonly norm: number;
  readonly step: number;
}

/** The recurrent layer of this sample that has a large gradient and most of the whole one. */
export function burstIn(record: StatsRecord, run: Run): Burst | undefined {
  const squares = new Map<string, number>();
  for (const { name, n, sumSquares } of record.entries) {
    const layer = run.ownerOf(name);
    const elements = run.layers.get(layer)?.parameters.find((each) => each.name === name)?.elements ?? n;
    squares.set(layer, (squares.get(layer) ?? 0) + (sumSquares * elements) / Math.max(1, n));
  }
  const total = [...squares.values()].reduce((sum, each) => sum + each, 0);
  for (const [layer, square] of squares)
    if (recurrentTypes.includes(run.layers.get(layer)?.type ?? '') && square > largeNorm ** 2 && 2 * square > total)
      return { layer, norm: Math.sqrt(square), step: record.step };
  return undefined;
}

/** Whether a step was ever clipped. */
export const isClipped = (run: Run): boolean =>
  [...run.calls.values()].some((calls) => (toNumber(objectFact(calls, 'clips')['calls']) ?? 0) > 0);
