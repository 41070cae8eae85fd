/**
 * What the bridge and its clients say to each other: JSON-RPC over a WebSocket on the loopback interface.
 *
 * The journal is the truth and notifications are hints: they say that something is new, never what. A client asks for
 * what it shows, so a slow one misses hints and no facts, and after a lost connection it goes on where it was, from
 * (run, rank, sequence). Binary parts of messages are described in `binaryMessage.ts`.
 */
import type { CurvePoints, CurveWindow, SeriesKey, SeriesSummary } from './curves';
import type { JournalRecord, StatsSubject } from './journal';
import type { RequestName } from './lsp';
import type { SeenFile } from './seen';

/** Bytes of a message that the bridge takes from a client. */
export const maxRequestBytes = 256 * 1024;
/** Bytes of answers that wait for a client that does not read; past it the connection is closed. */
export const maxWaitingBytes = 64 * 1024 * 1024;

/** What `dist/bridge.js` prints as one line of JSON once it listens. */
export interface BridgeAddress {
  readonly version: 1;
  readonly port: number;
  /** Sent by clients as `Authorization: Bearer TOKEN`. */
  readonly token: string;
}

/** `ended`: its process is gone and it did not say how. */
export type RunState = 'running' | 'paused' | 'finished' | 'raised' | 'ended';

/** A run as lists show it. */
export interface RunSummary {
  readonly id: string;
  /** Of the run: where its journals are. */
  readonly folder: string;
  readonly script: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly python: string;
  readonly platform: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly pid: number;
  readonly commit?: string;
  readonly dirty?: boolean;
  readonly state: RunState;
  /** Why it ended or waits, where that is known. */
  readonly error?: string;
  /** Whether it listens to commands. */
  readonly controllable: boolean;
  /** Whether all that is on the disk has been read. */
  readonly loaded: boolean;
  readonly step: number;
  /** Seconds since its start. */
  readonly time: number;
  /** Last sequence number by rank. */
  readonly sequences: readonly number[];
  /** Newest values of rank 0. */
  readonly values: Readonly<Record<string, number>>;
  /** How many there are; what they say is asked for. */
  readonly alerts: number;
  readonly errors: number;
  readonly marks: number;
}

export interface Edit {
  readonly file: string;
  readonly range: {
    readonly start: { readonly line: number; readonly character: number };
    readonly end: { readonly line: number; readonly character: number };
  };
  readonly newText: string;
}

/** A verdict on a run; `line` is 1-based in the text as it was when the run started. */
export interface Alert {
  readonly rule: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly step: number;
  /** Seconds since the start of the run when it was known. */
  readonly time: number;
  readonly layer: string | null;
  readonly file: string | null;
  readonly line: number | null;
  readonly message: string;
  readonly suggestions: readonly { readonly title: string; readonly edits: readonly Edit[] }[];
  /** That line's text when the run started; absent where no copy was kept. */
  readonly lineText?: string;
}

export const controlCommands = [
  'pause',
  'pause-when',
  'resume',
  'step',
  'set-learning-rate',
  'set-batch-size',
  'stop-after-checkpoint',
] as const;
export type ControlCommand = (typeof controlCommands)[number];

/** A line of `control.jsonl` in the run's folder. */
export interface ControlLine {
  readonly id: string;
  readonly command: ControlCommand;
  readonly arguments: ControlArguments;
}

export interface ControlArguments {
  /** For `step`: how many, 1 where absent. */
  readonly steps?: number;
  /** For `set-learning-rate` and `set-batch-size`. */
  readonly value?: number;
  /** For `pause-when`: `block.*.grad is non-finite`, `fc.weight norm > 100`, `loss > 5`; empty takes it back. */
  readonly condition?: string;
  /** For `set-learning-rate`: one parameter group instead of all. */
  readonly group?: number;
}

/** A command as the run took it, at the step where it took effect; `breakpoint` is what a `pause-when` came to. */
export interface ControlMark {
  readonly command: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly applied: boolean;
  readonly reason?: string;
  readonly step: number;
  readonly time: number;
}

/**
 * What is shown of a tensor. `rms`: root of the mean square. `relative`: `rms` over that of the layer's weights, which of
 * updates is the update ratio. `zeros` and `nonfinite`: shares.
 */
export const layerMeasures = ['mean', 'deviation', 'rms', 'relative', 'largest', 'zeros', 'nonfinite'] as const;
export type LayerMeasure = (typeof layerMeasures)[number];

