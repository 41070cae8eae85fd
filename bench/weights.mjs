/** Two safetensors files of 2 GB that differ in every value, compared while they are cached: how fast, in how much memory. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { build } from 'esbuild';
import { inRoot } from '../scripts/paths.mjs';

const fileBytes = Number(process.env.TENSORWRIGHT_BENCH_WEIGHTS ?? 2e9);
const tensors = 64;
const rounds = 3;

/** Compares in a process of its own, so that only the comparison's memory counts; the fastest round is the one cached best. */
const script = `
import { readFileSync } from 'node:fs';
import { diffWeights } from './runtime-bridge/node/compare/weights/diff';
import { readWeights } from './runtime-bridge/node/compare/weights/read';
const [left, right, rounds] = process.argv.slice(2);
const found = [];
for (let round = 0; round < Number(rounds); round++) {
  const [started, processor] = [performance.now(), process.cpuUsage()];
  const { counts } = await diffWeights(readWeights(left), readWeights(right));
  const { user, system } = process.cpuUsage(processor);
  found.push({ seconds: (performance.now() - started) / 1e3, processorSeconds: (user + system) / 1e6, counts });
}
const most = /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'));
console.log(JSON.stringify({ found, mostMemoryMiB: Math.round(Number(most?.[1]) / 1024) }));
`;

/** @returns {Promise<object>} gigabytes a second by dtype, both files counted, and MiB */
export async function measureWeights() {
  mkdirSync(inRoot('.cache', 'bench'), { recursive: true });
  const folder = mkdtempSync(inRoot('.cache', 'bench', 'weights-'));
  try {
    const outfile = join(folder, 'compare.mjs');
    const stdin = { contents: script, resolveDir: inRoot(), loader: 'ts' };
    await build({ stdin, bundle: true, outfile, format: 'esm', platform: 'node', logLevel: 'warning' });
    const float32 = await compare(folder, outfile, { dtype: 'F32', bytes: 4, differ: tensors });
    const bfloat16 = await compare(folder, outfile, { dtype: 'BF16', bytes: 2, differ: tensors });
    const tuned = await compare(folder, outfile, { dtype: 'BF16', bytes: 2, differ: tensors / 8 });
    const equal = await compare(folder, outfile, { dtype: 'F32', bytes: 4, differ: 0 });
    return { fileBytes, float32, bfloat16, tuned, equal };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compare(folder, outfile, kind) {
  const paths = ['left', 'right'].map((side) => join(folder, `${side}.safetensors`));
  paths.forEach((path, side) => write(path, kind, side));
  const child = spawn(process.execPath, [outfile, ...paths, String(rounds)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [answer] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  for (const path of paths) rmSync(path);
  const { found, mostMemoryMiB } = JSON.parse(answer);
  for (const { counts } of found)
    if (counts.values !== kind.differ || counts.none !== tensors - kind.differ)
      throw new Error('the comparison is wrong');
  const best = (name) => Math.round((2 * fileBytes) / Math.min(...found.map((one) => one[name])) / 1e7) / 100;
  return { gigabytesPerSecond: best('seconds'), perProcessorSecond: best('processorSeconds'), mostMemoryMiB };
}

/** In so many tensors every value of side 1 differs a little from side 0's. */
function write(path, { dtype, bytes, differ }, side) {
  const count = Math.floor(fileBytes / tensors / bytes);
  const header = Object.fromEntries(
    Array.from({ length: tensors }, (_, i) => [
      `layer.${i}`,
      { dtype, shape: [count], data_offsets: [i * count * bytes, (i + 1) * count * bytes] },
    ]),
  );
  const head = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(head.length));
  const contents = [side, 0].map((by) => {
    const values = Float32Array.from({ length: count }, (_, i) => Math.sin(i * 0.37) * (1 + by / 64));
    return bytes === 4 ? values : Uint16Array.from(new Uint32Array(values.buffer), (bits) => bits >>> 16);
  });
  writeFileSync(path, Buffer.concat([length, head]));
  const file = openSync(path, 'a');
  for (let i = 0; i < tensors; i++) writeSync(file, contents[i < differ ? 0 : 1]);
  closeSync(file);
}
