/** The language server's features over a service that finds what the test writes. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import type { CodeAction, CodeLens, Hover, InlayHint } from 'vscode-languageserver/node';
import { folderWith } from '../harness/folder';
import { type ClientOptions, LspClient, on, uriOf } from './client';
import type { FakeLog } from './fakeService';

const everything = {
  textDocument: { publishDiagnostics: { relatedInformation: true, codeDescriptionSupport: true } },
  workspace: {
    configuration: true,
    didChangeConfiguration: { dynamicRegistration: true },
    didChangeWatchedFiles: { dynamicRegistration: true },
    workspaceFolders: true,
    workspaceEdit: { documentChanges: true },
  },
};

describe('language server', () => {
  let client: LspClient;
  let log: FakeLog;
  const folder = folderWith();
  const file = folder.at('model.py');
  const start = async (options: ClientOptions = {}): Promise<void> => {
    ({ client, log } = await LspClient.withFake({ roots: [folder.path], capabilities: everything, ...options }));
  };
  afterEach(() => client.dispose());
  after(() => folder.dispose());

  it('publishes findings of an opened document with place, id, source, link and related place', async () => {
    await start();
    client.open(file, 'cause = 1\nx = wrong\n');
    const { diagnostics, version } = await client.next(file, 0);
    equal(version, 1);
    deepEqual(diagnostics, [
      {
        range: on(1, 4, 9),
        severity: 1,
        code: 'wrong-word',
        source: 'tensorwright',
        message: 'this is wrong',
        codeDescription: { href: 'file:///rules/wrong-word.md' },
        relatedInformation: [{ location: { uri: uriOf(file), range: on(0, 0, 5) }, message: 'because of this' }],
      },
    ]);
  });

  it('leaves folding by indentation to the editor where there is nothing to fold', async () => {
    await start();
    client.open(file, 'x = 1\n');
    equal(await client.ask('textDocument/foldingRange', file), null);
  });

  it('leaves out what the client does not understand', async () => {
    await start({ capabilities: {} });
    client.open(file, 'cause = 1\nx = wrong\n');
    const { diagnostics } = await client.next(file, 0);
    deepEqual(Object.keys(diagnostics[0] ?? {}).sort(), ['code', 'message', 'range', 'severity', 'source']);
  });

  it('applies incremental changes in their order, in UTF-16 columns', async () => {
    await start();
    client.open(file, 'x = "😀 é"; y = fine\r\nz = 1\r\n');
    await client.next(file, 0);
    const before = client.published.length;
    client.change(file, [
      { range: on(0, 16, 20), text: 'wrong' },
      { range: on(1, 0, 1), text: 'long' },
      { range: on(1, 7, 8), text: 'doubtful' },
    ]);
    const { diagnostics, version } = await client.next(file, before);
    equal(version, 2);
    deepEqual(
      diagnostics.map(({ range, message }) => [range, message]),
      [
        [on(0, 16, 21), 'this is wrong'],
        [on(1, 7, 15), 'this is doubtful'],
      ],
    );
  });

  it('of a burst of edits checks only the last text', async () => {
    await start();
    client.open(file, 'x = 1\n');
    await client.next(file, 0);
    const [before, checked] = [client.published.length, log.checked.length];
    for (let i = 0; i < 50; i++) client.change(file, [{ range: on(0, 4, 5), text: String(i % 10) }]);
    client.change(file, [{ text: 'x = wrong\n' }]);
    await client.until('the last text', () => client.published.at(-1)?.version === 52);
    deepEqual(client.texts(file), ['this is wrong']);
    ok(log.checked.length - checked <= 3, `checked ${log.checked.length - checked} times`);
    ok(client.published.length - before <= 3);
  });

  it('gives up a check in progress when a newer edit comes', async () => {
    await start();
    client.open(file, '# takes 400 ms\nx = wrong\n');
    await new Promise((resolve) => setTimeout(resolve, 60));
    const edit = performance.now();
    client.change(file, [{ text: 'x = doubtful\n' }]);
    const { at, version } = await client.next(file, 0);
    equal(version, 2);
    ok(at - edit < 250, `answered after ${at - edit} ms`);
    deepEqual(log.checked, [file]);
  });

  it('finishes a check that takes longer than a slice', async () => {
    await start();
    client.open(file, '# takes 120 ms\nx = wrong\n');
    await client.next(file, 0);
    deepEqual(client.texts(file), ['this is wrong']);
  });

  it('looks at other open documents again when idle and tells only what changed', async () => {
    await start();
    const other = folder.at('other.py');
    client.open(other, `# see:${file}\nx = wrong\n`);
    await client.next(other, 0);
    equal(client.shown(other)?.[0]?.relatedInformation, undefined);
    client.open(file, 'a = cause\n');
    await client.until('the dependent', () => client.shown(other)?.[0]?.relatedInformation?.[0]);
    const sent = client.published.length;
    client.change(file, [{ range: on(0, 9, 9), text: '  # same' }]);
    await client.until('the edit', () => client.published.at(-1)?.version === 2);
    await new Promise((resolve) => setTimeout(resolve, 150));
    equal(client.published.length, sent + 1);
  });

  it('takes findings away when a document closes, and keeps nothing of it', async () => {
    await start();
    client.open(file, 'x = wrong\n');
    await client.next(file, 0);
    client.close(file);
    await client.until('no findings', () => client.shown(file)?.length === 0);
    deepEqual(log.closed, [file]);
  });

  it('checks documents that are no files', async () => {
    await start();
    client.open('untitled:Untitled-1', 'x = wrong\n');
    const { uri, diagnostics } = await client.next('untitled:Untitled-1', 0);
    equal(uri, 'untitled:Untitled-1');
    equal(diagnostics.length, 1);
  });

  it('hovers', async () => {
    await start();
    client.open(file, 'abc = wrong\n');
    const hover = await client.ask<Hover>('textDocument/hover', file, { position: { line: 0, character: 1 } });
    deepEqual(hover, { contents: { kind: 'markdown', value: '**abc**' }, range: on(0, 0, 3) });
    equal(
      await client.ask('textDocument/hover', folder.at('never-opened.py'), { position: { line: 0, character: 0 } }),
      null,
    );
  });

  it('shows lines above a plan, and those that do something only to a client with our commands', async () => {
    const plan = folder.at('deploy.yaml');
    const titles = async (commands: boolean): Promise<unknown> => {
      await start({ initializationOptions: { commands } });
      client.open(plan, 'gates:\n  - errors\n');
      const lenses = await client.ask<CodeLens[]>('textDocument/codeLens', plan);
      return lenses.map(({ range, command }) => [
        range.start.line,
        command?.title,
        command?.command,
        command?.arguments,
      ]);
    };
    const needs = [1, 'Needs 3 requests', '', undefined];
    deepEqual(await titles(true), [[0, 'Deploy...', 'tensorwright.deployModel', [uriOf(plan)]], needs]);
    client.dispose();
    deepEqual(await titles(false), [needs]);
  });

  it('shows inlay hints only where the setting wants them', async () => {
    await start({ settings: () => ({ inlayHints: true }) });
    client.open(file, 'x = 1\ny = 2\nx = 3\n');
    const hints = await client.ask<InlayHint[]>('textDocument/inlayHint', file, { range: on(0, 0, 6) });
    deepEqual(hints, [{ position: { line: 0, character: 1 }, label: ': (B, 3)', kind: 1, paddingLeft: false }]);
    client.settings = () => ({ inlayHints: false });
    client.notify('workspace/didChangeConfiguration', { settings: null });
    await client.until('new settings', () => log.hosts.length > 1);
    deepEqual(await client.ask('textDocument/inlayHint', file, { range: on(0, 0, 6) }), []);
  });

  it('offers the fix and silencing at the cursor', async () => {
    await start();
    client.open(file, 'x = f(bad_size)\n');
    const actions = await client.ask<CodeAction[]>('textDocument/codeAction', file, {
      range: on(0, 8),
      context: { diagnostics: [] },
    });
    const edits = actions.map(({ title, edit, isPreferred }) => [title, isPreferred, edit?.documentChanges]);
    const about = { uri: uriOf(file), version: 1 };
    deepEqual(edits, [
      ['Set size to 512', true, [{ textDocument: about, edits: [{ range: on(0, 6, 14), newText: '512' }] }]],
      [
        'Silence wrong-word on this line',
        undefined,
        [{ textDocument: about, edits: [{ range: on(0, 15, 15), newText: '  # tensorwright: ignore[wrong-word]' }] }],
      ],
    ]);
    const elsewhere = { range: on(0, 0), context: { diagnostics: [] } };
    deepEqual(await client.ask('textDocument/codeAction', file, elsewhere), []);
    const refactoring = { range: on(0, 8), context: { diagnostics: [], only: ['refactor'] } };
    deepEqual(await client.ask('textDocument/codeAction', file, refactoring), []);
  });

  it('reports under the severities that the settings give', async () => {
    await start({ settings: () => ({ rules: { 'wrong-word': 'hint', 'doubtful-word': 'off' } }) });
    client.open(file, 'x = wrong + doubtful\n');
    const { diagnostics } = await client.next(file, 0);
    deepEqual(
      diagnostics.map(({ severity, code }) => [severity, code]),
      [[4, 'wrong-word']],
    );
  });

  it('takes new settings at once, clears findings when switched off', async () => {
    await start();
    client.open(file, 'x = wrong\n');
    await client.next(file, 0);
    client.settings = () => ({ enable: false });
    client.notify('workspace/didChangeConfiguration', { settings: null });
    await client.until('nothing shown', () => client.shown(file)?.length === 0);
    ok(client.registered.includes('workspace/didChangeConfiguration'));
  });

  it('takes settings that the client hands over by itself', async () => {
    await start({ capabilities: {}, initializationOptions: { settings: { rules: { 'wrong-word': 'warning' } } } });
    client.open(file, 'x = wrong\n');
    equal((await client.next(file, 0)).diagnostics[0]?.severity, 2);
    client.notify('workspace/didChangeConfiguration', {
      settings: { tensorwright: { rules: { 'wrong-word': 'information' } } },
    });
    await client.until('the new severity', () => client.shown(file)?.[0]?.severity === 3);
  });

  it('names what is wrong with the settings, once, and uses the rest', async () => {
    await start({ settings: () => ({ rules: { nonsense: 'error' }, exclude: 3, enable: true }) });
    client.open(file, 'x = wrong\n');
    await client.next(file, 0);
    equal(client.messages.filter((message) => message.includes('nonsense')).length, 1);
    equal(client.messages.filter((message) => message.includes('exclude')).length, 1);
    equal(client.shown(file)?.length, 1);
  });

  it('a failure of the checker is logged once and answered with nothing', async () => {
    await start();
    client.open(file, 'boom\n');
    deepEqual((await client.next(file, 0)).diagnostics, []);
    equal(await client.ask('textDocument/hover', file, { position: { line: 0, character: 1 } }), null);
    equal(await client.ask('textDocument/hover', file, { position: { line: 0, character: 1 } }), null);
    await client.until('the log', () => client.messages.some((message) => message.includes('hover failed')));
    equal(client.messages.filter((message) => message.includes('hover failed')).length, 1);
    client.change(file, [{ text: 'x = wrong\n' }]);
    await client.until('checked again', () => client.shown(file)?.length === 1);
  });

  it('requests that make no sense are answered', async () => {
    await start();
    client.open(file, 'x = wrong\n');
    equal(await client.ask('textDocument/hover', file, { position: { line: 999, character: 999 } }), null);
    client.change(file, [{ range: { start: { line: 5, character: 0 }, end: { line: 0, character: 0 } }, text: 'ok ' }]);
    client.change('/nowhere/unopened.py', [{ text: 'x' }]);
    client.close('/nowhere/unopened.py');
    const actions = await client.ask<CodeAction[]>('textDocument/codeAction', file, {
      range: on(99, 0, 5),
      context: { diagnostics: [] },
    });
    deepEqual(actions, []);
  });

  it('serves clients that declare nothing and one root', async () => {
    await start({ capabilities: {}, roots: [] });
    equal(client.result?.serverInfo?.name, 'tensorwright');
    client.open(file, 'x = wrong\n');
    equal((await client.next(file, 0)).diagnostics.length, 1);
  });

  it('tells the documentation of every id', async () => {
    await start();
    const pages = await client.connection.sendRequest<{ id: string; markdown: string }[]>('tensorwright/rules', null);
    deepEqual(
      pages.map(({ id }) => id),
      ['doubtful-word', 'wrong-word'],
    );
    ok(pages[0]?.markdown.startsWith('# doubtful-word'));
  });
});
