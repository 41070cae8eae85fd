/** What is asked about a module: its shape flow, its annotations, what real PyTorch says of it. */
import { match, ok } from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { inRoot } from '../../../scripts/paths.mjs';
import { Unavailable } from '../../../scripts/unavailable.mjs';
import { limitMs, until } from '../driver/until.mjs';

export const name = 'modules';
const python = inRoot('.cache', 'venv', 'bin', 'python');
export const opens = {
  settings: { 'editor.minimap.enabled': false },
  folderSettings: { 'tensorwright.pythonPath': python },
};

const unet = 'unet-sizes/unet.py';
const classifier = 'first-classifier/classifier.py';

export const tests = [
  [
    'a module: Show Shape Flow lists the layers, follows the typing, and takes sizes',
    async ({ workbench, shot }) => {
      await workbench.openFile(unet);
      await workbench.click('class «UNet»(nn');
      await workbench.command('Tensorwright: Show Shape Flow');
      await page(workbench, 'Shape flow of UNet', /stem\.0 +Conv2d +\(B, 3, H, W\) +\(B, 16, H, W\) +448/);
      await shot('flow');
      // The same as the command Choose Sizes of the Shape Flow.
      const input = workbench.page.locator('.quick-input-widget input.input');
      // The lens comes after the text and moves it down: a click in that moment meets the text.
      await until('the question for sizes', async () => {
        await workbench.page.getByText('Choose sizes...').click();
        return input.waitFor({ timeout: 3_000 }).then(
          () => true,
          () => false,
        );
      });
      match(await input.inputValue(), /^x=\(2, 3, 224, 224\)$/);
      await shot('sizes');
      await input.fill('x=(1, 3, 64, 64)');
      await workbench.page.keyboard.press('Enter');
      await page(workbench, 'numbers in place of names', /\(1, 3, 64, 64\) +\(1, 16, 64, 64\)/);
      await shot('numbers');
    },
  ],
  [
    'a module: Go to Definition on a row of the shape flow leads to its layer',
    async ({ workbench, shot }) => {
      await workbench.openFile(unet);
      await workbench.click('class «UNet»(nn');
      await workbench.command('Tensorwright: Show Shape Flow');
      await page(workbench, 'Shape flow of UNet', /stem\.0/);
      await workbench.click('stem.0');
      await workbench.page.keyboard.press('F12');
      await until(
        'the source of the row',
        async () => (await workbench.editor()).text,
        (text) => text.includes('def forward'),
      );
      await shot('source');
    },
  ],
  [
    'a module: shape annotations are inserted from the signature',
    async ({ workbench, shot }) => {
      await workbench.openFile(unet);
      const titles = await workbench.fixesAt('def forward(«self», x):');
      await shot('menu');
      ok(titles.includes('Insert shape annotations (jaxtyping)'), titles.join(', '));
      await workbench.applyFix('Insert shape annotations (jaxtyping)');
      await until(
        'annotations',
        async () => (await workbench.editor()).text,
        (text) => text.includes('Float[torch.Tensor, "'),
      );
      await shot('annotated');
      await workbench.undo();
    },
  ],
  [
    'a module: Verify with PyTorch compares with what was found',
    async ({ workbench, shot }) => {
      if (!existsSync(python)) throw new Unavailable('no Python with PyTorch in .cache/venv; `npm test` makes it');
      await workbench.command('View: Close All Editors');
      // Its only class: there is nothing to choose.
      await workbench.openFile(classifier);
      await workbench.command('Tensorwright: Verify with PyTorch');
      await shot('running');
      await page(
        workbench,
        'Verification of Classifier',
        /Agrees: all 11 calls have the shapes that were found/,
        240_000,
      );
      await shot('verified');
    },
  ],
];

/** Waits for a read-only page beside the code. */
async function page(workbench, what, wanted, patienceMs = limitMs) {
  const lines = workbench.page.locator('.editor-group-container .view-lines');
  const end = Date.now() + patienceMs;
  let text = '';
  while (Date.now() < end) {
    const all = await lines.allInnerTexts();
    text = all.join('\n').replaceAll('\u00a0', ' ');
    if (wanted.test(text)) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  const said = await workbench.page.locator('.notification-list-item-message').allInnerTexts();
  throw new Error(`${what}: ${wanted} is not in\n${text.slice(0, 1500)}\nnotifications: ${said.join(' | ') || 'none'}`);
}
