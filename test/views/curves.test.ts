/** The Curves view as a person meets it, in Chromium over a real bridge. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { folderWith } from '../harness/folder';
import { until } from '../bridge/client';
import { type RunWriter, scalars, startRun } from '../bridge/journalWriter';
import { type OpenView, openView } from './pages';

const pictures = 'test-results/screenshots';

describe('Curves view', function () {
  // A person's steps, one after the other.
  this.bail(true);
  let folder: ReturnType<typeof folderWith>;
  let view: OpenView;
  let run: RunWriter;

  before(async function () {
    folder = folderWith();
    run = startRun(folder.path, { id: '20261123-101500-abcd', control: true });
    const old = startRun(folder.path, { id: '20261122-091500-abcd', pid: 2 ** 30, startedAt: '2026-11-22T09:15:00Z' });
    const loss = (step: number, noise: number): number =>
      2 * Math.exp(-step / 300) + 0.2 + noise * Math.sin(step * 12.9898);
    old.append(Array.from({ length: 3000 }, (_, i) => scalars(i + 1, { loss: loss(i, 0.1) + 0.3, lr: 0.1 })));
    run.append(
      Array.from({ length: 2000 }, (_, i) =>
        scalars(i + 1, {
          loss: i === 900 ? Number.NaN : loss(i, 0.15),
          lr: i < 1000 ? 0.1 : 0.01,
          accuracy: 1 - loss(i, 0) / 3,
        }),
      ),
    );
    run.append([
      {
        kind: 'control',
        step: 1000,
        time: 10,
        command: 'set-learning-rate',
        arguments: { value: 0.01 },
        applied: true,
      },
    ]);
    view = await openView('curves', [folder.path]);
    mkdirSync(pictures, { recursive: true });
  });
  after(async () => {
    await view.close();
    folder.dispose();
  });

  const text = (): Promise<string> => view.page.locator('body').innerText();
  const shot = (name: string): Promise<unknown> => view.page.screenshot({ path: `${pictures}/curves-${name}.png` });
  const label = (tag: string): Promise<string | null> =>
    view.page.locator('figure', { hasText: tag }).first().locator('canvas').getAttribute('aria-label');

  it('draws every curve of the running run, and the browser has nothing to object', async () => {
    await until('the charts', text, (words) => ['loss', 'accuracy', 'lr'].every((tag) => words.includes(tag)));
    await until('what is drawn', text, (words) => words.includes('now '));
    await until(
      'the words for screen readers',
      () => label('loss'),
      (words) => words?.includes('at step 2000') === true,
    );
    await shot('two-thousand-steps');
    deepEqual(view.complaints, []);
  });

  it('follows the run', async () => {
    const waits: number[] = [];
    for (let step = 2001; step <= 2020; step++) {
      const started = performance.now();
      run.append([scalars(step, { loss: step / 1000, lr: 0.01, accuracy: 0.9 })]);
      await view.page
        .locator('figure .readout', { hasText: `now ${step / 1000}` })
        .first()
        .waitFor();
      waits.push(performance.now() - started);
    }
    waits.sort((a, b) => a - b);
    ok((waits[10] as number) < 1000, `half of the points took longer than ${waits[10]} ms`);
  });

  it('zooms with the wheel down to single steps and back with a double click', async () => {
    const canvas = view.page.locator('figure canvas').first();
    const box = await canvas.boundingBox();
    ok(box !== null);
    await view.page.mouse.move(box.x + box.width * 0.48, box.y + box.height / 2);
    for (let i = 0; i < 12; i++) await view.page.mouse.wheel(0, -200);
    const span = await until(
      'a narrow span',
      () => view.page.locator('.bar .readout').innerText(),
      (words) => words !== '',
    );
    const [from, to] = span.split(' to ').map(Number) as [number, number];
    ok(to - from < 100, span);
    await until(
      'single values',
      () => view.page.locator('figure .readout').first().innerText(),
      (words) => /^step \d+: [\d.]+/.test(words) && !words.includes('…'),
    );
    await shot('zoomed');
    await canvas.dblclick();
    await until(
      'the whole',
      () => view.page.locator('.bar .readout').innerText(),
      (words) => words === '',
    );
  });

  it('smooths, and shows another run beside', async () => {
    await view.page.locator('vscode-single-select').nth(1).click();
    await view.page.getByRole('option', { name: 'Half-life 50 steps' }).click();
    await view.page.locator('.run vscode-checkbox').nth(1).click();
    await until(
      'both runs',
      () => label('loss'),
      (words) => words?.includes('2 runs') === true,
    );
    await until('smoothed and raw', text, (words) => /now [\d.]+ \(/.test(words));
    await shot('smoothed');
  });

  it('reads with the keyboard', async () => {
    await view.page.locator('figure canvas').first().focus();
    await view.page.keyboard.press('ArrowRight');
    await view.page.keyboard.press('ArrowRight');
    match(await view.page.locator('[role=status]').innerText(), /^loss, step \d+: /);
    await view.page.keyboard.press('+');
    await until(
      'a span',
      () => view.page.locator('.bar .readout').innerText(),
      (words) => words !== '',
    );
    await view.page.keyboard.press('0');
  });

  it('sends commands, and says what cannot be', async () => {
    const field = view.page.locator('.run vscode-textfield input').first();
    await field.fill('0.005');
    await field.press('Enter');
    await view.page.locator('.run vscode-button', { hasText: 'Pause' }).first().click();
    const { readFile } = await import('node:fs/promises');
    const lines = await until(
      'two commands',
      async () => (await readFile(`${run.folder}/control.jsonl`, 'utf8').catch(() => '')).trim().split('\n'),
      (found) => found.length === 2,
    );
    match(lines[0] ?? '', /"command":"set-learning-rate","arguments":\{"value":0.005\}/);
    match(lines[1] ?? '', /"command":"pause"/);
    run.append([{ kind: 'control', step: 2020, time: 20.2, command: 'pause', arguments: {}, applied: true }]);
    await until('Resume', text, (words) => words.includes('Resume') && words.includes('paused'));
  });

  it('gives pictures and values away', async () => {
    const buttons = view.page.locator('figure').first().locator('vscode-toolbar-button');
    for (let i = 0; i < 3; i++) await buttons.nth(i).click({ force: true });
    const saved = await until(
      'three files',
      () => view.server.rest,
      (rest) => rest.length === 3,
    );
    const [png, svg, csv] = saved;
    ok(png?.kind === 'save' && png.content.startsWith('data:image/png;base64,'));
    ok(svg?.kind === 'save' && svg.content.startsWith('<svg') && svg.content.includes('<path d="M'));
    ok(csv?.kind === 'saveValues');
    equal(csv.series.length, 2);
    deepEqual(view.complaints, []);
  });
});
