/** Both versions run side by side: what they answer, how fast they are, what gates say of it. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import type { CompareReport, CompareSection, SectionId } from '../../protocol/src/compare';
import { compare, type CompareOptions } from '../../runtime-bridge/node/compare/compare';
import { readGates, refusals } from '../../runtime-bridge/node/compare/gate';
import type { RunOptions } from '../../runtime-bridge/node/compare/running/pair';
import { ratioOf } from '../../runtime-bridge/node/compare/running/rounds';
import { inRoot } from '../../scripts/paths.mjs';
import { folderWith } from '../harness/folder';
import { onnxFile, type OnnxGraph, scaling } from '../harness/onnxFile';

const rows: OnnxGraph['inputs'] = [{ name: 'x', type: 'FP32', shape: ['n', 'm'] }];
const answers = (name = 'y', shape: OnnxGraph['inputs'][number]['shape'] = ['n', 'm']): OnnxGraph['outputs'] => [
  { name, type: 'FP32', shape },
];
const unary = (op: string): Uint8Array =>
  onnxFile({ inputs: rows, outputs: answers(), nodes: [{ op, inputs: ['x'], outputs: ['y'] }] });
const adding = (...values: readonly number[]): Uint8Array =>
  onnxFile({
    inputs: rows,
    outputs: answers(),
    nodes: [{ op: 'Add', inputs: ['x', 'c'], outputs: ['y'] }],
    constants: [{ name: 'c', shape: [values.length], values }],
  });
const tanhs = (times: number): Uint8Array =>
  onnxFile({
    inputs: [{ name: 'x', type: 'FP32', shape: [64, 1024] }],
    outputs: answers('y', [64, 1024]),
    nodes: Array.from({ length: times }, (_, i) => ({
      op: 'Tanh',
      inputs: [i === 0 ? 'x' : `h${i}`],
      outputs: [i === times - 1 ? 'y' : `h${i + 1}`],
    })),
  });

const plain: RunOptions = {
  script: inRoot('dist', 'inference-worker.js'),
  files: new Map(),
  seed: 0,
  samples: 4,
  seconds: 0,
};

describe('a comparison of running versions', () => {
  const folder = folderWith({ 'rows.json': '[[1, 2, 3], [3, 2, 1]]', 'row.json': '[1, 2, 3]', 'wide.json': '[1, 2]' });
  after(() => folder.dispose());

  const compared = async (
    one: Uint8Array,
    other: Uint8Array,
    running: Partial<RunOptions> = {},
    options: Partial<CompareOptions> = {},
  ): Promise<CompareReport> => {
    folder.write('a.onnx', one);
    folder.write('b.onnx', other);
    return compare('a.onnx', 'b.onnx', { folder: folder.path, running: { ...plain, ...running }, ...options });
  };
  const given = (...names: readonly string[]): Partial<RunOptions> => ({
    files: new Map([['x', names.map((name) => folder.at(name))]]),
  });
  const sectionOf = ({ sections }: CompareReport, id: SectionId): CompareSection => {
    const found = sections.find((each) => each.id === id);
    if (found === undefined) throw new Error(`no section ${id}`);
    return found;
  };
  const outputs = async (...args: Parameters<typeof compared>): Promise<CompareSection> =>
    sectionOf(await compared(...args), 'outputs');
  const differences = ({ changes }: CompareSection): Readonly<Record<string, string | undefined>> =>
    Object.fromEntries((changes[0]?.differences ?? []).map(({ what, after: value }) => [what, value]));

  it('finds the same outputs the same', async () => {
    const found = await outputs(scaling(2), scaling(2));
    equal(found.verdict, 'same');
    match(found.summary, /^1 output for 4 made-up inputs \(seed 0\): the same bit for bit/);
  });

  it('tells how far outputs are apart, and for which rows most', async () => {
    const found = await outputs(unary('Identity'), adding(0, 0, 4), given('rows.json'));
    match(found.summary, /^1 output for 2 rows of 1 given input: it differs/);
    deepEqual(differences(found), {
      'largest difference': '4 (133 % of 3)',
      'lowest cosine': '0.780399',
      'top-1 changed': '1 of 2',
      'inputs that differ': '2 of 2',
      'most for': 'rows.json[0], rows.json[1]',
    });
    equal(found.figures['changedTop1'], 0.5);
    equal(found.changes[0]?.risk, 'medium');
  });

  it('takes rounding for rounding', async () => {
    const found = await outputs(scaling(2), scaling(2.0001));
    equal(found.changes[0]?.risk, 'low');
    match(found.changes[0].reason ?? '', /rounding explains/);
  });

  it('warns of NaN that was not there', async () => {
    const [change] = (await outputs(scaling(2), scaling(Number.NaN))).changes;
    equal(change?.risk, 'high');
    equal(change.reason, 'Values that are NaN or infinite: 16, where there were 0.');
  });

  it('pairs an output that has another name by its place', async () => {
    const renamed = onnxFile({
      inputs: rows,
      outputs: answers('z'),
      nodes: [{ op: 'Neg', inputs: ['x'], outputs: ['z'] }],
    });
    equal((await outputs(unary('Identity'), renamed)).changes[0]?.subject, 'output y → z');
  });

  it('calls an input breaking that only the later version refuses', async () => {
    const found = await outputs(unary('Identity'), adding(1, 2), given('row.json', 'wide.json'));
    equal(found.verdict, 'breaking');
    match(found.changes[0]?.differences[0]?.after ?? '', /b\.onnx refuses 1 of 2/);
    match(found.changes[0]?.reason ?? '', /^row\.json: .*Add/s);
  });

  it('says that a version draws by chance', async () => {
    const found = await outputs(unary('Identity'), unary('RandomNormalLike'));
    match(found.summary, /b\.onnx answers the same input otherwise the second time/);
    ok(!found.summary.includes('a.onnx'));
  });

  for (const [what, other, words] of [
    [
      'take other inputs',
      onnxFile({
        inputs: [{ name: 'z', type: 'FP32', shape: [1] }],
        outputs: answers('y', [1]),
        nodes: [{ op: 'Neg', inputs: ['z'], outputs: ['y'] }],
      }),
      /not run: only one of them has the input x, z\.$/,
    ],
    [
      'take another dtype',
      onnxFile({
        inputs: [{ name: 'x', type: 'FP64', shape: ['n', 'm'] }],
        outputs: [{ name: 'y', type: 'FP64', shape: ['n', 'm'] }],
        nodes: [{ op: 'Neg', inputs: ['x'], outputs: ['y'] }],
      }),
      /input x is FP32 \(\?, \?\) in one and FP64 \(\?, \?\) in the other/,
    ],
    ['can not be loaded', unary('Nonsense'), /b\.onnx can't be run: .*Nonsense/s],
  ] as const)
    it(`says why versions that ${what} were not run`, async () => {
      const found = await outputs(unary('Identity'), other);
      equal(found.verdict, 'unknown');
      match(found.summary, words);
    });

  it('shows that twenty times the work takes longer, and a gate says no', async () => {
    const report = await compared(tanhs(1), tanhs(20), { samples: 1, seconds: 1 });
    const found = sectionOf(report, 'latency');
    equal(found.verdict, 'changed');
    equal(found.changes[0]?.subject, 'p50 of a run');
    match(found.changes[0].reason ?? '', /slower \(95 % confidence\)/);
    const gates = readGates('latency>1.1');
    ok(typeof gates !== 'string' && refusals(report, gates).length === 1);
  });

  it('ends when it is told to', async () => {
    const stop = new AbortController();
    const ended = compared(
      scaling(2),
      scaling(3),
      { seconds: 60 },
      {
        signal: stop.signal,
        onProgress: (what) => what.startsWith('latency') && stop.abort(new Error('enough')),
      },
    );
    await rejects(ended, /enough/);
  });

  it('has gates on outputs', async () => {
    const report = await compared(scaling(2), scaling(3));
    const no = (text: string): number => {
      const gates = readGates(text);
      return typeof gates === 'string' ? -1 : refusals(report, gates).length;
    };
    deepEqual(['outputs', 'outputs>0.4', 'outputs>0.6'].map(no), [1, 1, 0]);
    equal(
      refusals({ ...report, sections: [] }, [{ what: 'outputs' }]).length,
      1,
      'what was not run is not let through',
    );
  });
});

describe('the interval of rounds', () => {
  /** Rounds whose logarithms have this difference, each with its own luck. */
  const drawn = (next: () => number, rounds: number, difference: number): { before: number; after: number }[] =>
    Array.from({ length: rounds }, () => {
      const luck = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
      return { before: 3, after: 3 * Math.exp(difference + 0.1 * luck) };
    });
  const seeded = (seed: number) => {
    let state = seed;
    return (): number => (state = (state * 48271) % 2147483647) / 2147483647;
  };

  for (const rounds of [3, 6, 10])
    it(`of ${rounds} rounds holds the true ratio as often as it says`, () => {
      const next = seeded(rounds);
      const trials = 4_000;
      const held = Array.from({ length: trials }, () => ratioOf(drawn(next, rounds, 0.05))).filter(
        (ratio) => ratio !== undefined && ratio.lower <= Math.exp(0.05) && Math.exp(0.05) <= ratio.upper,
      ).length;
      ok(Math.abs(held / trials - 0.975) < 0.01, `${held} of ${trials}`);
    });

  it('says nothing of two rounds', () => equal(ratioOf(drawn(seeded(1), 2, 0)), undefined));
});
