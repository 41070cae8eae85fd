/** Statistics of layers in bounded memory: what merging keeps, what is said where nothing is captured. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import '../harness/properties';
import type { LayerFact, StatsRecord, TensorStats } from '../../protocol/src/journal';
import { LayerStore } from '../../runtime-bridge/node/store/layers';

const layer = (name: string, more: Partial<LayerFact> = {}): LayerFact => ({
  name,
  type: 'Linear',
  file: null,
  line: null,
  settings: {},
  parameters: [],
  ...more,
});

/** Statistics of a tensor that holds one value so many times. */
const same = (name: string, value: number, n = 64, more: Partial<TensorStats> = {}): TensorStats => {
  const exponents = new Uint32Array(64);
  if (value !== 0) exponents[(value > 0 ? 32 : 0) + Math.floor(Math.log2(Math.abs(value))) + 24] = n;
  return {
    name,
    estimated: false,
    rows: n,
    n,
    nan: 0,
    inf: 0,
    zeros: value === 0 ? n : 0,
    sum: value * n,
    sumSquares: value * value * n,
    min: value,
    max: value,
    absMax: Math.abs(value),
    exponents,
    ...more,
  };
};
const stats = (step: number, ...entries: readonly TensorStats[]): StatsRecord => ({
  kind: 'stats',
  what: 'activation',
  step,
  time: step,
  entries,
});

function storeOf(layers: readonly LayerFact[], records: readonly StatsRecord[]): LayerStore {
  const store = new LayerStore();
  store.takeModel({ kind: 'model', step: 0, time: 0, file: null, line: null, root: 'Net', type: 'Net', layers });
  for (const record of records) store.takeStats(record);
  return store;
}

const steps = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i + 1);

describe('layers: statistics over time', () => {
  it('merging loses no count and no square, however long the run is', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(-4, -0.5, 0, 0.25, 3), { minLength: 1, maxLength: 1000 }), (values) => {
        const store = storeOf(
          [layer('a')],
          values.map((value, i) => stats(i + 1, same('a', value))),
        );
        const detail = store.detail('a', 'activation');
        const counted = detail?.exponents.reduce((sum, n) => sum + n, 0);
        equal(counted, 64 * values.filter((value) => value !== 0).length);
        ok((detail?.steps.length ?? 0) <= 64, `${detail?.steps.length} columns`);
        equal(detail?.steps[0], 1);
        const heat = store.heat('activation', 'rms');
        ok(heat.steps.length <= 128 && heat.steps.length >= Math.min(values.length, 64), `${heat.steps.length}`);
        // Columns hold as many captures each but the last: from their steps follows what they must show.
        heat.steps.forEach((step, column) => {
          const own = values.slice(step - 1, (heat.steps[column + 1] ?? values.length + 1) - 1);
          const rms = Math.sqrt(own.reduce<number>((sum, value) => sum + value * value, 0) / own.length);
          ok(Math.abs((heat.values[column] as number) - rms) < 1e-9);
        });
      }),
    );
  });

  it('a layer that is no longer captured has no values from then on, one that is captured seldom has', () => {
    const records = steps(60).map((step) =>
      stats(
        step,
        same('all', 1),
        ...(step % 5 === 0 ? [same('seldom', 2)] : []),
        ...(step <= 20 ? [same('frozen', 3)] : []),
      ),
    );
    const heat = storeOf([layer('all'), layer('seldom'), layer('frozen')], records).heat('activation', 'rms');
    const row = (name: string): readonly number[] => {
      const at = heat.layers.indexOf(name) * heat.steps.length;
      return [...heat.values.slice(at, at + heat.steps.length)];
    };
    deepEqual(row('all'), new Array(60).fill(1));
    deepEqual(
      row('seldom').map(Number.isNaN),
      steps(60).map((step) => step < 5),
    );
    deepEqual(
      row('frozen').map(Number.isNaN),
      steps(60).map((step) => step > 21),
    );
  });

  it('what is not finite is marked, and the rest keeps its numbers', () => {
    const store = storeOf(
      [layer('a')],
      [
        stats(1, same('a', 2)),
        stats(2, same('a', 2, 64, { n: 70, nan: 4, inf: 2 })),
        stats(3, same('a', 0, 0, { n: 8, nan: 8 })),
      ],
    );
    const { values, nonfinite } = store.heat('activation', 'rms');
    deepEqual([...nonfinite], [0, 1, 1]);
    deepEqual([...values], [2, 2, Number.NaN]);
  });

  it('a unit that fired when the run began and no more is dead, one that fires now and then is not', () => {
    const relu = layer('act', { type: 'ReLU' });
    const of = (count: number): unknown =>
      storeOf(
        [relu],
        steps(count).map((step) =>
          stats(
            step,
            same('act', 1, 64, {
              channelMax: Float32Array.of(step < 10 ? 1 : 0, step % 7 === 0 ? 1 : 0, 0),
              channelMin: new Float32Array(3),
            }),
          ),
        ),
      ).rows()[0]?.dead;
    equal(of(4), undefined);
    deepEqual(of(9), { channels: 1, of: 3 });
    deepEqual(of(60), { channels: 2, of: 3 });
  });

  it('layers stand in the order in which they ran', () => {
    const store = storeOf([layer('late', { order: 2 }), layer('never'), layer('early', { order: 0 })], []);
    deepEqual(
      store.rows().map(({ name }) => name),
      ['early', 'late', 'never'],
    );
    deepEqual(store.heat('gradient', 'rms').layers, []);
    equal(store.detail('early', 'activation'), undefined);
  });
});
