/** The command as a process: watching, signals, a real finding. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { folderWith } from '../harness/folder';
import { runCli, type Running, startCli } from '../harness/product';

const wrong = 'import torch\ny = torch.randn(4, 512) @ torch.randn(768, 10)\n';
const right = 'import torch\ny = torch.randn(4, 512) @ torch.randn(512, 10)\n';
const silenced = wrong.replace(')\n', ')  # tensorwright: ignore[matmul-inner-dim-mismatch]\n');

describe('the command as a process', function () {
  let folder: ReturnType<typeof folderWith>;
  afterEach(() => folder.dispose());

  const until = async (running: Running, what: RegExp): Promise<void> => {
    const end = performance.now() + 15_000;
    while (!what.test(running.out())) {
      ok(performance.now() < end, `waited in vain for ${String(what)} in ${running.out()}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  it('finds a mistake and tells it in the words of PyTorch', async () => {
    folder = folderWith({ 'a.py': wrong });
    const { code, out } = await runCli(['check', 'a.py'], folder.path);
    equal(code, 1);
    match(
      out,
      /^a\.py:2:\d+ {2}error {2}mat1 and mat2 shapes cannot be multiplied \(4x512 and 768x10\) {2}\[matmul-inner-dim-mismatch\]$/m,
    );
  });

  it('a comment silences it on its line; a severity changes it everywhere', async () => {
    folder = folderWith({ 'a.py': silenced, 'b.py': right });
    deepEqual((await runCli(['check', '.'], folder.path)).code, 0);
    folder.write('a.py', wrong);
    const warned = await runCli(['check', '.', '--rule', 'matmul-inner-dim-mismatch=warning'], folder.path);
    deepEqual([warned.code, / {2}warning {2}/.test(warned.out)], [0, true]);
    const off = await runCli(['check', '.', '--rule', 'matmul-inner-dim-mismatch=off'], folder.path);
    match(off.out, /^No problems in 2 files/);
  });

  it('explains every id that it knows', async () => {
    folder = folderWith();
    const { code, out } = await runCli(['explain'], folder.path);
    equal(code, 0);
    match(out, /^matmul-inner-dim-mismatch {2,}\S/m);
  });

  it('--watch checks again after each change and ends cleanly on Ctrl-C', async () => {
    folder = folderWith({ 'pkg/a.py': right });
    const running = startCli(['check', '.', '--watch'], { cwd: folder.path });
    await until(running, /No problems in 1 file/);
    folder.write('pkg/a.py', wrong);
    await until(running, /1 error in 1 file/);
    folder.write('pkg/b.py', right);
    await until(running, /1 error in 2 files/);
    mkdirSync(folder.at('new'));
    await until(running, /1 error in 2 files[^]*1 error in 2 files/);
    folder.write('new/c.py', wrong);
    await until(running, /2 errors in 3 files/);
    folder.write('pyproject.toml', '[tool.tensorwright]\nexclude = ["new"]\n');
    await until(running, /2 errors in 3 files[^]*1 error in 2 files/);
    running.child.kill('SIGINT');
    const { code, err } = await running.ended;
    equal(code, 1);
    match(err, /Watching for changes/);
  });

  it('Ctrl-C ends a long check', async () => {
    folder = folderWith(Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`m${i}.py`, right])));
    const running = startCli(['check', '.'], { cwd: folder.path });
    await new Promise((resolve) => setTimeout(resolve, 300));
    running.child.kill('SIGINT');
    const { code } = await running.ended;
    ok(code === null || code === 0 || code === 130);
  });
});
