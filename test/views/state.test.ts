/** The Curves view's state: what it shows and what it asks for, without a browser. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import '../harness/properties';
import type { RunSummary } from '../../protocol/src/bridge';
import type { CurvePoints } from '../../protocol/src/curves';
import { columnsOf, type Pen, strokeLine, yRange } from '../../webviews/src/curves/drawing';
import { moved, zoomed } from '../../webviews/src/curves/span';
import {
  curveId,
  curvesOf,
  type CurvesState,
  type Message,
  readingFor,
  reduce,
  start,
  stepsNow,
  tags,
  visibleSpan,
  wanted,
} from '../../webviews/src/curves/state';

const run = (id: string, more: Partial<RunSummary> = {}): RunSummary => ({
  id,
  folder: `/runs/${id}`,
  script: 'train.py',
  argv: [],
  cwd: '/',
  python: '3.11',
  platform: 'linux',
  startedAt: `2026-11-${id}T00:00:00Z`,
  pid: 1,
  state: 'finished',
  controllable: false,
  loaded: true,
  step: 1000,
  time: 10,
  sequences: [1000],
  values: { loss: 1, lr: 0.1 },
  alerts: 0,
  errors: 0,
  marks: 0,
  ...more,
});

const after = (...messages: readonly Message[]): CurvesState => messages.reduce(reduce, start);
const runs = (...list: readonly RunSummary[]): Message => ({ type: 'runs', runs: list, gone: [] });

const points = (length: number, value = 1): CurvePoints => ({
  perPoint: 1,
  x: Float64Array.from({ length }, (_, i) => i),
  low: new Float64Array(length).fill(value),
  high: new Float64Array(length).fill(value),
  nonfinite: new Uint32Array(length),
  smooth: new Float64Array(0),
});

/** Answers what the state wants of a chart. */
function answered(state: CurvesState, tag = 'loss', pixels = 500): CurvesState {
  const want = wanted(state, tag, pixels);
  if (want === undefined) return state;
  const curves = Object.fromEntries(curvesOf(state, tag).map((curve) => [curveId(curve), points(10)]));
  const reading = { window: want.window, steps: stepsNow(state), curves };
  return reduce(state, { type: 'points', tag, which: want.which, reading });
}

describe('curves: what is shown', () => {
  it('runs that are going and the newest one; the others when they are ticked', () => {
    const state = after(runs(run('10'), run('12'), run('11', { state: 'running' })));
    deepEqual(
      state.runs.map(({ summary, shown }) => [summary.id, shown]),
      [
        ['12', true],
        ['11', true],
        ['10', false],
      ],
    );
    const ticked = reduce(state, { type: 'show', run: '10', shown: true });
    equal(ticked.runs.find(({ summary }) => summary.id === '10')?.shown, true);
  });

  it('a run keeps its colour and its tick when it goes on', () => {
    const before = reduce(after(runs(run('10'), run('11'))), { type: 'show', run: '11', shown: false });
    const later = reduce(before, runs(run('11', { step: 2000 }), run('12')));
    const of = (state: CurvesState, id: string): unknown => {
      const found = state.runs.find(({ summary }) => summary.id === id);
      return [found?.colour, found?.shown];
    };
    deepEqual(of(later, '11'), of(before, '11'));
    equal(new Set(later.runs.map(({ colour }) => colour)).size, 3);
  });

  it('the loss comes first, the clock last', () => {
    const values = { 'time/step': 1, lr: 1, mine: 1, accuracy: 1, gradient_norm: 1, 'val/loss': 1, loss: 1 };
    deepEqual(tags(after(runs(run('10', { values })))), [
      'loss',
      'val/loss',
      'accuracy',
      'mine',
      'gradient_norm',
      'lr',
      'time/step',
    ]);
  });

  it('what is gone is gone', () => {
    const state = reduce(after(runs(run('10'))), { type: 'runs', runs: [], gone: ['10'] });
    deepEqual(state.runs, []);
  });
});

