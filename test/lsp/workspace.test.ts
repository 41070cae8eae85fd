/** The language server over whole workspaces: several folders, files on the disk, clients that pull. */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { rmSync } from 'node:fs';
import type { DocumentDiagnosticReport, WorkspaceDiagnosticReport } from 'vscode-languageserver/node';
import { checkWorkspace, type CheckWorkspaceResult } from '../../protocol/src/lsp';
import { folderWith } from '../harness/folder';
import { type ClientOptions, LspClient, uriOf } from './client';
import type { FakeLog } from './fakeService';

const configurable = { workspace: { configuration: true, workspaceFolders: true } };
const pulling = {
  textDocument: { diagnostic: { dynamicRegistration: false, relatedInformation: true } },
  workspace: { configuration: true, diagnostics: { refreshSupport: true } },
};

describe('language server: workspace', () => {
  let client: LspClient;
  let log: FakeLog;
  let folder: ReturnType<typeof folderWith>;
  const start = async (options: ClientOptions = {}): Promise<void> => {
    ({ client, log } = await LspClient.withFake({ roots: [folder.path], capabilities: configurable, ...options }));
  };
  const checkAll = (more: object = {}): Promise<CheckWorkspaceResult> =>
    client.connection.sendRequest<CheckWorkspaceResult>(checkWorkspace.method, more);
  beforeEach(() => {
    folder = folderWith({
      'a.py': 'x = wrong\n',
      'pkg/__init__.py': '',
      'pkg/b.py': 'x = doubtful\ny = wrong\n',
      'pkg/fine.py': 'x = 1\n',
      '.venv/pyvenv.cfg': '',
      '.venv/lib/hidden.py': 'x = wrong\n',
      'node_modules/m/c.py': 'x = wrong\n',
      'notes.txt': 'wrong',
    });
  });
  afterEach(() => {
    client.dispose();
    folder.dispose();
  });

  describe('tensorwright/checkWorkspace', () => {
    it('checks the files of the user, publishes their findings and counts', async () => {
      await start();
      const { millis, ...counts } = await checkAll();
      deepEqual(counts, { files: 4, lines: 8, errors: 2, warnings: 1, others: 0, cancelled: false });
      ok(millis >= 0);
      deepEqual(client.texts(folder.at('a.py')), ['this is wrong']);
      deepEqual([...client.texts(folder.at('pkg/b.py'))].sort(), ['this is doubtful', 'this is wrong']);
      equal(client.shown(folder.at('.venv/lib/hidden.py')), undefined);
    });

    it('tells its progress under the token of the request', async () => {
      await start();
      const seen: { kind: string; message?: string }[] = [];
      client.connection.onNotification(
        '$/progress',
        (told: { token: string; value: { kind: string; message?: string } }) => {
          if (told.token === 'mine') seen.push(told.value);
        },
      );
      await checkAll({ workDoneToken: 'mine' });
      deepEqual([seen[0]?.kind, seen.at(-1)?.kind], ['begin', 'end']);
      ok(
        seen.some(({ message }) => message === '1/4 a.py'),
        JSON.stringify(seen),
      );
    });

    it('stops when the request is cancelled', async () => {
      for (let i = 0; i < 30; i++) folder.write(`slow/m${i}.py`, '# takes 20 ms\n');
      await start();
      const { CancellationTokenSource } = await import('vscode-languageserver/node');
      const source = new CancellationTokenSource();
      const running = client.connection.sendRequest<CheckWorkspaceResult>(checkWorkspace.method, {}, source.token);
      setTimeout(() => source.cancel(), 100);
      const result = await running;
      equal(result.cancelled, true);
      ok(result.files < 30);
    });

    it('lets someone who types go first', async () => {
      for (let i = 0; i < 20; i++) folder.write(`slow/m${i}.py`, '# takes 20 ms\n');
      await start();
      client.open(folder.at('a.py'), 'x = 1\n');
      await client.next(folder.at('a.py'), 0);
      const running = checkAll();
      await new Promise((resolve) => setTimeout(resolve, 60));
      const edit = performance.now();
      client.change(folder.at('a.py'), [{ text: 'x = wrong\n' }]);
      const shown = await client.until('the edit', () =>
        client.published.find(({ uri, version }) => uri === uriOf(folder.at('a.py')) && version === 2),
      );
      ok(shown.at - edit < 200, `${shown.at - edit} ms`);
      equal((await running).cancelled, false);
    });

    it('keeps findings of closed files up to date', async () => {
      await start();
      await checkAll();
      const file = folder.at('a.py');
      client.open(file, 'x = 1\n');
      await client.until('the open text', () => client.shown(file)?.length === 0);
      client.close(file);
      await client.until('the text on the disk', () => client.shown(file)?.length === 1);
      folder.write('a.py', 'x = doubtful\n');
      client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: uriOf(file), type: 2 }] });
      await client.until('the new text', () => client.texts(file)[0] === 'this is doubtful');
      rmSync(file);
      client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: uriOf(file), type: 3 }] });
      await client.until('nothing', () => client.shown(file)?.length === 0);
    });

    it('an empty workspace is checked at once', async () => {
      await start({ roots: [] });
      equal((await checkAll()).files, 0);
    });
  });

  describe('several folders', () => {
    it('each has its own service, settings and pyproject.toml; the innermost folder counts', async () => {
      folder.write(
        'pkg/pyproject.toml',
        '[tool.tensorwright]\nexclude = ["b.py"]\n[tool.tensorwright.rules]\nwrong-word = "hint"\n',
      );
      await start({ roots: [folder.path, folder.at('pkg')] });
      client.open(folder.at('a.py'), 'x = wrong\n');
      client.open(folder.at('pkg/fine.py'), 'x = wrong\n');
      client.open(folder.at('pkg/b.py'), 'x = wrong\n');
      await client.next(folder.at('pkg/b.py'), 0);
      await client.until('all', () => client.shown(folder.at('pkg/fine.py')) && client.shown(folder.at('a.py')));
      equal(client.shown(folder.at('a.py'))?.[0]?.severity, 1);
      equal(client.shown(folder.at('pkg/fine.py'))?.[0]?.severity, 4);
      deepEqual(client.shown(folder.at('pkg/b.py')), []);
      equal(log.hosts.length, 2);
    });

    it('folders come and go', async () => {
      await start({ roots: [] });
      const file = folder.at('a.py');
      client.open(file, 'x = wrong\n');
      await client.next(file, 0);
      const added = [{ uri: uriOf(folder.path), name: 'it' }];
      client.notify('workspace/didChangeWorkspaceFolders', { event: { added, removed: [] } });
      await client.until('the folder', () => log.hosts.at(-1)?.importRoots.includes(folder.path));
      equal((await checkAll()).files, 4);
      client.notify('workspace/didChangeWorkspaceFolders', { event: { added: [], removed: added } });
      await client.until('no folder', () => client.shown(folder.at('pkg/b.py'))?.length === 0);
      equal((await checkAll()).files, 1);
    });
  });

  describe('files change outside the editor', () => {
    it('a changed import makes open documents be checked again', async () => {
      await start();
      const file = folder.at('open.py');
      folder.write('other.py', 'nothing\n');
      client.open(file, `# see:${folder.at('other.py')}\nx = wrong\n`);
      await client.next(file, 0);
      folder.write('other.py', 'cause\n');
      const before = log.checked.length;
      client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: uriOf(folder.at('other.py')), type: 2 }] });
      await client.until('the check', () => log.checked.length > before);
      deepEqual(log.changedFiles, [folder.at('other.py')]);
    });

    it('a changed pyproject.toml is in force at once; a broken one is told in one line and left out', async () => {
      await start();
      const file = folder.at('a.py');
      const settings = folder.at('pyproject.toml');
      const changed = (): void =>
        client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: uriOf(settings), type: 1 }] });
      client.open(file, 'x = wrong\n');
      await client.next(file, 0);
      folder.write('pyproject.toml', '[tool.tensorwright.rules]\nwrong-word = "warning"\n');
      changed();
      await client.until('a warning', () => client.shown(file)?.[0]?.severity === 2);
      folder.write('pyproject.toml', '[tool.tensorwright\nrules = {');
      changed();
      await client.until('an error again', () => client.shown(file)?.[0]?.severity === 1);
      const told = client.messages.filter((message) => message.includes('pyproject.toml'));
      equal(told.length, 1);
      ok(/pyproject\.toml:1:\d+: .*its settings are not used$/.test(told[0] ?? ''), told[0]);
    });
  });

  describe('clients that pull', () => {
    it('get reports with ids, unchanged ones short, and nothing pushed', async () => {
      await start({ capabilities: pulling });
      ok(client.result?.capabilities.diagnosticProvider);
      const file = folder.at('a.py');
      client.open(file, 'x = wrong\n');
      const first = await client.ask<DocumentDiagnosticReport>('textDocument/diagnostic', file);
      ok(first.kind === 'full' && first.items.length === 1);
      const second = await client.ask<DocumentDiagnosticReport>('textDocument/diagnostic', file, {
        previousResultId: first.resultId,
      });
      deepEqual(second, { kind: 'unchanged', resultId: first.resultId });
      client.change(file, [{ text: 'x = 1\n' }]);
      const third = await client.ask<DocumentDiagnosticReport>('textDocument/diagnostic', file, {
        previousResultId: first.resultId,
      });
      ok(third.kind === 'full' && third.items.length === 0);
      await new Promise((resolve) => setTimeout(resolve, 120));
      deepEqual(client.published, []);
    });

    it('get the whole workspace, and only ids while nothing changes', async () => {
      await start({ capabilities: pulling });
      const ask = (previousResultIds: { uri: string; value: string }[]): Promise<WorkspaceDiagnosticReport> =>
        client.connection.sendRequest('workspace/diagnostic', { previousResultIds });
      const { items } = await ask([]);
      deepEqual(
        items.map(({ uri, kind, version }) => [uri, kind, version]),
        ['a.py', 'pkg/__init__.py', 'pkg/b.py', 'pkg/fine.py'].map((name) => [uriOf(folder.at(name)), 'full', null]),
      );
      const checked = log.checked.length;
      const again = await ask(items.map(({ uri, resultId }) => ({ uri, value: resultId ?? '' })));
      ok(again.items.every(({ kind }) => kind === 'unchanged'));
      equal(log.checked.length, checked);
    });

    it('a cancelled request says so', async () => {
      await start({ capabilities: pulling });
      const file = folder.at('a.py');
      client.open(file, '# takes 1000 ms\n');
      const { CancellationTokenSource } = await import('vscode-languageserver/node');
      const source = new CancellationTokenSource();
      const params = { textDocument: { uri: uriOf(file) } };
      const running = client.connection.sendRequest('textDocument/diagnostic', params, source.token);
      setTimeout(() => source.cancel(), 40);
      await rejects(running, { code: -32800 });
    });

    it('are told to ask again when settings change', async () => {
      await start({ capabilities: pulling });
      client.open(folder.at('a.py'), 'x = wrong\n');
      client.notify('workspace/didChangeConfiguration', { settings: null });
      await client.until('a refresh', () => client.refreshed.includes('workspace/diagnostic/refresh'));
    });

    it('are pushed to where they ask for it', async () => {
      await start({ capabilities: pulling, initializationOptions: { diagnostics: 'push' } });
      equal(client.result?.capabilities.diagnosticProvider, undefined);
      client.open(folder.at('a.py'), 'x = wrong\n');
      equal((await client.next(folder.at('a.py'), 0)).diagnostics.length, 1);
    });
  });

  it('a client that promises settings but never answers is served with the defaults', async () => {
    await start({ settings: () => new Promise(() => undefined) });
    client.open(folder.at('a.py'), 'x = wrong\n');
    equal((await client.next(folder.at('a.py'), 0)).diagnostics.length, 1);
  });
});
