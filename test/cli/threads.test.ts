/** Many files are checked on threads: the findings are the same, and a failure stays with its file. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { threadsFor } from '../../cli/src/threads';
import { folderWith } from '../harness/folder';
import { runCli } from '../harness/product';

const rows: readonly (readonly [files: number, processors: number, threads: number])[] = [
  [1, 8, 1],
  [23, 8, 1],
  [24, 8, 2],
  [24, 1, 1],
  [300, 2, 2],
  [300, 64, 4],
];

describe('threads of a check', function () {
  for (const [files, processors, threads] of rows)
    it(`${files} files on ${processors} processors: ${threads}`, () => {
      equal(threadsFor(files, processors), threads);
    });

  it('find in 30 files, and in what they import, what one thread finds', async () => {
    const wrong = (columns: number): string =>
      `import torch\nfrom shared import rows\ny = torch.randn(4, rows) @ torch.randn(${columns}, 10)\n`;
    const files = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`m${i}.py`, wrong(500 + i)]));
    const folder = folderWith({ ...files, 'shared.py': 'rows = 512\n' });
    try {
      const all = await runCli(['check', '.', '--format', 'json'], folder.path);
      const { findings, stats } = JSON.parse(all.out) as {
        findings: { file: string; message: string }[];
        stats: { files: number; lines: number };
      };
      deepEqual([all.code, stats.files, stats.lines, findings.length], [1, 31, 91, 29]);
      match(findings[0]?.message ?? '', /^mat1 and mat2 shapes cannot be multiplied \(4x512 and 500x10\)$/);
      const one = await runCli(['check', 'm7.py', '--format', 'json'], folder.path);
      deepEqual(
        (JSON.parse(one.out) as { findings: unknown }).findings,
        findings.filter(({ file }) => file.endsWith('/m7.py')),
      );
    } finally {
      folder.dispose();
    }
  });
});
