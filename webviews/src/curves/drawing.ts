/** The geometry of a curve, for the canvas and for SVG alike: points in, strokes of a pen out. */
import type { CurvePoints } from '../../../protocol/src/curves';
import type { Span } from './state';

/** A canvas context is one; so is a string of SVG. */
export interface Pen {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
}

export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly x: Span;
  readonly y: Span;
  readonly log: boolean;
}

export function xPixel({ left, right, x }: Frame, value: number): number {
  return left + ((value - x.from) / (x.to - x.from)) * (right - left);
}

export function yPixel({ top, bottom, y, log }: Frame, value: number): number {
  const share = log ? Math.log(value / y.from) / Math.log(y.to / y.from) : (value - y.from) / (y.to - y.from);
  return bottom - share * (bottom - top);
}

/** Indices of the points in sight, with one beyond each edge. */
export function inSight({ x }: CurvePoints, { from, to }: Span): readonly [number, number] {
  return [Math.max(0, after(x, from, false) - 1), Math.min(x.length, after(x, to, true) + 1)];
}

/** Whether a value has a place on the axis. */
const isDrawn = (value: number, log: boolean): boolean => Number.isFinite(value) && (!log || value > 0);

/** A line through the values; what isn't finite breaks it. */
export function strokeLine(pen: Pen, points: CurvePoints, values: Float64Array, frame: Frame): void {
  const [from, to] = inSight(points, frame.x);
  let down = false;
  for (let i = from; i < to; i++) {
    const value = values[i] as number;
    if (!isDrawn(value, frame.log)) {
      down = false;
      continue;
    }
    const [x, y] = [xPixel(frame, points.x[i] as number), yPixel(frame, value)];
    if (down) pen.lineTo(x, y);
    else pen.moveTo(x, y);
    down = true;
  }
}

/**
 * Dense points, as what they cover of each pixel's width: top and bottom in pixels, NaN where nothing is. The outline of
 * a noisy curve goes up and down through the whole chart: to fill and stroke it takes many times as long.
 *
 * @param step width of a pixel of the screen in the frame's pixels
 */
export function columnsOf(points: CurvePoints, frame: Frame, step: number): Columns {
  const width = Math.ceil((frame.right - frame.left) / step);
  const top = new Float64Array(width).fill(Number.NaN);
  const bottom = new Float64Array(width).fill(Number.NaN);
  const isHere = (i: number): boolean => isDrawn(points.high[i] as number, frame.log);
  const yOf = (value: number): number => (isDrawn(value, frame.log) ? yPixel(frame, value) : frame.bottom);
  const [from, to] = inSight(points, frame.x);
  for (let i = from; i < to; i++) {
    if (!isHere(i)) continue;
    // A point that nothing follows is there all the same.
    const next = i + 1 < to && isHere(i + 1) ? i + 1 : i;
    const [x0, x1] = [i, next].map((at) => (xPixel(frame, points.x[at] as number) - frame.left) / step) as [
      number,
      number,
    ];
    const [high0, high1] = [yOf(points.high[i] as number), yOf(points.high[next] as number)];
    const [low0, low1] = [yOf(points.low[i] as number), yOf(points.low[next] as number)];
    const last = Math.min(width - 1, Math.floor(x1));
    for (let column = Math.max(0, Math.floor(x0)); column <= last; column++) {
      const start = x1 === x0 ? 0 : Math.max(0, (column - x0) / (x1 - x0));
      const end = x1 === x0 ? 0 : Math.min(1, (column + 1 - x0) / (x1 - x0));
      const most = Math.min(high0 + start * (high1 - high0), high0 + end * (high1 - high0));
      const least = Math.max(low0 + start * (low1 - low0), low0 + end * (low1 - low0));
      if (!((top[column] as number) <= most)) top[column] = most;
      if (!((bottom[column] as number) >= least)) bottom[column] = least;
    }
  }
  return { top, bottom };
}

export interface Columns {
  readonly top: Float64Array;
  readonly bottom: Float64Array;
}

/** The outline of everything between the lowest and the highest values. */
export function outlineBand(pen: Pen, points: CurvePoints, frame: Frame): void {
  const [from, to] = inSight(points, frame.x);
  const { x, low, high } = points;
  for (let start = from; start < to; start++) {
    if (!isDrawn(high[start] as number, frame.log)) continue;
    let end = start;
    while (end < to && isDrawn(high[end] as number, frame.log)) end++;
    for (let i = start; i < end; i++) {
      const place: [number, number] = [xPixel(frame, x[i] as number), yPixel(frame, high[i] as number)];
      if (i === start) pen.moveTo(...place);
      else pen.lineTo(...place);
    }
    for (let i = end - 1; i >= start; i--) {
      // On a log axis a band that reaches below zero ends at the lower edge.
      const value = isDrawn(low[i] as number, frame.log) ? (low[i] as number) : frame.y.from;
      pen.lineTo(xPixel(frame, x[i] as number), yPixel(frame, value));
    }
    start = end;
  }
}

/** Places of what isn't finite, in pixels, at most one a pixel. */
export function nonfinitePlaces(points: CurvePoints, frame: Frame): readonly number[] {
  const [from, to] = inSight(points, frame.x);
  const places: number[] = [];
  for (let i = from; i < to; i++) {
    if (points.nonfinite[i] === 0) continue;
    const x = Math.round(xPixel(frame, points.x[i] as number));
    if (x >= frame.left && x <= frame.right && places.at(-1) !== x) places.push(x);
  }
  return places;
}

/** What the y axis has to reach so that all that is in sight is drawn, with a little air. */
export function yRange(curves: readonly CurvePoints[], x: Span, log: boolean): Span {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const points of curves) {
    const [from, to] = inSight(points, x);
    for (let i = from; i < to; i++) {
      const [least, most] = [points.low[i] as number, points.high[i] as number];
      if (isDrawn(most, log)) high = Math.max(high, most);
      if (isDrawn(least, log)) low = Math.min(low, least);
      else if (isDrawn(most, log)) low = Math.min(low, most);
    }
  }
  if (low > high) return log ? { from: 0.1, to: 1 } : { from: 0, to: 1 };
  if (log) return low === high ? { from: low / 2, to: high * 2 } : { from: low / 1.05, to: high * 1.05 };
  const air = low === high ? Math.abs(low) * 0.1 || 1 : (high - low) * 0.05;
  return { from: low - air, to: high + air };
}

/** Index of the point at or before an x; undefined where there is none. */
export function pointAt({ x }: CurvePoints, value: number): number | undefined {
  const index = after(x, value, true) - 1;
  return index < 0 ? undefined : index;
}

/** First index whose x is not below the value, or, where `past`, is above it. */
function after(x: Float64Array, value: number, past: boolean): number {
  let [low, high] = [0, x.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const found = x[middle] as number;
    if (found < value || (past && found === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}
