/** Curves: every value is kept, any part is summed up as if all values had been looked at. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import '../harness/properties';
import { ChunkPool, chunkLength, Column, type Spill } from '../../runtime-bridge/node/store/column';
import { Pyramid } from '../../runtime-bridge/node/store/pyramid';
import { Axis, Series } from '../../runtime-bridge/node/store/series';

const value = (): fc.Arbitrary<number> =>
  fc.oneof(
    { weight: 8, arbitrary: fc.double({ noNaN: true, min: -1e3, max: 1e3 }) },
    { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity) },
  );

function seriesOf(values: readonly number[], pool = new ChunkPool()): Series {
  const axis = new Axis(pool);
  axis.push(1, 0.5);
  const series = new Series(pool, axis);
  values.forEach((one, i) => {
    if (i > 0) axis.push(i + 1, (i + 1) / 2);
    series.push(one);
  });
  return series;
}

/** What `extremes` must say, by looking at every value. */
function lookedAt(values: readonly number[]): { low: number; high: number; nonfinite: number } {
  const finite = values.filter(Number.isFinite);
  return {
    low: finite.length === 0 ? Number.NaN : Math.min(...finite),
    high: finite.length === 0 ? Number.NaN : Math.max(...finite),
    nonfinite: values.length - finite.length,
  };
}

/** Exponential smoothing by its definition. */
function smoothedAt(values: readonly number[], index: number, halfLife: number): number {
  let [sum, weights] = [0, 0];
  for (let i = 0; i <= index; i++) {
    const one = values[i] as number;
    if (!Number.isFinite(one)) continue;
    const weight = 2 ** (-(index - i) / halfLife);
    sum += weight * one;
    weights += weight;
  }
  return sum / weights;
}

describe('pyramid', () => {
  it('sums up any range as if every value had been looked at', () => {
    fc.assert(
      fc.property(fc.array(value(), { minLength: 1, maxLength: 1500 }), fc.nat(), fc.nat(), (values, a, b) => {
        const column = new Column(new ChunkPool());
        const pyramid = new Pyramid(column);
        for (const one of values) {
          column.push(one);
          pyramid.push(one);
        }
        const [from, to] = [a % values.length, b % (values.length + 1)].sort((x, y) => x - y) as [number, number];
        deepEqual(pyramid.extremes(from, to), lookedAt(values.slice(from, to)));
      }),
    );
  });
});

describe('series', () => {
  it('shows the values themselves where they fit, one beyond each edge', () => {
    const series = seriesOf([5, 4, Number.NaN, 2, 1]);
    const { perPoint, x, low, nonfinite } = series.points({ x: 'step', from: 2, to: 3, pixels: 100, smoothing: 0 });
    equal(perPoint, 1);
    deepEqual([...x], [1, 2, 3, 4]);
    deepEqual([...low], [5, 4, Number.NaN, 2]);
    deepEqual([...nonfinite], [0, 0, 1, 0]);
  });

  it('loses no extreme and no NaN however far it is zoomed out', () => {
    fc.assert(
      fc.property(
        fc.array(value(), { minLength: 50, maxLength: 3000 }),
        fc.integer({ min: 2, max: 40 }),
        (values, pixels) => {
          const points = seriesOf(values).points({ x: 'time', from: 0, to: 1e9, pixels, smoothing: 0 });
          ok(points.x.length <= 2 * pixels + 2, `${points.x.length} points for ${pixels} pixels`);
          points.x.forEach((_, i) => {
            const part = values.slice(i * points.perPoint, (i + 1) * points.perPoint);
            if (points.perPoint === 1) return deepEqual(points.low[i], part[0]);
            deepEqual({ low: points.low[i], high: points.high[i], nonfinite: points.nonfinite[i] }, lookedAt(part));
          });
        },
      ),
    );
  });

  it('moving the window does not change the buckets', () => {
    const series = seriesOf(Array.from({ length: 10_000 }, (_, i) => Math.sin(i)));
    const at = (from: number): Map<number, number> => {
      const { x, high } = series.points({ x: 'step', from, to: from + 4000, pixels: 100, smoothing: 0 });
      return new Map([...x].map((step, i) => [step, high[i] as number]));
    };
    const [one, other] = [at(1000), at(1017)];
    const both = [...one.keys()].filter((step) => other.has(step));
    ok(both.length > 50, `${both.length} buckets in both`);
    // The last bucket of each may reach beyond its window.
    both.slice(0, -1).forEach((step) => equal(one.get(step), other.get(step)));
  });

  it('smooths by steps, the same at every zoom', () => {
    fc.assert(
      fc.property(
        fc.array(value(), { minLength: 1, maxLength: 700 }),
        fc.integer({ min: 1, max: 200 }),
        (values, halfLife) => {
          const series = seriesOf(values);
          for (const pixels of [5, 50, 1000]) {
            const { smooth, perPoint } = series.points({ x: 'step', from: 0, to: 1e9, pixels, smoothing: halfLife });
            smooth.forEach((found, i) => {
              const expected = smoothedAt(values, Math.min((i + 1) * perPoint, values.length) - 1, halfLife);
              if (Number.isNaN(expected)) ok(Number.isNaN(found));
              else ok(Math.abs(found - expected) <= 1e-6 * (1 + Math.abs(expected)), `${found}, not ${expected}`);
            });
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('a curve with gaps keeps its own steps', () => {
    const pool = new ChunkPool();
    const axis = new Axis(pool);
    let sparse: Series | undefined;
    for (let step = 1; step <= 100; step++) {
      axis.push(step, step / 10);
      if (step % 10 === 0) (sparse ??= new Series(pool, axis)).push(step * 2);
    }
    const { step, y } = sparse?.raw(0, 100) ?? { step: [], y: [] };
    deepEqual([...step], [10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
    deepEqual([...y], [20, 40, 60, 80, 100, 120, 140, 160, 180, 200]);
  });

  it('a clock that jumps back does not lose values', () => {
    const pool = new ChunkPool();
    const axis = new Axis(pool);
    axis.push(1, 10);
    const series = new Series(pool, axis);
    series.push(1);
    axis.push(2, 3);
    series.push(2);
    const { time, y } = series.raw(0, 2);
    deepEqual([...time], [10, 10]);
    deepEqual([...y], [1, 2]);
  });
});

describe('columns past their budget', () => {
  /** A spill that keeps chunks in memory and counts. */
  function counted(): Spill & { written: number } {
    const kept: Float64Array[] = [];
    return {
      written: 0,
      write(chunk) {
        this.written++;
        return kept.push(chunk.slice()) - 1;
      },
      read: (key) => kept[key] as Float64Array,
    };
  }

  it('move full chunks out and bring them back unchanged', () => {
    const spill = counted();
    const budget = 4 * chunkLength * 8;
    const pool = new ChunkPool(budget, spill);
    const [first, second] = [new Column(pool), new Column(pool)];
    const length = chunkLength * 5 + 17;
    for (let i = 0; i < length; i++) {
      first.push(i);
      second.push(-i);
    }
    ok(spill.written > 0);
    ok(pool.residentBytes <= budget, `${pool.residentBytes} bytes in memory`);
    for (let i = 0; i < length; i += 997) {
      equal(first.at(i), i);
      equal(second.at(i), i === 0 ? -0 : -i);
    }
    deepEqual(first.slice(chunkLength - 2, chunkLength + 2), Float64Array.of(65534, 65535, 65536, 65537));
  });
});
