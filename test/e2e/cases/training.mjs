/** A real training from the editor: its curves move, its mistake is underlined and mended, it takes commands. */
import { match, ok } from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot } from '../../../scripts/paths.mjs';
import { Unavailable } from '../../../scripts/unavailable.mjs';
import { until } from '../driver/until.mjs';

const python = inRoot('.cache', 'venv', 'bin', 'python');

export const name = 'training';
export const opens = {
  settings: {
    'editor.minimap.enabled': false,
    'editor.codeLens': true,
  },
  folderSettings: { 'tensorwright.pythonPath': python, 'tensorwright.control': true },
};

/** Gradients are never cleared. It ends by itself, whatever becomes of the test. */
const script = `import time

import torch
from torch import nn

torch.manual_seed(0)
torch.set_num_threads(1)
inputs = torch.randn(256, 20)
labels = (inputs[:, 0] > 0).long()
model = nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 2))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
criterion = nn.CrossEntropyLoss()
end = time.time() + 240
step = 0
while time.time() < end:
    batch = torch.randint(0, 256, (32,))
    loss = criterion(model(inputs[batch]), labels[batch])
    loss.backward()
    optimizer.step()
    step += 1
    if step % 20 == 0:
        with open("rate.txt", "w") as file:
            file.write(str(optimizer.param_groups[0]["lr"]))
    time.sleep(0.02)
`;

const has = (wanted) => (found) => found.some((one) => one.includes(wanted));

/** The newest run of the folder: its facts, once it has any. */
function runIn(folder) {
  const runs = join(folder, '.tensorwright', 'runs');
  const newest = existsSync(runs) ? readdirSync(runs).sort().at(-1) : undefined;
  const facts = newest && join(runs, newest, 'run.json');
  return facts && existsSync(facts) ? JSON.parse(readFileSync(facts, 'utf8')) : undefined;
}

const stepIn = (text) => Number(/step (\d+)/.exec(text)?.[1] ?? 0);
const rate = (folder) => (existsSync(join(folder, 'rate.txt')) ? readFileSync(join(folder, 'rate.txt'), 'utf8') : '');

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export const tests = [
  [
    'Run and Watch Training starts the script, and its curves move',
    async ({ workbench, shot, folder }) => {
      if (!existsSync(python))
        throw new Unavailable('training: no Python with PyTorch in .cache/venv; run the oracle tests once');
      writeFileSync(join(folder, 'train.py'), script);
      await workbench.openFile('train.py');
      await workbench.command('Tensorwright: Run and Watch Training');
      const text = await workbench.webviewText('the curve of the loss', (words) => /loss\s+now /.test(words));
      const before = stepIn(text);
      await workbench.webviewText('later steps', (words) => stepIn(words) > before + 10);
      await shot('curves');
      await until('a run', () => runIn(folder));
    },
  ],
  [
    'what is wrong is in the Problems view and on its line; the fix mends it',
    async ({ workbench, shot }) => {
      await workbench.openFile('train.py');
      // The checker warns of it too, before the run; this is what the run says.
      await workbench.problems('what the run has found', has('(train.py, step '));
      await shot('alert');
      const [underlined] = await workbench.underlined('an underlined line', (found) => found.length > 0);
      const titles = await workbench.fixesAt(underlined.replace(/^\w+: /, ''));
      await shot('menu');
      const fix = titles.find((title) => title.includes('zero_grad'));
      ok(fix !== undefined, `the menu has ${titles.join(', ')}`);
      await workbench.applyFix(fix);
      await until(
        'the fixed text',
        async () => (await workbench.editor()).text,
        (text) => text.split('optimizer.zero_grad()').length === 2,
      );
      // What was mended is no longer underlined, though the run goes on with the old text.
      await workbench.underlined('no error', (found) => !found.some((one) => one.startsWith('error')));
      await shot('fixed');
    },
  ],
  [
    'the run is in the tree and in the status bar',
    async ({ workbench, shot }) => {
      await workbench.command('Tensorwright: Focus on Training Runs View');
      const tree = workbench.page.locator('.pane-body .monaco-list-row', { hasText: 'train.py' }).first();
      await tree.waitFor();
      const bar = workbench.page.locator('.statusbar-item', { hasText: /train\.py step \d+/ });
      match(await bar.innerText(), /train\.py step \d+ · loss/);
      await shot('tree');
    },
  ],
  [
    'the learning rate changes in the running script',
    async ({ workbench, shot, folder }) => {
      // The palette's own input becomes the one that is asked in.
      await workbench.command('Tensorwright: Set Learning Rate of Training', { thenCloses: false });
      const input = workbench.page.locator('.quick-input-widget input[aria-label^="Learning rate"]');
      await input.fill('0.001');
      await workbench.page.keyboard.press('Enter');
      await until(
        "the script's optimizer",
        () => rate(folder),
        (text) => text === '0.001',
      );
      await workbench.command('Tensorwright: Show Training Curves');
      await workbench.webviewText('the curve of the learning rate', (words) => /lr\s+now 0\.001/.test(words));
      await shot('learning-rate');
    },
  ],
  [
    'the training is paused, and stopped for good',
    async ({ workbench, shot, folder }) => {
      await workbench.command('Tensorwright: Show Training Curves');
      await workbench.command('Tensorwright: Pause Training');
      await workbench.webviewText('paused', (words) => words.includes('paused'));
      await shot('paused');
      await workbench.command('Tensorwright: Resume Training');
      await workbench.webviewText('running', (words) => words.includes('running'));
      process.kill(runIn(folder).pid, 'SIGKILL');
      await workbench.webviewText('the end', (words) => words.includes('ended'));
      await shot('ended');
    },
  ],
];

/** Nothing is left behind when a test has failed. */
export function after({ folder }) {
  const run = runIn(folder);
  if (run !== undefined && isAlive(run.pid)) process.kill(run.pid, 'SIGKILL');
}
