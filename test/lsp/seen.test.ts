/** What training runs saw, in hovers and findings of the bundled server: only for the very text that ran. */
import { equal, match, ok } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { Hover } from 'vscode-languageserver/node';
import { seen } from '../../protocol/src/lsp';
import { comparableText, type SeenFile } from '../../protocol/src/seen';
import { folderWith } from '../harness/folder';
import { bundle } from '../harness/product';
import { LspClient } from './client';

const source = `import torch
from torch import nn


def head(deep):
    fc = nn.Linear(512, 10)
    x = torch.randn(4, 512)
    if deep:
        x = nn.Linear(512, 64)(x)
    return fc(x)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)

    def forward(self, images):
        return self.conv(images)
`;
const callOfHead = 10;
const lastLine = 19;

describe('what a run saw', () => {
  const folder = folderWith();
  const file = folder.at('net.py');
  let client: LspClient;

  before(async () => {
    ({ client } = await LspClient.withChild(bundle('server'), { roots: [folder.path] }));
    client.open(file, source);
    await client.until('a finding', () => (client.shown(file)?.length ?? 0) > 0);
  });
  after(() => {
    client.dispose();
    folder.dispose();
  });

  const tell = async (more: Partial<SeenFile>, text = source): Promise<void> => {
    const key = createHash('sha256').update(comparableText(text)).digest('hex');
    const told: SeenFile = { path: file, run: 'r1', text: key, lines: [], ...more };
    await client.connection.sendRequest(seen.method, { files: [told] });
  };
  const finding = (): { readonly message: unknown; readonly severity?: number | undefined } | undefined =>
    client.shown(file)?.find(({ code }) => code === 'matmul-inner-dim-mismatch');
  const severityIs = (severity: number): Promise<true> =>
    client.until(`severity ${severity}`, () => finding()?.severity === severity || undefined);
  const hover = async (line: number, text: string): Promise<string> => {
    const character = (source.split('\n')[line - 1] ?? '').indexOf(text);
    ok(character >= 0);
    const found = await client.ask<Hover | null>('textDocument/hover', file, {
      position: { line: line - 1, character },
    });
    return (found?.contents as { readonly value: string } | undefined)?.value ?? '';
  };
  const ran = { line: callOfHead, tensors: [{ name: 'fc', shape: [4, 10], type: 'float32' }] };

  it('is not asked for: a warning that depends on an option stays one', async () => {
    await tell({});
    await severityIs(2);
    match(String(finding()?.message), /shapes cannot be multiplied.*\(when deep is true\)$/);
  });

  it('lowers a warning about a line that the run got past', async () => {
    await tell({ lines: [ran] });
    await severityIs(4);
    match(String(finding()?.message), /\[run r1 got past this line\]$/);
  });

  it('raises it where the run raised it', async () => {
    const message = 'RuntimeError: mat1 and mat2 shapes cannot be multiplied (4x64 and 512x10)';
    await tell({ lines: [ran], raised: { line: callOfHead, message } });
    await severityIs(1);
    match(String(finding()?.message), /\[raised here by run r1\]$/);
  });

  it('leaves it alone where the run raised something else there', async () => {
    await tell({ lines: [ran], raised: { line: callOfHead, message: 'KeyboardInterrupt: ' } });
    await severityIs(2);
  });

  it('is in hovers: of what is called there, with every size', async () => {
    const tensors = [8, 5].map((batch) => ({ name: 'conv', shape: [batch, 8, 30, 30], type: 'float32' }));
    await tell({ lines: [{ line: lastLine, tensors }] });
    match(await hover(lastLine, 'conv'), /seen: `\(8, 8, 30, 30\) float32`, `\(5, 8, 30, 30\) float32` in run r1$/);
  });

  it('says nothing of another text', async () => {
    await tell({ lines: [ran] }, `${source}# edited\n`);
    await severityIs(2);
    equal((await hover(callOfHead, 'fc')).includes('seen'), false);
  });

  it('is the same text with other line ends', async () => {
    await tell({ lines: [ran] }, source.replaceAll('\n', '\r\n'));
    await severityIs(4);
    await tell({});
    await severityIs(2);
  });
});
