/** What is an error: a mistake that no path avoids. What one method raises says nothing of another. */
import { deepEqual } from 'node:assert/strict';
import { checkerOf } from '../harness/checker';

const PATH = '/project/model.py';
const HEAD = 'import torch\nimport torch.nn as nn\nfrom einops import rearrange\n\n';

const rows: readonly (readonly [what: string, code: string, findings: readonly string[]])[] = [
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
    'a layer that is set by name',
    'class Net(nn.Sequential):\n    def __init__(self):\n        super().__init__()\n' +
      '        self.__setattr__("fc", nn.Linear(8, 2))\n\n\nNet()(torch.zeros(4, 9))\n',
    ['error: mat1 and mat2 shapes cannot be multiplied (4x9 and 8x2)'],
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
