/** One run as its journals tell it: a fold over records, rank by rank. No files, no clock. */
import type { ControlMark, RunState } from '../../../protocol/src/bridge';
import type { CurvePoints, CurveWindow, SeriesSummary } from '../../../protocol/src/curves';
import {
  type ControlRecord,
  type EndRecord,
  type EventRecord,
  type JournalRecord,
  numberOf,
  type ScalarsRecord,
} from '../../../protocol/src/journal';
import type { ChunkPool } from './column';
import { LayerStore } from './layers';
import { Axis, Series } from './series';

/** `block.1.fc.weight.grad, inf, and 3 more in step 37: block.*.grad is non-finite`. */
function breakpointWords({ arguments: given, step }: ControlRecord): string {
  const others = Number(given['others'] ?? 0);
  const more = others > 0 ? `, and ${others} more` : '';
  return `${String(given['where'])} (${String(given['value'])}${more}) in step ${step}: ${String(given['condition'])}`;
}

/** Curves of one rank past which further names are left out: a script may log under a new name at each step. */
const mostCurves = 2000;

interface Rank {
  readonly axis: Axis;
  readonly curves: Map<string, Series>;
  sequence: number;
  step: number;
  time: number;
  ended: { readonly state: RunState; readonly error?: string } | undefined;
  /** Why, where a breakpoint did it. */
  paused: boolean | string;
}

export class RunStore {
  private readonly ranks: Rank[] = [];
  /** Of rank 0. */
  readonly layers = new LayerStore();
  readonly marks: ControlMark[] = [];
  /** Of rank 0: the last list of shapes that were seen, and how it ended. */
  seen: EventRecord | undefined;
  end: EndRecord | undefined;

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
    const waiting = ranks.find(({ paused }) => paused !== false);
    if (waiting === undefined) return { state: 'running' };
    return { state: 'paused', ...(typeof waiting.paused === 'string' ? { error: waiting.paused } : {}) };
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

  private fold(rank: number, at: Rank, record: JournalRecord): void {
    switch (record.kind) {
      case 'scalars':
        this.scalars(at, record);
        break;
      case 'model':
        if (rank === 0) this.layers.takeModel(record);
        break;
      case 'stats':
        if (rank === 0) this.layers.takeStats(record);
        break;
      case 'control':
        this.control(rank, at, record);
        break;
      case 'event':
        if (rank === 0 && record.event === 'seen') this.seen = record;
        break;
      case 'end':
        if (rank === 0) this.end = record;
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

  private control(rank: number, at: Rank, record: ControlRecord): void {
    if (record.applied) {
      if (record.command === 'pause' || record.command === 'step') at.paused = true;
      if (record.command === 'resume') at.paused = false;
      if (record.command === 'breakpoint') at.paused = breakpointWords(record);
    }
    if (rank !== 0) return;
    const { command, arguments: given, applied, step, time, reason } = record;
    this.marks.push({ command, arguments: given, applied, step, time, ...(reason === undefined ? {} : { reason }) });
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
