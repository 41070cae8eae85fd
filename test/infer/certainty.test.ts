/** What is an error: a mistake that no path avoids. What one method raises says nothing of another. */
import { deepEqual } from 'node:assert/strict';
import { checkerOf } from '../harness/checker';

const PATH = '/project/model.py';
const HEAD = 'import torch\nimport torch.nn as nn\nfrom einops import rearrange\n\n';

/** More work than one statement may cost. */
const COSTLY = 'table = [len(str(i)) + len(str(j)) for i in range(500) for j in range(500)]';

const rows: readonly (readonly [what: string, code: string, findings: readonly string[]])[] = [
  [
    'a class that stands below one whose body is too much to evaluate',
    `class Tables:\n    ${COSTLY}\n\n\n` +
      'class Net(nn.Module):\n    def forward(self, x, scale=missing.SCALE):\n        return nn.Linear(3, 4)(torch.ones(2, 5))\n',
    ['error: mat1 and mat2 shapes cannot be multiplied (2x5 and 3x4)'],
  ],
  [
    'what stands below a try whose body is too much to evaluate',
    `try:\n    ${COSTLY}\nexcept ValueError:\n    pass\n\nnn.Linear(3, 4)(torch.ones(2, 5))\n`,
    ['error: mat1 and mat2 shapes cannot be multiplied (2x5 and 3x4)'],
  ],
  [
    'a method that always raises beside one that may fail',
    'class Base(nn.Module):\n' +
      '    def loss(self, x):\n        raise NotImplementedError\n\n' +
      '    def check(self, x):\n        assert not torch.isnan(x.missing()), "nan"\n        return x\n',
    [],
  ],
  [
    'options that an assertion forbids',
    'class Net(nn.Module):\n    def forward(self, x: torch.Tensor, cached=False):\n        assert not cached, "no cache"\n        return x\n',
    [],
  ],
  [
    'a default that fails, of a class whose documentation shows other values: nothing calls it so',
    'class Net(nn.Module):\n    """The default of Net.\n\n        net = Net(size=3)\n    """\n\n' +
      '    def __init__(self, size=4):\n        super().__init__()\n        self.a = nn.Linear(2, size)\n        self.b = nn.Linear(3, 2)\n\n' +
      '    def forward(self, x):\n        return self.b(self.a(x))\n',
    ['error: mat1 and mat2 shapes cannot be multiplied (...x4 and 3x2)'],
  ],
  [
    'the same where code below gives them, between texts with quotes in them',
    'class Net(nn.Module):\n    """It\'s "one"."""\n\n' +
      '    def __init__(self, size=4):\n        super().__init__()\n        self.a = nn.Linear(2, size)\n        self.b = nn.Linear(3, 2)\n\n' +
      '    def forward(self, x):\n        return self.b(self.a(x))\n\n\n# it\'s built\nnet = Net(size=3)\n"""that\'s all"""\n',
    [],
  ],
  [
    'a layer that is given a weight nobody knows',
    'net = nn.Conv2d(4, 8, 3)\nnet.weight.data = missing.kernel()\nnet(torch.ones(1, 6, 5, 5))\n',
    [],
  ],
  [
    'an empty default',
    'class Net(nn.Module):\n    def __init__(self, sizes=()):\n        super().__init__()\n        assert len(sizes) > 0\n',
    [],
  ],
  [
    'a spread of sizes that may be those named before',
    'def f(x):\n    b, h, w, n = x.shape[0], *x.shape[-2:], 3\n    return x.view(b, h * w)\n',
    [],
  ],
  ['names behind **', 'def f(x, sizes):\n    return rearrange(x, "b (h w) d -> b d h w", **sizes)\n', []],
  [
    'a comparison of something unknown, which may be one for each element',
    'def f(x, k):\n    mask = torch.ones(2, 3, dtype=torch.bool)\n    same = k[0] == -1\n    return mask & (same | same)\n',
    [],
  ],
  [
    'positions that are cut to the length of the text: it is at most their number',
    'class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.pos = nn.Parameter(torch.zeros(1, 17, 8))\n        self.fc = nn.Linear(20, 4)\n\n' +
      '    def forward(self, x):\n        b, n, d = x.shape\n        x = x + self.pos[:, :n]\n        return self.fc(x.transpose(1, 2))\n',
    ['error: mat1 and mat2 shapes cannot be multiplied (8*bxn and 20x4)'],
  ],
  [
    'a layer that is set by name',
    'class Net(nn.Sequential):\n    def __init__(self):\n        super().__init__()\n' +
      '        self.__setattr__("fc", nn.Linear(8, 2))\n\n\nNet()(torch.zeros(4, 9))\n',
    ['error: mat1 and mat2 shapes cannot be multiplied (4x9 and 8x2)'],
  ],
  [
    'a default that no call gives, beside a parameter that all of them do',
    'class Net(nn.Module):\n    def __init__(self, classes, width=8):\n        super().__init__()\n' +
      '        self.norm = nn.LayerNorm(width)\n        self.head = nn.Linear(2 * width, classes)\n\n' +
      '    def forward(self, x):\n        return self.head(self.norm(x))\n\n\nnet = Net(\n    len(open("a, b").read()),  # (\n)\n',
    ['error: mat1 and mat2 shapes cannot be multiplied (...x8 and 16xclasses)'],
  ],
  [
    'a default that some call gives',
    'class Net(nn.Module):\n    def __init__(self, classes, width=8, depth=1):\n        super().__init__()\n' +
      '        self.norm = nn.LayerNorm(width)\n        self.head = nn.Linear(16, classes)\n\n' +
      '    def forward(self, x):\n        return self.head(self.norm(x))\n\n\ndef make(n, **more):\n    return Net(n, width=16), Net(n, 16)\n',
    [],
  ],
  [
    'a class that is handed on: anything may be given',
    'class Net(nn.Module):\n    def __init__(self, classes, width=8):\n        super().__init__()\n' +
      '        self.norm = nn.LayerNorm(width)\n        self.head = nn.Linear(16, classes)\n\n' +
      '    def forward(self, x):\n        return self.head(self.norm(x))\n\n\ndef make(n, **more):\n    return Net(n, **more)\n',
    [],
  ],
  [
    'labels that are drawn from too many classes, but seldom enough to miss them',
    'loss = nn.functional.cross_entropy(torch.randn(4, 9), torch.randint(0, 10, (4,)))\n',
    [],
  ],
  [
    'a loop whose rounds call what classes below give: its list is filled there',
    'class Base(nn.Module):\n    def forward(self, x):\n        raise NotImplementedError\n\n' +
      '    def all(self, x, size: int):\n        scores = []\n        for part in x.split(size):\n' +
      '            scores.append(self(part))\n        return torch.cat(scores)\n',
    [],
  ],
  [
    'a list that a method of an unknown base may fill',
    'from elsewhere import Base\n\n\nclass Net(Base):\n    def generate(self, x):\n        self.steps = []\n' +
      '        super().generate(x)\n        return torch.stack(self.steps)\n',
    [],
  ],
  [
    'a call that Python refuses: nothing of the function runs',
    'def f(x, loss=False):\n    return nn.Linear(3, 4)(x)\n\n\nf(torch.ones(2, 5), torch.ones(2), loss=True)\nf(torch.ones(2, 5), 1, 2)\n',
    [],
  ],
  [
    'the same where the base comes after nn.Module',
    'from elsewhere import Base\n\n\nclass Net(nn.Module, Base):\n    def generate(self, x):\n        self.steps = []\n' +
      '        super().generate(x)\n        return torch.stack(self.steps)\n',
    [],
  ],
  [
    'a list of an object that unknown code was given twice',
    'from elsewhere import fill\n\n\nclass Steps:\n    pass\n\n\ndef f():\n    kept = Steps()\n    fill(kept)\n' +
      '    kept.steps = []\n    fill(kept)\n    return torch.stack(kept.steps)\n',
    [],
  ],
  ['a list and a tuple, which are never equal', 'if [1, 2] == (1, 2):\n    nn.Linear(3, 4)(torch.ones(2, 5))\n', []],
  [
    'lists of one length and other items',
    'size = [4, 4]\nif [8, 8] == size:\n    size = [5]\ntorch.ones(2, 3).view(size)\n',
    ["error: shape '[4, 4]' is invalid for input of size 6"],
  ],
  [
    'what comes after a loop that returns in its first round',
    'def first(parts):\n    found = []\n    for part in parts:\n        found.append(part)\n        return torch.cat(found)\n' +
      '    return torch.cat(found)\n',
    [],
  ],
  [
    'what comes after a loop that raises whatever it is given: there is nothing to be given',
    'def f(x, **more):\n    for name in more:\n        raise TypeError(name)\n    return torch.mm(torch.zeros(2, 3), torch.zeros(2, 3))\n',
    ['error: mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)'],
  ],
  [
    'defaults that stand for "give one", which an assertion asks for',
    'class Client:\n    def __init__(self, key="", size=-1):\n        self.key = key\n        self.size = size\n\n' +
      '    def ask(self, text):\n        assert self.key != "", "give a key"\n        return text\n\n' +
      '    def cut(self, text):\n        assert self.size > 0\n        return text[: self.size]\n',
    [],
  ],
  [
    'defaults that do not fit each other',
    'class Net(nn.Module):\n    def __init__(self, width=100, heads=7):\n        super().__init__()\n        assert width % heads == 0\n',
    ['error: AssertionError: width % heads == 0'],
  ],
];

describe('certainty', () => {
  for (const [what, code, findings] of rows)
    it(what, async () => {
      const service = await checkerOf({ [PATH]: HEAD + code });
      deepEqual(
        (service.findings(PATH) ?? []).map(({ severity, message }) => `${severity}: ${message}`),
        findings,
      );
    });
});
