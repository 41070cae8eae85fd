/** What clients may ask, one handler a request. Parameters come from outside: each is looked at before it is used. */
import {
  bridgeRequests,
  type ControlArguments,
  type ControlCommand,
  controlCommands,
  type LayerMeasure,
  layerMeasures,
} from '../../../protocol/src/bridge';
import type { CurvePoints, CurveWindow, SeriesKey } from '../../../protocol/src/curves';
import { type StatsSubject, statsSubjects } from '../../../protocol/src/journal';
import type { RequestName } from '../../../protocol/src/lsp';
import { Refused, type RunFolder } from '../files/runFolder';
import type { Runs } from '../files/runs';
import type { Series } from '../store/series';

const mostCurves = 500;
const mostPixels = 20_000;
const mostRaw = 65_536;
const mostRecords = 1000;
const longestCondition = 200;

export interface Method {
  readonly method: string;
  readonly handle: (runs: Runs, params: unknown) => unknown;
}

/** The result's type is the protocol's. */
function method<Params, Result>(
  name: RequestName<Params, Result>,
  handle: (runs: Runs, params: Record<string, unknown>) => Result | Promise<Result>,
): Method {
  return { method: name.method, handle: (runs, params) => handle(runs, record(params ?? {}, 'The parameters')) };
}

export const methods: readonly Method[] = [
  method(bridgeRequests.runs, (runs) => runs.all().map((run) => run.summary())),
  method(bridgeRequests.load, async (runs, params) => {
    const run = runOf(runs, params);
    await runs.load(run);
    return run.summary();
  }),
  method(bridgeRequests.curves, (runs, params) => runOf(runs, params).store.curves()),
  method(bridgeRequests.readCurves, (runs, { series, window }) => {
    const wanted = windowOf(window);
    // A curve that some run lacks doesn't cost the others theirs.
    return list(series, 'series', mostCurves).map((key) => curveOf(runs, key)?.points(wanted) ?? noPoints());
  }),
  method(bridgeRequests.rawCurve, (runs, { series, from, count }) => {
    const curve = curveOf(runs, series);
    if (curve === undefined) throw new Refused('The run has no such curve.');
    const start = whole(from, 'from', Number.MAX_SAFE_INTEGER);
    return { total: curve.length, ...curve.raw(start, start + whole(count, 'count', mostRaw)) };
  }),
  method(bridgeRequests.journal, (runs, params) =>
    runOf(runs, params).journal(
      whole(params['rank'], 'rank', 99_999),
      whole(params['after'], 'after', Number.MAX_SAFE_INTEGER),
      whole(params['limit'], 'limit', mostRecords),
    ),
  ),
  method(bridgeRequests.layers, (runs, params) => runOf(runs, params).layers()),
  method(bridgeRequests.heat, (runs, params) =>
    runOf(runs, params).store.layers.heat(
      subject(params['what']),
      one<LayerMeasure>(params['measure'], 'measure', layerMeasures),
    ),
  ),
  method(bridgeRequests.layer, (runs, params) => {
    const [layer, what] = [text(params['layer'], 'layer'), subject(params['what'])];
    const detail = runOf(runs, params).store.layers.detail(layer, what);
    if (detail === undefined) throw new Refused(`Nothing was captured of the ${what} of ${layer}.`);
    return detail;
  }),
  method(bridgeRequests.seen, (runs, params) => runOf(runs, params).seen()),
  method(bridgeRequests.alerts, (runs, params) => runOf(runs, params).alerts()),
  method(bridgeRequests.marks, (runs, params) => runOf(runs, params).store.marks),
  method(bridgeRequests.control, (runs, params) => {
    const command = one<ControlCommand>(params['command'], 'command', controlCommands);
    return { id: runOf(runs, params).control(command, controlArguments(command, params['arguments'])) };
  }),
];

const runOf = (runs: Runs, { run }: Readonly<Record<string, unknown>>): RunFolder => runs.get(text(run, 'run'));

const noPoints = (): CurvePoints => ({
  perPoint: 1,
  x: new Float64Array(0),
  low: new Float64Array(0),
  high: new Float64Array(0),
  nonfinite: new Uint32Array(0),
  smooth: new Float64Array(0),
});

function curveOf(runs: Runs, value: unknown): Series | undefined {
  const { run, rank, tag } = record(value, 'A curve') as Partial<Record<keyof SeriesKey, unknown>>;
  const [number, name] = [whole(rank, 'rank', 99_999), text(tag, 'tag')];
  return runs.get(text(run, 'run')).store.curve(number, name);
}

function windowOf(value: unknown): CurveWindow {
  const { x, from, to, pixels, smoothing } = record(value, 'window');
  return {
    x: one<'step' | 'time'>(x, 'x', ['step', 'time']),
    from: number(from, 'from'),
    to: number(to, 'to'),
    pixels: Math.max(1, whole(pixels, 'pixels', mostPixels)),
    smoothing: Math.max(0, number(smoothing, 'smoothing')),
  };
}

function controlArguments(command: ControlCommand, value: unknown): ControlArguments {
  const { steps, value: wanted, group } = record(value ?? {}, 'arguments');
  switch (command) {
    case 'pause':
    case 'resume':
    case 'stop-after-checkpoint':
      return {};
    case 'pause-when':
      return { condition: conditionOf(record(value ?? {}, 'arguments')['condition']) };
    case 'step':
      return { steps: Math.max(1, whole(steps ?? 1, 'steps', 1_000_000_000)) };
    case 'set-learning-rate': {
      const rate = number(wanted, 'value');
      if (!(rate >= 0 && rate < Number.POSITIVE_INFINITY))
        throw new Refused(`A learning rate is a number from 0 on; ${String(wanted)} is none.`);
      return { value: rate, ...(group === undefined ? {} : { group: whole(group, 'group', 10_000) }) };
    }
    case 'set-batch-size': {
      const size = whole(wanted, 'value', 1_000_000_000);
      if (size < 1) throw new Refused('A batch has at least one example.');
      return { value: size };
    }
    default:
      return command satisfies never;
  }
}

function conditionOf(value: unknown): string {
  const condition = text(value, 'condition').trim();
  if (condition.length > longestCondition) throw new Refused(`A condition has at most ${longestCondition} characters.`);
  return condition;
}

const subject = (value: unknown): StatsSubject => one<StatsSubject>(value, 'what', statsSubjects);

function record(value: unknown, name: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Refused(`${name} must be an object.`);
}

function list(value: unknown, name: string, most: number): readonly unknown[] {
  if (!Array.isArray(value)) throw new Refused(`${name} must be a list.`);
  if (value.length > most)
    throw new Refused(`${name} has ${value.length} entries; at most ${most} are answered at once.`);
  return value;
}

function text(value: unknown, name: string): string {
  if (typeof value === 'string') return value;
  throw new Refused(`${name} must be text.`);
}

function number(value: unknown, name: string): number {
  if (typeof value === 'number' && !Number.isNaN(value)) return value;
  throw new Refused(`${name} must be a number.`);
}

function whole(value: unknown, name: string, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most) return value;
  throw new Refused(`${name} must be a whole number from 0 to ${most}.`);
}

function one<T extends string>(value: unknown, name: string, known: readonly T[]): T {
  if (known.includes(value as T)) return value as T;
  throw new Refused(`${name} must be one of ${known.join(', ')}.`);
}
