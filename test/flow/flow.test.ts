/** The flow of shapes through a module, as a table; real PyTorch judges the numbers in test/oracle/verify.test.ts. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { flowTable } from '../../server/src/flow/table';
import { checkerOf } from '../harness/checker';

const path = '/project/net.py';
const net = `import torch
from torch import nn

class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc = nn.Linear(width, width)

    def forward(self, x):
        return x + torch.relu(self.fc(x))

class Net(nn.Module):
    def __init__(self, classes=10, bias=True):
        super().__init__()
        self.blocks = nn.Sequential(Block(64), Block(64))
        self.head = nn.Linear(64, classes, bias=bias)

    def forward(self, x):
        return self.head(self.blocks(x))
`;

const flowFor = async (module: string, chosen: string, text = net) => {
  const service = await checkerOf({ [path]: text });
  const flow = service.flow(path, module, chosen);
  ok(flow);
  return flow;
};

describe('shape flow', () => {
  it('lists the modules of a file in its order', async () => {
    const service = await checkerOf({ [path]: net });
    deepEqual(
      service.modules(path).map(({ name }) => name),
      ['Block', 'Net'],
    );
  });

  it('lists calls as named_modules() names them, with shapes, parameters and FLOPs', async () => {
    const flow = await flowFor('Net', 'x=(8, 64)');
    deepEqual(
      flow.rows.map(({ depth, name, type, output, parameters, flops }) => [
        depth,
        name,
        type,
        output,
        parameters.number,
        flops.number,
      ]),
      [
        [0, 'blocks', 'Sequential', '(8, 64)', 2 * (64 * 64 + 64), 2 * 2 * 8 * 64 * 64],
        [1, 'blocks.0', 'Block', '(8, 64)', 64 * 64 + 64, 2 * 8 * 64 * 64],
        [2, 'blocks.0.fc', 'Linear', '(8, 64)', 64 * 64 + 64, 2 * 8 * 64 * 64],
        [1, 'blocks.1', 'Block', '(8, 64)', 64 * 64 + 64, 2 * 8 * 64 * 64],
        [2, 'blocks.1.fc', 'Linear', '(8, 64)', 64 * 64 + 64, 2 * 8 * 64 * 64],
        [0, 'head', 'Linear', '(8, 10)', 650, 2 * 8 * 64 * 10],
      ],
    );
  });

  it('takes arguments of the constructor and sizes without brackets', async () => {
    const flow = await flowFor('Net', '8, 64');
    equal(flow.output, '(8, 10)');
    equal((await flowFor('Net', 'x=(8, 64), classes=3, bias=False')).rows.at(-1)?.parameters.number, 192);
  });

  for (const [chosen, problem] of [
    ['x=(', /can't be read/],
    ['y=(1, 64)', /has no 'y': its forward takes x, its constructor classes, bias/],
    ['(1, 64), (2, 64)', /forward takes 1 inputs/],
  ] as const)
    it(`says what is wrong with ${chosen}`, async () => {
      match((await flowFor('Net', chosen)).problem ?? '', problem);
    });

  it('names the finding where the sizes do not fit, and claims no numbers below it', async () => {
    const flow = await flowFor('Net', 'x=(8, 63)');
    match(flow.findings[0]?.message ?? '', /mat1 and mat2 shapes cannot be multiplied \(8x63 and 64x64\)/);
    ok(flow.flops.open);
    match(flowTable(flow, () => 'net.py:9').text, /^fails at net\.py:9: mat1/m);
  });

  it('counts a parameter that two modules share once, and equal blocks each', async () => {
    const tied = `from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(100, 8)
        self.head = nn.Linear(8, 100, bias=False)
        self.head.weight = self.embed.weight
    def forward(self, x):
        return self.head(self.embed(x))
`;
    equal((await flowFor('Net', '', tied)).parameters.number, 800);
  });

  it('links stand over the words that they lead from', async () => {
    const { text, links } = flowTable(await flowFor('Net', ''), () => 'net.py:1');
    const lines = text.split('\n');
    const words = links.map(({ line, start, end }) => lines[line]?.slice(start, end));
    for (const word of ['Net', 'blocks.0.fc', 'Linear', 'head']) ok(words.includes(word), word);
    ok(words.every((word = '') => word !== '' && word.trim() === word));
  });
});

const annotated = async (text: string, marker: string): Promise<string | undefined> => {
  const service = await checkerOf({ [path]: text });
  const fix = service.annotation(path, text.indexOf(marker));
  if (fix === undefined) return undefined;
  const edits = fix.edits
    .map(({ place, newText }) => ({ from: place.at.base + place.start, to: place.at.base + place.end, newText }))
    .sort((a, b) => b.from - a.from);
  return edits.reduce((all, { from, to, newText }) => all.slice(0, from) + newText + all.slice(to), text);
};

describe('shape annotations', () => {
  it('are written in jaxtyping where the file has no dialect of its own', async () => {
    const text = await annotated(net, 'forward(self, x):\n        return self.head');
    match(text ?? '', /def forward\(self, x: Float\[torch\.Tensor, "\*x 64"\]\) -> Float\[torch\.Tensor, "\*x 10"\]:/);
    match(text ?? '', /^import torch\nfrom torch import nn\nfrom jaxtyping import Float\n/);
  });

  it("are written in the file's own dialect", async () => {
    const head = 'from torchtyping import TensorType\n';
    const text = await annotated(
      `${head}${net.replace('return self.head(self.blocks(x))', 'return self.head(self.blocks(x.view(-1, 64)))')}`,
      'forward(self, x):\n        return self.head',
    );
    match(text ?? '', /-> TensorType\["\w+", 10\]:/);
  });

  it('leave what is annotated, and what may be None, as it is', async () => {
    const own = net.replace(
      'forward(self, x):\n        return self.head',
      'forward(self, x: "mine", mask=None):\n        return self.head',
    );
    const text = await annotated(own, 'forward(self, x: "mine"');
    match(text ?? '', /def forward\(self, x: "mine", mask=None\) -> /);
  });

  it('are offered on the signature only', async () => {
    equal(await annotated(net, 'return self.head'), undefined);
  });
});
