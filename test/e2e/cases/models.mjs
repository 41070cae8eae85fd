/** The Models view: empty, with what lies in the workspace, and with a version that is registered from the palette. */
import { deepEqual, ok } from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadTypeScript } from '../../../scripts/loadTypeScript.mjs';
import { inRoot } from '../../../scripts/paths.mjs';
import { until } from '../driver/until.mjs';

export const name = 'models';

async function model() {
  const { onnxBytes } = await loadTypeScript(inRoot('test', 'triton', 'onnxBytes.ts'));
  const image = [{ name: 'image', type: 1, dims: ['batch', 3, 224, 224] }];
  return Buffer.from(onnxBytes(image, [{ name: 'scores', type: 1, dims: ['batch', 10] }]).base64, 'base64');
}

const row = (workbench, text) => workbench.page.locator('.pane-body .monaco-list-row', { hasText: text }).first();

export const tests = [
  [
    'says what to do where there is no model',
    async ({ workbench, shot }) => {
      await workbench.command('Tensorwright: Focus on Models View');
      const welcome = workbench.page.locator('.pane-body .welcome-view-content', { hasText: 'No model yet' });
      await welcome.getByText('Register Version...').waitFor();
      await shot('empty');
    },
  ],
  [
    'a version that comes into the workspace comes into the view',
    async ({ workbench, shot, folder }) => {
      await workbench.command('Tensorwright: Refresh Models');
      const version = join(folder, 'models', 'resnet', '1');
      mkdirSync(version, { recursive: true });
      const bytes = await model();
      // The workbench takes a moment to watch a folder, and nothing says when it does.
      await until('the model in the view', async () => {
        writeFileSync(join(version, 'model.onnx'), bytes);
        return row(workbench, 'resnet')
          .waitFor({ timeout: 5_000 })
          .then(
            () => true,
            () => false,
          );
      });
      await row(workbench, 'Version 1').click();
      await row(workbench, 'image float32 (?, 3, 224, 224)').waitFor();
      await shot('found');
    },
  ],
  [
    'Register Version makes the next one',
    async ({ workbench, shot, folder }) => {
      const file = join(folder, 'best.onnx');
      writeFileSync(file, await model());
      await workbench.command('Tensorwright: Register Version...', { thenCloses: false });
      // First the editor's own dialog for files, then whose version it becomes.
      for (const choice of ['best.onnx', 'version 2'])
        await workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: choice }).first().click();
      await row(workbench, 'Version 2').waitFor();
      await row(workbench, 'Version 2').click();
      await row(workbench, 'Follows').waitFor();
      await shot('registered');
      const manifest = JSON.parse(readFileSync(join(folder, 'models', 'resnet', '2', 'tensorwright.json'), 'utf8'));
      deepEqual([manifest.number, manifest.parent, manifest.files[0].path], [2, 1, 'model.onnx']);
      ok(manifest.signature.inputs[0].name === 'image');
    },
  ],
  [
    'Compare Versions says what differs, on a page',
    async ({ workbench, shot }) => {
      await workbench.command('Tensorwright: Compare Versions...', { thenCloses: false });
      // The new one, and what it is compared with.
      for (const answer of ['2', '1', 'Nothing'])
        await workbench.page
          .locator('.quick-input-list .monaco-list-row', { has: workbench.page.getByText(answer, { exact: true }) })
          .first()
          .click();
      await workbench.webviewText('the report', (words) => /resnet.1 → resnet.2/.test(words));
      await shot('compared');
    },
  ],
  [
    'Run Inference says what comes out, how long it takes, and where',
    async ({ workbench, shot, folder }) => {
      const { scaling } = await loadTypeScript(inRoot('test', 'harness', 'onnxFile.ts'));
      const version = join(folder, 'models', 'twice', '1');
      mkdirSync(version, { recursive: true });
      writeFileSync(join(version, 'model.onnx'), scaling(2));
      await row(workbench, 'twice').waitFor();
      await workbench.command('Tensorwright: Run Inference...', { thenCloses: false });
      for (const answer of ['twice', '1', 'Made-up inputs'])
        await workbench.page
          .locator('.quick-input-list .monaco-list-row', { has: workbench.page.getByText(answer, { exact: true }) })
          .first()
          .click();
      await workbench.webviewText('the page', (words) => /100 % of the nodes on CPUExecutionProvider/.test(words));
      await shot('inferred');
    },
  ],
  [
    'Compare Versions runs both, and says what they answer and how fast',
    async ({ workbench, shot, folder }) => {
      const { scaling } = await loadTypeScript(inRoot('test', 'harness', 'onnxFile.ts'));
      const version = join(folder, 'models', 'twice', '2');
      mkdirSync(version, { recursive: true });
      writeFileSync(join(version, 'model.onnx'), scaling(2.5));
      await workbench.command('Tensorwright: Compare Versions...', { thenCloses: false });
      for (const answer of ['twice', '2', '1', 'Made-up inputs'])
        await workbench.page
          .locator('.quick-input-list .monaco-list-row', { has: workbench.page.getByText(answer, { exact: true }) })
          .first()
          .click();
      const said = await workbench.webviewText('the report', (words) => /Latency and memory/.test(words));
      ok(/1 output for 16 made-up inputs \(seed 0\): it differs/.test(said), said);
      await shot('run side by side');
    },
  ],
];
