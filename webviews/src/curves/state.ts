/**
 * What the Curves view knows and shows: a pure fold over messages. What it has to ask for follows from the state, so
 * there is nothing to keep in step.
 */
import type { Alert, ControlMark, RunSummary } from '../../../protocol/src/bridge';
import type { CurvePoints, CurveWindow, SeriesKey, XAxis } from '../../../protocol/src/curves';

/** A part of the x axis. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface RunView {
  readonly summary: RunSummary;
  readonly shown: boolean;
  /** Index of its colour; stays while the view lives. */
  readonly colour: number;
  readonly alerts: readonly Alert[];
  readonly marks: readonly ControlMark[];
}

/** Points as they were asked for, and how far each run was then. */
export interface Reading {
  readonly window: CurveWindow;
  readonly steps: Readonly<Record<string, number>>;
  /** By `curveId`. */
  readonly curves: Readonly<Record<string, CurvePoints>>;
}

export interface ChartReadings {
  /** The whole of the curves, to have something to draw anywhere at once. */
  readonly overview?: Reading;
  /** What is in sight and some more on both sides, as fine as pixels are. */
  readonly detail?: Reading;
}

export interface CurvesState {
  /** Newest first. */
  readonly runs: readonly RunView[];
  readonly x: XAxis;
  readonly log: boolean;
  /** Half-life in steps; 0: none. */
  readonly smoothing: number;
  readonly allRanks: boolean;
  /** In sight; undefined: everything, and what comes. */
  readonly span: Span | undefined;
  readonly readings: Readonly<Record<string, ChartReadings>>;
  readonly connected: boolean;
}

export type Message =
  | { readonly type: 'runs'; readonly runs: readonly RunSummary[]; readonly gone: readonly string[] }
  | { readonly type: 'alerts'; readonly run: string; readonly alerts: readonly Alert[] }
  | { readonly type: 'marks'; readonly run: string; readonly marks: readonly ControlMark[] }
  | { readonly type: 'points'; readonly tag: string; readonly which: keyof ChartReadings; readonly reading: Reading }
  | { readonly type: 'show'; readonly run: string; readonly shown: boolean }
  | { readonly type: 'x'; readonly x: XAxis }
  | { readonly type: 'log'; readonly log: boolean }
  | { readonly type: 'smoothing'; readonly halfLife: number }
  | { readonly type: 'allRanks'; readonly allRanks: boolean }
  | { readonly type: 'span'; readonly span: Span | undefined }
  | { readonly type: 'bridge'; readonly connected: boolean };

export const start: CurvesState = {
  runs: [],
  x: 'step',
  log: false,
  smoothing: 0,
  allRanks: false,
  span: undefined,
  readings: {},
  connected: true,
};

export function reduce(state: CurvesState, message: Message): CurvesState {
  switch (message.type) {
    case 'runs':
      return { ...state, runs: mergeRuns(state.runs, message.runs, message.gone) };
    case 'alerts':
      return withRun(state, message.run, { alerts: message.alerts });
    case 'marks':
      return withRun(state, message.run, { marks: message.marks });
    case 'points':
      return withPoints(state, message.tag, message.which, message.reading);
    case 'show':
      return withRun(state, message.run, { shown: message.shown });
    case 'x':
      // Steps and seconds have no common measure: the new axis is seen whole.
      return message.x === state.x ? state : { ...state, x: message.x, span: undefined, readings: {} };
    case 'log':
      return { ...state, log: message.log };
    case 'smoothing':
      return { ...state, smoothing: message.halfLife };
    case 'allRanks':
      return { ...state, allRanks: message.allRanks };
    case 'span':
      return { ...state, span: message.span };
    case 'bridge':
      return { ...state, connected: message.connected };
    default:
      return message satisfies never;
  }
}

export const shownRuns = (state: CurvesState): readonly RunView[] => state.runs.filter(({ shown }) => shown);

/** What the charts are of: every name that a shown run has, the loss first and user's own before what is measured. */
export function tags(state: CurvesState): readonly string[] {
  const found = new Set(shownRuns(state).flatMap(({ summary }) => Object.keys(summary.values)));
  return [...found].sort((a, b) => order(a) - order(b) || a.localeCompare(b));
}

const first = ['loss', 'val/loss', 'accuracy', 'val/accuracy'];
const last = ['gradient_norm', 'lr', 'time/'];
function order(tag: string): number {
  const early = first.indexOf(tag);
  if (early >= 0) return early;
  const late = last.findIndex((name) =>
    name.endsWith('/') ? tag.startsWith(name) : tag === name || tag.startsWith(`${name}/`),
  );
  return late < 0 ? first.length : first.length + 1 + late;
}

export function curvesOf(state: CurvesState, tag: string): readonly (SeriesKey & { readonly colour: number })[] {
  return shownRuns(state).flatMap(({ summary, colour }) => {
    if (!(tag in summary.values)) return [];
    const ranks = state.allRanks ? Math.max(1, summary.sequences.length) : 1;
    return Array.from({ length: ranks }, (_, rank) => ({ run: summary.id, rank, tag, colour }));
  });
}

