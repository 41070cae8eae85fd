/** Real PyTorch beside the flow of shapes: shapes, parameters and FLOPs of the examples and of many layers; annotations under jaxtyping. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createService } from '../../server/src/createService';
import { isRight } from '../../server/src/flow/verdict';
import { openProject, type Project } from '../../server/src/host/project';
import { verify, type Verified } from '../../server/src/host/verify';
import { loadParser } from '../../server/src/loadParser';
import { folderWith } from '../harness/folder';

const python = process.env['TENSORWRIGHT_PYTHON'] ?? '';
const script = resolve('server/src/host/observe.py');

const projectAt = async (root: string): Promise<Project> => {
  const parser = await loadParser();
  const complain = (sentence: string): void => {
    throw new Error(sentence);
  };
  return openProject({
    root,
    user: { pythonPath: python },
    startService: (host) => createService({ host, parser }),
    variables: process.env,
    onSettingsProblem: complain,
    onFileProblem: complain,
  });
};

const verified = async (root: string, file: string, module: string, inputs = ''): Promise<Verified> => {
  const project = await projectAt(root);
  const path = `${root}/${file}`;
  project.host.admit(path);
  const answer = await verify(project, { path, module, inputs, script, limitMs: 120_000 });
  if (typeof answer === 'string') throw new Error(answer);
  return answer;
};

/** A layer of every kind that has parameters or products, in the order of their calls. */
const layers = `import torch
import torch.nn.functional as F
from torch import nn


class Layers(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, stride=2, padding=1)
        self.grouped = nn.Conv2d(16, 32, 5, groups=4, bias=False)
        self.up = nn.ConvTranspose2d(32, 8, 3, stride=2)
        self.bn = nn.BatchNorm2d(8)
        self.gn = nn.GroupNorm(2, 8)
        self.prelu = nn.PReLU(8)
        self.conv3 = nn.Conv3d(1, 4, (1, 3, 3))
        self.conv1d = nn.Conv1d(4, 6, 7)
        self.fc = nn.Linear(6, 12)
        self.norm = nn.LayerNorm(12)
        self.embed = nn.Embedding(50, 12, padding_idx=0)
        self.scale = nn.Parameter(torch.ones(12))
        self.blocks = nn.ModuleList([nn.Linear(12, 12) for _ in range(3)])
        self.unused = nn.Bilinear(2, 3, 4)
        self.gru = nn.GRU(12, 10, num_layers=2, bidirectional=True, batch_first=True)
        self.lstm = nn.LSTM(20, 5, proj_size=3, batch_first=True)
        self.attention = nn.MultiheadAttention(12, 3, batch_first=True)

    def forward(self, x, tokens):
        x = self.prelu(self.gn(self.bn(self.up(self.grouped(self.conv1(x))))))
        x = self.conv3(x.unsqueeze(1)).flatten(2)
        x = self.norm(self.fc(self.conv1d(x).transpose(1, 2)))[:, :20] * self.scale
        y = self.embed(tokens)
        for block in self.blocks:
            y = y + block(y)
        scores = torch.bmm(x, y.transpose(1, 2)) @ y
        z = F.scaled_dot_product_attention(scores, y, y)
        w, _ = self.attention(z, z, z)
        states, _ = self.gru(w)
        out, _ = self.lstm(states)
        return out
`;

