/** The service's window on the file system: which files, which text, which folders to import from. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { chmodSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { excludes } from '../../server/src/host/exclude';
import { FileHost } from '../../server/src/host/fileHost';
import { findEnvironment } from '../../server/src/host/pythonEnvironment';
import { joinSettings, readProjectSettings } from '../../server/src/host/projectSettings';
import { largestSource } from '../../server/src/host/readSource';
import { pythonFiles } from '../../server/src/host/walk';
import { folderWith } from '../harness/folder';

describe('exclude patterns', () => {
  for (const [pattern, path, matches] of [
    ['third_party/**', 'third_party/a/b.py', true],
    ['third_party/**', 'third_party', true],
    ['third_party/', 'third_party/a.py', true],
    ['third_party', 'deep/third_party/a.py', true],
    ['third_party', 'third_party_too/a.py', false],
    ['/third_party', 'deep/third_party/a.py', false],
    ['./src/*.py', 'src/a.py', true],
    ['src/*.py', 'src/deep/a.py', false],
    ['src/**/test_*.py', 'src/test_a.py', true],
    ['src/**/test_*.py', 'src/x/y/test_a.py', true],
    ['*_pb2.py', 'x/y_pb2.py', true],
    ['{a,b}/x.py', 'b/x.py', true],
    ['[!a]x.py', 'bx.py', true],
    ['[!a]x.py', 'ax.py', false],
    ['a+(b).py', 'a+(b).py', true],
    ['a?.py', 'ab.py', true],
    ['', 'a.py', false],
    ['[', 'a.py', false],
    ['[z-a]', 'z', false],
  ] as const)
    it(`${pattern || '(empty)'} ${matches ? 'matches' : 'does not match'} ${path}`, () => {
      equal(excludes([pattern])(path), matches);
    });
});

describe('the Python files of a folder', () => {
  let folder: ReturnType<typeof folderWith>;
  afterEach(() => folder.dispose());
  const names = (options = {}): readonly string[] =>
    pythonFiles(folder.path, options).map((path) => path.slice(folder.path.length + 1));

  it('leaves out environments, hidden, installed and built folders, not packages of those names', () => {
    folder = folderWith({
      'a.py': '',
      'env/model.py': '',
      'myenv/pyvenv.cfg': '',
      'myenv/x.py': '',
      'venv/x.py': '',
      '.git/x.py': '',
      '.tox/py/x.py': '',
      'node_modules/x/x.py': '',
      'lib/site-packages/x.py': '',
      'build/x.py': '',
      'dist/x.py': '',
      'pkg/build/__init__.py': '',
      'pkg/__pycache__/x.py': '',
      'x.egg-info/x.py': '',
      'a.pyc': '',
      'a.txt': '',
    });
    deepEqual(names(), ['a.py', 'env/model.py', 'pkg/build/__init__.py']);
    deepEqual(names({ excluded: excludes(['env']) }), ['a.py', 'pkg/build/__init__.py']);
  });

  it('ends in link loops and names each file once, by its own place', () => {
    folder = folderWith({ 'pkg/a.py': '', 'pkg/deep/b.py': '' });
    symlinkSync(folder.path, folder.at('pkg/deep/loop'));
    symlinkSync('loops', folder.at('loops'));
    symlinkSync(folder.at('pkg/a.py'), folder.at('again.py'));
    symlinkSync(folder.at('gone.py'), folder.at('broken.py'));
    symlinkSync(folder.at('pkg'), folder.at('alias'));
    deepEqual(names(), ['pkg/a.py', 'pkg/deep/b.py']);
  });

  it('follows links that lead out of the folder', () => {
    folder = folderWith();
    const elsewhere = folderWith({ 'pkg/x.py': '' });
    symlinkSync(elsewhere.at('pkg'), folder.at('linked'));
    deepEqual(names(), ['linked/x.py']);
    elsewhere.dispose();
  });

  it('goes on where a folder may not be read', function () {
    folder = folderWith({ 'a.py': '', 'closed/b.py': '' });
    chmodSync(folder.at('closed'), 0);
    // Root may read every folder.
    if (process.getuid?.() === 0) this.skip();
    const problems: string[] = [];
    deepEqual(names({ onProblem: (path: string, reason: string) => problems.push(`${path} ${reason}`) }), ['a.py']);
    deepEqual(problems, [`${folder.at('closed')} may not be read (no permission)`]);
  });

  it('a folder that is gone is a problem, not an exception', () => {
    folder = folderWith();
    const problems: string[] = [];
    const onProblem = (_: string, reason: string): unknown => problems.push(reason);
    deepEqual(pythonFiles(folder.at('gone'), { onProblem }), []);
    deepEqual(problems, ['does not exist']);
  });

  it('survives folders that are nested very deep', () => {
    folder = folderWith();
    let path = folder.path;
    for (let i = 0; i < 700; i++) path += '/d';
    mkdirSync(path, { recursive: true });
    deepEqual(names(), []);
  });
});