export interface LayerRow {
  readonly name: string;
  readonly type: string;
  readonly file: string | null;
  readonly line: number | null;
  /** That line's text when the run started; absent where no copy was kept. */
  readonly lineText?: string;
  readonly parameters: number;
  /** Newest values by subject and measure; of parameters' subjects those of the layer's largest parameter. */
  readonly newest: Readonly<Partial<Record<StatsSubject, Readonly<Record<LayerMeasure, number>>>>>;
  /** Channels that a ReLU cuts off, lately for every example; absent where no ReLU is or too little was seen. */
  readonly dead?: { readonly channels: number; readonly of: number };
}

/** Layers by time: `values[row * steps.length + column]`, NaN where nothing was captured. */
export interface HeatMap {
  readonly layers: readonly string[];
  /** First step of each column. */
  readonly steps: Float64Array;
  readonly values: Float64Array;
  /** 1 where a captured tensor had a NaN or an infinity. */
  readonly nonfinite: Uint8Array;
}

export interface LayerDetail {
  /** First step of each column of the histogram. */
  readonly steps: Float64Array;
  /** Counts by exponent, `2 * exponentBins` a column: the negative numbers' bins first. Zeros are in none. */
  readonly exponents: Uint32Array;
  /** Share of zeros by column. */
  readonly zeros: Float64Array;
  /** Greatest value of each channel lately; empty where not captured. */
  readonly channelMax: Float32Array;
  /** Examples in which `channelMax` was seen. */
  readonly examples: number;
}

export interface CurvesReadParams {
  readonly series: readonly SeriesKey[];
  readonly window: CurveWindow;
}

export interface CurvesRawParams {
  readonly series: SeriesKey;
  /** Index of the first value wanted. */
  readonly from: number;
  /** At most 65,536. */
  readonly count: number;
}

export interface CurvesRaw {
  readonly total: number;
  readonly step: Float64Array;
  readonly time: Float64Array;
  readonly y: Float64Array;
}

export interface JournalReadParams {
  readonly run: string;
  readonly rank: number;
  /** Records after this sequence number. */
  readonly after: number;
  /** At most 1,000. */
  readonly limit: number;
}

export interface JournalRead {
  readonly records: readonly { readonly sequence: number; readonly record: JournalRecord }[];
  /** Sequence number to go on from. */
  readonly last: number;
  /** Whether there were more already. */
  readonly more: boolean;
}

interface OfRun {
  readonly run: string;
}

/** The requests, all from the client. A run or a curve that isn't there is an error with one sentence. */
export const bridgeRequests = {
  runs: { method: 'runs/list' } as RequestName<null, readonly RunSummary[]>,
  /** Takes an old run's journals in; answers when they are read. */
  load: { method: 'runs/load' } as RequestName<OfRun, RunSummary>,
  curves: { method: 'curves/list' } as RequestName<OfRun, readonly SeriesSummary[]>,
  /** In the order asked; a curve that isn't there has no points. */
  readCurves: { method: 'curves/read' } as RequestName<CurvesReadParams, readonly CurvePoints[]>,
  rawCurve: { method: 'curves/raw' } as RequestName<CurvesRawParams, CurvesRaw>,
  journal: { method: 'journal/read' } as RequestName<JournalReadParams, JournalRead>,
  layers: { method: 'layers/list' } as RequestName<OfRun, readonly LayerRow[]>,
  heat: { method: 'layers/heat' } as RequestName<
    OfRun & { readonly what: StatsSubject; readonly measure: LayerMeasure },
    HeatMap
  >,
  layer: { method: 'layers/detail' } as RequestName<
    OfRun & { readonly layer: string; readonly what: StatsSubject },
    LayerDetail
  >,
  /** Shapes that were seen, of files whose text at the start of the run is known. */
  seen: { method: 'runs/seen' } as RequestName<OfRun, readonly SeenFile[]>,
  alerts: { method: 'alerts/list' } as RequestName<OfRun, readonly Alert[]>,
  marks: { method: 'control/marks' } as RequestName<OfRun, readonly ControlMark[]>,
  control: { method: 'control/send' } as RequestName<
    OfRun & { readonly command: ControlCommand; readonly arguments: ControlArguments },
    { readonly id: string }
  >,
};

/** Runs that have changed since the last hint; at most one hint is on its way to a client. */
export const runsChanged = { method: 'runs/changed' };
export interface RunsChanged {
  readonly runs: readonly RunSummary[];
  /** Ids of runs whose folders are gone. */
  readonly gone: readonly string[];
}
