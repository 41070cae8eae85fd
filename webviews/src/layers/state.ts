/**
 * What the Layers view knows and shows: a pure fold over messages. What it has to ask for follows from the state, so
 * there is nothing to keep in step.
 */
import type { Alert, HeatMap, LayerDetail, LayerMeasure, LayerRow, RunSummary } from '../../../protocol/src/bridge';
import type { StatsSubject } from '../../../protocol/src/journal';

/** What the heat map can be of. */
export interface Statistic {
  readonly id: string;
  readonly label: string;
  /** In a sentence: "the ... of a layer". */
  readonly noun: string;
  readonly what: StatsSubject;
  readonly measure: LayerMeasure;
  /** Orders of magnitude count, or shares from 0 to 1. */
  readonly scale: 'log' | 'share';
}

export const statistics = [
  {
    id: 'activation',
    label: 'Activation: standard deviation',
    noun: 'standard deviation of the activation',
    what: 'activation',
    measure: 'deviation',
    scale: 'log',
  },
  {
    id: 'gradient',
    label: 'Gradient: root mean square',
    noun: 'root mean square of the gradient',
    what: 'gradient',
    measure: 'rms',
    scale: 'log',
  },
  {
    id: 'zeros',
    label: 'Activation: share of zeros',
    noun: 'share of zeros in the activation',
    what: 'activation',
    measure: 'zeros',
    scale: 'share',
  },
  {
    id: 'update',
    label: 'Update ratio: size of a step over size of the weights',
    noun: 'update ratio',
    what: 'update',
    measure: 'relative',
    scale: 'log',
  },
] as const satisfies readonly Statistic[];
export type StatisticId = (typeof statistics)[number]['id'];

/** An answer, and how far the run was when it was asked for. */
interface Read<T> {
  readonly sequence: number;
  readonly value: T;
}

/** What was read of the shown run. */
export interface Readings {
  readonly layers?: Read<readonly LayerRow[]>;
  readonly heat?: Read<HeatMap> & { readonly statistic: StatisticId };
  /** Null: the bridge has none. */
  readonly detail?: Read<LayerDetail | null> & { readonly layer: string; readonly what: StatsSubject };
  readonly alerts?: readonly Alert[];
}

export interface LayersState {
  /** Newest first. */
  readonly runs: readonly RunSummary[];
  /** The run that the user chose; undefined: the newest. */
  readonly chosen: string | undefined;
  readonly statistic: StatisticId;
  readonly filter: string;
  /** The layer that the user chose. */
  readonly selected: string | undefined;
  readonly bridge: 'starting' | 'there' | 'away';
  readonly readings: Readings;
}

export type Question =
  | { readonly kind: 'load'; readonly run: string }
  | { readonly kind: 'alerts'; readonly run: string }
  | { readonly kind: 'layers'; readonly run: string; readonly sequence: number }
  | { readonly kind: 'heat'; readonly run: string; readonly sequence: number; readonly statistic: StatisticId }
  | {
      readonly kind: 'detail';
      readonly run: string;
      readonly sequence: number;
      readonly layer: string;
      readonly what: StatsSubject;
    };

export type Message =
  | { readonly type: 'runs'; readonly runs: readonly RunSummary[]; readonly gone: readonly string[] }
  | { readonly type: 'bridge'; readonly connected: boolean }
  | { readonly type: 'choose'; readonly run: string; readonly layer?: string | undefined }
  | { readonly type: 'statistic'; readonly statistic: StatisticId }
  | { readonly type: 'filter'; readonly filter: string }
  | { readonly type: 'select'; readonly layer: string }
  /** What was read, of which run. */
  | { readonly type: 'read'; readonly run: string; readonly readings: Readings };

export const start: LayersState = {
  runs: [],
  chosen: undefined,
  statistic: 'activation',
  filter: '',
  selected: undefined,
  bridge: 'starting',
  readings: {},
};

export function reduce(state: LayersState, message: Message): LayersState {
  switch (message.type) {
    case 'runs':
      return sameRun(state, { ...state, runs: mergeRuns(state.runs, message.runs, message.gone) });
    case 'bridge':
      return { ...state, bridge: message.connected ? 'there' : state.bridge === 'starting' ? 'starting' : 'away' };
    case 'choose':
      return sameRun(state, {
        ...state,
        chosen: message.run,
        // A layer that is asked for by name is not to be hidden by what was looked for before.
        ...(message.layer === undefined ? {} : { selected: message.layer, filter: '' }),
      });
    case 'statistic':
      return { ...state, statistic: message.statistic };
    case 'filter':
      return { ...state, filter: message.filter };
    case 'select':
      return { ...state, selected: message.layer };
    case 'read':
      // An answer that comes late, of another run, is of no use.
      return message.run === shownRun(state)?.id
        ? { ...state, readings: { ...state.readings, ...message.readings } }
        : state;
    default:
      return message satisfies never;
  }
}

