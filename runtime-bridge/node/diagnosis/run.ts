/** What rules share of a run: its latest facts and its curves, folded from the records. */
import {
  type CodePlace,
  type EndRecord,
  type EventRecord,
  type JournalRecord,
  type LayerFact,
  type LoaderRecord,
  type LossRecord,
  type ModelRecord,
  numberOf,
  type OptimizerRecord,
  type SchedulerRecord,
  type StartRecord,
} from '../../../protocol/src/journal';
import { chanceLevel, Targets } from './chance';
import { Curve, RatedCurve, SummedCurve } from './curve';
import { median } from './numbers';
import { type Burst, burstIn, isClipped } from './recurrent';
import { objectFact, placeIn } from './rule';

/** A layer, and the layer that its output goes to with nothing non-linear between. */
export type Layer = LayerFact & { readonly feeds?: string; readonly fedAt?: CodePlace };

/** How far the loss has come; see `progressOf`. */
export interface Progress {
  readonly first: number;
  readonly last: number;
  /** Share of the first level that has been gained; negative where it got worse. */
  readonly gain: number;
  readonly points: number;
}

/** Facts of one process of a run. The engine adds to it before rules see a record; rules only read. */
export class Run {
  step = 0;
  time = 0;
  start: StartRecord | undefined;
  end: EndRecord | undefined;
  readonly models = new Map<string, ModelRecord>();
  readonly layers = new Map<string, Layer>();
  readonly optimizers = new Map<number, OptimizerRecord>();
  readonly schedulers = new Map<number, SchedulerRecord>();
  readonly loaders = new Map<number, LoaderRecord>();
  readonly losses: LossRecord[] = [];
  private readonly curves = new Map<string, Curve>();
  /** Losses of evaluations. */
  readonly validation = new RatedCurve();
  /** Last `calls` of each optimizer. */
  readonly calls = new Map<number, EventRecord>();
  readonly traces: EventRecord[] = [];
  lossCall: EventRecord | undefined;
  /** Samples in which a recurrent layer had a large gradient. */
  readonly bursts: Burst[] = [];
  readonly targets = new Targets();
  epochs = 0;
  /** The loader that training takes its batches from. */
  trainingLoader: number | undefined;

  add(record: JournalRecord): void {
    this.step = Math.max(this.step, record.step);
    this.time = record.time;
    switch (record.kind) {
      case 'start':
        this.start = record;
        break;
      case 'model':
        this.models.set(record.root, record);
        for (const layer of record.layers) this.layers.set(layer.name, layer);
        break;
      case 'optimizer':
        this.optimizers.set(record.id, record);
        break;
      case 'scheduler':
        this.schedulers.set(record.id, record);
        break;
      case 'loader':
        this.loaders.set(record.id, record);
        break;
      case 'loss':
        this.losses.push(record);
        break;
      case 'scalars':
        for (const [name, value] of Object.entries(record.values)) this.point(name, record.step, numberOf(value));
        break;
      case 'event':
        this.event(record);
        break;
      case 'end':
        this.end = record;
        break;
      case 'stats':
        if (record.what === 'gradient') {
          const burst = burstIn(record, this);
          if (burst !== undefined) this.bursts.push(burst);
        }
        break;
      case 'phase':
      case 'control':
      case 'log':
        break;
    }
  }

  private point(name: string, step: number, value: number | undefined): void {
    if (value === undefined) return;
    if (name === 'val/loss') this.validation.add(step, value);
    let curve = this.curves.get(name);
    if (curve === undefined) this.curves.set(name, (curve = new Curve()));
    curve.add(step, value);
    if (name === 'loss' && Number.isFinite(value)) this.loss.add(step, value);
  }

