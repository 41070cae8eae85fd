/**
 * Data sets of torchvision and what its transforms make of their pictures. Of the package the checker reads names and
 * constructors here, so that these are all there is of it; the sentences were compared with torchvision 0.28 on FakeData.
 */
import { deepEqual } from 'node:assert/strict';
import { checkerOf } from '../harness/checker';

const SITE = '/site/torchvision';
const PACKAGE: Readonly<Record<string, string>> = {
  [`${SITE}/__init__.py`]: '',
  [`${SITE}/datasets/__init__.py`]: 'from .sets import CIFAR10, FakeData, MNIST, SVHN\n',
  [`${SITE}/datasets/sets.py`]: [
    'from torch.utils.data import Dataset',
    'class MNIST(Dataset):',
    '    def __init__(self, root, train=True, transform=None, target_transform=None, download=False):',
    '        if not self._found(): raise RuntimeError("Dataset not found.")',
    'class CIFAR10(MNIST): pass',
    'class SVHN(Dataset):',
    '    def __init__(self, root, split="train", transform=None, target_transform=None, download=False): pass',
    'class FakeData(Dataset):',
    '    def __init__(self, size=1000, image_size=(3, 224, 224), num_classes=10, transform=None, target_transform=None): pass',
  ].join('\n'),
  [`${SITE}/transforms/__init__.py`]: 'from .all import *\nfrom . import v2\n',
  [`${SITE}/transforms/all.py`]: transforms(['ToTensor', 'RandomHorizontalFlip']),
  [`${SITE}/transforms/v2/__init__.py`]: 'from ._base import Transform\nfrom ._all import *\n',
  [`${SITE}/transforms/v2/_base.py`]: 'class Transform: pass\n',
  // As in the package, this imports what imports it.
  [`${SITE}/transforms/v2/_all.py`]: `from torchvision.transforms.v2 import Transform\n${transforms(['ToImage'], 'Transform')}`,
};

function transforms(plain: readonly string[], base = 'object'): string {
  const made: Readonly<Record<string, readonly string[]>> = {
    Compose: ['transforms'],
    Grayscale: ['num_output_channels=1'],
    Normalize: ['mean', 'std', 'inplace=False'],
    RandomCrop: ['size', 'padding=None'],
    Resize: ['size', 'interpolation=2', 'max_size=None'],
    ToDtype: ['dtype', 'scale=False'],
  };
  const classes = Object.entries(made).map(([name, params]) =>
    [
      `class ${name}(${base}):`,
      `    def __init__(self, ${params.join(', ')}):`,
      ...params.map((param) => `        self.${param.replace(/=.*/, '')} = ${param.replace(/=.*/, '')}`),
    ].join('\n'),
  );
  return [...classes, ...plain.map((name) => `class ${name}(${base}): pass`), ''].join('\n');
}

const HEAD = [
  'import torch, torch.nn as nn, torch.nn.functional as F',
  'from torch.utils.data import DataLoader, Subset, random_split',
  'from torchvision import datasets, transforms as T',
  'from torchvision.transforms import v2',
  '',
].join('\n');

const mnist = (steps: string, batch = 50): string =>
  `data = datasets.MNIST(".", train=False, download=True, transform=T.Compose([${steps}]))\n` +
  `for x, y in DataLoader(data, batch_size=${batch}):\n    pass\n`;
const floats = 'T.ToTensor(), T.Normalize((0.1307,), (0.3081,))';