export const shownRun = (state: LayersState): RunSummary | undefined =>
  state.runs.find(({ id }) => id === state.chosen) ?? state.runs[0];

export const statisticOf = ({ statistic }: LayersState): Statistic =>
  statistics.find(({ id }) => id === statistic) ?? statistics[0];

/** The table's layers from the first to the last; modules that only hold others are left out. */
export function shownLayers({ readings, filter }: LayersState): readonly LayerRow[] {
  const rows = readings.layers?.value ?? [];
  const holders = new Set(rows.flatMap(({ name }) => holdersOf(name)));
  const wanted = filter.trim().toLowerCase();
  return rows.filter(
    ({ name, type, parameters, newest }) =>
      !(holders.has(name) && parameters === 0 && Object.keys(newest).length === 0) &&
      `${name} ${type}`.toLowerCase().includes(wanted),
  );
}

/** The map's rows that are in the table, in its order; undefined where no map of the chosen statistic was read. */
export function shownHeat(state: LayersState): HeatMap | undefined {
  const { heat } = state.readings;
  if (heat?.statistic !== state.statistic) return undefined;
  const { layers, steps, values, nonfinite } = heat.value;
  const shown = new Set(shownLayers(state).map(({ name }) => name));
  const kept = layers.flatMap((name, row) => (shown.has(name) ? [row] : []));
  if (kept.length === layers.length) return heat.value;
  const width = steps.length;
  const part = <T extends Float64Array | Uint8Array>(all: T, into: T): T => {
    kept.forEach((row, i) => into.set(all.subarray(row * width, (row + 1) * width), i * width));
    return into;
  };
  return {
    layers: kept.map((row) => layers[row] as string),
    steps,
    values: part(values, new Float64Array(kept.length * width)),
    nonfinite: part(nonfinite, new Uint8Array(kept.length * width)),
  };
}

/** The layer whose details are shown: the user's choice, else the first with an alert, else the first. */
export function selectedLayer(state: LayersState): LayerRow | undefined {
  const rows = shownLayers(state);
  const alerts = state.readings.alerts ?? [];
  return (
    rows.find(({ name }) => name === state.selected) ??
    rows.find(({ name }) => alerts.some(({ layer }) => layer === name)) ??
    rows[0]
  );
}

export const alertsOf = ({ readings }: LayersState, layer: string): readonly Alert[] =>
  (readings.alerts ?? []).filter((alert) => alert.layer === layer);

/** What has to be asked next. */
export function wanted(state: LayersState): readonly Question[] {
  const run = shownRun(state);
  if (run === undefined || state.bridge !== 'there') return [];
  if (!run.loaded) return [{ kind: 'load', run: run.id }];
  const { layers, heat, detail, alerts } = state.readings;
  const sequence = run.sequences[0] ?? 0;
  const asked = { run: run.id, sequence };
  const questions: Question[] = [];
  if (layers?.sequence !== sequence) questions.push({ kind: 'layers', ...asked });
  if (heat?.sequence !== sequence || heat.statistic !== state.statistic)
    questions.push({ kind: 'heat', ...asked, statistic: state.statistic });
  const { what } = statisticOf(state);
  const layer = selectedLayer(state);
  const isNew = detail?.sequence !== sequence || detail.layer !== layer?.name || detail.what !== what;
  if (layer?.newest[what] !== undefined && isNew) questions.push({ kind: 'detail', ...asked, layer: layer.name, what });
  if ((alerts?.length ?? 0) !== run.alerts) questions.push({ kind: 'alerts', run: run.id });
  return questions;
}

/** The details of the selected layer under the chosen statistic, where they were read. */
export function shownDetail(state: LayersState): LayerDetail | undefined {
  const { detail } = state.readings;
  if (detail === undefined) return undefined;
  const fits = detail.layer === selectedLayer(state)?.name && detail.what === statisticOf(state).what;
  return fits ? (detail.value ?? undefined) : undefined;
}

function mergeRuns(
  known: readonly RunSummary[],
  changed: readonly RunSummary[],
  gone: readonly string[],
): readonly RunSummary[] {
  const runs = new Map([...known, ...changed].map((run) => [run.id, run]));
  for (const id of gone) runs.delete(id);
  return [...runs.values()].sort((a, b) => b.startedAt.localeCompare(a.startedAt));
}

/** What was read of one run says nothing of another. */
const sameRun = (before: LayersState, after: LayersState): LayersState =>
  shownRun(before)?.id === shownRun(after)?.id ? after : { ...after, readings: {} };

/** `a.b.c` lies in `a.b`, in `a` and in the model itself. */
function holdersOf(name: string): readonly string[] {
  if (name === '') return [];
  const parts = name.split('.');
  return parts.map((_, i) => parts.slice(0, i).join('.'));
}