  private event(record: EventRecord): void {
    if (record.event === 'calls' && typeof record['optimizer'] === 'number')
      this.calls.set(record['optimizer'], record);
    else if (record.event === 'trace') this.traces.push(record);
    else if (record.event === 'loss-call') {
      this.lossCall = record;
      this.targets.add(record);
    } else if (record.event === 'batch' && typeof record['loader'] === 'number') this.trainingLoader = record['loader'];
    else if (record.event === 'epoch' && record['loader'] === this.trainingLoader)
      this.epochs = Math.max(this.epochs, Number(record['epoch']));
  }

  curve(name: string): Curve {
    return this.curves.get(name) ?? new Curve();
  }

  /** Finite losses of training steps. */
  readonly loss = new SummedCurve();
  private known: { readonly points: number; readonly progress: Progress | undefined } = {
    points: -1,
    progress: undefined,
  };

  /** How far the loss has come by now. */
  get progress(): Progress | undefined {
    if (this.known.points !== this.loss.length)
      this.known = { points: this.loss.length, progress: progressOf(this.loss) };
    return this.known.progress;
  }

  /** Several losses share one curve where several optimizers take turns: nothing is said about its course. */
  get isSimple(): boolean {
    return this.optimizers.size === 1;
  }

  /** The optimizer that trains; the last one made where there are several. */
  get optimizer(): OptimizerRecord | undefined {
    return [...this.optimizers.values()].at(-1);
  }

  /** Where a call was last seen: "backward", "step", "clip", "train", "eval", "scheduler". */
  calledAt(what: string): CodePlace | undefined {
    for (const record of [...this.calls.values()].reverse()) {
      const place = placeIn(objectFact(record, 'places')[what]);
      if (place !== undefined) return place;
    }
    return undefined;
  }

  layerPlace(name: string | null | undefined): CodePlace | undefined {
    if (name === null || name === undefined) return undefined;
    for (let at = name; ; at = at.slice(0, at.lastIndexOf('.'))) {
      const place = placeIn(this.layers.get(at));
      if (place !== undefined) return place;
      if (!at.includes('.')) return placeIn(this.layers.get(''));
    }
  }

  /** The layer of a parameter's name. */
  ownerOf(parameter: string): string {
    return parameter.slice(0, Math.max(0, parameter.lastIndexOf('.')));
  }

  /** Layers that ran, in the order in which they did. */
  inOrder(): readonly Layer[] {
    return [...this.layers.values()]
      .filter(({ order }) => order !== undefined)
      .sort((a, b) => (a.order as number) - (b.order as number));
  }
}

/** The first and last level of a curve: medians of its ends, so that single steps don't count. */
export function progressOf(values: Curve): Progress | undefined {
  if (values.length < 8) return undefined;
  const size = Math.max(3, Math.min(50, Math.floor(values.length / 8)));
  // A rate that is too high makes the first window large: the very start counts then.
  const first = Math.min(median(values.head(5)), median(values.head(size)));
  const last = median(values.recent(size));
  return { first, last, gain: (first - last) / Math.max(Math.abs(first), 1e-12), points: values.length };
}

/** Whether the last finite loss is more than a thousand times the first: it grew until it was lost. */
export const hasBlownUp = ({ loss }: Run): boolean =>
  Math.abs(loss.last ?? 0) > 1e3 * Math.max(1e-3, Math.abs(loss.first ?? 1));

/** The first large gradient of a recurrent layer where nothing clips it and the training gets nowhere or is lost. */
export function recurrentBurst(run: Run): Burst | undefined {
  const isLost = hasBlownUp(run) || (run.bursts.length >= 4 && isStuck(run, 0.2, 60));
  return run.isSimple && isLost && !isClipped(run) ? run.bursts[0] : undefined;
}

/** Whether training gets nowhere: the gate of rules that watch symptoms. */
export function isStuck(run: Run, leastGain: number, leastSteps: number): boolean {
  const { progress } = run;
  if (run.curve('loss').length > run.loss.length) return true;
  if (progress === undefined || progress.points < leastSteps) return false;
  if (progress.gain < leastGain) return true;
  const chance = chanceLevel(run);
  return chance !== undefined && progress.last > 0.85 * chance.level;
}
