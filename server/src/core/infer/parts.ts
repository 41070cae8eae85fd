/** The parts of a tensor whose number only their use says: `q, k, v = x.split(64)` of an x of unknown size. */
import { joinShapes } from '../shape/axis';
import { ceilDiv, mul, num, sub, type Dim } from '../shape/dim';
import { shapeOf } from '../shape/shape';
import type { Evaluator } from './evaluator';
import { tensor, unknown, type PartsValue, type Value } from './value';

/**
 * The parts as n values, which teaches the size of the axis that was cut.
 *
 * Source: torch.split makes ceil(total / size) parts, of an empty axis one; torch.unbind one for each index.
 * @returns between which numbers the true number is where it can't be n
 */
export function partsAs(ev: Evaluator, parts: PartsValue, n: number): readonly Value[] | CountRange {
  const { cut, size } = parts;
  const why = `it is unpacked into ${n} parts`;
  const wrong = (): CountRange => ev.machine.facts.range(size === undefined ? cut.size : ceilDiv(cut.size, size));
  if (size === undefined) {
    const before = wrong();
    if (!ev.solve.same(cut.size, num(n), why)) return before;
    return new Array<Value>(n).fill(part(parts, []));
  }
  const counted = wrong();
  const last = sub(cut.size, mul(num(n - 1), size));
  if (n > 1 && !ev.solve.atLeast(last, 1, why)) return { low: counted.low, high: Math.min(counted.high, n - 1) };
  if (!ev.solve.atLeast(size, last, why)) return { low: Math.max(counted.low, n + 1), high: counted.high };
  return [...new Array<Value>(n - 1).fill(part(parts, [size])), part(parts, [last])];
}

/** Between which numbers the number of parts is. */
export interface CountRange {
  readonly low: number;
  readonly high: number;
}

export const isCountRange = (answer: readonly Value[] | CountRange): answer is CountRange => 'low' in answer;

function part({ of, cut }: PartsValue, dims: readonly Dim[]): Value {
  const front = joinShapes(cut.before, shapeOf(dims));
  const shape = front && joinShapes(front, cut.after);
  return shape === undefined
    ? unknown('a part of a tensor of unknown rank')
    : tensor(shape, of.dtype, { device: of.device });
}
