/** The Layers view as a person meets it, in Chromium over a real bridge. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JournalRecord, LayerFact, StatsSubject, TensorStats } from '../../protocol/src/journal';
import { until } from '../bridge/client';
import { type RunWriter, scalars, startRun } from '../bridge/journalWriter';
import { folderWith } from '../harness/folder';
import { light } from './editor';
import { type OpenView, openView } from './pages';

const pictures = 'test-results/screenshots';
const depth = 8;

/** A chain of small blocks, as a model's source makes them. */
const facts = (file: string): readonly LayerFact[] => {
  const fact = (name: string, type: string, line: number, order: number, elements = 0): LayerFact => ({
    name,
    type,
    file,
    line,
    order,
    settings: {},
    parameters:
      elements === 0
        ? []
        : [{ name: `${name}.weight`, shape: [elements], dtype: 'float32', trainable: true, elements }],
  });
  return [
    fact('', 'Net', 9, 0),
    fact('blocks', 'Sequential', 5, 1),
    ...Array.from({ length: depth }, (_, i) => [
      fact(`blocks.${i}.fc`, 'Linear', 3, 10 * i + 2, 16_384),
      fact(`blocks.${i}.act`, 'ReLU', 4, 10 * i + 3),
    ]).flat(),
    fact('head', 'Linear', 6, 1000, 1280),
  ];
};
const source = `from torch import nn

fc = lambda: nn.Linear(128, 128)
act = lambda: nn.ReLU()
blocks = nn.Sequential()
head = nn.Linear(128, 10)


model = nn.Module()
`;

/** Numbers that look random and are the same each time. */
function* noise(seed: number): Generator<number> {
  for (let state = seed * 2654435761 + 1; ;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield (state + 0.5) / 2 ** 32;
  }
}
function normal(seed: number, n: number, size: number): Float64Array {
  const random = noise(seed);
  const next = (): number => random.next().value as number;
  return Float64Array.from(
    { length: n },
    () => size * Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next()),
  );
}

function statsOf(name: string, values: Float64Array, channels?: Float32Array): TensorStats {
  const finite = values.filter(Number.isFinite);
  const exponents = new Uint32Array(64);
  for (const value of finite)
    if (value !== 0) {
      const bin = Math.min(31, Math.max(0, Math.floor(Math.log2(Math.abs(value))) + 24)) + (value > 0 ? 32 : 0);
      exponents[bin] = (exponents[bin] as number) + 1;
    }
  return {
    name,
    estimated: true,
    rows: 64,
    n: values.length,
    nan: values.filter(Number.isNaN).length,
    inf: 0,
    zeros: finite.filter((value) => value === 0).length,
    sum: finite.reduce((sum, value) => sum + value, 0),
    sumSquares: finite.reduce((sum, value) => sum + value * value, 0),
    min: Math.min(...finite),
    max: Math.max(...finite),
    absMax: Math.max(...finite.map(Math.abs)),
    exponents,
    ...(channels === undefined ? {} : { channelMax: channels, channelMin: new Float32Array(channels.length) }),
  };
}

/** Gradients vanish towards the input; block 2 dies slowly; the head has NaN for a while. */
function captured(step: number): readonly JournalRecord[] {
  const record = (what: StatsSubject, entries: readonly TensorStats[]): JournalRecord => ({
    kind: 'stats',
    what,
    step,
    time: step / 100,
    entries,
  });
  const blocks = Array.from({ length: depth }, (_, i) => i);
  const size = (i: number): number => 0.8 + 0.1 * i + 0.3 * Math.sin(step / 90 + i);
  const dead = (i: number): number => (i === 2 ? Math.min(28, Math.floor(step / 10)) : i === 5 ? 1 : 0);
  const fc = blocks.map((i) => normal(31 * step + i, 512, size(i)));
  const act = fc.map((values, i) => values.map((value, at) => (at % 32 < dead(i) ? 0 : Math.max(0, value))));
  const fired = blocks.map((i) => Float32Array.from({ length: 32 }, (_, c) => (c < dead(i) ? 0 : 1 + (c % 5) / 5)));
  const head = normal(step + 7, 256, 1.5).map((value, i) => (step >= 240 && step < 270 && i < 9 ? Number.NaN : value));
  const grow = (i: number): number => 1e-5 * 6 ** i * (1 + 0.4 * Math.sin(step / 40));
  const gradients = blocks.map((i) => statsOf(`blocks.${i}.fc.weight`, normal(step * 7 + i, 256, grow(i))));
  const updates = blocks.map((i) => statsOf(`blocks.${i}.fc.weight`, normal(step * 5 + i, 256, 0.05 * grow(i))));
  const weights = blocks.map((i) => statsOf(`blocks.${i}.fc.weight`, normal(step * 3 + i, 256, 0.08)));
  return [
    record('activation', [
      ...blocks.flatMap((i) => [
        statsOf(`blocks.${i}.fc`, fc[i] as Float64Array),
        statsOf(`blocks.${i}.act`, act[i] as Float64Array, fired[i]),
      ]),
      statsOf('head', head),
    ]),
    record('gradient', gradients),
    record('update', updates),
    record('weight', weights),
  ];
}