describe('verification: what PyTorch says', function () {
  this.timeout(300_000);
  let folder: ReturnType<typeof folderWith>;
  afterEach(() => folder.dispose());

  it('agrees on shapes, order and parameters of many layers', async () => {
    folder = folderWith({ 'layers.py': layers });
    const { verification } = await verified(folder.path, 'layers.py', 'Layers', 'x=(2, 3, 32, 32), tokens=(2, 7)');
    equal(verification.observed.error, undefined);
    deepEqual(verification.differences, []);
    equal(verification.vaguer, 0);
    equal(verification.same, 17);
    equal(verification.trial.inputs.find(({ name }) => name === 'tokens')?.dtype, 'int64');
    equal(verification.trial.flow.parameters.number, verification.observed.parameters);
    ok(isRight(verification));
  });

  it('counts FLOPs as FlopCounterMode does', async () => {
    const text = layers
      .replace('w, _ = self.attention(z, z, z)', 'return z')
      .replace(/\n {8}states.*\n.*\n {8}return out/, '');
    folder = folderWith({ 'layers.py': text });
    const project = await projectAt(folder.path);
    const flow = project.service.flow(folder.at('layers.py'), 'Layers', 'x=(2, 3, 32, 32), tokens=(2, 7)');
    const counting = `
import sys
sys.path.insert(0, sys.argv[1])
import torch
from torch.utils.flop_counter import FlopCounterMode
from torch.nn.attention import sdpa_kernel, SDPBackend
from layers import Layers
model = Layers().eval()
with FlopCounterMode(display=False) as counter, sdpa_kernel(SDPBackend.MATH):
    model(torch.randn(2, 3, 32, 32), torch.zeros(2, 7, dtype=torch.int64))
print(counter.get_total_flops())
`;
    const { stdout, stderr } = spawnSync(python, ['-c', counting, folder.path], { encoding: 'utf8' });
    ok(/^\d+\s*$/.test(stdout), stderr);
    equal(flow?.flops.open, false);
    equal(flow.flops.number, Number(stdout));
  });

  it('confirms a finding in the words of PyTorch, with the constructor that it needs', async () => {
    folder = folderWith({ 'gpt.py': readFileSync('examples/config-gpt/gpt.py', 'utf8') });
    const { verification, records } = await verified(folder.path, 'gpt.py', 'GPT');
    deepEqual(
      verification.judged.map(({ verdict }) => verdict),
      ['confirmed'],
    );
    deepEqual(verification.trial.guesses, { config: 'GPTConfig()' });
    ok(isRight(verification));
    deepEqual(records, []);
  });

  it('refutes what is not so, and writes down a reproduction', async () => {
    // A class attribute that is changed behind the checker's back: the finding is wrong at run time.
    const text = `import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 4)

    def forward(self, x):
        return self.fc(x.view(-1, 9))

vars(torch.Tensor if False else nn.Linear)  # nothing
setattr(nn.Linear, 'forward', lambda self, x: x)
`;
    folder = folderWith({ 'net.py': text });
    const { verification, records } = await verified(folder.path, 'net.py', 'Net', 'x=(2, 9)');
    deepEqual(
      verification.judged.map(({ verdict }) => verdict),
      ['refuted'],
    );
    ok(!isRight(verification));
    match(readFileSync(folder.at(records[0] ?? ''), 'utf8'), /matmul-inner-dim-mismatch: refuted by PyTorch 2\.13/);
    equal(readFileSync(folder.at('.tensorwright/.gitignore'), 'utf8'), '*\n');
  });

  it('says that PyTorch raises where nothing was found', async () => {
    folder = folderWith({
      'net.py': `from torch import nn\nclass Net(nn.Module):\n    def forward(self, x):\n        return x[[][0]]\n`,
    });
    const { verification } = await verified(folder.path, 'net.py', 'Net', 'x=(2, 9)');
    equal(verification.observed.error?.type, 'IndexError');
    deepEqual(verification.observed.error.lines, [4]);
    ok(verification.missed && !isRight(verification));
  });

  it('ends what takes too long, with what it started', async () => {
    folder = folderWith({
      'net.py': `import subprocess, time\nfrom torch import nn\nsubprocess.Popen(['sleep', '300'])\ntime.sleep(300)\nclass Net(nn.Module):\n    def forward(self, x):\n        return x\n`,
    });
    const project = await projectAt(folder.path);
    const path = folder.at('net.py');
    const answer = await verify(project, { path, module: 'Net', inputs: 'x=(1, 2)', script, limitMs: 3_000 });
    ok(typeof answer === 'string');
    match(answer, /did not answer within 3 s/);
  });

  it('refuses a file whose text in the editor is not saved', async () => {
    folder = folderWith({ 'net.py': layers });
    const project = await projectAt(folder.path);
    project.service.open(folder.at('net.py'), `${layers}\n# more`);
    const options = { path: folder.at('net.py'), module: 'Layers', inputs: '', script, limitMs: 1_000 };
    const answer = await verify(project, options);
    ok(typeof answer === 'string');
    match(answer, /save it first/);
  });

  it('annotations hold at run time under jaxtyping and beartype', async () => {
    folder = folderWith({ 'unet.py': readFileSync('examples/unet-sizes/unet.py', 'utf8'), 'layers.py': layers });
    for (const [file, marker, calls] of [
      ['unet.py', 'forward(self, x):\n        x = self.stem', 'UNet()(torch.randn(1, 3, 64, 32))'],
      [
        'layers.py',
        'forward(self, x, tokens)',
        'Layers()(torch.randn(2, 3, 32, 32), torch.zeros(2, 7, dtype=torch.int64))',
      ],
    ] as const) {
      const project = await projectAt(folder.path);
      const text = project.service.text(folder.at(file)) ?? '';
      const fix = project.service.annotation(folder.at(file), text.indexOf(marker));
      ok(fix, file);
      const edits = fix.edits
        .map(({ place, newText }) => ({ from: place.at.base + place.start, to: place.at.base + place.end, newText }))
        .sort((a, b) => b.from - a.from);
      const annotated = edits.reduce(
        (all, { from, to, newText }) => all.slice(0, from) + newText + all.slice(to),
        text,
      );
      match(annotated, /x: Float\[torch\.Tensor, "\w+ 3 \w+ \w+"\]/);
      const name = `annotated_${file}`;
      writeFileSync(folder.at(name), annotated);
      ok(existsSync(folder.at(name)));
      const program = `
import sys
sys.path.insert(0, sys.argv[1])
import torch
from jaxtyping import install_import_hook, TypeCheckError
with install_import_hook('${name.slice(0, -3)}', 'beartype.beartype'):
    from ${name.slice(0, -3)} import *
${calls}
try:
    ${calls.replace(/randn\((\d), 3,/, 'randn($1,')}
except TypeCheckError:
    print('checked')
`;
      const { stdout, stderr } = spawnSync(python, ['-c', program, folder.path], { encoding: 'utf8' });
      equal(stdout.trim(), 'checked', `${annotated}\n${stderr}`);
    }
  });
});
