/** `shapes`, `explain`, help and version. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { nearest } from '../../cli/src/nearest';
import { folderWith } from '../harness/folder';
import { run } from './inProcess';

const folder = folderWith({ 'a.py': 'x = 1\nlonger(x); mystery\n', 'none.py': 'y = 1\n' });
const at = (...args: string[]): ReturnType<typeof run> => run(args, { cwd: folder.path });

describe('tensorwright shapes', () => {
  it('lists every tensor', async () => {
    const { code, out } = await at('shapes', 'a.py');
    deepEqual([code, out], [0, '1:1  x  (B, 3)  float32\n2:8  x  (B, 3)  float32\n']);
  });
  it('tells why something is not known', async () => {
    match((await at('shapes', 'a.py', '--why')).out, /\n\nNot known:\n2:12 {2}mystery {2}nobody knows it\n$/);
    match(
      (await at('shapes', 'none.py', '--why')).out,
      /^No tensor of known shape in none\.py\n\nEverything is known\.\n$/,
    );
  });
  it('--format json keeps the contract', async () => {
    const { out } = await at('shapes', 'none.py', '--format', 'json');
    deepEqual(JSON.parse(out), { version: 1, file: folder.at('none.py'), shapes: [] });
    const { shapes, unknown } = JSON.parse((await at('shapes', 'a.py', '--format', 'json', '--why')).out) as Record<
      string,
      object[]
    >;
    deepEqual(shapes?.[0], {
      range: { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } },
      expression: 'x',
      shape: '(B, 3)',
      dtype: 'float32',
    });
    equal(unknown?.length, 1);
  });
  it('wants one file', async () => {
    deepEqual(await at('shapes', 'gone.py'), {
      code: 2,
      out: '',
      err: 'tensorwright: no such file or folder: gone.py\n',
    });
    deepEqual(await at('shapes', '.'), { code: 2, out: '', err: 'tensorwright: not a file: .\n' });
  });
});

describe('tensorwright explain', () => {
  it('tells what an id means', async () => {
    const { code, out } = await at('explain', 'wrong-word');
    equal(code, 0);
    match(out, /^# wrong-word\n\nA word is wrong\.\n/);
  });
  it('lists all ids', async () => {
    equal((await at('explain')).out, 'doubtful-word  A word is doubtful.\nwrong-word     A word is wrong.\n');
  });
  it('names the nearest for a slip', async () => {
    const { code, err } = await at('explain', 'wrogn-word');
    deepEqual([code, err], [2, "tensorwright: unknown finding id 'wrogn-word'; did you mean wrong-word?\n"]);
    match((await at('explain', 'zzz')).err, /unknown finding id 'zzz'; `tensorwright explain` lists all ids/);
  });
  for (const [written, names, expected] of [
    ['matmul', ['matmul-inner-dim-mismatch', 'cat-size-mismatch'], ['matmul-inner-dim-mismatch']],
    ['cat-sise-mismatch', ['matmul-inner-dim-mismatch', 'cat-size-mismatch'], ['cat-size-mismatch']],
    ['x', ['matmul'], []],
    ['', ['matmul'], []],
  ] as const)
    it(`near '${written}': ${expected.join(', ') || 'nothing'}`, () => deepEqual(nearest(written, names), expected));
});

describe('tensorwright', () => {
  it('prints its version', async () => deepEqual(await at('--version'), { code: 0, out: '1.2.3\n', err: '' }));
  for (const args of [['--help'], ['help', 'check'], ['check', '--help'], ['shapes', '--help'], ['explain', '--help']])
    it(`${args.join(' ')} shows examples`, async () => {
      const { code, out } = await at(...args);
      equal(code, 0);
      match(out, /Examples:\n {2}\$ tensorwright /);
    });
  it('without a verb shows help, with exit code 2', async () => {
    const { code, err } = await at();
    equal(code, 2);
    match(err, /Usage: tensorwright/);
  });
  it('an unknown verb is wrong use', async () => {
    const { code, err } = await at('chek');
    equal(code, 2);
    match(err, /unknown command 'chek'\n\(Did you mean check\?\)/);
  });
  after(() => folder.dispose());
});

describe('tensorwright triton create', () => {
  const models = folderWith({ 'a.py': '' });
  const at = (...args: string[]): ReturnType<typeof run> => run(args, { cwd: models.path });
  after(() => models.dispose());

  it('says why there is no configuration', async () => {
    deepEqual(await at('triton', 'create', 'a.py'), {
      code: 2,
      out: '',
      err: 'tensorwright: this service makes none\n',
    });
    deepEqual(await at('triton', 'create', 'gone'), {
      code: 2,
      out: '',
      err: 'tensorwright: no such file or folder: gone\n',
    });
  });
});
