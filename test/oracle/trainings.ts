/** Scripts run by the real command, with what it found; pairs of scripts that differ in one fault. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { filesUnder, inRoot } from '../../scripts/paths.mjs';

export interface Finding {
  readonly rule: string;
  readonly severity: string;
  readonly layer: string | null;
  readonly line: number | null;
  readonly suggestions: readonly { readonly line?: number; readonly edits: readonly { readonly newText: string }[] }[];
}

export interface Outcome {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly findings: readonly Finding[];
  /** What `diagnose` makes of the recorded run. */
  readonly replayed: readonly Finding[];
}

const torchPython = process.env['TENSORWRIGHT_PYTHON'] ?? 'python3';
const cli = inRoot('dist', 'cli.js');

export function train(text: string, args: readonly string[] = [], python = torchPython): Outcome {
  const folder = mkdtempSync(join(tmpdir(), 'training-'));
  try {
    writeFileSync(join(folder, 'train.py'), text);
    const env = { ...process.env, OMP_NUM_THREADS: '1', VIRTUAL_ENV: undefined };
    const report = join(folder, 'report.json');
    const run = spawnSync(
      process.execPath,
      [cli, 'run', '--python', python, '--report-file', report, 'train.py', ...args],
      { cwd: folder, env, encoding: 'utf8' },
    );
    const [journal] = [...run.stderr.matchAll(/recorded in (\S+?)[;\s]/g)].map(([, path]) => path);
    const again = spawnSync(process.execPath, [cli, 'diagnose', '--format', 'json', journal ?? '?'], {
      cwd: folder,
      encoding: 'utf8',
    });
    const findings = (json: string): readonly Finding[] => (JSON.parse(json) as { findings: Finding[] }).findings;
    return {
      code: run.status,
      signal: run.signal,
      stdout: run.stdout,
      stderr: run.stderr,
      findings: existsSync(report) ? findings(readFileSync(report, 'utf8')) : [],
      replayed: again.stdout === '' ? [] : findings(again.stdout),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface Pair {
  readonly name: string;
  readonly fault: string;
  readonly also: readonly string[];
  /** What it needs beside torch. */
  readonly framework?: string;
  readonly lines: readonly string[];
}

/** The pairs of a folder. */
export const pairsIn = (folder: string): readonly Pair[] =>
  filesUnder(folder).map((file: string) => {
    const [head = '', ...lines] = readFileSync(file, 'utf8').split('\n');
    const said = JSON.parse(head.replace('# pair: ', '')) as Pick<Pair, 'fault' | 'also' | 'framework'>;
    return { ...said, name: basename(file, '.py'), lines };
  });

/** The half of a pair: its own lines and those of both. */
export const half = ({ lines }: Pair, kind: 'fault' | 'healthy'): string =>
  lines
    .flatMap((line) => {
      const marked = /^#\[(fault|healthy)\] ?(.*)$/.exec(line);
      if (marked === null) return [line];
      return marked[1] === kind && marked[2] !== '' ? [marked[2] ?? ''] : [];
    })
    .join('\n');

/** Ids of errors and warnings. */
export const told = ({ findings }: Outcome): readonly string[] =>
  findings.filter(({ severity }) => severity !== 'info').map(({ rule }) => rule);
