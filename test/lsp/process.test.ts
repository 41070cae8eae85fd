/** The bundled language server as an editor starts it. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { type ChildProcess, fork, spawn } from 'node:child_process';
import type { CodeAction, Hover } from 'vscode-languageserver/node';
import { folderWith } from '../harness/folder';
import { bundle } from '../harness/product';
import { LspClient, on } from './client';

const source = `import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(768, 10)

    def forward(self, x):
        return self.fc(x)

y = Net()(torch.randn(4, 512))
`;

const codeOf = (child: ChildProcess): Promise<number | null> => new Promise((resolve) => child.on('exit', resolve));

describe('the language server as a process', function () {
  const folder = folderWith();
  const file = folder.at('net.py');
  let client: LspClient;
  let child: ChildProcess;
  const start = async (): Promise<void> => {
    ({ client, child } = await LspClient.withChild(bundle('server'), { roots: [folder.path] }));
  };
  after(() => folder.dispose());

  it('finds, hovers, fixes; the finding goes when the fix is applied', async () => {
    await start();
    client.open(file, source);
    const { diagnostics } = await client.next(file, 0);
    equal(diagnostics[0]?.message, 'mat1 and mat2 shapes cannot be multiplied (4x512 and 768x10)');
    equal(diagnostics[0].code, 'matmul-inner-dim-mismatch');
    const hover = await client.ask<Hover | null>('textDocument/hover', file, { position: { line: 9, character: 23 } });
    ok(hover);
    const actions = await client.ask<CodeAction[]>('textDocument/codeAction', file, {
      range: diagnostics[0].range,
      context: { diagnostics },
    });
    const fix = actions.find(({ title }) => title === 'Set in_features to 512');
    const edits = Object.values(fix?.edit?.changes ?? {})[0];
    equal(edits?.length, 1);
    client.change(
      file,
      edits.map(({ range, newText }) => ({ range, text: newText })),
    );
    await client.until('no finding', () => client.shown(file)?.length === 0);
    client.dispose();
  });

  it('survives typing a whole file letter by letter, and shows what is right at the end', async () => {
    await start();
    const path = folder.at('typed.py');
    client.open(path, '');
    let [line, character] = [0, 0];
    for (const letter of source) {
      client.change(path, [{ range: on(line, character), text: letter }]);
      if (letter === '\n') [line, character] = [line + 1, 0];
      else character += 1;
      if (character % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    const last = source.length + 1;
    await client.until('the last text', () => client.published.at(-1)?.version === last, 20_000);
    equal(client.shown(path)?.length, 1);
    const others = client.published
      .flatMap(({ diagnostics }) => diagnostics)
      .filter(({ code }) => code !== 'matmul-inner-dim-mismatch');
    deepEqual(others, []);
    deepEqual(client.messages, []);
    client.dispose();
  });

  it('shutdown then exit: code 0', async () => {
    await start();
    const code = codeOf(child);
    await client.connection.sendRequest('shutdown');
    client.notify('exit', {});
    equal(await code, 0);
  });

  it('exit without shutdown: code 1', async () => {
    await start();
    const code = codeOf(child);
    client.notify('exit', {});
    equal(await code, 1);
  });

  it('ends when its client is gone', async () => {
    await start();
    const code = codeOf(child);
    child.stdin?.end();
    equal(await code, 1);
  });

  it('talks over node IPC', async () => {
    const server = fork(bundle('server'), ['--node-ipc'], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const answer = new Promise<{ result?: { capabilities?: object } }>((resolve) =>
      server.once('message', resolve as () => void),
    );
    server.send({
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { processId: null, rootUri: null, capabilities: {} },
    });
    ok((await answer).result?.capabilities);
    server.kill();
  });

  it('says how it is started when started without a way to talk', async () => {
    const server = spawn(process.execPath, [bundle('server')], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    server.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    equal(await codeOf(server), 2);
    match(said, /--stdio/);
  });
});
