/**
 * Runs a program with the code that V8 compiled in an earlier run.
 *
 * Compiling a megabyte of JavaScript is a third of the time until the first findings. V8 can keep what it compiled
 * (vm.Script, `cachedData`); that is read back here. It lies in the user's cache folder, one file for each program and
 * version of V8, and is only ever an acceleration: whatever is wrong with it, the program is compiled anew.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Script } from 'node:vm';
import { isMainThread } from 'node:worker_threads';
import * as zlib from 'node:zlib';

/** Bytes before the code: the checksums of the program and of the code. V8 itself checks only its own version. */
const HEADER = 8;

/** A process that lives this long has compiled what it needs: its code is kept then, not at its end. */
const SETTLED_MS = 10_000;

type Checksum = (bytes: Uint8Array) => number;

/** In Node since 20.15; without it nothing is kept. */
const crc32 = (zlib as { readonly crc32?: Checksum }).crc32;

/** Where programs keep what can be made again. */
function cacheFolder(): string {
  const { env } = process;
  const given =
    env['XDG_CACHE_HOME'] ??
    (process.platform === 'win32'
      ? env['LOCALAPPDATA']
      : process.platform === 'darwin'
        ? join(homedir(), 'Library', 'Caches')
        : undefined);
  return join(given ?? join(homedir(), '.cache'), 'tensorwright');
}

/** The code that was kept for this program; undefined where there is none or it is damaged. */
function keptFor(file: string, program: number, checksum: Checksum): Buffer | undefined {
  try {
    const content = readFileSync(file);
    const code = content.subarray(HEADER);
    return content.readUInt32LE(0) === program && content.readUInt32LE(4) === checksum(code) ? code : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps the code of a program; a reader sees all of it or none. */
function keep(file: string, program: number, code: Buffer, checksum: Checksum): void {
  try {
    const header = Buffer.alloc(HEADER);
    header.writeUInt32LE(program, 0);
    header.writeUInt32LE(checksum(code), 4);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const part = `${file}.${process.pid}`;
    writeFileSync(part, Buffer.concat([header, code]), { mode: 0o600 });
    renameSync(part, file);
  } catch {
    // A full disk or a folder that is not writable: the next start compiles again.
  }
}

/** Runs the CommonJS program at `path` in this thread, as `require` would. */
export function runKept(path: string): void {
  const source = readFileSync(path);
  const program = crc32?.(source);
  const file = join(cacheFolder(), `${basename(path)}-${process.versions.v8}-${process.arch}`);
  const cachedData = crc32 && program !== undefined ? keptFor(file, program, crc32) : undefined;
  const script = new Script(`(function (exports, require, module, __filename, __dirname) {${source.toString()}\n})`, {
    filename: path,
    ...(cachedData && { cachedData }),
  });
  const module = { exports: {} };
  const run = script.runInThisContext() as (...names: readonly unknown[]) => void;
  run(module.exports, createRequire(path), module, path, dirname(path));
  const isKept = cachedData !== undefined && script.cachedDataRejected === false;
  if (isKept || !isMainThread || crc32 === undefined || program === undefined) return;
  let waiting = true;
  const write = (): void => {
    if (!waiting) return;
    waiting = false;
    keep(file, program, script.createCachedData(), crc32);
  };
  setTimeout(write, SETTLED_MS).unref();
  process.once('exit', write);
}