const rows: readonly (readonly [what: string, code: string, shapes: string, findings: readonly string[]])[] = [
  ['a batch of digits', mnist(floats), '(50, 1, 28, 28) float32', []],
  ['digits without transforms', 'for x, y in DataLoader(datasets.MNIST("."), batch_size=50): pass\n', 'none', []],
  [
    'what cuts and scales',
    'data = datasets.CIFAR10(".", transform=T.Compose([T.Resize(40), T.RandomCrop((24, 20)), T.RandomHorizontalFlip(), T.ToTensor()]))\n' +
      'for x, y in DataLoader(data, batch_size=50): pass\n',
    '(50, 3, 24, 20) float32',
    [],
  ],
  [
    'a pipeline of v2, of parts that were drawn',
    'data = datasets.SVHN(".", "test", v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32), v2.Normalize([0.5], [0.5])]))\n' +
      'train, rest = random_split(data, [20000, 6032])\n' +
      'x, y = next(iter(DataLoader(train, batch_size=50)))\n',
    '(50, 3, 32, 32) float32',
    [],
  ],
  ['a step of somebody', mnist('T.ToTensor(), lambda x: x[:, :9]'), 'none', []],
  [
    'three constants for one channel',
    mnist('T.ToTensor(), T.Normalize((0.4, 0.4, 0.4), (0.2, 0.2, 0.2))'),
    'none',
    ["error: output with shape [1, 28, 28] doesn't match the broadcast shape [3, 28, 28]"],
  ],
  [
    'the same, the channel repeated',
    mnist('T.Grayscale(3), T.ToTensor(), T.Normalize((0.4, 0.4, 0.4), (0.2, 0.2, 0.2))'),
    '(50, 3, 28, 28) float32',
    [],
  ],
  [
    'the same in v2, which makes three channels',
    mnist('v2.ToImage(), v2.ToDtype(torch.float32), v2.Normalize((0.4, 0.4, 0.4), (0.2, 0.2, 0.2))'),
    '(50, 3, 28, 28) float32',
    [],
  ],
  [
    'as many means as channels, but too few deviations',
    'data = datasets.CIFAR10(".", transform=T.Compose([T.ToTensor(), T.Normalize((0.4, 0.4, 0.4), (0.2, 0.2))]))\n' +
      'for x, y in DataLoader(data, batch_size=50): pass\n',
    'none',
    ['error: The size of tensor a (3) must match the size of tensor b (2) at non-singleton dimension 0'],
  ],
  [
    'constants before the tensor',
    mnist('T.Normalize((0.5,), (0.5,)), T.ToTensor()'),
    'none',
    ["error: img should be Tensor Image. Got <class 'PIL.Image.Image'>"],
  ],
  [
    'ten classes and scores of five',
    `${mnist('T.ToTensor()')}    F.cross_entropy(nn.Linear(784, 5)(x.flatten(1)), y)\n`,
    '(50, 1, 28, 28) float32',
    ['error: Target 9 is out of bounds.'],
  ],
  [
    'ten classes, of which some may have been taken away',
    `${mnist('T.ToTensor()').replace(
      'for',
      'few = data.targets < 5\ndata.targets = data.targets[few]\nfor',
    )}    F.cross_entropy(nn.Linear(784, 5)(x.flatten(1)), y)\n`,
    'none',
    [],
  ],
  [
    'ten classes, of which a part was chosen',
    'data = Subset(datasets.MNIST(".", transform=T.ToTensor()), range(100))\n' +
      'for x, y in DataLoader(data, batch_size=50):\n    F.cross_entropy(nn.Linear(784, 5)(x.flatten(1)), y)\n',
    '(50, 1, 28, 28) float32',
    [],
  ],
  [
    'labels that are made into others',
    'data = datasets.MNIST(".", transform=T.ToTensor(), target_transform=lambda n: n % 5)\n' +
      'for x, y in DataLoader(data, batch_size=50):\n    F.cross_entropy(nn.Linear(784, 5)(x.flatten(1)), y)\n',
    '(50, 1, 28, 28) float32',
    [],
  ],
  [
    'a view of the batch size where the last batch is smaller',
    `${mnist('T.ToTensor()', 64)}    nn.Linear(784, 5)(x.view(64, -1))\n`,
    '(64, 1, 28, 28) float32',
    [
      'warning: mat1 and mat2 shapes cannot be multiplied (64x196 and 784x5) (when the last batch has 16 rows: 10000 samples in batches of 64, drop_last=False)',
    ],
  ],
];

describe('pictures of torchvision', () => {
  for (const [what, code, shape, findings] of rows)
    it(what, async () => {
      const path = '/project/train.py';
      const service = await checkerOf({ ...PACKAGE, [path]: HEAD + code }, ['/site']);
      deepEqual(
        (service.findings(path) ?? []).map(({ severity, message }) => `${severity}: ${message}`),
        findings,
      );
      const x = service.shapes(path).find(({ expression }) => expression === 'x');
      deepEqual(x === undefined ? 'none' : `${x.shape} ${x.dtype ?? ''}`, shape);
    });

  it('offers to repeat the channel before the tensor is made', async () => {
    const path = '/project/train.py';
    const code = HEAD + mnist('T.ToTensor(), T.Normalize((0.4, 0.4, 0.4), (0.2, 0.2, 0.2))');
    const service = await checkerOf({ ...PACKAGE, [path]: code }, ['/site']);
    const [finding] = service.findings(path) ?? [];
    deepEqual(
      finding?.fixes.map(({ title, edits }) => [title, ...edits.map(({ newText }) => newText)]),
      [['Insert Grayscale(num_output_channels=3)', 'T.Grayscale(num_output_channels=3), T.ToTensor()']],
    );
  });
});
