/** One run as its journals tell it: a fold over records, rank by rank. No files, no clock. */
import {
  type ControlMark,
  type HeatMap,
  type LayerDetail,
  type LayerMeasure,
  layerMeasures,
  type LayerRow,
  type RunState,
} from '../../../protocol/src/bridge';
import type { CurvePoints, CurveWindow, SeriesSummary } from '../../../protocol/src/curves';
import {
  type JournalRecord,
  type LayerFact,
  numberOf,
  type ScalarsRecord,
  type StatsRecord,
  type StatsSubject,
  statsSubjects,
} from '../../../protocol/src/journal';
import type { ChunkPool } from './column';
import { Axis, Series } from './series';
import { Timelines } from './timelines';

/** Curves of one rank past which further names are left out: a script may log under a new name at each step. */
const mostCurves = 2000;

interface Rank {
  readonly axis: Axis;
  readonly curves: Map<string, Series>;
  sequence: number;
  step: number;
  time: number;
  ended: { readonly state: RunState; readonly error?: string } | undefined;
  paused: boolean;
}

type TimelineKey = `${StatsSubject} ${string}`;

export class RunStore {
  private readonly ranks: Rank[] = [];
  private readonly models = new Map<string, readonly LayerFact[]>();
  private readonly timelines = new Timelines<TimelineKey>();
  readonly marks: ControlMark[] = [];

  constructor(
    private readonly id: string,
    private readonly pool: ChunkPool,
  ) {}

  /** Takes the next record of a rank; one that was taken already is passed over. */
  take(rank: number, sequence: number, record: JournalRecord): void {
    const at = this.rank(rank);
    if (sequence <= at.sequence) return;
    at.sequence = sequence;
    at.step = Math.max(at.step, record.step);
    at.time = Math.max(at.time, record.time);
    this.fold(rank, at, record);
  }

  /** Last sequence number by rank. */
  get sequences(): readonly number[] {
    return Array.from(this.ranks, (rank) => (rank as Rank | undefined)?.sequence ?? 0);
  }

  get step(): number {
    return Math.max(0, ...this.known().map(({ step }) => step));
  }

  get time(): number {
    return Math.max(0, ...this.known().map(({ time }) => time));
  }

  /** What the journals say; `running` also where they only stop. */
  get state(): { readonly state: RunState; readonly error?: string } {
    const ranks = this.known();
    const ended = ranks.flatMap((rank) => (rank.ended === undefined ? [] : [rank.ended]));
    const worst = ended.find(({ state }) => state !== 'finished');
    if (worst !== undefined) return worst;
    if (ended.length > 0 && ended.length === ranks.length) return { state: 'finished' };
    return { state: ranks.some(({ paused }) => paused) ? 'paused' : 'running' };
  }

  /** Newest values of rank 0. */
  get values(): Readonly<Record<string, number>> {
    return Object.fromEntries([...(this.known()[0]?.curves ?? [])].map(([tag, series]) => [tag, series.last]));
  }

  curves(): readonly SeriesSummary[] {
    return this.ranks.flatMap(({ curves }, rank) =>
      [...curves].map(([tag, series]) => ({
        run: this.id,
        rank,
        tag,
        count: series.length,
        last: series.last,
        steps: series.extent('step') ?? [0, 0],
        times: series.extent('time') ?? [0, 0],
      })),
    );
  }

  curve(rank: number, tag: string): Series | undefined {
    return this.ranks[rank]?.curves.get(tag);
  }

  points(rank: number, tag: string, window: CurveWindow): CurvePoints | undefined {
    return this.curve(rank, tag)?.points(window);
  }

  layers(): readonly LayerRow[] {
    return this.layerFacts().map((layer) => ({
      name: layer.name,
      type: layer.type,
      file: layer.file,
      line: layer.line,
      parameters: layer.parameters.reduce((sum, { elements }) => sum + elements, 0),
      newest: Object.fromEntries(
        statsSubjects.flatMap((what) => {
          const timeline = this.timelineOf(layer, what);
          if (timeline === undefined) return [];
          const column = timeline.columns - 1;
          return [[what, Object.fromEntries(layerMeasures.map((one) => [one, timeline.measure(column, one)]))]];
        }),
      ),
    }));
  }

