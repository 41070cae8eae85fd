/** Curves as they cross processes: already reduced to what a picture needs, in typed arrays. */

export type XAxis = 'step' | 'time';

/** A curve of a run. */
export interface SeriesKey {
  readonly run: string;
  readonly rank: number;
  /** As the journal names it: `loss`, `lr`, `val/loss`. */
  readonly tag: string;
}

export interface SeriesSummary extends SeriesKey {
  readonly count: number;
  /** NaN and infinities stay what they are on the wire. */
  readonly last: number;
  readonly steps: readonly [number, number];
  readonly times: readonly [number, number];
}

/** Points from left to right; arrays of one length, `smooth` empty where no smoothing was asked for. */
export interface CurvePoints {
  /** Values in one point; 1: `low` and `high` are the value itself, NaN and infinities included. */
  readonly perPoint: number;
  /** x of the point's first value. */
  readonly x: Float64Array;
  /** Least and greatest finite value; NaN where the point has none. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** How many of its values are NaN or infinite. */
  readonly nonfinite: Uint32Array;
  /** The smoothed curve at the point's last value. */
  readonly smooth: Float64Array;
}

export interface CurveWindow {
  readonly x: XAxis;
  readonly from: number;
  readonly to: number;
  /** Width of the picture. */
  readonly pixels: number;
  /** Half-life in steps of the training; 0: none. */
  readonly smoothing: number;
}
