/** Indices against the size of what they point into. */
import type { Related } from '../../core/finding';
import type { Solve } from '../../core/infer/operator';
import { indicesOf, numberDrawn } from '../../core/infer/indices';
import type { TensorValue } from '../../core/infer/value';
import { add, num, sub, type Dim } from '../../core/shape/dim';
import { hasNoElements } from './results';

/** A chance that is taken for none. */
const NEGLIGIBLE = 0.01;

/**
 * An index that is certainly out of range, as far as what the tensor holds is known; teaches that there is none.
 * Of numbers that are drawn one is out of range where all but a negligible share of the draws have one.
 * @param size of the axis they point into
 * @param passed an index that is never looked at (`ignore_index`)
 */
export function indexOutside(solve: Solve, t: TensorValue, size: Dim, passed?: number): Dim | undefined {
  const held = indicesOf(t);
  if (held === undefined || hasNoElements(solve, t)) return undefined;
  const { low, high, drawn } = held;
  if (drawn !== undefined) {
    const [from, to, end] = [low, high, size].map((dim) => solve.number(dim));
    if (from === undefined || to === undefined || end === undefined) return undefined;
    const inside = Math.max(0, Math.min(to, end - 1) - Math.max(from, 0) + 1);
    const isPassed = passed !== undefined && passed >= from && passed <= to && (passed < 0 || passed >= end);
    const share = (inside + Number(isPassed)) / (to - from + 1);
    if (share ** numberDrawn(t, held) >= NEGLIGIBLE) return undefined;
    return to >= end ? high : low;
  }
  if (passed !== undefined) {
    const [from, to] = [solve.number(low), solve.number(high)];
    if (from === undefined || to === undefined || (passed >= from && passed <= to)) return undefined;
  }
  if (!solve.atLeast(size, add(high, num(1)), 'the indices point into it')) return high;
  return solve.less(low, num(0)) === 'yes' ? low : undefined;
}

/** Where the indices come from, and how far they and what they point into reach. */
export function reach(solve: Solve, t: TensorValue, outside: Dim, size: Dim): readonly Related[] {
  if (t.origin === undefined) return [];
  const isBelow = solve.less(outside, num(0)) === 'yes';
  const held = `the indices go ${isBelow ? 'down' : 'up'} to ${solve.text(outside)}`;
  return [{ place: t.origin, message: `${held}, but must be from 0 to ${solve.text(sub(size, num(1)))}` }];
}