describe('Layers view', function () {
  // A person's steps, one after the other.
  this.bail(true);
  let folder: ReturnType<typeof folderWith>;
  let view: OpenView;
  let run: RunWriter;
  const ids = { full: '20261123-101500-abcd', plain: '20261122-091500-abcd', none: '20261121-081500-abcd' };

  const model = (file: string): JournalRecord => ({
    kind: 'model',
    step: 0,
    time: 0,
    file,
    line: 9,
    root: 'Net',
    type: 'Net',
    layers: facts(file),
  });
  const end: JournalRecord = { kind: 'end', step: 5, time: 1, reason: 'finished' };

  before(async function () {
    folder = folderWith({ 'train.py': source });
    const file = folder.at('train.py');
    const over = { pid: 2 ** 30 };
    const startedAt = (day: number): string => `2026-11-${day}T09:15:00Z`;
    const plain = startRun(folder.path, { id: ids.plain, startedAt: startedAt(22), ...over });
    plain.append([model(file), scalars(5, { loss: 1 }), end]);
    const none = startRun(folder.path, { id: ids.none, startedAt: startedAt(21), ...over });
    none.append([scalars(5, { loss: 1 }), end]);
    run = startRun(folder.path, { id: ids.full, startedAt: new Date(Date.now() + 1000).toISOString() });
    run.append([model(file), scalars(1, { loss: 2 })]);
    for (let step = 1; step <= 600; step += step < 20 ? 1 : 10)
      run.append([...captured(step), scalars(step, { loss: 1 })]);
    writeFileSync(
      join(plain.folder, 'findings.json'),
      JSON.stringify({
        findings: [
          {
            rule: 'dead-relu',
            severity: 'error',
            step: 5,
            layer: 'blocks.2.act',
            file,
            line: 4,
            message: '88 % of the channels of blocks.2.act never fired for 320 examples.',
            suggestions: [],
          },
        ],
      }),
    );
    view = await openView('layers', [folder.path]);
    mkdirSync(pictures, { recursive: true });
  });
  after(async () => {
    await view.close();
    folder.dispose();
  });

  const text = (): Promise<string> => view.page.locator('body').innerText();
  const shot = (name: string): Promise<unknown> => view.page.screenshot({ path: `${pictures}/layers-${name}.png` });
  const map = (): Promise<string | null> => view.page.locator('figure canvas').getAttribute('aria-label');
  const row = (name: string): Promise<readonly string[]> =>
    view.page.locator('tbody tr', { hasText: name }).first().locator('th, td').allInnerTexts();
  const choose = async (select: number, option: string): Promise<void> => {
    await view.page.locator('.bar vscode-single-select').nth(select).click();
    await view.page.getByRole('option', { name: option }).click();
  };

  it('shows the layers from the first to the last with their newest numbers', async () => {
    await until('the last layer', text, (words) => words.includes('head'));
    await until('the map', map, (words) => words?.includes('of 17 layers') === true);
    const names = await view.page.locator('tbody th').allInnerTexts();
    deepEqual(names.slice(0, 3), ['blocks.0.fc', 'blocks.0.act', 'blocks.1.fc']);
    equal(names.length, 17, 'modules that only hold others are no rows');
    const [name, type, place, parameters, activation, zeros, dead, gradient, ratio] = await row('blocks.2.act');
    deepEqual([name, type, place, parameters], ['blocks.2.act', 'ReLU', 'train.py:4', '']);
    match(activation ?? '', /^0\.\d+ ± 0\.\d+$/);
    match(zeros ?? '', /^9\d %$/);
    deepEqual([dead, gradient, ratio], ['28 of 32', '–', '–']);
    const linear = await row('blocks.7.fc');
    equal(linear[3], '16,384');
    ok(Number(linear[7]) > 0.5 && Number(linear[8]) > 0, linear.join(' | '));
    await shot('activation');
    deepEqual(view.complaints, []);
  });

  it('the map changes with the statistic, and names what is not finite', async () => {
    match((await map()) ?? '', /some had NaN or infinite values/);
    await choose(1, 'Gradient: root mean square');
    await until('gradients', map, (words) => words?.includes('gradient of 8 layers, steps 1 to') === true);
    match((await map()) ?? '', /from \d\.\de-\d to/);
    await shot('gradient');
    await choose(1, 'Update ratio');
    await until('update ratios', map, (words) => words?.includes('update ratio of 8 layers') === true);
    await choose(1, 'Activation: share of zeros');
    await until('zeros', map, (words) => words?.includes('share of zeros') === true);
  });

  it('a click on a row shows its details, one on its name opens its line', async () => {
    await view.page.locator('tbody tr', { hasText: 'blocks.2.act' }).locator('td').nth(2).click();
    await until('its channels', text, (words) => words.includes('28 of 32 channels (88 %) never fired'));
    await until('its histogram', text, (words) => words.includes('Histogram of the activation over time'));
    await shot('dead-channels');
    deepEqual(view.server.rest, []);
    await view.page.locator('tbody th button', { hasText: 'blocks.3.fc' }).click();
    const [opened] = await until(
      'the line',
      () => view.server.rest,
      (rest) => rest.length === 1,
    );
    deepEqual(opened, {
      kind: 'open',
      file: folder.at('train.py'),
      line: 3,
      lineText: 'fc = lambda: nn.Linear(128, 128)',
    });
  });

  it('reads with the keyboard alone, and Enter opens the line', async () => {
    await view.page.locator('figure canvas').focus();
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowLeft']) await view.page.keyboard.press(key);
    match(await view.page.locator('.unseen[role=status]').innerText(), /^blocks\.3\.act, steps? \d+.*: \d+ %/);
    await view.page.keyboard.press('Enter');
    await until(
      'the line from the map',
      () => view.server.rest,
      (rest) => rest.length === 2,
    );
    await view.page.locator('tbody th button[tabindex="0"]').focus();
    await view.page.keyboard.press('ArrowDown');
    await view.page.keyboard.press('ArrowDown');
    equal(await view.page.locator(':focus').innerText(), 'blocks.4.act');
    await view.page.keyboard.press('Enter');
    const opened = await until(
      'the line from the table',
      () => view.server.rest,
      (rest) => rest.length === 3,
    );
    deepEqual(
      opened.slice(1).map((message) => (message.kind === 'open' ? message.line : message.kind)),
      [4, 4],
    );
  });

  it('finds a layer by its name or type', async () => {
    const field = view.page.locator('.bar vscode-textfield input');
    await field.fill('linear');
    await until(
      'nine rows',
      () => view.page.locator('tbody tr').count(),
      (count) => count === 9,
    );
    await field.fill('lstm');
    await until('none', text, (words) => words.includes('No layer has “lstm” in its name or type.'));
    await field.fill('');
  });

  it('follows the run', async () => {
    run.append([...captured(601), scalars(601, { loss: 1 })]);
    await until('the new column', map, (words) => words?.includes('to 601') === true);
  });

  it('the editor can ask for a layer of a run; alerts stand at theirs', async () => {
    const show = { kind: 'show', run: ids.plain, layer: 'blocks.1.fc' };
    await view.page.evaluate(`window.dispatchEvent(new MessageEvent('message', { data: ${JSON.stringify(show)} }))`);
    await until('the other run', text, (words) => words.includes('finished · step 5'));
    await until('its alert', text, (words) => words.includes('dead-relu'));
    equal((await row('blocks.2.act')).at(-1), 'dead-relu');
    equal(await view.page.locator('.detail h2').innerText(), 'blocks.1.fc');
    await until('no numbers', text, (words) => words.includes('was captured in this run'));
    await shot('no-statistics');
  });

  it('says what to do where a run has no layers, and where there is no run', async () => {
    await choose(0, 'train.py 08:15:00');
    await until('no layers', text, (words) => words.includes('This run recorded no layers'));
    await shot('no-layers');
    deepEqual(view.complaints, []);
    const nothing = folderWith();
    const empty = await openView('layers', [nothing.path]);
    try {
      await empty.page.getByText('No run yet. Start one with').waitFor();
      await empty.page.screenshot({ path: `${pictures}/layers-empty.png` });
    } finally {
      await empty.close();
      nothing.dispose();
    }
  });

  it('has the light theme too', async () => {
    const bright = await openView('layers', [folder.path], [], light);
    try {
      await bright.page.locator('figure canvas[aria-label*="17 layers"]').waitFor();
      await bright.page.locator('tbody tr', { hasText: 'blocks.2.act' }).locator('td').nth(2).click();
      await bright.page.getByText('never fired').waitFor();
      await bright.page.screenshot({ path: `${pictures}/layers-light.png` });
      deepEqual(bright.complaints, []);
    } finally {
      await bright.close();
    }
  });
});
