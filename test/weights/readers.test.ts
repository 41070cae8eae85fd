/** Weight files of every format, broken and hostile ones; nothing that they name is run, nothing beside them is read. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diffWeights, type WeightDiff } from '../../runtime-bridge/node/compare/weights/diff';
import { readWeights } from '../../runtime-bridge/node/compare/weights/read';
import { checkpoint, evilOpcodes, npy, onnx, safetensors, zip } from './files';

const folder = mkdtempSync(join(tmpdir(), 'tensorwright-weights-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function written(name: string, content: Buffer | string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function reason(path: string): string {
  const found = readWeights(path);
  return 'reason' in found ? found.reason : 'read';
}

async function diffOf(left: string, right: string): Promise<WeightDiff> {
  const [a, b] = [readWeights(left), readWeights(right)];
  if ('reason' in a || 'reason' in b) throw new Error(`${JSON.stringify(a)} ${JSON.stringify(b)}`);
  return diffWeights(a, b);
}

const raw = (...values: number[]): Buffer => Buffer.from(Float32Array.from(values).buffer);

describe('weights: formats', () => {
  const files: Readonly<Record<string, readonly [Buffer, Buffer]>> = {
    'model.safetensors': [safetensors({ weight: [1, 2, 3] }), safetensors({ weight: [1, 2, 7] })],
    'model.pt': [checkpoint([1, 2, 3]), checkpoint([1, 2, 7])],
    'model.onnx': [
      onnx([{ name: 'weight', shape: [3], raw: raw(1, 2, 3) }]),
      onnx([{ name: 'weight', shape: [3], raw: raw(1, 2, 7) }]),
    ],
    'weight.npy': [npy([1, 2, 3]), npy([1, 2, 7])],
    'arrays.npz': [zip({ 'weight.npy': npy([1, 2, 3]) }), zip({ 'weight.npy': npy([1, 2, 7]) })],
  };
  const sides = ['left', 'right'].map((side) => join(folder, side));
  for (const side of sides) mkdirSync(side);
  for (const [name, contents] of Object.entries(files))
    it(`${name} is read`, async () => {
      const [left, right] = contents.map((content, side) => {
        writeFileSync(join(sides[side] ?? '', name), content);
        return join(sides[side] ?? '', name);
      });
      const { tensors } = await diffOf(left ?? '', right ?? '');
      deepEqual(
        tensors.map(({ name: tensor, change, figures }) => [tensor, change, figures?.changed, figures?.l2]),
        [['weight', 'values', 1, 4]],
      );
    });

  it('an index names the shards', async () => {
    written('model-00001.safetensors', safetensors({ a: [1] }));
    written('model-00002.safetensors', safetensors({ b: [2, 3] }));
    const map = { weight_map: { a: 'model-00001.safetensors', b: 'model-00002.safetensors' } };
    const index = written('model.safetensors.index.json', JSON.stringify(map));
    const whole = written('whole.safetensors', safetensors({ b: [2, 3], a: [1] }));
    equal((await diffOf(index, whole)).counts.none, 2);
  });

  it('added, removed, renamed and reshaped tensors are told', async () => {
    const left = readWeights(written('old.safetensors', safetensors({ a: [1], b: [2], c: [3], d: [4] })));
    const right = readWeights(written('new.safetensors', safetensors({ a: [1, 1], c2: [3], d: [4], e: [5] })));
    ok(!('reason' in left) && !('reason' in right));
    const { tensors, counts } = await diffWeights(left, right, { renames: new Map([['c', 'c2']]) });
    deepEqual(
      tensors.map(({ name, renamed, change }) => [name, renamed, change]),
      [
        ['a', undefined, 'shape'],
        ['b', undefined, 'removed'],
        ['c', 'c2', 'none'],
        ['d', undefined, 'none'],
        ['e', undefined, 'added'],
      ],
    );
    equal(counts.none, 2);
  });
});

describe('weights: hostile files', () => {
  it('what a pickle would call is told, and not called', () => {
    const trap = join(folder, 'trap');
    const found = readWeights(written('evil.pt', checkpoint([1], evilOpcodes(trap))));
    ok(!('reason' in found));
    match(found.notes.join(), /would call os\.system/);
    equal(existsSync(trap), false);
    deepEqual(
      found.tensors.map(({ name }) => name),
      ['weight'],
    );
  });

  it("an external file outside the model's folder is not read", async () => {
    const home = join(folder, 'home');
    mkdirSync(home);
    written('secret', raw(1, 2, 3));
    symlinkSync(join(folder, 'secret'), join(home, 'link'));
    for (const location of ['../secret', join(folder, 'secret'), 'link', 'x/../../secret', '', 'a\0b']) {
      const path = join(home, 'model.onnx');
      writeFileSync(path, onnx([{ name: 'weight', shape: [3], external: { location } }]));
      const [tensor] = (await diffOf(path, path)).tensors;
      ok(tensor);
      equal(tensor.change, 'unread', location);
      match(tensor.reason ?? '', /is no file in the model's folder/, location);
    }
  });

  it('an external file beside the model is read', async () => {
    written('beside.bin', raw(9, 1, 2, 3));
    const external = { location: 'beside.bin', offset: '4', length: '12' };
    const left = written('external.onnx', onnx([{ name: 'weight', shape: [3], external }]));
    const right = written('inside.onnx', onnx([{ name: 'weight', shape: [3], raw: raw(1, 2, 3) }]));
    equal((await diffOf(left, right)).counts.none, 1);
  });

  it('a shard outside the folder is not read', () => {
    const map = { weight_map: { a: '../other.safetensors' } };
    match(reason(written('out.safetensors.index.json', JSON.stringify(map))), /is no file beside it/);
  });

  it('a pipe is no file, and is not waited for', function () {
    // Windows has no named pipes in folders.
    if (process.platform === 'win32') this.skip();
    execFileSync('mkfifo', [join(folder, 'pipe.safetensors')]);
    equal(reason(join(folder, 'pipe.safetensors')), 'is no file');
  });

  for (const [what, header, expected] of [
    ['offsets that overlap', (text: string) => text.replace('[4,8]', '[0,4]'), /overlap or leave a hole/],
    ['a shape that does not fit', (text: string) => text.replace('[1]', '[2]'), /do not fit its shape/],
    ['a header that is no JSON', (text: string) => text.slice(1), /no model file|no header/],
    ['an impossible shape', (text: string) => text.replace('[1]', '[1e300,1e300]'), /none of a tensor/],
  ] as const)
    it(`safetensors with ${what}`, () =>
      match(reason(written('bad.safetensors', safetensors({ a: [1], b: [2] }, header))), expected));

  it('a dtype with the name of something every object has is only unknown', async () => {
    const named = (text: string): string => text.replaceAll('F32', 'constructor');
    const [left, right] = [1, 2].map((value) =>
      written(`odd-${value}.safetensors`, safetensors({ a: [value] }, named)),
    );
    const [tensor] = (await diffOf(left ?? '', right ?? '')).tensors;
    deepEqual([tensor?.change, tensor?.reason], ['values', 'holds constructor, whose numbers are not compared']);
  });

  it('files that are there no more, empty or folders have a reason', () => {
    equal(reason(join(folder, 'gone.onnx')), 'is not there');
    match(reason(written('empty.pt', '')), /is no model file/);
    match(reason(folder), /is a folder|is no file/);
  });
});

describe('weights: broken bytes', () => {
  const count = Number(process.env['WEIGHTS_MUTANTS'] ?? 400);
  const whole: Readonly<Record<string, Buffer>> = {
    'f.safetensors': safetensors({ a: [1, 2], b: [3] }),
    'f.pt': checkpoint([1, 2, 3]),
    'f.onnx': onnx([{ name: 'w', shape: [3], raw: raw(1, 2, 3) }]),
    'f.npz': zip({ 'w.npy': npy([1, 2, 3]) }),
  };
  for (const [name, bytes] of Object.entries(whole))
    it(`${count} mutants of ${name} are read or refused`, async () => {
      const intact = written(`whole-${name}`, bytes);
      const random = seeded(bytes.length);
      for (let i = 0; i < count; i++) {
        const mutant = Buffer.from(bytes.subarray(0, i % 3 === 0 ? random(bytes.length) : bytes.length));
        for (let edits = random(4); edits > 0 && mutant.length > 0; edits--)
          mutant[random(mutant.length)] = [0, 255, random(256), 128][random(4)] ?? 0;
        const path = written(`mutant-${name}`, mutant);
        if (reason(path) === 'read') await diffOf(intact, path);
      }
    });
});

/** Numbers below a limit, the same in every run. Source: mulberry32. */
function seeded(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

describe('weights: a comparison that is given up', () => {
  it('ends with the reason of its signal, and tells how far it is', async () => {
    const values = Array.from({ length: 400_000 }, (_, i) => i);
    const left = readWeights(written('a.safetensors', safetensors({ w: values })));
    const right = readWeights(written('b.safetensors', safetensors({ w: values.map((value) => value + 1) })));
    ok(!('reason' in left) && !('reason' in right));
    const stop = new AbortController();
    const told: number[] = [];
    const work = diffWeights(left, right, {
      signal: stop.signal,
      onProgress: ({ doneBytes, allBytes }) => {
        told.push(doneBytes);
        equal(allBytes, 2 * 4 * values.length);
        stop.abort(new Error('enough'));
      },
    });
    equal(await work.then(() => 'done', String), 'Error: enough');
    ok(told.length > 0);
  });
});
