/**
 * Input that nobody wants: each row gives a clear message or silence, in time, never a crash, never an error finding.
 * The real command runs on each.
 */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync, symlinkSync } from 'node:fs';
import { folderWith } from '../harness/folder';
import { type Ended, runCli, startCli } from '../harness/product';

/** Generous, for loaded machines; typical rows take a quarter of a second. */
const longest = 60_000;

interface Row {
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** What stderr must say; nothing where absent. */
  readonly says?: RegExp;
  readonly prepare?: (folder: ReturnType<typeof folderWith>) => void;
}

const model = `import torch
from torch import nn

class Net(nn.Module):
    def __init__(self, width=16):
        super().__init__()
        self.first = nn.Linear(8, width)
        self.second = nn.Linear(width, 4)

    def forward(self, x):
        return self.second(self.first(x))

Net()(torch.randn(2, 8))
`;

const withBom = (text: string): Uint8Array => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)]);
const tower = (before: string, inner: string, after: string, height: number): string =>
  before.repeat(height) + inner + after.repeat(height);

const rows: Readonly<Record<string, Row>> = {
  'an empty file': { files: { 'a.py': '' } },
  'only blanks': { files: { 'a.py': ' \n\t\n\f\n' } },
  'only a comment, no line end': { files: { 'a.py': '# nothing' } },
  'a syntax error in front': { files: { 'a.py': `def broken(:\n    x =\n\n${model}` } },
  'a syntax error at the end': { files: { 'a.py': `${model}\nclass Half(nn.Module):\n    def forward(self, x` } },
  'an unclosed text': { files: { 'a.py': `x = """\n${model}` } },
  'unclosed brackets': { files: { 'a.py': `${model}\ny = [(((` } },
  'no Python at all': { files: { 'a.py': '%PDF-1.4 ((( }}} \u0001\u0002 @@@@' } },
  'Python 2': { files: { 'a.py': 'print "hello"\nexec "x"\nraise E, "x"\n' } },
  'git conflict markers': { files: { 'a.py': `<<<<<<< HEAD\n${model}=======\n${model}>>>>>>> other\n` } },
  'a byte order mark': { files: { 'a.py': withBom(model) } },
  CRLF: { files: { 'a.py': model.replaceAll('\n', '\r\n') } },
  'lone CR': { files: { 'a.py': model.replaceAll('\n', '\r') } },
  'mixed line ends': {
    files: {
      'a.py': model
        .split('\n')
        .map((line, i) => `${line}${['\n', '\r\n', '\r'][i % 3] ?? ''}`)
        .join(''),
    },
  },
  tabs: { files: { 'a.py': model.replaceAll('    ', '\t') } },
  'tabs and blanks mixed': { files: { 'a.py': model.replaceAll('        ', '\t') } },
  'bytes that are no UTF-8': {
    files: {
      'a.py': Buffer.concat([Buffer.from('x = "'), Buffer.from([0xff, 0xe9, 0x80]), Buffer.from(`"\n${model}`)]),
    },
  },
  'UTF-16': { files: { 'a.py': Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(model, 'utf16le')]) } },
  'null bytes': { files: { 'a.py': `x = 1\0\n${model}` } },
  'a file of random bytes': {
    files: { 'a.py': Uint8Array.from({ length: 20_000 }, (_, i) => (i * 7919 + (i >> 3) * 31) & 255) },
  },
  '50,000 lines': { files: { 'a.py': `${model}${'x = [1, 2, 3]  # filler\n'.repeat(50_000)}` } },
  'more than 2 MB': { files: { 'a.py': `${model}${'#'.repeat(2_200_000)}` }, says: /a\.py is larger than 2 MB/ },
  'a minified line': { files: { 'a.py': `${model}${'x=1;y=[x,x];'.repeat(30_000)}` } },
  '1,000 nested brackets': {
    files: { 'a.py': `${model}x = ${tower('(', '1', ')', 1000)}\ny = ${tower('[', '', ']', 1000)}` },
  },
  '1,000 nested calls': { files: { 'a.py': `${model}x = ${tower('f(', 'x', ')', 1000)}` } },
  '1,000 operators': {
    files: { 'a.py': `${model}x = 1${' + 1'.repeat(5000)}\ny = x${'.y'.repeat(2000)}\nz = ${'not '.repeat(1000)}x` },
  },
  '1,000 nested blocks': {
    files: {
      'a.py': `${Array.from({ length: 1000 }, (_, i) => `${' '.repeat(i)}if x:\n`).join('')}${' '.repeat(1000)}pass\n`,
    },
  },
  '1,000 branches': {
    files: {
      'a.py': `def f(x):\n  if x == 0: pass\n${Array.from({ length: 1000 }, (_, i) => `  elif x == ${i}: y = ${i}\n`).join('')}  return y\n`,
    },
  },
  '60 independent branches': {
    files: {
      'a.py': `import torch\ndef f(x, ${Array.from({ length: 60 }, (_, i) => `a${i}`).join(', ')}):\n${Array.from({ length: 60 }, (_, i) => `  if a${i}: x = torch.cat([x, x])\n`).join('')}  return x\n`,
    },
  },
  'while True': { files: { 'a.py': `${model}x = torch.zeros(1, 2)\nwhile True:\n    x = torch.cat([x, x])\n` } },
  'while True in a constructor': {
    files: {
      'a.py':
        'from torch import nn\nclass A(nn.Module):\n    def __init__(self):\n        super().__init__()\n        n = 0\n        while True:\n            n += 1\n',
    },
  },
  'infinite recursion': {
    files: { 'a.py': 'import torch\ndef f(x):\n    return f(torch.cat([x, x]))\nf(torch.zeros(1, 2))\n' },
  },
  'lists that hold themselves, compared': {
    files: { 'a.py': 'import torch\na = []\na.append(a)\nb = []\nb.append(b)\nsame = a == b\n' },
  },
  'a data set that is a part of itself': {
    files: {
      'a.py':
        'import torch\nfrom torch.utils.data import DataLoader, Subset, TensorDataset\ns = Subset(TensorDataset(torch.zeros(4, 2)), [0, 1])\ns.dataset = s\nfor batch in DataLoader(s, batch_size=2):\n    print(batch)\n',
    },
  },
  'recursion between methods': {
    files: {
      'a.py':
        'from torch import nn\nclass A(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.inner = A()\n    def forward(self, x):\n        return self.inner(x)\nA()(1)\n',
    },
  },
  'a constructor loop of 10**9': {
    files: {
      'a.py':
        'from torch import nn\nclass A(nn.Module):\n    def __init__(self, n=10**9):\n        super().__init__()\n        self.all = nn.ModuleList([nn.Linear(i, i + 1) for i in range(n)])\n        for i in range(10**9):\n            self.last = nn.Linear(i, i)\n    def forward(self, x):\n        for layer in self.all:\n            x = layer(x)\n        return x\nA()(1)\n',
    },
  },
  'numbers beyond all bounds': {
    files: {
      'a.py':
        'import torch\nn = 10**10**10\ntorch.zeros(n)\nx = 9**9**9 % 7\ny = "a" * 10**12\nz = [0] * 10**12\nw = 1 << 10**9\n',
    },
  },
  'circular imports': {
    files: {
      'a.py': 'from b import B\nclass A(B): pass\n',
      'b.py': 'from a import A\nclass B(A): pass\n',
      'c.py': 'import c\nfrom c import *\nc.x\n',
    },
  },
  'a class that is its own base': {
    files: { 'a.py': 'class A(A): pass\nclass B(C): pass\nclass C(B): pass\nA(); B().x\n' },
  },
  'imports that are not there': {
    files: { 'a.py': 'import nowhere.at.all as n\nfrom .. import x\nfrom .......y import z\nn.f(x)(z)\n' },
  },
  'symbolic link loops': {
    files: { 'pkg/a.py': model },
    prepare: ({ path, at }) => {
      symlinkSync(path, at('pkg/up'));
      symlinkSync('self.py', at('self.py'));
    },
  },
  'a folder named like a file': { files: { 'x.py/inner.py': model } },
  'a pipe named like a file': {
    files: { 'a.py': model },
    prepare: ({ at }) => void execFileSync('mkfifo', [at('pipe.py')]),
  },
  'a broken pyproject.toml': {
    files: { 'a.py': model, 'pyproject.toml': '[tool.tensorwright\n' },
    says: /pyproject\.toml:1:\d+: .*its settings are not used/,
  },
  'settings of the wrong form': {
    files: { 'a.py': model, 'pyproject.toml': '[tool.tensorwright]\nexclude = 3\nrules = []\n' },
    says: /'exclude' must be a list of strings/,
  },
  'names with blanks and other letters': { files: { 'ein ordner/модель 😀.py': model } },
};

