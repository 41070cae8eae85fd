/** The journal: what the Python agent writes is what the reader finds, and a torn end costs nothing before it. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 as zlibCrc32 } from './zlibCrc';
import { inRoot } from '../../scripts/paths.mjs';
import { crc32 } from '../../runtime-bridge/node/journal/crc32';
import { readFrames } from '../../runtime-bridge/node/journal/frames';
import { recordOf } from '../../runtime-bridge/node/journal/records';
import { JournalTail } from '../../runtime-bridge/node/journal/tail';

/** Frames of three records, as the agent's journal.py makes them: hexadecimal, checked against it below. */
const golden = frames([
  '{"kind":"start","step":0,"time":0.5,"run":"r","rank":0,"world":1,"pid":7}',
  '{"kind":"scalars","step":1,"time":0.75,"values":{"loss":"nan","lr":0.1}}',
  '{"kind":"end","step":1,"time":1.0,"reason":"finished"}',
]);

function frames(texts: readonly string[]): Uint8Array {
  const head = Buffer.concat([Buffer.from('TWJOURNAL\0\0\0'), Buffer.from([1, 0, 0, 0])]);
  const parts = texts.map((text, i) => {
    const payload = Buffer.concat([Buffer.from([1]), Buffer.from(text)]);
    const header = Buffer.alloc(12);
    header.writeUInt32LE(payload.length, 0);
    header.writeUInt32LE(i + 1, 4);
    header.writeUInt32LE(zlibCrc32(Buffer.concat([header.subarray(4, 8), payload])), 8);
    return Buffer.concat([header, payload]);
  });
  return Buffer.concat([head, ...parts]);
}

describe('journal', () => {
  it('reads every frame and says that nothing is torn', () => {
    const read = readFrames(golden);
    deepEqual(
      read.frames.map(({ payload }) => recordOf(payload)?.kind),
      ['start', 'scalars', 'end'],
    );
    equal(read.good, golden.length);
    equal(read.torn, undefined);
  });

  it('cut anywhere, gives the whole frames before the cut', () => {
    const ends = [16];
    for (let at = 16; at < golden.length;) {
      at += 12 + new DataView(golden.buffer, golden.byteOffset).getUint32(at, true);
      ends.push(at);
    }
    for (let cut = 0; cut <= golden.length; cut++) {
      const { frames: found, good } = readFrames(golden.subarray(0, cut));
      const whole = ends.filter((end) => end <= cut).length - 1;
      equal(found.length, Math.max(0, whole), `cut at ${cut}`);
      equal(good, ends[whole] ?? 0, `cut at ${cut}`);
    }
  });

  it('with any byte flipped, never gives a record that was not written', () => {
    const written = new Set(readFrames(golden).frames.map(({ payload }) => Buffer.from(payload).toString('hex')));
    for (let at = 0; at < golden.length; at++) {
      const bytes = Uint8Array.from(golden);
      bytes[at] = (bytes[at] as number) ^ 0x40;
      for (const { payload } of readFrames(bytes).frames) ok(written.has(Buffer.from(payload).toString('hex')));
    }
  });

  it('is followed while it grows, a frame in two writes included', () => {
    const folder = mkdtempSync(join(tmpdir(), 'journal-'));
    const path = join(folder, 'rank-0.journal');
    try {
      const tail = new JournalTail(path);
      deepEqual(tail.read(), []);
      writeFileSync(path, golden.subarray(0, 60));
      deepEqual(tail.read(), []);
      ok(tail.torn);
      appendFileSync(path, golden.subarray(60));
      equal(tail.read().length, 3);
      equal(tail.torn, undefined);
      truncateSync(path, golden.length - 1);
      deepEqual(tail.read(), []);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('has the CRC-32 of zlib', () => {
    for (const text of ['', 'a', '123456789', 'tensor'.repeat(99)]) {
      equal(crc32(Buffer.from(text)), zlibCrc32(Buffer.from(text)));
    }
    equal(crc32(Buffer.from('123456789')), 0xcbf43926);
  });

  it('has the bytes that the agent writes', function () {
    const script = `import sys; sys.path.insert(0, sys.argv[1]); from tensorwright.journal import Journal
j = Journal()
j.record({"kind": "start", "step": 0, "time": 0.5, "run": "r", "rank": 0, "world": 1, "pid": 7})
j.record({"kind": "scalars", "step": 1, "time": 0.75, "values": {"loss": float("nan"), "lr": 0.1}})
j.record({"kind": "end", "step": 1, "time": 1.0, "reason": "finished"})
j.open(sys.argv[2]); j.close()`;
    const folder = mkdtempSync(join(tmpdir(), 'journal-'));
    try {
      const path = join(folder, 'rank-0.journal');
      const ran = spawnSync('python3', ['-c', script, inRoot('runtime-bridge', 'agent'), path], { encoding: 'utf8' });
      // Without any Python there is no writer to ask; the golden frames above are read all the same.
      if (ran.error !== undefined) this.skip();
      equal(ran.stderr, '');
      const tail = new JournalTail(path);
      deepEqual(
        tail.read().map(({ record }) => record),
        readFrames(golden).frames.map(({ payload }) => recordOf(payload)),
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
