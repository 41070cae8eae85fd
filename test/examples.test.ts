/** Each example has the one mistake that it was written to show, marked on the expression that PyTorch fails in. */
import { deepEqual } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { filesUnder, fromRoot, inRoot } from '../scripts/paths.mjs';

interface Report {
  readonly findings: readonly {
    readonly file: string;
    readonly severity: string;
    readonly message: string;
    readonly range: { readonly start: { readonly line: number } };
  }[];
}

/** File -> the severity, the line and the sentence. */
const planted: Readonly<Record<string, readonly [severity: string, line: string, message: string]>> = {
  'examples/config-gpt/gpt.py': [
    'error',
    'return self.narrow(F.gelu(self.widen(x)))',
    'mat1 and mat2 shapes cannot be multiplied (128x576 and 768x192)',
  ],
  'examples/first-classifier/classifier.py': [
    'error',
    'return self.head(maps.flatten(1))',
    'mat1 and mat2 shapes cannot be multiplied (16x1024 and 4096x10)',
  ],
  'examples/last-batch/train.py': [
    'warning',
    'x = x.view(BATCH_SIZE, 3 * 8 * 8)',
    "shape '[64, 192]' is invalid for input of size 7680 (when the last batch has 40 rows: 1000 samples in batches of 64, drop_last=False)",
  ],
  'examples/textbook-pool/model.py': [
    'error',
    'x = self.pool(x)',
    'Given input size: (8x222x222). Calculated output size: (8x0x0). Output size is too small',
  ],
  'examples/unet-sizes/unet.py': [
    'error',
    'return self.conv(torch.cat([skip, x], dim=1))',
    'Sizes of tensors must match except in dimension 1. Expected size 225 but got size 224 for tensor number 1 in the list.',
  ],
  'examples/vit-heads/attention.py': [
    'error',
    'qkv = self.qkv(x).reshape(B, N, 3, self.heads, C // self.heads)',
    "shape '[2, 197, 3, 12, 8]' is invalid for input of size 118200",
  ],
};

describe('examples', () => {
  let report: Report;
  before(() => {
    const { stdout } = spawnSync(
      process.execPath,
      [inRoot('dist', 'cli.js'), 'check', 'examples', '--format', 'json'],
      {
        cwd: inRoot(),
        encoding: 'utf8',
      },
    );
    report = JSON.parse(stdout) as Report;
  });

  for (const file of filesUnder('examples', (path) => path.endsWith('.py')))
    it(`${fromRoot(file)} shows its mistake and no other`, () => {
      const lines = readFileSync(file, 'utf8').split('\n');
      const shown = report.findings
        .filter((finding) => resolve(inRoot(), finding.file) === file)
        .map(({ severity, message, range }) => [severity, lines[range.start.line]?.trim(), message]);
      deepEqual(shown, [planted[fromRoot(file)]]);
    });
});
