/** The log of a deployment and the lease on a model: what crashes, other processes and editors can do to them. */
import { deepEqual, equal, match, throws } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert, constantFrom, integer, property } from 'fast-check';
import { Lease, LeaseHeld, holderOf, isHeld } from '../../runtime-bridge/node/deploy/lease';
import { DeploymentLog, LogNotWritten, TamperedLog, readLog } from '../../runtime-bridge/node/deploy/logFile';
import { folderWith } from '../harness/folder';

const records = [{ state: 'preflight' }, { state: 'loading', text: 'ä\n"\\' }, { state: 'canary', n: 1.5 }];

function written(path: string): void {
  const log = DeploymentLog.open(path);
  for (const record of records) log.append(record);
  log.close();
}

describe('log of a deployment', () => {
  const folder = folderWith();
  after(() => folder.dispose());
  const path = folder.at('deployments/a.jsonl');
  before(() => written(path));
  const whole = (): Buffer => readFileSync(path);
  const copy = folder.at('copy.jsonl');

  it('gives back what was written, numbered from 1', () => {
    const { records: read, torn, broken } = readLog(path);
    deepEqual([torn, broken], [0, undefined]);
    deepEqual(
      read.map(({ seq, prevHash: _, hash: __, ...rest }) => [seq, rest]),
      records.map((record, i) => [i + 1, record]),
    );
  });

  it('cut anywhere, it keeps its whole lines and goes on after them', () => {
    const bytes = whole();
    for (let length = 0; length <= bytes.length; length++) {
      writeFileSync(copy, bytes.subarray(0, length));
      const lines = bytes.subarray(0, length).toString('latin1').split('\n').length - 1;
      const log = DeploymentLog.open(copy);
      equal(log.records.length, lines, `${length} bytes`);
      equal(log.append({ state: 'paused' }).seq, lines + 1);
      log.close();
      equal(readLog(copy).broken, undefined);
    }
  });

  it('a changed byte is noticed, wherever it is, and nothing is written to such a log', () => {
    const bytes = whole();
    assert(
      property(integer({ min: 0, max: bytes.length - 2 }), constantFrom(1, 2, 16, 32, 64), (at, bit) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ bit;
        writeFileSync(copy, changed);
        throws(() => DeploymentLog.open(copy), TamperedLog);
      }),
    );
  });

  for (const [what, change] of [
    ['a line is taken out', (lines: string[]): string[] => lines.filter((_, i) => i !== 1)],
    ['two lines change places', ([a = '', b = '', ...rest]: string[]): string[] => [b, a, ...rest]],
    ['a line stands twice', ([a = '', ...rest]: string[]): string[] => [a, a, ...rest]],
  ] as const)
    it(`${what}: noticed, with the line`, () => {
      writeFileSync(copy, `${change(whole().toString().trimEnd().split('\n')).join('\n')}\n`);
      throws(() => DeploymentLog.open(copy), /was changed: line [12] /);
    });

  it('what another process writes is refused, not chained', () => {
    written(folder.at('foreign.jsonl'));
    const log = DeploymentLog.open(folder.at('foreign.jsonl'));
    appendFileSync(folder.at('foreign.jsonl'), '{}\n');
    throws(() => log.append({}), /another process has written to it/);
    log.close();
  });

  it('a full disk is told, and the log stays as it was', function () {
    // Only Linux has the device that is always full.
    if (process.platform !== 'linux') this.skip();
    throws(() => DeploymentLog.open('/dev/full').append({ state: 'draft' }), LogNotWritten);
    throws(() => DeploymentLog.open('/dev/full').append({ state: 'draft' }), /ENOSPC/);
  });
});

describe('lease on a model', () => {
  const folder = folderWith();
  after(() => folder.dispose());
  const now = new Date('2026-01-02T03:04:05Z');

  it('a second controller is refused with who holds it; released, the next epoch is higher', () => {
    const first = Lease.take(folder.path, 'cnn', now);
    throws(
      () => Lease.take(folder.path, 'cnn', now),
      (error) => {
        match(String(error), new RegExp(`cnn is steered by process ${process.pid} since 2026-01-02T03:04:05.000Z`));
        return error instanceof LeaseHeld;
      },
    );
    first.release();
    const second = Lease.take(folder.path, 'cnn', now);
    equal(second.epoch, first.epoch + 1);
    first.release();
    equal(isHeld(holderOf(folder.path, 'cnn') ?? second.holder), true, 'an old holder releases nothing');
    second.release();
    equal(Lease.take(folder.path, 'cnn', now, 40).epoch, 41);
  });

  it('models have leases of their own, also where one name begins like another', () => {
    equal(Lease.take(folder.path, 'm', now).epoch, 1);
    equal(Lease.take(folder.path, 'm.1', now).epoch, 1);
    equal(holderOf(folder.path, 'm')?.epoch, 1);
  });

  it('the lease of a dead process is taken, and so is that of one whose id another process has', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    const dead = { pid: child.pid, epoch: 7, since: now.toISOString(), started: '1' };
    writeFileSync(join(folder.path, 'dead.7'), JSON.stringify(dead));
    equal(Lease.take(folder.path, 'dead', now).epoch, 8);
    if (process.platform !== 'linux') return;
    writeFileSync(join(folder.path, 'reused.7'), JSON.stringify({ ...dead, pid: process.pid }));
    equal(Lease.take(folder.path, 'reused', now).epoch, 8);
  });

  it('a lease file that is no lease is followed, not obeyed', () => {
    writeFileSync(join(folder.path, 'odd.3'), '{');
    equal(Lease.take(folder.path, 'odd', now).epoch, 4);
    deepEqual(
      readdirSync(folder.path).filter((name) => name.startsWith('odd') || name.startsWith('.')),
      ['odd.4'],
    );
  });
});
