/** Where numbers of a verdict stand in its drawing. */
import type { GateVerdict } from '../../../protocol/src/deploy';

/** Of the drawing, in its own units. */
export const width = 260;

export interface Scale {
  readonly low: number;
  readonly high: number;
}

/** Room for zero, the interval and the margin, with a tenth on each side. */
export function scaleOf({ lower = 0, upper = 0, estimate = 0, margin = 0 }: GateVerdict): Scale {
  const numbers = [0, lower, upper, estimate, margin].filter(Number.isFinite);
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const room = (high - low || 1) / 10;
  return { low: low - room, high: high + room };
}

/** Where a number stands in the drawing, in its own units from the left; numbers outside stand at the edge. */
export const place = ({ low, high }: Scale, value: number): number =>
  Math.min(1, Math.max(0, (value - low) / (high - low))) * width;
