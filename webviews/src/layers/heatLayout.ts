/** Where the heat map's cells are, and which colour a value has: without a canvas. */
import type { HeatMap } from '../../../protocol/src/bridge';
import type { Statistic } from './state';

export interface HeatLayout {
  readonly left: number;
  readonly rowHeight: number;
  readonly columnWidth: number;
  readonly width: number;
  readonly height: number;
}

export const axisHeight = 22;
const [leastRow, mostRow, comfortable] = [3, 22, 380];

/** @param labelWidth pixels of the widest name */
export function layoutOf({ layers, steps }: HeatMap, width: number, labelWidth: number): HeatLayout {
  const rows = Math.max(1, layers.length);
  const left = Math.min(Math.ceil(labelWidth) + 10, Math.floor(width / 3));
  const rowHeight = Math.min(mostRow, Math.max(leastRow, Math.floor(comfortable / rows)));
  return {
    left,
    rowHeight,
    columnWidth: (width - left) / Math.max(1, steps.length),
    width,
    height: rows * rowHeight + axisHeight,
  };
}

/** The cell at a place; `column` is undefined over the names. */
export function cellAt(
  { layers, steps }: HeatMap,
  { left, rowHeight, columnWidth }: HeatLayout,
  x: number,
  y: number,
): { readonly row: number; readonly column: number | undefined } | undefined {
  const row = Math.floor(y / rowHeight);
  if (row < 0 || row >= layers.length) return undefined;
  const column = Math.floor((x - left) / columnWidth);
  return { row, column: x < left ? undefined : Math.min(steps.length - 1, column) };
}

export interface Scale {
  readonly from: number;
  readonly to: number;
  /** 0 to 1; undefined where there is no value. */
  share(value: number): number | undefined;
}

/** Further apart than this, differences of what is larger would no longer be seen. */
const mostDecades = 10;

/** All values of a map on one scale: shares from 0 to 1, everything else by orders of magnitude. */
export function scaleOf({ values }: Pick<HeatMap, 'values'>, { scale }: Pick<Statistic, 'scale'>): Scale {
  const within = (share: number): number => Math.min(1, Math.max(0, share));
  if (scale === 'share')
    return { from: 0, to: 1, share: (value) => (Number.isFinite(value) ? within(value) : undefined) };
  let [low, high] = [Number.POSITIVE_INFINITY, 0];
  for (const value of values) {
    if (!(value > 0 && value < Number.POSITIVE_INFINITY)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (high === 0) [low, high] = [1, 1];
  const from = Math.max(low, high / 10 ** mostDecades);
  const width = Math.log(high / from);
  return {
    from,
    to: high,
    share(value) {
      if (!Number.isFinite(value) || value < 0) return undefined;
      // Exactly zero lies below every power.
      return value === 0 ? 0 : width === 0 ? 0.5 : within(Math.log(value / from) / width);
    },
  };
}

/** Columns that get a label: whole ones, far enough apart. */
export function labelledColumns(columns: number, columnWidth: number, least = 70): readonly number[] {
  const every = Math.max(1, Math.ceil(least / columnWidth));
  return Array.from({ length: Math.ceil(columns / every) }, (_, i) => i * every);
}

/** A name that is too long loses its beginning: what differs between layers is mostly its end. */
export function shortened(name: string, fits: (text: string) => boolean): string {
  if (fits(name)) return name;
  for (let from = 1; from < name.length; from++) if (fits(`…${name.slice(from)}`)) return `…${name.slice(from)}`;
  return '…';
}