describe('file host', () => {
  let folder: ReturnType<typeof folderWith>;
  const problems: string[] = [];
  const host = (): FileHost =>
    new FileHost({
      roots: [folder.path],
      packages: [folder.at('packages')],
      onProblem: (path, reason) => problems.push(`${path.slice(folder.path.length + 1)} ${reason}`),
    });
  beforeEach(() => problems.splice(0));
  afterEach(() => folder.dispose());

  it('reads text with a stamp that changes with the file', () => {
    folder = folderWith({ 'a.py': 'x = 1' });
    const files = host();
    const first = files.read(folder.at('a.py'));
    equal(first?.text, 'x = 1');
    equal(files.read(folder.at('a.py'))?.stamp, first.stamp);
    folder.write('a.py', 'x = 12');
    ok(files.read(folder.at('a.py'))?.stamp !== first.stamp);
    rmSync(folder.at('a.py'));
    equal(files.read(folder.at('a.py')), undefined);
    deepEqual(problems, []);
  });

  it('skips what is too large, with one line, and says nothing of installed packages', () => {
    const huge = 'x'.repeat(largestSource + 1);
    folder = folderWith({ 'huge.py': huge, 'packages/huge.py': huge });
    const files = host();
    for (const path of ['huge.py', 'huge.py', 'packages/huge.py']) equal(files.read(folder.at(path)), undefined);
    deepEqual(problems, ['huge.py is larger than 2 MB and was not read']);
  });

  it('a folder is no file and has no text', () => {
    folder = folderWith({ 'pkg/a.py': '' });
    equal(host().isFile(folder.at('pkg')), false);
    equal(host().isFile(folder.at('pkg/a.py')), true);
    equal(host().isFile(folder.at('pkg/a.py/b.py')), false);
    equal(host().read(folder.at('pkg')), undefined);
    deepEqual(problems, ['pkg is a folder']);
  });

  it('imports from the workspace, its src, the folder around a package, installed packages, in this order', () => {
    folder = folderWith({
      'tools/net/__init__.py': '',
      'tools/net/sub/__init__.py': '',
      'tools/net/sub/a.py': '',
      'x/b.py': '',
    });
    const files = host();
    files.admit(folder.at('tools/net/sub/a.py'));
    files.admit(folder.at('x/b.py'));
    deepEqual(files.importRoots, [folder.path, folder.at('src'), folder.at('tools'), folder.at('packages')]);
    equal(files.importRoots, files.importRoots);
  });
});

