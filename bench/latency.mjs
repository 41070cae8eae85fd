/** From an edit to its findings, over stdio as an editor does it; and the server's memory on the way. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { edits } from './edits.mjs';
import { spread, median, round } from './figures.mjs';
import { inFolder } from './folder.mjs';
import { LspClient } from './lspClient.mjs';
import { modelFile, wantedLines } from './modelFile.mjs';

/** A pause between edits: fast typing, and time for what the server does when idle. */
const pauseMs = 20;

/** Edits before the first is measured, so that compiled code is measured, as after a minute of work. */
const warmUp = 60;

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Starts the server on a folder that holds `text` as model.py, opened. */
async function opened(server, folder, text, env = process.env) {
  const path = join(folder, 'model.py');
  writeFileSync(path, text);
  const uri = pathToFileURL(path).href;
  const client = new LspClient(process.execPath, [server, '--stdio'], { cwd: folder, env });
  await client.initialize(folder);
  const first = client.diagnostics(uri, 1);
  client.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'python', version: 1, text } });
  return { client, uri, first: await first };
}

/**
 * Milliseconds from didChange to publishDiagnostics over `count` edits, by kind of place; memory in MiB.
 * @param {string} server path of the server's script
 */
export function measureLatency(server, count = 1000) {
  return inFolder(async (folder) => {
    const text = modelFile();
    const { client, uri, first } = await opened(server, folder, text);
    const taken = [];
    const memory = [];
    let processor;
    try {
      for (const [index, { kind, range, text: typed }] of edits(text, warmUp + count).entries()) {
        const version = index + 2;
        if (index >= warmUp && (index - warmUp) % (count / 10) === 0) memory.push(client.memory());
        if (index === warmUp) processor = client.processorTime();
        const answered = client.diagnostics(uri, version);
        const sent = performance.now();
        client.notify('textDocument/didChange', {
          textDocument: { uri, version },
          contentChanges: [{ range, text: typed }],
        });
        const { at } = await answered;
        if (index >= warmUp) taken.push({ kind, ms: at - sent });
        await sleep(pauseMs);
      }
      memory.push(client.memory());
      processor = client.processorTime() - processor;
    } finally {
      await client.stop();
    }
    return {
      lines: wantedLines,
      edits: count,
      findings: first.diagnostics.length,
      millis: spread(taken.map(({ ms }) => ms)),
      byPlace: byPlace(taken),
      processorMillisPerEdit: Number.isNaN(processor) ? undefined : round(processor / count),
      memoryMiB: memory.every((mib) => mib !== undefined)
        ? { before: round(memory[0]), after: round(memory.at(-1)), most: round(Math.max(...memory)) }
        : undefined,
    };
  });
}

/** Figures by kind of place. */
function byPlace(taken) {
  const kinds = [...new Set(taken.map(({ kind }) => kind))].sort();
  return Object.fromEntries(
    kinds.map((kind) => [kind, spread(taken.filter((one) => one.kind === kind).map(({ ms }) => ms))]),
  );
}

/**
 * Milliseconds from starting the process to the first findings of a file: of the first start after an installation, which
 * compiles everything, and the median of those that follow.
 */
export function measureStart(server, text, starts = 7) {
  return inFolder(async (folder) => {
    const env = { ...process.env, XDG_CACHE_HOME: join(folder, 'cache') };
    const taken = [];
    for (let i = 0; i <= starts; i++) {
      const { client, first } = await opened(server, folder, text, env);
      taken.push(first.at - client.spawnedAt);
      await client.stop();
    }
    const [newly, ...later] = taken;
    return { newly: round(newly), median: round(median(later)), most: round(Math.max(...later)), starts };
  });
}