  /** Columns are those of the layer with the finest ones. */
  heat(what: StatsSubject, measure: LayerMeasure): HeatMap {
    const rows = this.layerFacts().flatMap((layer) => {
      const timeline = this.timelineOf(layer, what);
      return timeline === undefined ? [] : [{ name: layer.name, timeline }];
    });
    const finest = rows.reduce<(typeof rows)[number] | undefined>(
      (best, row) => (best === undefined || row.timeline.columns > best.timeline.columns ? row : best),
      undefined,
    );
    const columns = finest?.timeline.columns ?? 0;
    const steps = Float64Array.from({ length: columns }, (_, i) => finest?.timeline.stepAt(i) ?? 0);
    const values = new Float64Array(rows.length * columns).fill(Number.NaN);
    rows.forEach(({ timeline }, row) =>
      steps.forEach((step, column) => {
        const own = timeline.columnOf(step);
        if (own !== undefined) values[row * columns + column] = timeline.measure(own, measure);
      }),
    );
    return { layers: rows.map(({ name }) => name), steps, values };
  }

  detail(layer: string, what: StatsSubject): LayerDetail | undefined {
    const fact = this.layerFacts().find(({ name }) => name === layer);
    const timeline = fact === undefined ? undefined : this.timelineOf(fact, what);
    return timeline && { exponents: timeline.exponents, channelMax: timeline.channelMax };
  }

  private fold(rank: number, at: Rank, record: JournalRecord): void {
    switch (record.kind) {
      case 'scalars':
        this.scalars(at, record);
        break;
      case 'model':
        if (rank === 0) this.models.set(record.root, record.layers);
        break;
      case 'stats':
        if (rank === 0) this.stats(record);
        break;
      case 'control':
        this.control(rank, at, record);
        break;
      case 'end':
        at.ended = {
          state: record.reason === 'finished' ? 'finished' : record.reason === 'raised' ? 'raised' : 'ended',
          ...(record.error === undefined ? {} : { error: record.error }),
        };
        break;
      default:
      // Other kinds are the judge's.
    }
  }

  private scalars(at: Rank, { step, time, values }: ScalarsRecord): void {
    at.axis.push(step, time);
    for (const [tag, written] of Object.entries(values)) {
      const value = numberOf(written);
      if (typeof value !== 'number') continue;
      let series = at.curves.get(tag);
      if (series === undefined) {
        if (at.curves.size >= mostCurves) continue;
        at.curves.set(tag, (series = new Series(this.pool, at.axis)));
      }
      series.push(value);
    }
  }

  private stats({ what, step, entries }: StatsRecord): void {
    for (const stats of entries) this.timelines.push(`${what} ${stats.name}`, step, stats);
  }

  private control(rank: number, at: Rank, record: JournalRecord & { readonly kind: 'control' }): void {
    if (record.applied) {
      if (record.command === 'pause' || record.command === 'step') at.paused = true;
      if (record.command === 'resume') at.paused = false;
    }
    if (rank !== 0) return;
    const { command, arguments: given, applied, step, time, reason } = record;
    this.marks.push({ command, arguments: given, applied, step, time, ...(reason === undefined ? {} : { reason }) });
  }

  /** In the order in which they ran, those that never did last. */
  private layerFacts(): readonly LayerFact[] {
    const all = [...this.models.values()].flat();
    return all
      .map((layer, i) => ({ layer, order: layer.order ?? all.length + i }))
      .sort((a, b) => a.order - b.order)
      .map(({ layer }) => layer);
  }

  /** Of the layer itself, or of its largest parameter for what only parameters have. */
  private timelineOf(layer: LayerFact, what: StatsSubject): ReturnType<Timelines<TimelineKey>['get']> {
    const own = this.timelines.get(`${what} ${layer.name}`);
    if (own !== undefined) return own;
    const largest = [...layer.parameters].sort((a, b) => b.elements - a.elements);
    for (const { name } of largest) {
      const found = this.timelines.get(`${what} ${name}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  private known(): readonly Rank[] {
    // Ranks may appear in any order: an array with holes, which filter passes over.
    return this.ranks.filter(Boolean);
  }

  private rank(rank: number): Rank {
    return (this.ranks[rank] ??= {
      axis: new Axis(this.pool),
      curves: new Map(),
      sequence: 0,
      step: 0,
      time: 0,
      ended: undefined,
      paused: false,
    });
  }
}