describe('the Python environment', () => {
  let folder: ReturnType<typeof folderWith>;
  afterEach(() => folder.dispose());
  const site = 'lib/python3.12/site-packages';
  const asked = (setting = '', variables = {}): readonly string[] | string | undefined => {
    const { environment, problem } = findEnvironment({ setting, roots: [folder.path], variables });
    return problem ?? environment?.packages.map((path) => path.slice(folder.path.length + 1));
  };
  const venv = (name: string, more = ''): Record<string, string> => ({
    [`${name}/pyvenv.cfg`]: `home = /nowhere/bin\n${more}`,
    [`${name}/bin/python`]: '',
    [`${name}/${site}/torch/__init__.py`]: '',
  });

  it('none', () => {
    folder = folderWith();
    equal(asked(), undefined);
  });
  it('beside the code', () => {
    folder = folderWith({ ...venv('.venv'), ...venv('venv') });
    deepEqual(asked(), [`.venv/${site}`]);
  });
  it('the active one before the one beside the code', () => {
    folder = folderWith({ ...venv('.venv'), ...venv('active'), ...venv('conda') });
    const at = { VIRTUAL_ENV: folder.at('active'), CONDA_PREFIX: folder.at('conda') };
    deepEqual(asked('', at), [`active/${site}`]);
    deepEqual(asked('', { CONDA_PREFIX: folder.at('conda') }), [`conda/${site}`]);
    deepEqual(asked('', { VIRTUAL_ENV: folder.at('gone') }), [`.venv/${site}`]);
  });
  it('the set one before all: folder, interpreter, relative or site-packages', () => {
    folder = folderWith({ ...venv('.venv'), ...venv('mine') });
    for (const setting of ['mine', folder.at('mine'), 'mine/bin/python', `mine/${site}`])
      deepEqual(asked(setting, { VIRTUAL_ENV: folder.at('.venv') }), [`mine/${site}`]);
  });
  it('a setting that names none is a problem', () => {
    folder = folderWith({ 'empty/x': '' });
    equal(asked('gone'), "no Python environment at 'gone'");
    equal(asked('empty'), "no Python environment at 'empty'");
  });
  it('the first Python on PATH that has packages, through links', () => {
    folder = folderWith({
      'usr/bin/python3.12': '',
      [`usr/${site}/x.py`]: '',
      'usr/lib/python3.9/site-packages/x.py': '',
      'shims/python3': '',
    });
    mkdirSync(folder.at('local/bin'), { recursive: true });
    symlinkSync(folder.at('usr/bin/python3.12'), folder.at('local/bin/python3'));
    deepEqual(asked('', { PATH: `${folder.at('shims')}:${folder.at('local/bin')}` }), [`usr/${site}`]);
  });
  it('the newest of several versions, Debian folders and Windows folders', () => {
    folder = folderWith({
      'e/lib/python3.9/site-packages/x': '',
      'e/lib/python3.12/site-packages/x': '',
      'e/lib/python3/dist-packages/x': '',
      'w/Lib/site-packages/x': '',
      'w/Scripts/python.exe': '',
    });
    deepEqual(asked('e'), [`e/${site}`, 'e/lib/python3/dist-packages']);
    deepEqual(asked('w/Scripts/python.exe'), ['w/Lib/site-packages']);
  });
  it('packages installed for editing', () => {
    folder = folderWith({ ...venv('.venv'), 'work/src/pkg/__init__.py': '' });
    folder.write(`.venv/${site}/edit.pth`, `import os\n# no\n${folder.at('work/src')}\n/nowhere\n`);
    deepEqual(asked(), [`.venv/${site}`, 'work/src']);
  });
  it('the system packages of an environment that shares them', () => {
    folder = folderWith({ [`sys/${site}/x`]: '', 'sys/bin/python3': '' });
    for (const [name, content] of Object.entries(venv('.venv', 'include-system-site-packages = true\n')))
      folder.write(name, content.replace('/nowhere', folder.at('sys')));
    deepEqual(asked(), [`.venv/${site}`, `sys/${site}`]);
  });
});

describe('pyproject.toml', () => {
  let folder: ReturnType<typeof folderWith>;
  afterEach(() => folder.dispose());
  for (const [name, text, settings, problems] of [
    ['absent', undefined, {}, []],
    ['without the table', '[tool.ruff]\nx = 1\n', {}, []],
    [
      'all keys',
      '[tool.tensorwright]\npython-path = "env"\nexclude = ["a"]\n[tool.tensorwright.rules]\nid = "off"',
      { pythonPath: 'env', exclude: ['a'], rules: { id: 'off' } },
      [],
    ],
    ['with a byte order mark', '\ufeff[tool.tensorwright]\nexclude = ["a"]', { exclude: ['a'] }, []],
    ['broken', '[tool.tensorwright]\nexclude = [\n', {}, [/pyproject\.toml:\d+:\d+: .+; its settings are not used$/]],
    ['not even text', '\0\ufffd', {}, [/its settings are not used$/]],
    ['a table that is none', 'tool = { tensorwright = 3 }', {}, [/must be a table/]],
    ['an unknown key', '[tool.tensorwright]\nexcludes = ["a"]', {}, [/unknown setting 'excludes'/]],
    ['tool is no table', 'tool = 3', {}, []],
  ] as const)
    it(name, () => {
      folder = folderWith(text === undefined ? {} : { 'pyproject.toml': text });
      const read = readProjectSettings(folder.path);
      deepEqual(read.settings, settings);
      equal(read.problems.length, problems.length);
      problems.forEach((pattern, index) => ok(pattern.test(read.problems[index] ?? ''), read.problems[index]));
    });

  it('joins the user before the project before the defaults', () => {
    folder = folderWith();
    const joined = joinSettings(
      { rules: { a: 'off' }, exclude: ['u'], pythonPath: '' },
      { rules: { a: 'error', b: 'hint' }, exclude: ['p'], pythonPath: 'env' },
    );
    deepEqual(
      [joined.rules, joined.exclude, joined.pythonPath, joined.enable],
      [{ a: 'off', b: 'hint' }, ['p', 'u'], 'env', true],
    );
  });
});
