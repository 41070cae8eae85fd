/**
 * The journal of a training run: what the agent writes and everyone else reads.
 *
 * The frames around these records, the binary form of statistics and the run folder are described in docs/journal.md.
 * Records are only ever added to, never changed in meaning: old runs stay readable.
 */

export const journalMagic = 'TWJOURNAL\0\0\0';
export const journalVersion = 1;
/** Bytes before the first frame: the magic and the version as u32le. */
export const journalHeaderBytes = 16;
/** Bytes before a payload: length, sequence number and CRC-32, each u32le. */
export const frameHeaderBytes = 12;
export const maxPayloadBytes = 16 * 1024 * 1024;
export const frameForms = { json: 1, stats: 2 } as const;

/** A float as JSON carries it. */
export type JournalNumber = number | 'nan' | 'inf' | '-inf';

/** A line of the user's code, 1-based. */
export interface CodePlace {
  readonly file: string | null;
  readonly line: number | null;
}

/** Simple values by name: what a constructor was told. */
export type Settings = Readonly<Record<string, number | string | boolean | null | readonly JournalNumber[]>>;

interface Timed {
  /** Optimizer steps finished so far, over all optimizers that drive the loop; the first step is 1. */
  readonly step: number;
  /** Seconds since the start of the run, monotonic. */
  readonly time: number;
}

export interface StartRecord extends Timed {
  readonly kind: 'start';
  readonly run: string;
  readonly rank: number;
  readonly world: number;
  readonly pid: number;
}

export interface ParameterFact {
  /** Qualified name in the root module. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly trainable: boolean;
  readonly elements: number;
  /** How the user's own code initialised it, last call first known. */
  readonly init?: CodePlace & { readonly call: string; readonly values: Settings };
  /** Facts of the values at the first forward. */
  readonly first?: {
    readonly standardDeviation: JournalNumber;
    readonly mean: JournalNumber;
    /** All rows of a matrix are the same. */
    readonly equalRows?: boolean;
  };
}

export interface LayerFact extends CodePlace {
  readonly name: string;
  readonly type: string;
  readonly settings: Settings;
  readonly parameters: readonly ParameterFact[];
  /** Elementwise activation that directly takes this layer's output, and the layer or line that applies it. */
  readonly activation?: CodePlace & { readonly name: string; readonly layer?: string };
  /** Place in the order of the first forward; absent where the layer did not run. */
  readonly order?: number;
}

/** Written again when the model is seen to have changed; the last one with a root counts. */
export interface ModelRecord extends Timed, CodePlace {
  readonly kind: 'model';
  readonly root: string;
  readonly type: string;
  readonly layers: readonly LayerFact[];
}

export interface OptimizerRecord extends Timed, CodePlace {
  readonly kind: 'optimizer';
  readonly id: number;
  readonly type: string;
  readonly groups: readonly {
    readonly lr: JournalNumber;
    readonly weightDecay?: JournalNumber;
    readonly momentum?: JournalNumber;
    readonly settings: Settings;
    readonly parameters: readonly string[];
  }[];
}

export interface SchedulerRecord extends Timed, CodePlace {
  readonly kind: 'scheduler';
  readonly id: number;
  readonly optimizer: number | null;
  readonly type: string;
  readonly settings: Settings;
}

export interface LossRecord extends Timed, CodePlace {
  readonly kind: 'loss';
  readonly type: string;
}

export interface LoaderRecord extends Timed, CodePlace {
  readonly kind: 'loader';
  readonly id: number;
  readonly batchSize: number | null;
  readonly shuffle: boolean;
  readonly sampler: string;
  readonly dropLast: boolean;
  readonly workers: number;
  /** Batches an epoch; null where it is not known. */
  readonly length: number | null;
  readonly samples: number | null;
  readonly dataset: string;
  /** Where the data set's __getitem__ or __iter__ is, where it is the user's. */
  readonly item?: CodePlace;
}

/** One point of the curves: at most one a step. */
export interface ScalarsRecord extends Timed {
  readonly kind: 'scalars';
  readonly values: Readonly<Record<string, JournalNumber>>;
}

export type StatsSubject = 'activation' | 'input' | 'gradient' | 'weight' | 'update';
export const statsSubjects: readonly StatsSubject[] = ['activation', 'input', 'gradient', 'weight', 'update'];
/** Bins of the histogram for each sign: exponents -24 and below ... 7 and above. */
export const exponentBins = 32;
export const lowestExponent = -24;

/** Mergeable numbers of one tensor, or of a strided sample of it. Zero, NaN and infinity are in no bin. */
export interface TensorStats {
  readonly name: string;
  /** Values come from a sample of the elements. */
  readonly estimated: boolean;
  /** Examples of the batch that were looked at. */
  readonly rows: number;
  readonly n: number;
  readonly nan: number;
  readonly inf: number;
  readonly zeros: number;
  readonly sum: number;
  readonly sumSquares: number;
  readonly min: number;
  readonly max: number;
  readonly absMax: number;
  /** Counts by floor(log2 |x|): `exponentBins` of the negative numbers, then of the positive ones. */
  readonly exponents: Uint32Array;
  readonly channelMax?: Float32Array;
  readonly channelMin?: Float32Array;
}

export interface StatsRecord extends Timed {
  readonly kind: 'stats';
  readonly what: StatsSubject;
  readonly entries: readonly TensorStats[];
}

export interface PhaseRecord extends Timed {
  readonly kind: 'phase';
  readonly phase: 'train' | 'evaluate';
}

/** What the agent saw happen, in calls and not in values; `event` says what, the rest are its facts. */
export interface EventRecord extends Timed {
  readonly kind: 'event';
  readonly event: string;
  readonly file?: string | null;
  readonly line?: number | null;
  readonly [fact: string]: unknown;
}

export interface ControlRecord extends Timed {
  readonly kind: 'control';
  readonly command: string;
  readonly arguments: Settings;
  readonly applied: boolean;
  /** Of the line in control.jsonl that asked for it. */
  readonly id?: string;
  /** Why it was not applied. */
  readonly reason?: string;
}

export interface LogRecord extends Timed {
  readonly kind: 'log';
  readonly level: 'information' | 'warning' | 'error';
  readonly message: string;
}

export interface EndRecord extends Timed, Partial<CodePlace> {
  readonly kind: 'end';
  readonly reason: 'finished' | 'raised' | 'signal' | 'unknown';
  readonly error?: string;
  readonly code?: number;
  readonly overhead?: Settings;
}

export type JournalRecord =
  | StartRecord
  | ModelRecord
  | OptimizerRecord
  | SchedulerRecord
  | LossRecord
  | LoaderRecord
  | ScalarsRecord
  | StatsRecord
  | PhaseRecord
  | EventRecord
  | ControlRecord
  | LogRecord
  | EndRecord;

/** `run.json`, written once when the run starts. */
export interface RunFacts {
  readonly version: 1;
  readonly id: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly script: string;
  readonly python: string;
  readonly platform: string;
  readonly pid: number;
  /** Whether the run looks for commands in control.jsonl. */
  readonly control?: boolean;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly git?: { readonly commit: string; readonly dirty: boolean };
}

/** The value as a float. */
export function numberOf(value: JournalNumber | undefined): number | undefined {
  if (value === undefined || typeof value === 'number') return value;
  return value === 'nan' ? NaN : value === 'inf' ? Infinity : -Infinity;
}