export const curveId = ({ run, rank }: Pick<SeriesKey, 'run' | 'rank'>): string => `${run} ${rank}`;

/** All of the shown runs. */
export function wholeSpan(state: CurvesState): Span {
  const ends = shownRuns(state).map(({ summary }) => (state.x === 'step' ? summary.step : summary.time));
  const to = Math.max(1, ...ends);
  return { from: state.x === 'step' ? Math.min(1, to) : 0, to };
}

export const visibleSpan = (state: CurvesState): Span => state.span ?? wholeSpan(state);

/** What a chart of that width has to ask for next; undefined where what it has is good. */
export function wanted(
  state: CurvesState,
  tag: string,
  pixels: number,
): { readonly which: keyof ChartReadings; readonly window: CurveWindow } | undefined {
  const whole = wholeSpan(state);
  const readings = state.readings[tag] ?? {};
  const ask = (which: keyof ChartReadings, span: Span, width: number): ReturnType<typeof wanted> => ({
    which,
    window: { x: state.x, ...span, pixels: width, smoothing: state.smoothing },
  });
  if (state.span === undefined)
    return isGood(state, tag, readings.overview, whole, pixels) ? undefined : ask('overview', whole, pixels);
  if (readings.overview === undefined) return ask('overview', whole, pixels);
  if (isGood(state, tag, readings.detail, state.span, pixels)) return undefined;
  const width = state.span.to - state.span.from;
  return ask('detail', { from: state.span.from - width, to: state.span.to + width }, 3 * pixels);
}

/** Whether a reading shows a span: all of it, fine enough, of all curves, as smooth, and no run has gone on in it. */
function isGood(state: CurvesState, tag: string, reading: Reading | undefined, span: Span, pixels: number): boolean {
  if (reading === undefined) return false;
  const { window } = reading;
  const scale = (window.to - window.from) / window.pixels;
  if (window.x !== state.x || window.smoothing !== state.smoothing) return false;
  if (window.from > span.from || window.to < span.to) return false;
  // Half as fine is asked again only when zooming has gone on a little: less traffic, no visible difference.
  if (scale > (1.5 * (span.to - span.from)) / pixels) return false;
  const ends = new Map(state.runs.map(({ summary }) => [summary.id, summary.step]));
  return curvesOf(state, tag).every((curve) => {
    const then = reading.steps[curve.run];
    if (!(curveId(curve) in reading.curves) || then === undefined) return false;
    // What a run has done since lies beyond what was asked for.
    return then >= (ends.get(curve.run) ?? 0) || (state.x === 'step' && window.to <= then);
  });
}

/** How far the runs are, to be kept with what is asked now. */
export const stepsNow = (state: CurvesState): Readonly<Record<string, number>> =>
  Object.fromEntries(state.runs.map(({ summary }) => [summary.id, summary.step]));

/** The best that there is to draw a span from. */
export function readingFor(state: CurvesState, tag: string, span: Span): Reading | undefined {
  const { overview, detail } = state.readings[tag] ?? {};
  if (
    detail !== undefined &&
    detail.window.from <= span.from &&
    detail.window.to >= span.to &&
    state.span !== undefined
  ) {
    const scale = (reading: Reading): number => (reading.window.to - reading.window.from) / reading.window.pixels;
    return overview === undefined || scale(detail) <= scale(overview) ? detail : overview;
  }
  return overview ?? detail;
}

function mergeRuns(
  known: readonly RunView[],
  changed: readonly RunSummary[],
  gone: readonly string[],
): readonly RunView[] {
  const runs = new Map(known.map((run) => [run.summary.id, run]));
  const fresh = changed.filter(({ id }) => !runs.has(id)).map(({ startedAt }) => startedAt);
  const newest = [...known.map(({ summary }) => summary.startedAt), ...fresh].sort().at(-1);
  let colours = known.reduce((most, { colour }) => Math.max(most, colour + 1), 0);
  for (const summary of changed) {
    const run = runs.get(summary.id);
    // What runs now, and the newest where nothing does: the others are a click away.
    const shown =
      run?.shown ?? (summary.state === 'running' || summary.state === 'paused' || summary.startedAt === newest);
    runs.set(
      summary.id,
      run === undefined ? { summary, shown, colour: colours++, alerts: [], marks: [] } : { ...run, summary },
    );
  }
  for (const id of gone) runs.delete(id);
  return [...runs.values()].sort((a, b) => b.summary.startedAt.localeCompare(a.summary.startedAt));
}

function withRun(state: CurvesState, id: string, change: Partial<RunView>): CurvesState {
  return { ...state, runs: state.runs.map((run) => (run.summary.id === id ? { ...run, ...change } : run)) };
}

function withPoints(state: CurvesState, tag: string, which: keyof ChartReadings, reading: Reading): CurvesState {
  // An answer that comes late, after the axis has changed, is of no use.
  if (reading.window.x !== state.x) return state;
  return { ...state, readings: { ...state.readings, [tag]: { ...state.readings[tag], [which]: reading } } };
}