describe('curves: what is asked', () => {
  it('the whole once, and again when the run has gone on', () => {
    const first = after(runs(run('10', { state: 'running' })));
    const { which, window } = wanted(first, 'loss', 500) ?? {};
    equal(which, 'overview');
    deepEqual(window, { x: 'step', from: 1, to: 1000, pixels: 500, smoothing: 0 });
    const read = answered(first);
    equal(wanted(read, 'loss', 500), undefined);
    const later = reduce(read, runs(run('10', { state: 'running', step: 1001 })));
    equal(wanted(later, 'loss', 500)?.window.to, 1001);
  });

  it('a part with some more on both sides; small moves ask nothing', () => {
    let state = answered(after(runs(run('10', { step: 100_000 }))));
    state = reduce(state, { type: 'span', span: { from: 40_000, to: 50_000 } });
    deepEqual(wanted(state, 'loss', 500), {
      which: 'detail',
      window: { x: 'step', from: 30_000, to: 60_000, pixels: 1500, smoothing: 0 },
    });
    state = answered(state);
    equal(wanted(reduce(state, { type: 'span', span: { from: 45_000, to: 55_000 } }), 'loss', 500), undefined);
    ok(wanted(reduce(state, { type: 'span', span: { from: 52_000, to: 62_000 } }), 'loss', 500));
    ok(wanted(reduce(state, { type: 'span', span: { from: 44_000, to: 45_000 } }), 'loss', 500));
  });

  it('nothing of a part in the past when the run goes on', () => {
    let state = answered(after(runs(run('10', { step: 100_000, state: 'running' }))));
    state = answered(reduce(state, { type: 'span', span: { from: 40_000, to: 50_000 } }));
    state = reduce(state, runs(run('10', { step: 100_001, state: 'running' })));
    equal(wanted(state, 'loss', 500), undefined);
  });

  it('anew where the smoothing, the axis or the runs are others', () => {
    const read = answered(after(runs(run('10'), run('11'))));
    for (const message of [
      { type: 'smoothing', halfLife: 10 },
      { type: 'x', x: 'time' },
      { type: 'show', run: '10', shown: true },
    ] as const)
      ok(wanted(reduce(read, message), 'loss', 500), message.type);
  });

  it('an answer for the other axis comes too late', () => {
    const asked = after(runs(run('10')));
    const turned = reduce(asked, { type: 'x', x: 'time' });
    const late = { window: { x: 'step', from: 0, to: 1, pixels: 1, smoothing: 0 } as const, steps: {}, curves: {} };
    equal(reduce(turned, { type: 'points', tag: 'loss', which: 'overview', reading: late }), turned);
  });

  it('there is something to draw wherever it is moved to', () => {
    const spans = fc.array(
      fc.record({ from: fc.integer({ min: 1, max: 99_000 }), width: fc.integer({ min: 1, max: 50_000 }) }),
      { minLength: 1, maxLength: 10 },
    );
    fc.assert(
      fc.property(spans, (list) => {
        let state = answered(after(runs(run('10', { step: 100_000 }))));
        for (const { from, width } of list) {
          state = reduce(state, { type: 'span', span: { from, to: Math.min(100_000, from + width) } });
          const { window } = readingFor(state, 'loss', visibleSpan(state)) ?? {};
          ok(window !== undefined && window.from <= from && window.to >= Math.min(100_000, from + width));
          state = answered(state);
        }
      }),
    );
  });
});

describe('curves: moving and zooming', () => {
  const whole = { from: 0, to: 1000 };
  const inside = fc
    .tuple(fc.double({ min: 0, max: 990, noNaN: true }), fc.double({ min: 1, max: 10, noNaN: true }))
    .map(([from, width]) => ({ from, to: Math.min(1000, from + width) }));

  it('keeps the place under the pointer', () => {
    const span = zoomed({ from: 200, to: 400 }, whole, 0.5, 250, 1);
    deepEqual(span, { from: 225, to: 325 });
  });

  it('never leaves the whole, and keeps its width when it is moved', () => {
    fc.assert(
      fc.property(inside, fc.double({ min: -3, max: 3, noNaN: true }), (span, share) => {
        const { from, to } = moved(span, whole, share);
        ok(from >= -1e-9 && to <= 1000 + 1e-9);
        ok(Math.abs(to - from - (span.to - span.from)) < 1e-9);
      }),
    );
  });

  it('wider than everything is everything', () => equal(zoomed({ from: 0, to: 900 }, whole, 2, 10, 1), undefined));
});

describe('curves: drawing', () => {
  const frame = { left: 0, right: 100, top: 0, bottom: 50, x: { from: 0, to: 10 }, y: { from: 0, to: 1 }, log: false };
  const strokes = (given: CurvePoints): readonly string[] => {
    const found: string[] = [];
    const pen: Pen = {
      moveTo: (x, y) => void found.push(`M${x},${y}`),
      lineTo: (x, y) => void found.push(`L${x},${y}`),
    };
    strokeLine(pen, given, given.low, frame);
    return found;
  };

  it('a NaN breaks the line', () => {
    const broken = { ...points(4, 0.5), low: Float64Array.of(0.5, Number.NaN, 0.5, 1) };
    deepEqual(strokes(broken), ['M0,25', 'M20,25', 'L30,0']);
  });

  it('dense points cover, of each pixel of the screen, what the line through them passes', () => {
    const dense = {
      ...points(5, 0.5),
      low: Float64Array.of(0, 1, 0, Number.NaN, 0.5),
      high: Float64Array.of(0, 1, 0.2, Number.NaN, 0.5),
    };
    const narrow = { ...frame, right: 10 };
    const covered = columnsOf(dense, narrow, 1);
    deepEqual([...covered.top], [0, 0, 40, NaN, 25, NaN, NaN, NaN, NaN, NaN]);
    deepEqual([...covered.bottom], [50, 50, 50, NaN, 25, NaN, NaN, NaN, NaN, NaN]);
    // Half as wide: the line's way is halved, too.
    deepEqual([...columnsOf(dense, narrow, 0.5).bottom].slice(0, 5), [50, 25, 25, 50, 50]);
  });

  it('the y axis holds what is in sight, and nothing infinite', () => {
    const low = Float64Array.of(1, Infinity, 3, Number.NaN);
    const { from, to } = yRange([{ ...points(4), low, high: low }], { from: 0, to: 10 }, false);
    ok(from < 1 && from > 0.8 && to > 3 && to < 3.2, `${from} to ${to}`);
    deepEqual(yRange([], { from: 0, to: 1 }, true), { from: 0.1, to: 1 });
  });
});