describe('bad input', function () {
  this.timeout(longest + 5_000);
  let folder: ReturnType<typeof folderWith>;
  afterEach(() => folder.dispose());

  for (const [name, { files, says, prepare }] of Object.entries(rows))
    it(name, async function () {
      folder = folderWith(files);
      // Links, pipes and permissions are made otherwise there.
      if (process.platform === 'win32' && prepare) this.skip();
      prepare?.(folder);
      const [first = ''] = Object.keys(files);
      const [ended, shapes] = await Promise.all([
        runCli(['check', '.', '--format', 'json'], folder.path),
        runCli(['shapes', first, '--why'], folder.path),
      ]);
      harmless(ended);
      if (says) match(ended.err, says);
      else equal(ended.err, '');
      equal(shapes.code, 0, shapes.err);
    });

  it('files deleted while they are checked', async () => {
    folder = folderWith(Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`m${i}.py`, model])));
    const running = startCli(['check', '.', '--format', 'json'], { cwd: folder.path });
    for (let i = 399; i >= 0; i -= 2) {
      rmSync(folder.at(`m${i}.py`));
      if (i % 9 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    harmless(await running.ended);
  });

  it('files that change while they are checked', async () => {
    folder = folderWith(
      Object.fromEntries(
        Array.from({ length: 200 }, (_, i) => [`m${i}.py`, `from m${(i + 1) % 200} import *\n${model}`]),
      ),
    );
    const running = startCli(['check', '.', '--format', 'json'], { cwd: folder.path });
    for (let i = 199; i >= 0; i--) {
      folder.write(`m${i}.py`, '');
      if (i % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    harmless(await running.ended);
  });

  it('a folder without permission is told in one line and the rest is checked', async function () {
    folder = folderWith({ 'a.py': model, 'closed/b.py': model });
    chmodSync(folder.path, 0o755);
    chmodSync(folder.at('closed'), 0);
    // Root may read everything, so somebody else has to run it.
    const identity = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    const start = (...args: string[]): Promise<Ended> => startCli(args, { cwd: folder.path, ...identity }).ended;
    // It needs a POSIX shell's `head`, and the built command.
    if (process.platform === 'win32' || (await start('--version')).code !== 0) this.skip();
    const ended = await start('check', '.', '--format', 'json');
    harmless(ended);
    match(ended.err, /^tensorwright: .*closed may not be read \(no permission\)\n$/);
    equal((JSON.parse(ended.out) as { stats: { files: number } }).stats.files, 1);
  });

  it('a reader that stops reading', async () => {
    folder = folderWith(Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`m${i}.py`, model])));
    const running = startCli(['shapes', 'm1.py', '--format', 'json'], { cwd: folder.path });
    running.child.stdout?.destroy();
    const { code, err } = await running.ended;
    deepEqual([code, err], [0, '']);
  });

  function harmless({ code, out, err, millis }: Ended): void {
    ok(code === 0 || code === 1, `exit code ${code}: ${err}`);
    const { findings } = JSON.parse(out) as { findings: { severity: string; message: string }[] };
    deepEqual(
      findings.filter(({ severity }) => severity === 'error'),
      [],
    );
    ok(millis < longest, `took ${millis} ms`);
  }
});
