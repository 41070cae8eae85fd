/** Weight files that safetensors, torch, onnx and numpy have written, compared here and by numpy. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type Figures } from '../../runtime-bridge/node/compare/weights/difference';
import { diffWeights, type WeightDiff } from '../../runtime-bridge/node/compare/weights/diff';
import { readWeights } from '../../runtime-bridge/node/compare/weights/read';
import { runPython } from './python';

const seed = Number(process.env['WEIGHTS_SEED'] ?? 7);

interface Truth {
  readonly change: string;
  readonly figures?: Readonly<Record<string, number | null>> & { readonly bins: readonly (readonly number[])[] };
}

interface Case {
  readonly paths: readonly [string, string];
  readonly tensors: Readonly<Record<string, Truth>>;
}

describe('weights beside numpy', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tensorwright-weights-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it(`every figure of every dtype and format agrees (seed ${seed})`, async () => {
    const cases = JSON.parse(await runPython('weights.py', [folder, String(seed)])) as readonly Case[];
    ok(cases.length > 0);
    for (const { paths, tensors } of cases) {
      const found = await diffOf(...paths);
      const name = basename(paths[0]);
      deepEqual(found.tensors.map((tensor) => tensor.name).sort(), Object.keys(tensors).sort(), name);
      for (const { name: tensor, change, figures, reason } of found.tensors) {
        const truth = tensors[tensor];
        const title = `${name}: ${tensor}${reason === undefined ? '' : `, which ${reason}`}`;
        equal(change, truth?.change, title);
        if (truth?.figures) compareFigures(title, figures, truth.figures);
      }
    }
  });
});

async function diffOf(left: string, right: string): Promise<WeightDiff> {
  const [a, b] = [readWeights(left), readWeights(right)];
  if ('reason' in a) throw new Error(`${left} ${a.reason}`);
  if ('reason' in b) throw new Error(`${right} ${b.reason}`);
  return diffWeights(a, b);
}

function compareFigures(title: string, found: Figures | undefined, truth: NonNullable<Truth['figures']>): void {
  ok(found, title);
  const { histogram, tiny, changedShare, ...numbers } = found;
  const { bins, ...expected } = truth;
  for (const [name, value] of Object.entries(expected)) {
    const own = (numbers as Readonly<Record<string, number | undefined>>)[name];
    // Sums are made in another order than numpy's; what is counted is equal.
    const close =
      own === value ||
      (own === undefined && value === null) ||
      Math.abs((own ?? NaN) - (value ?? NaN)) <= 1e-9 * Math.max(1, Math.abs(value ?? NaN));
    ok(close, `${title}: ${name} is ${String(own)}, numpy says ${String(value)}`);
  }
  equal(changedShare, found.values === 0 ? 0 : found.changed / found.values);
  const own = histogram.map(({ exponent, negative, positive }) => [exponent, negative, positive]);
  const rounded = [...bins.filter(([exponent = 0]) => exponent >= -126)];
  deepEqual(own, rounded, `${title}: histogram`);
  equal(
    tiny,
    bins.filter(([exponent = 0]) => exponent < -126).reduce((sum, [, a = 0, b = 0]) => sum + a + b, 0),
    title,
  );
}
