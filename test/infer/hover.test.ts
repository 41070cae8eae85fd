/** What is said of models whose input nobody has named: which inputs `forward` accepts, the shapes inside, that none suits. */
import { equal } from 'node:assert/strict';
import { checkerOf } from '../harness/checker';

const PATH = '/project/model.py';

const model = (init: string, forward: string, parameters = ''): string =>
  `import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self${parameters === '' ? '' : `, ${parameters}`}):
        super().__init__()
${indented(init)}

    def forward(self, x):
${indented(forward)}
`;

const indented = (text: string): string =>
  text
    .split('\n')
    .map((line) => `        ${line}`)
    .join('\n');

/** The text of a hover's code block. */
async function hoverOver(source: string, target: string): Promise<string> {
  const service = await checkerOf({ [PATH]: source });
  equal((service.findings(PATH) ?? []).map((finding) => finding.message).join('\n'), '', 'the class alone is silent');
  const hover = service.hover(PATH, source.lastIndexOf(target));
  return /```\w*\n(.*)\n```/s.exec(hover?.markdown ?? '')?.[1] ?? '';
}

const POOLED = model(
  'self.conv = nn.Conv2d(3, 8, 3)\nself.pool = nn.AvgPool2d(260, 260)\nself.fc = nn.Linear(1800, 10)',
  'x = self.pool(self.conv(x))\nx = x.view(x.size(0), -1)\nreturn self.fc(x)',
);

describe('hover: what forward accepts', () => {
  for (const [what, source, accepts] of [
    [
      'a linear layer after pooling',
      POOLED,
      'x: (B, 3, H, W) where H >= 262, W >= 262, 8*((H - 2)//260)*((W - 2)//260) == 1800',
    ],
    ['a linear layer', model('self.fc = nn.Linear(6, 2)', 'return self.fc(x)'), 'x: (*x, 6)'],
    [
      'sizes that the user names',
      model('self.fc = nn.Linear(6, 2)', 'batch, time, c = x.shape\nreturn self.fc(x)'),
      'x: (batch, time, 6)',
    ],
    [
      'a width that heads divide',
      model(
        'self.heads = heads\nself.qkv = nn.Linear(dim, 3 * dim)',
        'B, N, C = x.shape\nreturn self.qkv(x).reshape(B, N, 3, self.heads, C // self.heads)',
        'dim, heads',
      ),
      'x: (B, N, dim) where heads divides dim',
    ],
    [
      'a skip that meets its half again',
      model(
        'self.down = nn.Conv2d(3, 8, 2, 2)\nself.up = nn.ConvTranspose2d(8, 3, 2, 2)',
        'return torch.cat([x, self.up(self.down(x))], 1)',
      ),
      'x: (B, 3, H, W) where 2 divides H, 2 divides W',
    ],
    [
      'a rank that is tested',
      model('self.conv = nn.Conv2d(3, 4, 1)', 'if x.dim() == 3:\n    x = x.unsqueeze(0)\nreturn self.conv(x)'),
      'x: (*x, 3, H, W)',
    ],
  ] as const)
    it(what, async () => equal(await hoverOver(source, 'forward'), accepts));
});

describe('hover: shapes inside', () => {
  for (const [what, forward, target, shape] of [
    ['a name', 'y = self.fc(x)\nreturn y.sum(0)', 'y.sum', 'y: Tensor (*x, 4) float32'],
    ['a size', 'n = self.fc(x).size(-1)\nreturn n', 'n = self', 'n: int 4'],
    [
      'an input that a later use teaches',
      'y = x + 1\nB, C, H, W = x.shape\nreturn y',
      'x + 1',
      'x: Tensor (B, C, H, W)',
    ],
    [
      'an input of which paths teach different things',
      'y = x + 1\nif x.dim() == 3:\n    return y\nB, C, H, W = x.shape\nreturn y',
      'x + 1',
      '',
    ],
    ['a shape', 's = x.shape\ny = self.fc(x)\nreturn s', 's = x', 's: torch.Size (*x,)'],
  ] as const)
    it(what, async () => equal(await hoverOver(model('self.fc = nn.Linear(6, 4)', forward), target), shape));
});

describe('hover: an object as it was built', () => {
  const resettable = `${model('self.head = nn.Linear(6, 4)\nself.width = 4\nself.wide = False', 'if self.wide:\n    return x\ny = self.head(x)\nreturn y.view(2, self.width)')}
    def reset(self, width):
        self.head = nn.Linear(6, width)
        self.width = width
        self.wide = True
`;
  for (const [what, target, shown] of [
    ['has the modules that another method may replace', 'y.view', 'y: Tensor (*x, 4) float32'],
    ['has not the numbers that another method may replace', '.width)', ''],
  ] as const)
    it(what, async () => equal(await hoverOver(resettable, target), shown));
});

describe('a class that no input suits', () => {
  it('is told of where neither of the ranks works, and in the words for the usual one', async () => {
    const service = await checkerOf({
      [PATH]: model('self.conv = nn.Conv2d(3, 6, 5)', 'return self.conv(x.unsqueeze(1))'),
    });
    equal(
      (service.findings(PATH) ?? []).map(({ severity, message }) => `${severity}: ${message}`).join('\n'),
      'error: Given groups=1, weight of size [6, 3, 5, 5], expected input[B, 1, H, D] to have 3 channels, but got 1 channels instead',
    );
  });
});
