/** The layers of a run and what was captured of them: a fold over records. */
import {
  type HeatMap,
  type LayerDetail,
  type LayerMeasure,
  layerMeasures,
  type LayerRow,
} from '../../../protocol/src/bridge';
import {
  type LayerFact,
  type ModelRecord,
  type StatsRecord,
  type StatsSubject,
  statsSubjects,
} from '../../../protocol/src/journal';
import { type Timeline, Timelines } from './timelines';

type TimelineKey = `${StatsSubject} ${string}`;

/** What was captured of a layer under one subject, and of its weights, to compare with. */
interface Captured {
  readonly timeline: Timeline;
  readonly weights: Timeline | undefined;
}

export class LayerStore {
  private readonly models = new Map<string, readonly LayerFact[]>();
  private readonly timelines = new Timelines<TimelineKey>();

  takeModel({ root, layers }: ModelRecord): void {
    this.models.set(root, layers);
  }

  takeStats({ what, step, entries }: StatsRecord): void {
    for (const stats of entries) this.timelines.push(`${what} ${stats.name}`, step, stats);
  }

  rows(): readonly LayerRow[] {
    return this.layers().map((layer) => {
      const dead = this.dead(layer);
      return {
        name: layer.name,
        type: layer.type,
        file: layer.file,
        line: layer.line,
        parameters: layer.parameters.reduce((sum, { elements }) => sum + elements, 0),
        newest: Object.fromEntries(
          statsSubjects.flatMap((what) => {
            const captured = this.captured(layer, what);
            return captured === undefined ? [] : [[what, newestOf(captured)]];
          }),
        ),
        ...(dead === undefined ? {} : { dead }),
      };
    });
  }

  /** Columns are those of the layer with the finest ones. */
  heat(what: StatsSubject, measure: LayerMeasure): HeatMap {
    const rows = this.layers().flatMap((layer) => {
      const captured = this.captured(layer, what);
      return captured === undefined ? [] : [{ name: layer.name, captured }];
    });
    const finest = rows.reduce<Timeline | undefined>(
      (best, { captured: { timeline } }) => (timeline.columns > (best?.columns ?? 0) ? timeline : best),
      undefined,
    );
    const steps = Float64Array.from({ length: finest?.columns ?? 0 }, (_, i) => finest?.stepAt(i) ?? 0);
    const values = new Float64Array(rows.length * steps.length).fill(Number.NaN);
    const nonfinite = new Uint8Array(values.length);
    rows.forEach(({ captured }, row) =>
      steps.forEach((step, column) => {
        const own = captured.timeline.columnOf(step);
        if (own === undefined) return;
        const at = row * steps.length + column;
        values[at] = measured(captured, own, measure);
        nonfinite[at] = captured.timeline.measure(own, 'nonfinite') > 0 ? 1 : 0;
      }),
    );
    return { layers: rows.map(({ name }) => name), steps, values, nonfinite };
  }

  detail(name: string, what: StatsSubject): LayerDetail | undefined {
    const layer = this.layers().find((one) => one.name === name);
    const timeline = layer && this.captured(layer, what)?.timeline;
    if (timeline === undefined) return undefined;
    const { channels } = timeline;
    return { ...timeline.histogram(), channelMax: channels.max, examples: channels.examples };
  }

  /** In the order in which they ran, those that never did last. */
  private layers(): readonly LayerFact[] {
    const all = [...this.models.values()].flat();
    return all
      .map((layer, i) => ({ layer, order: layer.order ?? all.length + i }))
      .sort((a, b) => a.order - b.order)
      .map(({ layer }) => layer);
  }

  /** Of the layer itself, or of its largest parameter for what only parameters have. */
  private captured(layer: LayerFact, what: StatsSubject): Captured | undefined {
    const own = this.timelines.get(`${what} ${layer.name}`);
    if (own !== undefined) return { timeline: own, weights: undefined };
    const largest = [...layer.parameters].sort((a, b) => b.elements - a.elements);
    for (const { name } of largest) {
      const timeline = this.timelines.get(`${what} ${name}`);
      if (timeline !== undefined) return { timeline, weights: this.timelines.get(`weight ${name}`) };
    }
    return undefined;
  }

  private dead(layer: LayerFact): LayerRow['dead'] {
    if (layer.type !== 'ReLU' && layer.activation?.name !== 'relu') return undefined;
    const channels = this.timelines.get(`activation ${layer.name}`)?.channels;
    if (channels?.isEnough !== true) return undefined;
    const { max } = channels;
    return { channels: max.filter((value) => value <= 0).length, of: max.length };
  }
}

function newestOf(captured: Captured): Readonly<Record<LayerMeasure, number>> {
  const column = captured.timeline.columns - 1;
  return Object.fromEntries(layerMeasures.map((one) => [one, measured(captured, column, one)])) as never;
}

function measured({ timeline, weights }: Captured, column: number, measure: LayerMeasure): number {
  if (measure !== 'relative') return timeline.measure(column, measure);
  const other = weights?.columnOf(timeline.stepAt(column));
  return weights === undefined || other === undefined
    ? Number.NaN
    : timeline.measure(column, 'rms') / weights.measure(other, 'rms');
}
