/** Modules exported by the real PyTorch and run by the real ONNX Runtime, through the command that users type. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { folderWith } from '../harness/folder';
import { python } from './python';

const cli = resolve('dist/cli.js');

const source = `import torch
import torch.nn.functional as F
from torch import nn


class Words(nn.Module):
    def __init__(self, vocabulary=100, dim=16):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, dim)
        self.head = nn.Linear(dim, vocabulary)

    def forward(self, tokens, mask):
        hidden = self.embed(tokens) * mask.unsqueeze(-1)
        return {"logits": self.head(hidden), "pooled": hidden.mean(1)}


class Noisy(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(16, 32)
        self.last = nn.Linear(32, 4)

    def forward(self, x):
        hidden = torch.relu(self.first(x))
        return self.last(F.dropout(hidden, 0.5, True))


class Branching(nn.Module):
    def __init__(self):
        super().__init__()
        self.last = nn.Linear(16, 4)

    def forward(self, x):
        if x.sum() > 0:
            return self.last(x)
        return -self.last(x)
`;

const folder = folderWith({ 'model.py': source });
const lineOf = (text: string): number => source.slice(0, source.indexOf(text)).split('\n').length;

interface Report {
  readonly isFaithful: boolean;
  readonly exporter: string;
  readonly signature: Record<
    'inputs' | 'outputs',
    readonly { readonly name: string; readonly shape: readonly number[] }[]
  >;
  readonly outputs: readonly { readonly classes?: { readonly rows: number; readonly same: number } }[];
  readonly first?: { readonly line: string };
}

function exported(...args: readonly string[]): {
  readonly code: number | null;
  readonly report?: Report;
  readonly told: string;
} {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [cli, 'export', 'model.py', '--python', python ?? '', '--format', 'json', ...args],
    { cwd: folder.path, encoding: 'utf8' },
  );
  return { code: status, told: stderr, ...(stdout === '' ? {} : { report: JSON.parse(stdout) as Report }) };
}

describe('export to ONNX', () => {
  after(folder.dispose);

  it('gives a file that says what PyTorch says, with an open batch and the names of forward', () => {
    const { code, report, told } = exported('--class', 'Words');
    equal(code, 0, told);
    equal(report?.isFaithful, true);
    deepEqual(
      report.signature.inputs.map(({ name, shape }) => [name, shape[0]]),
      [
        ['tokens', -1],
        ['mask', -1],
      ],
    );
    deepEqual(
      report.signature.outputs.map(({ name }) => name),
      ['output_0', 'output_1'],
    );
    equal(existsSync(folder.at('Words.onnx')), true);
  });

  it('never writes over a file that nobody gave up', () => {
    folder.write('taken.onnx', 'mine');
    const { code, told } = exported('--class', 'Words', '--output', 'taken.onnx');
    equal(code, 2);
    match(told, /taken\.onnx is there already; .*--overwrite/);
  });

  it('loads the weights of a checkpoint, as trainers wrap them', () => {
    const script = `import sys, torch; sys.path.insert(0, sys.argv[1]); import model
state = {"module." + name: torch.zeros_like(value) for name, value in model.Noisy().state_dict().items()}
torch.save({"state_dict": state, "epoch": 3}, sys.argv[1] + "/zeros.pt")`;
    equal(spawnSync(python ?? '', ['-B', '-c', script, folder.path], { stdio: 'inherit' }).status, 0);
    // With weights of zero the noise makes no difference.
    const { code, report, told } = exported('--class', 'Noisy', '--weights', 'zeros.pt', '--output', 'zeros.onnx');
    equal(code, 0, told);
    deepEqual(report?.outputs[0]?.classes, { rows: 6, same: 6 });
  });

  it('names the line where a file that differs begins to differ', () => {
    const { code, report, told } = exported('--class', 'Noisy');
    equal(code, 1, told);
    equal(report?.first?.line, `model.py:${lineOf('F.dropout')}`);
  });

  it('says which line keeps a module from being exported, and leaves nothing behind', () => {
    const { code, told } = exported('--class', 'Branching');
    equal(code, 2);
    match(told, new RegExp(`could not write it as ONNX: .*data-dependent.*\\(line ${lineOf('if x.sum()')}\\)`));
    deepEqual(
      readdirSync(folder.path).filter((name) => name.includes('ranching') || name.startsWith('.')),
      [],
    );
  });
});
