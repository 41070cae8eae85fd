/** The Layers view's state: what it shows, what it asks for and what it says, without a browser. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import fc from 'fast-check';
import '../harness/properties';
import type { Alert, HeatMap, LayerRow, RunSummary } from '../../protocol/src/bridge';
import { cellAt, layoutOf, scaleOf, shortened } from '../../webviews/src/layers/heatLayout';
import { histogramOf } from '../../webviews/src/layers/histogram';
import { isDark } from '../../webviews/src/layers/luminance';
import {
  type LayersState,
  type Message,
  type Readings,
  reduce,
  selectedLayer,
  shownHeat,
  shownLayers,
  shownRun,
  start,
  wanted,
} from '../../webviews/src/layers/state';
import { heatNote, note, numberWords, percent } from '../../webviews/src/layers/words';

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
  step: 100,
  time: 10,
  sequences: [200],
  values: {},
  alerts: 0,
  errors: 0,
  marks: 0,
  ...more,
});

const measures = { mean: 0.1, deviation: 1, rms: 1, relative: 0.01, largest: 3, zeros: 0.5, nonfinite: 0 };
const row = (name: string, more: Partial<LayerRow> = {}): LayerRow => ({
  name,
  type: 'Linear',
  file: '/train.py',
  line: 3,
  parameters: 10,
  newest: { activation: measures },
  ...more,
});
const holder = { parameters: 0, newest: {} };
const rows = [row('', holder), row('body', holder), row('body.0'), row('body.1', { type: 'ReLU' }), row('head')];

const heat = (layers: readonly string[], columns = 2): HeatMap => ({
  layers,
  steps: Float64Array.from({ length: columns }, (_, i) => i + 1),
  values: Float64Array.from({ length: layers.length * columns }, (_, i) => i),
  nonfinite: new Uint8Array(layers.length * columns),
});

const there: Message = { type: 'bridge', connected: true };
const runs = (...list: readonly RunSummary[]): Message => ({ type: 'runs', runs: list, gone: [] });
const read = (id: string, readings: Readings): Message => ({ type: 'read', run: id, readings });
const after = (...messages: readonly Message[]): LayersState => messages.reduce(reduce, start);
const layersOf = (value: readonly LayerRow[], sequence = 200): Readings => ({ layers: { sequence, value } });
const alert = (layer: string): Alert => ({
  rule: 'dead-relu',
  severity: 'error',
  step: 1,
  time: 1,
  layer,
  file: null,
  line: null,
  message: 'dead',
  suggestions: [],
});

describe('layers: what is shown', () => {
  const full = after(there, runs(run('10')), read('10', layersOf(rows)));

  it('the newest run, until another is chosen; a newer one then changes nothing', () => {
    equal(shownRun(after(runs(run('10'), run('12'), run('11'))))?.id, '12');
    const chosen = after(runs(run('10'), run('12')), { type: 'choose', run: '10' }, runs(run('13')));
    equal(shownRun(chosen)?.id, '10');
    equal(shownRun(reduce(chosen, { type: 'runs', runs: [], gone: ['10'] }))?.id, '13');
  });

  it('what was read of one run is not shown of another', () => {
    deepEqual(reduce(full, { type: 'choose', run: 'x' }).readings, full.readings, 'nobody knows that run');
    deepEqual(reduce(full, runs(run('11'))).readings, {});
    deepEqual(reduce(full, read('09', { alerts: [alert('head')] })), full);
  });

  it('modules that only hold others are left out, those with their own parameters stay', () => {
    deepEqual(
      shownLayers(full).map(({ name }) => name),
      ['body.0', 'body.1', 'head'],
    );
    const own = after(there, runs(run('10')), read('10', layersOf([row('body', { newest: {} }), row('body.0')])));
    equal(shownLayers(own).length, 2);
  });

  for (const [filter, names] of [
    ['relu', ['body.1']],
    [' HEAD ', ['head']],
    ['body', ['body.0', 'body.1']],
    ['x', []],
  ] as const)
    it(`looking for “${filter}” finds ${names.join(', ') || 'nothing'}`, () => {
      const state = reduce(
        reduce(full, { type: 'filter', filter }),
        read('10', {
          heat: { sequence: 200, statistic: 'activation', value: heat(['body.0', 'body.1', 'head']) },
        }),
      );
      deepEqual(
        shownLayers(state).map(({ name }) => name),
        names,
      );
      const map = shownHeat(state);
      ok(map !== undefined);
      deepEqual(map.layers, names);
      deepEqual(
        [...map.values],
        names.flatMap((name) => ({ 'body.0': [0, 1], 'body.1': [2, 3], head: [4, 5] })[name]),
      );
    });

  it('details are those of the chosen layer, else of the one with an alert, else of the first', () => {
    equal(selectedLayer(full)?.name, 'body.0');
    const alerted = reduce(full, read('10', { alerts: [alert('head')] }));
    equal(selectedLayer(alerted)?.name, 'head');
    equal(selectedLayer(reduce(alerted, { type: 'select', layer: 'body.1' }))?.name, 'body.1');
    const asked = reduce(reduce(full, { type: 'filter', filter: 'x' }), { type: 'choose', run: '10', layer: 'head' });
    equal(selectedLayer(asked)?.name, 'head');
  });

  it('a map of another statistic is not shown', () => {
    const state = reduce(full, read('10', { heat: { sequence: 200, statistic: 'activation', value: heat(['head']) } }));
    ok(shownHeat(state) !== undefined);
    equal(shownHeat(reduce(state, { type: 'statistic', statistic: 'zeros' })), undefined);
  });
});

describe('layers: what is asked', () => {
  const kinds = (state: LayersState): readonly string[] => wanted(state).map(({ kind }) => kind);
  const heatRead = (sequence: number): Readings => ({
    heat: { sequence, statistic: 'activation', value: heat(['head']) },
  });
  const detailRead = (sequence: number): Readings => ({
    detail: { sequence, layer: 'body.0', what: 'activation', value: null },
  });
  const complete = after(
    there,
    runs(run('10')),
    read('10', { ...layersOf(rows), ...heatRead(200), ...detailRead(200) }),
  );

  for (const [name, state, asked] of [
    ['nothing before the bridge is there', after(runs(run('10'))), []],
    ['an old run is read in first', after(there, runs(run('10', { loaded: false }))), ['load']],
    ['then its layers and the map', after(there, runs(run('10'))), ['layers', 'heat']],
    [
      'then the details',
      reduce(after(there, runs(run('10'))), read('10', { ...layersOf(rows), ...heatRead(200) })),
      ['detail'],
    ],
    ['nothing where all is known', complete, []],
    [
      'all where the run has gone on',
      reduce(complete, runs(run('10', { sequences: [201] }))),
      ['layers', 'heat', 'detail'],
    ],
    ['alerts where there are more', reduce(complete, runs(run('10', { alerts: 2 }))), ['alerts']],
    ['the map of another statistic', reduce(complete, { type: 'statistic', statistic: 'zeros' }), ['heat']],
    // Nothing of gradients was captured, so there are no details to ask for.
    ['no details where there are none', reduce(complete, { type: 'statistic', statistic: 'gradient' }), ['heat']],
    ['details of another layer', reduce(complete, { type: 'select', layer: 'head' }), ['detail']],
    ['nothing while the bridge is away', reduce(complete, { type: 'bridge', connected: false }), []],
  ] as const)
    it(name, () => deepEqual(kinds(state), asked));
});

describe('layers: what is said', () => {
  const going = { state: 'running' } as const;
  for (const [name, state, words, busy] of [
    ['at the start', start, /^Looking for runs/, true],
    ['without runs', after(there), /^No run yet\. Start one/, false],
    ['while the bridge is away', after(there, { type: 'bridge', connected: false }), /is being started again/, true],
    ['while a run is read', after(there, runs(run('10', { loaded: false }))), /^Reading what train\.py/, true],
    [
      'before the first forward',
      after(there, runs(run('10', going)), read('10', layersOf([]))),
      /first forward pass/,
      true,
    ],
    ['of a run without layers', after(there, runs(run('10')), read('10', layersOf([]))), /recorded no layers/, false],
  ] as const)
    it(name, () => {
      match(note(state)?.words ?? '', words);
      equal(note(state)?.busy, busy);
    });

  it('of a map without values', () => {
    const empty = (more: Partial<RunSummary>): string | undefined =>
      heatNote(
        after(
          there,
          runs(run('10', more)),
          read('10', layersOf(rows)),
          read('10', {
            heat: { sequence: 200, statistic: 'activation', value: heat([], 0) },
          }),
        ),
      );
    match(empty({}) ?? '', /was captured in this run/);
    match(empty(going) ?? '', /comes soon/);
    match(heatNote(after(there, runs(run('10')), read('10', layersOf(rows)))) ?? '', /^Reading the standard deviation/);
  });

  it('numbers of a row, and nothing where nothing was captured', () => {
    const seen = row('a', {
      newest: { activation: measures, gradient: measures, update: measures },
      dead: { channels: 3, of: 16 },
    });
    deepEqual(numberWords(seen), ['0.1 ± 1', '50 %', '3 of 16', '1', '0.01']);
    deepEqual(numberWords(row('a', { newest: {} })), ['–', '–', '–', '–', '–']);
    deepEqual([0, 0.001, 0.5, 0.999, 1].map(percent), ['0 %', '<1 %', '50 %', '>99 %', '100 %']);
  });
});

describe('layers: the map', () => {
  it('each cell is found where it is drawn', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 128 }),
        fc.nat(),
        (layers, columns, at) => {
          const map = heat(
            Array.from({ length: layers }, (_, i) => `l${i}`),
            columns,
          );
          const layout = layoutOf(map, 800, 60);
          const [r, c] = [at % layers, at % columns];
          const [x, y] = [layout.left + (c + 0.5) * layout.columnWidth, (r + 0.5) * layout.rowHeight];
          deepEqual(cellAt(map, layout, x, y), { row: r, column: c });
          deepEqual(cellAt(map, layout, layout.left - 1, y), { row: r, column: undefined });
          equal(cellAt(map, layout, x, layers * layout.rowHeight + 1), undefined);
        },
      ),
    );
  });

  for (const [values, scale, value, share] of [
    [[1e-4, 1], 'log', 1e-2, 0.5],
    [[1e-4, 1], 'log', 0, 0],
    [[1e-4, 1, Number.NaN], 'log', Number.NaN, undefined],
    [[1e-4, 1, Infinity], 'log', 1, 1],
    [[1e-30, 1], 'log', 1e-5, 0.5],
    [[2, 2], 'log', 2, 0.5],
    [[0, 0], 'log', 0, 0],
    [[0.1, 0.2], 'share', 0.5, 0.5],
    [[0.1, 0.2], 'share', Number.NaN, undefined],
  ] as const)
    it(`${value} of ${values.join(', ')} on a ${scale} scale`, () => {
      const found = scaleOf({ values: Float64Array.from(values) }, { scale }).share(value);
      if (share === undefined) equal(found, undefined);
      else ok(found !== undefined && Math.abs(found - share) < 1e-9, String(found));
    });

  it('a long name keeps its end', () => {
    equal(
      shortened('encoder.layers.11.linear2', (text) => text.length <= 10),
      '…1.linear2',
    );
    equal(
      shortened('fc', () => true),
      'fc',
    );
  });

  it('shares of a histogram add up with the zeros to all that was looked at', () => {
    const exponents = new Uint32Array(128);
    // Column 0: 30 of about 1, 10 of about -0.25; column 1: 5 of about 1.
    exponents[32 + 24] = 30;
    exponents[22] = 10;
    exponents[64 + 32 + 24] = 5;
    const { bins, shares, most } = histogramOf({
      steps: Float64Array.of(1, 2),
      exponents,
      zeros: Float64Array.of(0, 0.5),
    });
    deepEqual(
      bins.map(({ sign, exponent }) => sign * 2 ** exponent),
      [1, 0.5, 0.25, -0.25, -0.5, -1],
    );
    deepEqual([...shares], [0.75, 0, 0, 0.25, 0, 0, 0.5, 0, 0, 0, 0, 0]);
    equal(most, 0.75);
    deepEqual(
      histogramOf({ steps: new Float64Array(1), exponents: new Uint32Array(64), zeros: Float64Array.of(1) }).bins,
      [],
    );
  });

  it('dark themes are told from light ones', () => {
    deepEqual(['#1f1f1f', '#fff', '#000000', '#fdf6e3', '#002b36ff'].map(isDark), [true, false, true, false, true]);
  });
});
