/** Import statements and the files they mean. */
import { equal } from 'node:assert/strict';
import { resolveImport } from '../../server/src/core/python/imports';

const FILES = [
  '/w/train.py',
  '/w/local.py',
  '/w/pkg/__init__.py',
  '/w/pkg/a.py',
  '/w/pkg/sub/__init__.py',
  '/w/pkg/sub/b.py',
  '/w/scripts/run.py',
  '/w/scripts/beside.py',
  '/w/space/deep/c.py',
  '/e/lib/__init__.py',
  '/e/lib/core.py',
  '/e/lib/core/__init__.py',
  '/e/lib/stub.pyi',
  '/e/pkg/hidden.py',
  '/e/space/other.py',
];
const host = { importRoots: ['/w', '/e/'], isFile: (path: string) => FILES.includes(path) };

describe('python: imports', () => {
  for (const [from, level, module, path] of [
    ['/w/train.py', 0, 'local', '/w/local.py'],
    ['/w/train.py', 0, 'pkg', '/w/pkg/__init__.py'],
    ['/w/train.py', 0, 'pkg.a', '/w/pkg/a.py'],
    ['/w/train.py', 0, 'pkg.sub.b', '/w/pkg/sub/b.py'],
    ['/w/train.py', 0, 'lib', '/e/lib/__init__.py'],
    ['/w/train.py', 0, 'lib.core', '/e/lib/core/__init__.py'],
    ['/w/train.py', 0, 'lib.stub', undefined],
    ['/w/train.py', 0, 'space.deep.c', '/w/space/deep/c.py'],
    ['/w/train.py', 0, 'space.other', '/e/space/other.py'],
    ['/w/train.py', 0, 'space', undefined],
    ['/w/train.py', 0, 'pkg.hidden', undefined],
    ['/w/train.py', 0, 'nothing', undefined],
    ['/w/train.py', 0, '', undefined],
    ['/w/train.py', 0, 'a..b', undefined],
    ['/w/scripts/run.py', 0, 'beside', '/w/scripts/beside.py'],
    ['/w/scripts/run.py', 0, 'local', '/w/local.py'],
    ['/w/pkg/a.py', 0, 'sub', undefined],
    ['/w/pkg/a.py', 1, '', '/w/pkg/__init__.py'],
    ['/w/pkg/a.py', 1, 'sub.b', '/w/pkg/sub/b.py'],
    ['/w/pkg/__init__.py', 1, 'a', '/w/pkg/a.py'],
    ['/w/pkg/sub/b.py', 2, 'a', '/w/pkg/a.py'],
    ['/w/pkg/sub/b.py', 9, 'a', undefined],
  ] as const)
    it(`${'.'.repeat(level)}${module} from ${from}`, () => equal(resolveImport(from, level, module, host), path));
});
