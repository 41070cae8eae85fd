/**
 * The Curves view with 1,000,000 points in each of four runs: how long a frame takes while it is zoomed and moved, in
 * Chromium without a frame-rate limit, and what the bridge's process needs. Every point is asked for once more and
 * compared.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { inRoot } from '../scripts/paths.mjs';
import { log } from '../scripts/progress.mjs';
import { loadHarness } from './harness.mjs';

const points = Number(process.env.TENSORWRIGHT_BENCH_POINTS ?? 1_000_000);
const runs = 4;
const frames = 240;

/**
 * @returns {Promise<object>} milliseconds of a frame by what the hand does, memory in MiB, points that are missing
 * @throws {import('../scripts/unavailable.mjs').Unavailable} without Chromium
 */
export async function measureCurves() {
  const folder = mkdtempSync(join(tmpdir(), 'tensorwright-bench-'));
  const harness = await loadHarness();
  try {
    log(`  writing ${runs} journals of ${points} points`);
    await writeJournals(harness, folder);
    const lost = await lostPoints(folder, harness);
    const unlimited = ['--disable-frame-rate-limit', '--disable-gpu-vsync'];
    const view = await harness.openView('curves', [folder], unlimited);
    try {
      const loadMillis = await allRead(view);
      const frameMillis = await measureFrames(view);
      return { points, runs, frames, loadMillis, frameMillis, ...lost, complaints: view.complaints.length };
    } finally {
      await view.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const valueAt = (run, step) => 2 * Math.exp(-step / 3e5) + 0.1 * Math.sin(step * 12.9898 + run) + run / 10;

async function writeJournals({ startRun, scalars }, folder) {
  for (let run = 0; run < runs; run++) {
    const day = String(10 + run);
    const writer = startRun(folder, {
      id: `202611${day}-101500-abcd`,
      startedAt: `2026-11-${day}T10:15:00Z`,
      // Ended long ago: no system gives out this number.
      pid: 2 ** 30,
    });
    writeFileSync(join(writer.folder, 'findings.json'), '{"version":1,"findings":[]}');
    for (let start = 0; start < points; start += 20_000)
      writer.append(
        Array.from({ length: 20_000 }, (_, i) => scalars(start + i + 1, { loss: valueAt(run, start + i + 1) })),
      );
  }
}

/** A bridge of its own reads everything; each point is compared and the process looked at. */
async function lostPoints(folder, { BridgeClient }) {
  const child = spawn(process.execPath, ['--expose-gc', inRoot('dist', 'bridge.js'), folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    const client = await BridgeClient.connect(JSON.parse(line));
    const ids = readdirSync(folder).sort();
    let lost = 0;
    const started = performance.now();
    let readAt = 0;
    for (const [run, id] of ids.entries()) {
      await client.ask({ method: 'runs/load' }, { run: id });
      readAt = performance.now();
      for (let from = 0; from < points; from += 65_536) {
        const raw = await client.ask(
          { method: 'curves/raw' },
          { series: { run: id, rank: 0, tag: 'loss' }, from, count: 65_536 },
        );
        raw.y.forEach((value, i) => {
          if (raw.step[i] !== from + i + 1 || value !== valueAt(run, from + i + 1)) lost++;
        });
        lost += Math.min(65_536, points - from) - raw.y.length;
      }
    }
    const millis = [];
    for (let i = 0; i < 200; i++) {
      const from = (i * 7919) % 500_000;
      const before = performance.now();
      await client.ask(
        { method: 'curves/read' },
        {
          series: ids.map((run) => ({ run, rank: 0, tag: 'loss' })),
          window: {
            x: 'step',
            from,
            to: from + 400_000 / (1 + (i % 50)),
            pixels: 3000,
            smoothing: i % 2 === 0 ? 0 : 100,
          },
        },
      );
      millis.push(performance.now() - before);
    }
    client.close();
    return {
      lost,
      readSeconds: Math.round((readAt - started) / 100) / 10,
      answerMillis: percentiles(millis),
      bridgeMemoryMiB: memoryOf(child.pid),
    };
  } finally {
    child.stdin.end();
    await once(child, 'exit');
  }
}

/** Resident memory now and at its most; Linux only. */
function memoryOf(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const mebibytes = (name) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024);
    return { now: mebibytes('VmRSS'), most: mebibytes('VmHWM') };
  } catch {
    return undefined;
  }
}

/** All four runs shown, all points read. */
async function allRead({ page }) {
  const started = performance.now();
  await page
    .locator('.run')
    .nth(runs - 1)
    .waitFor();
  for (let run = 0; run < runs; run++) {
    const box = page.locator('.run vscode-checkbox').nth(run);
    if (!(await box.evaluate(({ checked }) => checked))) await box.click();
  }
  await page.waitForFunction(
    (wanted) =>
      document.querySelectorAll('.run .status').length === wanted.runs &&
      [...document.querySelectorAll('.run .status')].every(({ textContent }) => textContent.includes(wanted.step)) &&
      document.querySelector('figure .readout')?.textContent.split('·').length === wanted.runs,
    { runs, step: points < 1e6 ? `step ${points}` : 'step 1.00e6' },
    { timeout: Math.max(30_000, points / 4), polling: 250 },
  );
  return Math.round(performance.now() - started);
}

/** From one animation frame to the next, with drawing and painting, while the page is zoomed or moved in each. */
async function measureFrames({ page }) {
  const measured = {};
  for (const [name, gesture] of Object.entries(gestures)) {
    const millis = await page.evaluate(
      async ({ gesture, frames }) => {
        const canvas = document.querySelector('figure canvas');
        const { left, top, width, height } = canvas.getBoundingClientRect();
        const at = (share) => ({
          clientX: left + width * share,
          clientY: top + height / 2,
          bubbles: true,
          cancelable: true,
        });
        const frame = () => new Promise((done) => requestAnimationFrame(done));
        await frame();
        let before = await frame();
        const found = [];
        for (let i = 0; i < frames; i++) {
          const event = gesture.find(({ until }) => i < until * frames);
          canvas.dispatchEvent(
            new WheelEvent('wheel', { ...at(event.at), deltaX: event.deltaX ?? 0, deltaY: event.deltaY ?? 0 }),
          );
          const now = await frame();
          found.push(now - before);
          before = now;
        }
        return found;
      },
      { gesture, frames },
    );
    measured[name] = percentiles(millis);
  }
  return measured;
}

const gestures = {
  zoom: [
    { until: 0.5, at: 0.37, deltaY: -40 },
    { until: 1, at: 0.61, deltaY: 40 },
  ],
  pan: [
    { until: 0.1, at: 0.5, deltaY: -60 },
    { until: 0.55, at: 0.5, deltaX: 25 },
    { until: 1, at: 0.5, deltaX: -25 },
  ],
};

function percentiles(millis) {
  const sorted = [...millis].sort((a, b) => a - b);
  const at = (share) =>
    Math.round((sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN) * 10) / 10;
  return { p50: at(0.5), p95: at(0.95), max: at(1) };
}
