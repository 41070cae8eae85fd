/** `tensorwright check`: exit codes, forms, settings and what it says when it can't. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import type { Log } from 'sarif';
import { folderWith } from '../harness/folder';
import { run, type RunOptions, type Ran } from './inProcess';

describe('tensorwright check', () => {
  let folder: ReturnType<typeof folderWith>;
  afterEach(() => folder.dispose());
  const check = (args: string, options: Partial<RunOptions> = {}): Promise<Ran> =>
    run(['check', ...args.split(' ').filter((arg) => arg !== '')], { cwd: folder.path, ...options });

  describe('exit code', () => {
    for (const [name, text, code] of [
      ['nothing found', 'x = 1\n', 0],
      ['only a warning', 'doubtful\n', 0],
      ['an error', 'wrong\n', 1],
      ['a failure of the checker', 'boom\n', 2],
    ] as const)
      it(`${name}: ${code}`, async () => {
        folder = folderWith({ 'a.py': text });
        equal((await check('a.py')).code, code);
      });

    it('a failure in one file costs the others nothing and is told in one line', async () => {
      folder = folderWith({ 'a.py': 'boom\n', 'b.py': 'wrong\n' });
      const { code, out, err } = await check('.');
      equal(code, 2);
      match(out, /b\.py:1:1 {2}error/);
      match(err, /^tensorwright: internal failure while checking a\.py: boom .*\n$/);
    });
  });

  describe('wrong use: exit code 2 and one clear line', () => {
    for (const [name, args, message] of [
      ['a path that is not there', 'gone.py', /^tensorwright: no such file or folder: gone\.py\n$/],
      ['no path', '', /missing required argument 'path'/],
      ['an unknown form', '. --format xml', /Allowed choices are text, json, sarif, github/],
      ['an unknown severity', '. --rule wrong-word=fatal', /Write id=severity, the severity one of error, warning/],
      ['half a rule', '. --rule wrong-word', /Write id=severity/],
      ['an unknown id', '. --rule worng-word=off', /unknown finding id 'worng-word'; did you mean wrong-word\?/],
      ['an unknown option', '. --fomat json', /unknown option '--fomat'\n\(Did you mean --format\?\)/],
      ['no Python environment', '. --python nowhere', /^tensorwright: no Python environment at 'nowhere'\n$/],
    ] as const)
      it(name, async () => {
        folder = folderWith({ 'a.py': '' });
        const { code, out, err } = await check(args);
        equal(code, 2);
        equal(out, '');
        match(err, message);
      });
  });

  describe('--format json', () => {
    it('keeps the contract', async () => {
      folder = folderWith({ 'a.py': 'x = cause\nf(bad_size)\n' });
      const { out, err } = await check('a.py --format json');
      const { stats, ...rest } = JSON.parse(out) as { stats: Record<string, number> };
      const range = (line: number, start: number, end: number): object => ({
        start: { line, character: start },
        end: { line, character: end },
      });
      const file = folder.at('a.py');
      deepEqual(rest, {
        version: 1,
        findings: [
          {
            file,
            range: range(1, 2, 10),
            severity: 'error',
            id: 'wrong-word',
            message: 'this is bad_size',
            related: [{ file, range: range(0, 4, 9), message: 'because of this' }],
            fixes: [{ title: 'Set size to 512', edits: [{ file, range: range(1, 2, 10), newText: '512' }] }],
          },
        ],
      });
      deepEqual([stats['files'], stats['lines'], Number.isInteger(stats['millis'])], [1, 2, true]);
      equal(err, '');
    });

    it('counts UTF-16 characters and lines of every kind', async () => {
      folder = folderWith({ 'a.py': '\ufeffx = "😀"; wrong\r\n\ty = wrong\rwrong' });
      const { findings, stats } = JSON.parse((await check('a.py --format json')).out) as {
        findings: { range: { start: object } }[];
        stats: { lines: number };
      };
      deepEqual(
        findings.map(({ range }) => range.start),
        [
          { line: 0, character: 10 },
          { line: 1, character: 5 },
          { line: 2, character: 0 },
        ],
      );
      equal(stats.lines, 3);
    });

    it('no files is no error', async () => {
      folder = folderWith();
      const { code, out } = await check('. --format json');
      equal(code, 0);
      deepEqual((JSON.parse(out) as { findings: object[] }).findings, []);
    });
  });

  describe('--format text', () => {
    it('reads well', async () => {
      folder = folderWith({ 'pkg/a.py': 'x = cause\n\tf(bad_size)\n', 'pkg/b.py': 'x = doubtful\n' });
      const { out } = await check('pkg');
      equal(
        out.replace(/\(\d+\.\d s\)/, '(0.0 s)'),
        [
          'pkg/a.py:2:4  error  this is bad_size  [wrong-word]',
          '    2 │     f(bad_size)',
          '      │       ^^^^^^^^',
          '  note: because of this  pkg/a.py:1:5',
          '    1 │ x = cause',
          '      │     ^^^^^',
          '  fix: Set size to 512',
          '',
          'pkg/b.py:1:5  warning  this is doubtful  [doubtful-word]',
          '    1 │ x = doubtful',
          '      │     ^^^^^^^^',
          '',
          '1 error, 1 warning in 2 files (0.0 s)',
          '',
        ].join('\n'),
      );
    });

    it('says so when all is well', async () => {
      folder = folderWith({ 'a.py': 'x = 1\n' });
      match((await check('.')).out, /^No problems in 1 file \(\d\.\d s\)\n$/);
    });

    it('says so when there is nothing to check', async () => {
      folder = folderWith({ 'README.md': '' });
      const { code, out } = await check('.');
      deepEqual([code, out], [0, 'No Python files in .\n']);
    });

    it('cuts minified lines around the place', async () => {
      folder = folderWith({ 'a.py': `${'a;'.repeat(5000)}wrong${';b'.repeat(5000)}` });
      const [, line = '', carets = ''] = (
        await check('a.py', { terminal: true, variables: { NO_COLOR: '1' }, columns: 80 })
      ).out.split('\n');
      ok(line.length <= 80 && line.includes('wrong') && line.includes('…'), line);
      equal(line.indexOf('wrong'), carets.indexOf('^^^^^'));
    });

    it('puts carets under wide characters', async () => {
      folder = folderWith({ 'a.py': 'x = "图像"; wrong\n' });
      const [, line = '', carets = ''] = (await check('a.py')).out.split('\n');
      equal(carets.indexOf('^'), line.indexOf('wrong') + 2);
    });

    it('lets no control characters of a source through', async () => {
      folder = folderWith({ 'a.py': 'x = "\u001b[31m\u0007"; wrong\n' });
      const { out } = await check('a.py');
      ok(!['\u001b', '\u0007'].some((character) => out.includes(character)));
    });

    for (const [name, terminal, variables, coloured] of [
      ['a pipe', false, {}, false],
      ['a terminal', true, {}, true],
      ['a terminal with NO_COLOR', true, { NO_COLOR: '1' }, false],
      ['a terminal with an empty NO_COLOR', true, { NO_COLOR: '' }, true],
      ['a dumb terminal', true, { TERM: 'dumb' }, false],
      ['a pipe with FORCE_COLOR', false, { FORCE_COLOR: '1' }, true],
      ['a terminal with FORCE_COLOR=0', true, { FORCE_COLOR: '0' }, false],
      ['NO_COLOR before FORCE_COLOR', true, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
    ] as const)
      it(`${name}: ${coloured ? 'colours' : 'no colours'}`, async () => {
        folder = folderWith({ 'a.py': 'wrong\n' });
        equal((await check('a.py', { terminal, variables: { ...variables } })).out.includes('\u001b['), coloured);
      });

    it('draws progress on a terminal only, and takes it away', async () => {
      folder = folderWith({ 'a.py': '', 'b.py': '' });
      equal((await check('.')).err, '');
      const { err } = await check('.', { terminal: true });
      match(err, /[█░]+ 1\/2 a\.py/);
      ok(err.endsWith('\r\u001b[K'));
    });
  });

  describe('--format sarif', () => {
    const schema = createRequire(import.meta.url)('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json') as object;
    const validate = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile({
      ...schema,
      $schema: undefined,
      id: undefined,
    });
    const sarif = async (args: string): Promise<Log> => {
      const log = JSON.parse((await check(`${args} --format sarif`)).out) as Log;
      ok(validate(log), JSON.stringify(validate.errors));
      return log;
    };

    it('the schema refuses what is not SARIF', () => {
      folder = folderWith();
      ok(!validate({ version: '2.1.0', runs: [{ results: [] }] }));
    });

    it('is valid with findings, fixes and related places, and without', async () => {
      folder = folderWith({ 'a b.py': 'x = cause\nf(bad_size)\n', 'c.py': 'doubtful\n', 'empty.py': '' });
      const [one] = (await sarif('.')).runs;
      const results = one?.results ?? [];
      deepEqual(
        one?.tool.driver.rules?.map(({ id }) => id),
        ['doubtful-word', 'wrong-word'],
      );
      deepEqual(
        results.map(({ level, ruleIndex }) => [level, ruleIndex]),
        [
          ['error', 1],
          ['warning', 0],
        ],
      );
      deepEqual(results[0]?.locations?.[0]?.physicalLocation, {
        artifactLocation: { uri: 'a%20b.py', uriBaseId: '%SRCROOT%' },
        region: { startLine: 2, startColumn: 3, endLine: 2, endColumn: 11 },
      });
      equal(results[0].fixes?.[0]?.artifactChanges[0]?.replacements[0]?.insertedContent?.text, '512');
      deepEqual((await sarif('empty.py')).runs[0]?.results, []);
    });
  });

  describe('--format github', () => {
    it('writes one workflow command a finding, escaped', async () => {
      folder = folderWith({ 'a,b:c%.py': 'x = cause\nf(bad_size)\ndoubtful\n' });
      equal(
        (await check('. --format github')).out,
        [
          '::error file=a%2Cb%3Ac%25.py,line=2,endLine=2,col=3,endColumn=10,title=wrong-word::this is bad_size%0Abecause of this (a,b:c%25.py:1)%0Afix: Set size to 512',
          '::warning file=a%2Cb%3Ac%25.py,line=3,endLine=3,col=1,endColumn=8,title=doubtful-word::this is doubtful%0Abecause of this (a,b:c%25.py:1)',
          '',
        ].join('\n'),
      );
    });
  });

  describe('settings', () => {
    const findings = async (args: string): Promise<string[]> =>
      (
        JSON.parse((await check(`${args} --format json`)).out) as {
          findings: { file: string; severity: string; id: string }[];
        }
      ).findings.map(({ file, severity, id }) => `${file.slice(folder.path.length + 1)} ${severity} ${id}`);

    it('--rule sets severities, off leaves out; it counts before pyproject.toml', async () => {
      folder = folderWith({
        'a.py': 'wrong\ndoubtful\n',
        'pyproject.toml': '[tool.tensorwright.rules]\nwrong-word = "hint"\ndoubtful-word = "error"\n',
      });
      deepEqual(await findings('.'), ['a.py hint wrong-word', 'a.py error doubtful-word']);
      deepEqual(await findings('. --rule wrong-word=warning --rule doubtful-word=off'), ['a.py warning wrong-word']);
      equal((await check('. --rule doubtful-word=off')).code, 0);
    });

    it('excluded files are left out of folders, not when named', async () => {
      folder = folderWith({
        'pyproject.toml': '[tool.tensorwright]\nexclude = ["third_party/**", "gen_*.py"]\n',
        'third_party/x.py': 'wrong\n',
        'src/gen_a.py': 'wrong\n',
        'src/a.py': 'wrong\n',
      });
      deepEqual(await findings('.'), ['src/a.py error wrong-word']);
      deepEqual(await findings('src'), ['src/a.py error wrong-word']);
      deepEqual(await findings('third_party'), []);
      deepEqual(await findings('src/gen_a.py'), ['src/gen_a.py error wrong-word']);
    });

    it('each project has its own settings', async () => {
      folder = folderWith({
        'one/pyproject.toml': '[tool.tensorwright.rules]\nwrong-word = "hint"\n',
        'one/a.py': 'wrong\n',
        'two/a.py': 'wrong\n',
      });
      deepEqual(await findings('one two'), ['one/a.py hint wrong-word', 'two/a.py error wrong-word']);
    });

    it('a broken pyproject.toml is told in one line and the check goes on', async () => {
      folder = folderWith({ 'pyproject.toml': '[tool.tensorwright\n', 'a.py': 'wrong\n' });
      const { code, err } = await check('.');
      equal(code, 1);
      match(err, /^tensorwright: .*pyproject\.toml:1:\d+: .*; its settings are not used\n$/);
    });

    it('a path given twice is checked once', async () => {
      folder = folderWith({ 'pkg/a.py': 'wrong\n' });
      deepEqual(await findings('pkg pkg/a.py . ./pkg'), ['pkg/a.py error wrong-word']);
    });
  });
});
