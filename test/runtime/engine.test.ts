/** A long training is judged as cheaply at its end as at its start. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import type { JournalRecord, TensorStats } from '../../protocol/src/journal';
import { RatedCurve, Sums } from '../../runtime-bridge/node/diagnosis/curve';
import { Engine } from '../../runtime-bridge/node/diagnosis/engine';
import { mean, trend } from '../../runtime-bridge/node/diagnosis/numbers';
import { rules } from '../../runtime-bridge/node/diagnosis/rules';

/** Numbers that look like noise and are the same each time. */
const noise = (i: number): number => (Math.sin(12.9898 * i) * 43758.5453) % 1;

const statsOf = (name: string, sumSquares: number): TensorStats => ({
  ...{ name, estimated: false, rows: 32, n: 100, nan: 0, inf: 0, zeros: 0, sum: 1, sumSquares, min: -1, max: 1 },
  ...{ absMax: 1, exponents: new Uint32Array(64) },
});

/** What the agent writes of a step of a training that goes well. */
function recordsOf(step: number): readonly JournalRecord[] {
  const at = { step, time: step / 1000 };
  const loss = 2 / (1 + step / 5000) + 1 + 0.1 * noise(step);
  const times = { 'time/step': 1e-3, 'time/data': 1e-4 };
  const found: JournalRecord[] = [
    { kind: 'scalars', ...at, values: { loss, lr: 1e-3, gradient_norm: 1 + noise(step), ...times } },
  ];
  if (step % 50 !== 0) return found;
  const print = [step, 1, 2, 3];
  found.push(
    { kind: 'event', ...at, event: 'batch', loader: 1, input: 'net', epoch: 1, print },
    { kind: 'event', ...at, event: 'loss-call', loss: 'cross_entropy', classes: 2, labels: [16, 16] },
    { kind: 'event', ...at, event: 'calls', optimizer: 1, steps: step, memory: { resident: 100 } },
    { kind: 'stats', ...at, what: 'update', entries: [statsOf('net.weight', 1e-6)] },
    { kind: 'stats', ...at, what: 'weight', entries: [statsOf('net.weight', 1)] },
  );
  // Evaluations that get worse, the longest case.
  if (step % 500 === 0) found.push({ kind: 'scalars', ...at, values: { 'val/loss': 1 + step / 1e9 } });
  return found;
}

const weight = { name: 'net.weight', shape: [10, 10], dtype: 'float32', trainable: true, elements: 100 };
const place = { file: '/project/train.py', line: 3 };
const started: readonly JournalRecord[] = [
  { kind: 'start', step: 0, time: 0, run: 'r', rank: 0, world: 1, pid: 1 },
  {
    ...{ kind: 'model', step: 0, time: 0, root: 'net', type: 'Linear', ...place },
    layers: [{ name: 'net', type: 'Linear', settings: {}, parameters: [weight], order: 0, ...place }],
  },
  {
    ...{ kind: 'optimizer', step: 0, time: 0, id: 1, type: 'SGD', ...place },
    groups: [{ lr: 1e-3, settings: {}, parameters: ['net.weight'] }],
  },
  {
    ...{ kind: 'loader', step: 0, time: 0, id: 1, batchSize: 32, shuffle: true, sampler: 'RandomSampler', ...place },
    ...{ dropLast: false, workers: 0, length: 1e6, samples: 32e6, dataset: 'Examples' },
  },
];

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** How many elements of arrays, maps and sets are touched meanwhile, whoever does it. */
function touched(act: () => void): number {
  let count = 0;
  const undo: (() => void)[] = [];
  const wrap = (owner: object, name: string, note: (self: unknown) => number): void => {
    const methods = owner as Record<string, Method>;
    const original = methods[name] as Method;
    methods[name] = function (...args) {
      const result = original.apply(this, args);
      count += note(name === 'slice' ? result : this);
      return result;
    };
    undo.push(() => (methods[name] = original));
  };
  const size = (array: unknown): number => (array as readonly unknown[]).length;
  for (const name of ['slice', 'filter', 'map', 'reduce', 'sort', 'indexOf', 'every', 'some', 'flatMap'])
    wrap(Array.prototype, name, size);
  // Spreading, `for of` and `new Map(map)` end here.
  for (const each of [[], new Map(), new Set()])
    wrap(Object.getPrototypeOf(each[Symbol.iterator]()) as object, 'next', () => 1);
  try {
    act();
  } finally {
    for (const each of undo) each();
  }
  return count;
}

describe('engine: a long training', () => {
  it('of 200,000 records costs the same for each record, and its verdict stays', function () {
    const engine = new Engine({ rules });
    for (const record of started) engine.add(record);
    const fold = (from: number, to: number): void => {
      for (let step = from; step < to; step++) for (const record of recordsOf(step)) engine.add(record);
    };
    fold(1, 20_000);
    const early = touched(() => fold(20_000, 22_000));
    const findings = engine.findings().map(({ rule }) => rule);
    fold(22_000, 178_000);
    const late = touched(() => fold(178_000, 180_000));
    ok(early > 0 && late < 1.1 * early, `${early} elements touched in 2,000 steps early on, ${late} at the end`);
    equal(engine.steps, 179_999);
    deepEqual(
      engine.findings().map(({ rule }) => rule),
      findings,
    );
  });
});

describe('curves in little memory', () => {
  it('give the mean of any part', () => {
    const values = Array.from({ length: 5000 }, (_, i) => noise(i));
    const sums = new Sums();
    for (const value of values) sums.add(value);
    for (const [from, to] of [
      ...[[0, 5000] as const, [0, 1] as const, [31, 33] as const, [32, 64] as const, [1000, 4097] as const],
      ...Array.from({ length: 50 }, (_, i) => [i * 17, i * 97 + 40] as const),
    ])
      ok(Math.abs(sums.mean(from, to) - mean(values.slice(from, to))) < 1e-12, `${from} to ${to}`);
  });

  it('keep the trend since the best point', () => {
    const values = Array.from({ length: 300 }, (_, i) => Math.round(20 * noise(i)) + Math.abs(i - 100) / 10);
    const curve = new RatedCurve();
    values.forEach((value, i) => {
      curve.add(i, value);
      const seen = values.slice(0, i + 1);
      const after = seen.slice(seen.indexOf(Math.min(...seen)));
      equal(curve.sinceBest, after.length);
      ok(Math.abs(curve.trend - trend(after)) < 1e-9, `after ${i}`);
    });
  });

  it('say nothing of the best evaluation where none gave a number', () => {
    const engine = new Engine({ rules });
    for (const record of started) engine.add(record);
    for (let step = 10; step <= 200; step += 10)
      engine.add({ kind: 'scalars', step, time: step, values: { 'val/loss': 'nan' } });
    deepEqual(engine.findings(), []);
  });
});
