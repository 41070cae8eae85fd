/** The Layers view in words: for the table, for what is empty, for screen readers. */
import type { HeatMap, LayerRow, RunSummary } from '../../../protocol/src/bridge';
import { duration, plural, short } from '../shared/numbers';
import { type LayersState, shownHeat, shownLayers, shownRun, type Statistic, statisticOf } from './state';

const nothing = '–';

/** Three digits are enough to compare layers. */
export function brief(value: number): string {
  if (!Number.isFinite(value)) return short(value);
  const size = Math.abs(value);
  if (value !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(1).replace('e+', 'e');
  return String(Number(value.toPrecision(3)));
}

export const percent = (share: number): string => {
  const value = share * 100;
  return `${value > 0 && value < 1 ? '<1' : value < 100 && value > 99 ? '>99' : Math.round(value)} %`;
};

export const valueWords = (value: number, { scale }: Pick<Statistic, 'scale'>): string =>
  Number.isNaN(value) ? 'nothing captured' : scale === 'share' ? percent(value) : brief(value);

export const placeWords = ({ file, line }: Pick<LayerRow, 'file' | 'line'>): string =>
  file === null || line === null ? '' : `${file.split(/[\\/]/).at(-1) ?? file}:${line}`;

/** The name in the model; the model itself has none. */
export const nameWords = ({ name, type }: Pick<LayerRow, 'name' | 'type'>): string => (name === '' ? type : name);

/** Numbers of a row: activation, zeros, dead channels, gradient, update. */
export function numberWords({ newest, dead }: LayerRow): readonly string[] {
  const { activation, gradient, update } = newest;
  return [
    activation === undefined ? nothing : `${brief(activation.mean)} ± ${brief(activation.deviation)}`,
    activation === undefined ? nothing : percent(activation.zeros),
    dead === undefined ? nothing : `${dead.channels} of ${dead.of}`,
    gradient === undefined ? nothing : brief(gradient.rms),
    update === undefined || Number.isNaN(update.relative) ? nothing : brief(update.relative),
  ];
}

export const runName = ({ id, script }: Pick<RunSummary, 'id' | 'script'>): string =>
  `${script.split(/[\\/]/).at(-1) ?? script} ${id.slice(9, 15).replace(/(..)(..)(..)/, '$1:$2:$3')}`;

export const runWords = ({ state, step, time, error }: RunSummary): string =>
  `${state} · step ${short(step)} · ${duration(time)}${error === undefined ? '' : ` · ${error}`}`;

const isGoing = ({ state }: RunSummary): boolean => state === 'running' || state === 'paused';

/** What there is to say instead of the table; `busy` where it is only a matter of time. */
export function note(state: LayersState): { readonly words: string; readonly busy: boolean } | undefined {
  const waiting = (words: string): ReturnType<typeof note> => ({ words, busy: true });
  const empty = (words: string): ReturnType<typeof note> => ({ words, busy: false });
  const run = shownRun(state);
  if (state.bridge === 'away')
    return waiting('The bridge that reads the runs is being started again; nothing that was written is lost.');
  if (state.bridge === 'starting' && run === undefined) return waiting('Looking for runs…');
  if (run === undefined)
    return empty(
      'No run yet. Start one with “Run and Watch Training” on a Python file, or with `tensorwright run train.py` in a terminal.',
    );
  const { layers } = state.readings;
  if (!run.loaded || layers === undefined) return waiting(`Reading what ${runName(run)} recorded…`);
  if (layers.value.length === 0)
    return isGoing(run)
      ? waiting('No model has run yet. Its layers appear with the first forward pass.')
      : empty('This run recorded no layers: it ended before a torch.nn.Module with parameters was called.');
  if (shownLayers(state).length === 0) return empty(`No layer has “${state.filter.trim()}” in its name or type.`);
  return undefined;
}

/** What there is to say instead of the heat map. */
export function heatNote(state: LayersState): string | undefined {
  const run = shownRun(state);
  const heat = shownHeat(state);
  const { noun, what } = statisticOf(state);
  if (run === undefined || heat === undefined) return `Reading the ${noun}…`;
  if (heat.layers.length > 0 && heat.steps.length > 0) return undefined;
  if ((state.readings.heat?.value.layers.length ?? 0) > 0) return `None of these layers has a ${noun}.`;
  return isGoing(run)
    ? `No ${noun} was captured yet. The first training steps are looked at closely, so it comes soon.`
    : `No ${noun} was captured in this run. It is taken in training steps${what === 'activation' ? ', and not of models under torch.compile' : ' that an optimizer finishes'}.`;
}

/** The map in a sentence. */
export function heatWords(heat: HeatMap, statistic: Statistic): string {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of heat.values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const range = least > most ? '' : `, from ${valueWords(least, statistic)} to ${valueWords(most, statistic)}`;
  const broken = heat.nonfinite.some(Boolean) ? '; some had NaN or infinite values' : '';
  return `Heat map of the ${statistic.noun} of ${plural(heat.layers.length, 'layer')}, steps ${short(heat.steps[0] ?? 0)} to ${short(heat.steps.at(-1) ?? 0)}${range}${broken}. Arrow keys read it, Enter opens the layer's line.`;
}

/** One cell of the map. */
export function cellWords(heat: HeatMap, row: number, column: number, statistic: Statistic): string {
  const at = row * heat.steps.length + column;
  const from = heat.steps[column] ?? 0;
  const to = (heat.steps[column + 1] ?? from + 1) - 1;
  const broken = heat.nonfinite[at] === 1 ? ', with NaN or infinite values' : '';
  const steps = to > from ? `steps ${short(from)} to ${short(to)}` : `step ${short(from)}`;
  return `${heat.layers[row] ?? ''}, ${steps}: ${valueWords(heat.values[at] ?? Number.NaN, statistic)}${broken}`;
}
