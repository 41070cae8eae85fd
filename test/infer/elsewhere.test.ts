/** What other files give: names by `*`, and results of functions that are called again with the same constants. */
import { deepEqual } from 'node:assert/strict';
import { checkerOf } from '../harness/checker';

const HEAD = 'import torch\nimport torch.nn as nn\n';
const FILES: Readonly<Record<string, string>> = {
  '/project/first.py': 'width = 3\ndepth = 2\n',
  '/project/second.py': 'from third import *\nwidth = 5\n\ndef sum(items):\n    return 7\n',
  '/project/third.py': 'from second import *\nheight = 4\n_hidden = 6\n',
  '/project/options.py':
    'import os\nFAST = bool(os.environ.get("FAST"))\n\n' +
    'def pair(n):\n    return [n, n]\n\n' +
    'def width(kind):\n    return 4 if FAST else 8\n',
};

const rows: readonly (readonly [what: string, code: string, sizes: string])[] = [
  ['the last of two files that give a name by *', 'from first import *\nfrom second import *\nsize = width', '(5,)'],
  ['a file that the * of another leads to', 'from second import *\nsize = height', '(4,)'],
  ['files that give each other their names', 'from third import *\nsize = width', '(5,)'],
  ['a name that is a built-in one elsewhere', 'from second import *\nsize = sum([1])', '(7,)'],
  ['a name that was bound before', 'depth = 9\nfrom first import *\nsize = depth', '(2,)'],
  ['a name that is bound after', 'from first import *\ndepth = 9\nsize = depth', '(9,)'],
  [
    'a list that a function gives twice',
    'from options import pair\na = pair(3)\na.append(2)\nsize = [*a, *pair(3)]',
    '(3, 3, 2, 3, 3)',
  ],
];

describe('elsewhere', () => {
  for (const [what, code, sizes] of rows)
    it(what, async () => {
      const script = `${HEAD}${code}\ny = torch.zeros(size)\n`;
      const service = await checkerOf({ ...FILES, '/project/main.py': script }, ['/project']);
      const [shape] = service.shapes('/project/main.py').filter(({ expression }) => expression === 'y');
      deepEqual(shape?.shape, sizes);
    });

  it('a result that differs between paths is not the same on both', async () => {
    const script =
      `${HEAD}from options import width\n\ndef f():\n` +
      '    if width("a") == 4:\n        y = torch.zeros(width("a"))\n    else:\n        z = torch.zeros(width("a"))\n';
    const service = await checkerOf({ ...FILES, '/project/main.py': script }, ['/project']);
    const shapes = service.shapes('/project/main.py').map(({ expression, shape }) => `${expression} ${shape}`);
    deepEqual(
      shapes.filter((line) => /^[yz] /.test(line)),
      ['y (4,)', 'z (8,)'],
    );
  });
});
