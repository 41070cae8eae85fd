/** Configurations of Triton: edits of a long one in the language server, and a check of a large model repository. */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { median, round, spread } from './figures.mjs';
import { inFolder } from './folder.mjs';
import { LspClient } from './lspClient.mjs';
import { processorMs } from './process.mjs';

const pauseMs = 20;
const warmUp = 60;
const modelCount = 2000;

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

const tensor = (name) =>
  `  {\n    name: "${name}"\n    data_type: TYPE_FP32\n    dims: [ 3, -1, 16 ]\n    reshape {\n      shape: [ 3, -1, 4, 4 ]\n    }\n  }`;
const list = (side) => `${side} [\n${Array.from({ length: 31 }, (_, i) => tensor(`${side}_${i}`)).join(',\n')}\n]\n`;

/** A configuration of 500 lines without a mistake. */
export const longConfig = () => `backend: "identity"\nmax_batch_size: 8\n${list('input')}${list('output')}`;

/** Places that are typed at, one after the other: a name, a number, a type. Each edit is taken back by the next. */
function* typing(text) {
  const lines = text.split('\n');
  const places = [
    ['"input_20"', 1],
    ['dims: [ 3', 8],
    ['TYPE_FP32', 6],
  ].map(([word, offset], index) => {
    const line = lines.findIndex((each, number) => number > 150 + 60 * index && each.includes(word));
    return line === -1 ? undefined : { line, character: lines[line].indexOf(word) + offset };
  });
  const known = places.filter(Boolean);
  for (let round = 0; ; round++) {
    const start = known[round % known.length];
    yield { range: { start, end: start }, text: '1' };
    yield { range: { start, end: { ...start, character: start.character + 1 } }, text: '' };
  }
}

/**
 * Milliseconds from didChange to publishDiagnostics in a configuration of 500 lines.
 * @param {string} server path of the server's script
 */
export function measureConfigEdits(server, count = 500) {
  return inFolder(async (folder) => {
    const text = longConfig();
    mkdirSync(join(folder, 'long', '1'), { recursive: true });
    const path = join(folder, 'long', 'config.pbtxt');
    writeFileSync(path, text);
    const uri = pathToFileURL(path).href;
    const client = new LspClient(process.execPath, [server, '--stdio'], { cwd: folder });
    const taken = [];
    let processor;
    try {
      await client.initialize(folder);
      const first = client.diagnostics(uri, 1);
      client.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'triton-config', version: 1, text } });
      await first;
      const typed = typing(text);
      for (let index = 0; index < warmUp + count; index++) {
        const version = index + 2;
        if (index === warmUp) processor = client.processorTime();
        const answered = client.diagnostics(uri, version);
        const sent = performance.now();
        client.notify('textDocument/didChange', {
          textDocument: { uri, version },
          contentChanges: [typed.next().value],
        });
        const { at } = await answered;
        if (index >= warmUp) taken.push(at - sent);
        await sleep(pauseMs);
      }
      processor = client.processorTime() - processor;
    } finally {
      await client.stop();
    }
    return {
      lines: text.split('\n').length,
      edits: count,
      millis: spread(taken),
      processorMillisPerEdit: perEdit(processor, count),
    };
  });
}

/** Undefined where the system does not say. */
const perEdit = (processor, count) => (Number.isNaN(processor) ? undefined : round(processor / count));

/** Writes a repository: nine models and an ensemble of one of them, again and again. */
function writeRepository(folder) {
  const io = (input, output) =>
    `input { name: "${input}" data_type: TYPE_FP32 dims: 16 }\noutput { name: "${output}" data_type: TYPE_FP32 dims: 16 }\n`;
  for (let index = 0; index < modelCount; index++) {
    const [name, before] = [`m${index}`, `m${index - 1}`];
    mkdirSync(join(folder, name, '1'), { recursive: true });
    const text =
      index % 10 === 9
        ? `platform: "ensemble"\nmax_batch_size: 8\n${io('IN', 'OUT')}ensemble_scheduling { step { model_name: "${before}" model_version: -1 input_map { key: "x" value: "IN" } output_map { key: "y" value: "OUT" } } }\n`
        : `name: "${name}"\nbackend: "identity"\nmax_batch_size: 8\n${io('x', 'y')}`;
    writeFileSync(join(folder, name, 'config.pbtxt'), text);
    writeFileSync(join(folder, name, '1', 'model.bin'), '');
  }
}

/** Seconds of `tensorwright check` on a repository of 2,000 models, start of the process included; the median of some. */
export function measureRepository(cli, runs = 3) {
  return inFolder(async (folder) => {
    writeRepository(folder);
    const results = [];
    for (let index = 0; index < runs; index++) results.push(await check(cli, folder));
    const [{ findings, stats }] = results;
    return {
      models: stats.files,
      findings: findings.length,
      seconds: round(median(results.map(({ seconds }) => seconds)), 2),
      processorSeconds: round(median(results.map(({ processor }) => processor)) / 1000, 2),
    };
  });
}

async function check(cli, folder) {
  const started = performance.now();
  const child = spawn(process.execPath, [cli, 'check', '--format', 'json', folder], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, errors] = [[], []];
  child.stdout.on('data', (bytes) => out.push(bytes));
  child.stderr.on('data', (bytes) => errors.push(bytes));
  let processor = 0;
  const watch = setInterval(() => (processor = processorMs(child.pid) ?? processor), 20);
  const code = await new Promise((done) => child.on('close', done));
  clearInterval(watch);
  const seconds = (performance.now() - started) / 1000;
  if (code !== 0)
    throw new Error(`check ended with exit code ${code}: ${Buffer.concat(errors).toString().slice(-500)}`);
  return { ...JSON.parse(Buffer.concat(out)), seconds, processor };
}
