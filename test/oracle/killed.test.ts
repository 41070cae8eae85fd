/** Trainings that are killed at random moments lose nothing; TRAINING_KILLS says how many (20). */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { rules } from '../../runtime-bridge/node/diagnosis/rules';
import { JournalTail } from '../../runtime-bridge/node/journal/tail';
import { Judge, type Verdict } from '../../runtime-bridge/node/runs/judge';
import { inRoot } from '../../scripts/paths.mjs';

const kills = Number(process.env['TRAINING_KILLS'] ?? 20);
const python = process.env['TENSORWRIGHT_PYTHON'] ?? 'python3';

describe('trainings that are killed', function () {
  this.timeout(120_000 + 3000 * kills);

  it(`${kills} times: every step that had returned is in the journal, and the live verdict is the replayed one`, async () => {
    const root = mkdtempSync(join(tmpdir(), 'killed-'));
    const judges = new Map<string, Judge>();
    const look = (): void => {
      for (const name of readdirSync(root).filter((each) => each.startsWith('run-'))) {
        const folder = join(root, name);
        if (!judges.has(folder)) judges.set(folder, new Judge(folder, { rules }));
        judges.get(folder)?.look();
      }
    };
    try {
      mkdirSync(join(root, 'parent'));
      const seed = Date.now() % 1e6;
      const env = {
        ...process.env,
        OMP_NUM_THREADS: '1',
        PYTHONPATH: [inRoot('runtime-bridge', 'agent', 'start'), process.env['PYTHONPATH'] ?? ''].join(delimiter),
        TENSORWRIGHT_RUN: join(root, 'parent'),
      };
      const script = inRoot('test', 'oracle', 'kill_trainers.py');
      const driver = spawn(python, [script, root, String(kills), String(seed)], { env });
      const timer = setInterval(look, 250);
      const [out, complaints, [code]] = await Promise.all([
        text(driver.stdout),
        text(driver.stderr),
        once(driver, 'close') as Promise<[number | null]>,
      ]);
      clearInterval(timer);
      equal(code, 0, complaints);
      equal(complaints, '');
      const runs = out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { folder: string; steps: number });
      equal(runs.length, kills);
      look();
      for (const { folder, steps } of runs) {
        const path = join(folder, 'rank-0.journal');
        ok(existsSync(path), `seed ${seed}: ${folder} has a journal`);
        const written = new Set(new JournalTail(path).read().flatMap(({ record }) => pointOf(record)));
        const lost = Array.from({ length: steps }, (_, i) => i + 1).filter((step) => !written.has(step));
        deepEqual(lost, [], `seed ${seed}: steps of ${folder} that were done and are not recorded`);
        const live = (judges.get(folder) as Judge).finish();
        deepEqual(live.findings, verdictOf(folder).findings, `seed ${seed}: ${folder}`);
        if (steps > 20) ok(live.findings.some(({ rule }) => rule === 'missing-zero-grad'));
      }
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});

const verdictOf = (folder: string): Verdict => new Judge(folder, { rules }).finish();

/** The step whose loss and learning rate a record holds. */
const pointOf = (record: { kind: string; step: number }): readonly number[] =>
  record.kind === 'scalars' && 'lr' in (record as unknown as { values: object }).values ? [record.step] : [];
