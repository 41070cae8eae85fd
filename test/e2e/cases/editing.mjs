/** Everyday work on the examples: see the mistake, understand it, mend it. */
import { deepEqual, match, ok } from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serverProcesses } from '../driver/serverProcess.mjs';
import { until } from '../driver/until.mjs';

export const name = 'editing';
export const opens = { settings: { 'editor.minimap.enabled': false } };

const classifier = 'first-classifier/classifier.py';
const headSentence = 'mat1 and mat2 shapes cannot be multiplied (16x1024 and 4096x10)';
const headCall = 'error: self.head(maps.flatten(1))';
const textbook = 'textbook-pool/model.py';
const poolSentence = 'Given input size: (8x222x222). Calculated output size: (8x0x0). Output size is too small';
const poolCall = 'error: self.pool(x)';

const nothing = (found) => found.length === 0;
const has = (wanted) => (found) => found.some((one) => one.includes(wanted));

export const tests = [
  [
    'the call that cannot work is underlined and in the Problems view',
    async ({ workbench, shot }) => {
      await workbench.openFile(classifier);
      deepEqual(await workbench.underlined('an underlined call', has(headCall)), [headCall]);
      await workbench.problems(headSentence, has(headSentence));
      await shot('problems');
    },
  ],
  [
    'the hover over the call has the sentence, the hover over a name its shape',
    async ({ workbench, shot }) => {
      await workbench.openFile(classifier);
      await workbench.underlined('an underlined call', has(headCall));
      await workbench.hover('self.«head»(maps', (text) => text.includes(headSentence));
      await shot('sentence');
      match(await workbench.hover('«maps» = self.features', (text) => text.includes('64')), /\(\w+, 64, .+, .+\)/);
      await shot('shape');
    },
  ],
  [
    'the quick fix mends the line, and undo brings the mistake back',
    async ({ workbench, shot }) => {
      await workbench.openFile(classifier);
      await workbench.underlined('an underlined call', has(headCall));
      const titles = await workbench.fixesAt('self.«head»(maps');
      await shot('menu');
      ok(has('Set in_features to 1024')(titles), `the menu has ${titles.join(', ')}`);
      await workbench.applyFix('Set in_features to 1024');
      await workbench.underlined('no underline after the fix', nothing);
      match((await workbench.editor()).text, /nn\.Linear\(1024, classes\)/);
      await shot('fixed');
      await workbench.undo();
      await workbench.underlined('the underline after undo', has(headCall));
      await shot('undone');
    },
  ],
  [
    'findings follow the typing',
    async ({ workbench, shot }) => {
      await workbench.openFile(classifier);
      await workbench.underlined('an underlined call', has(headCall));
      await workbench.replace('nn.Linear(64 * «8» * 8', '4');
      await workbench.problems('2048 in the message', has('(16x1024 and 2048x10)'));
      await workbench.replace('nn.Linear(64 * 4 * «8»', '4');
      await workbench.underlined('no underline for 64 * 4 * 4', nothing);
      await shot('typed');
    },
  ],
  [
    'a class that is right and a call that is wrong: the hover over forward says what it accepts',
    async ({ workbench, shot }) => {
      await workbench.openFile(textbook);
      await workbench.underlined('the pool call', has(poolCall));
      await workbench.problems(poolSentence, has(poolSentence));
      const accepts = await workbench.hover('def «forward»(self', (text) => text.includes('3, H, W'));
      match(accepts, /x: \(\w+, 3, H, W\)/);
      await shot('accepts');
    },
  ],
  [
    'inlay hints appear when the setting is turned on',
    async ({ workbench, shot, folder }) => {
      await workbench.openFile(textbook);
      deepEqual((await workbench.editor()).hints, []);
      mkdirSync(join(folder, '.vscode'), { recursive: true });
      writeFileSync(join(folder, '.vscode', 'settings.json'), '{ "tensorwright.inlayHints": true }\n');
      const hints = await workbench.hints('inlay hints', (found) => found.length > 0);
      ok(
        hints.every((hint) => /\(.*\)/.test(hint)),
        hints.join(' '),
      );
      await shot('hints');
    },
  ],
  [
    'Explain Finding shows the page of the finding under the cursor',
    async ({ workbench, shot }) => {
      await workbench.openFile(classifier);
      await workbench.underlined('an underlined call', has(headCall));
      await workbench.click('self.«head»(maps');
      await workbench.command('Tensorwright: Explain Finding');
      await workbench.webviewText('a page on the finding', (text) => text.includes('matmul-inner-dim-mismatch'));
      await shot('page');
    },
  ],
  [
    'Restart Server starts a new server that finds the same',
    async ({ workbench, shot, profile }) => {
      await workbench.openFile(classifier);
      await workbench.underlined('an underlined call', has(headCall));
      const before = serverProcesses(profile);
      await workbench.command('Tensorwright: Restart Server');
      if (before.length > 0) await until('another server process', () => serverProcesses(profile), others(before));
      await workbench.underlined('the call, underlined again', has(headCall));
      await shot('restarted');
    },
  ],
  [
    'a killed server comes back by itself',
    async ({ workbench, shot, profile }) => {
      await workbench.openFile(classifier);
      await workbench.underlined('an underlined call', has(headCall));
      const before = serverProcesses(profile);
      before.forEach((pid) => process.kill(pid, 'SIGKILL'));
      if (before.length > 0) await until('another server process', () => serverProcesses(profile), others(before));
      await workbench.replace('nn.Linear(64 * «8» * 8', '4');
      await workbench.problems('the finding of the new text', has('(16x1024 and 2048x10)'));
      await shot('back');
    },
  ],
  [
    'Check Workspace counts the findings of all files and lists them',
    async ({ workbench, shot }) => {
      await workbench.command('Tensorwright: Check Workspace');
      const [summary] = await workbench.notifications('the summary', has('in 6 files'));
      match(summary, /^Tensorwright: \d+ errors?\b.* in 6 files \(\d+\.\d s\)\.$/);
      await shot('summary');
      const files = ['attention.py', 'classifier.py', 'gpt.py', 'model.py', 'train.py', 'unet.py'];
      await workbench.problemFiles('all files in the Problems view', (rows) =>
        files.every((file) => rows.some((row) => row.startsWith(file))),
      );
      await shot('problems');
    },
  ],
];

const others = (before) => (now) => now.length > 0 && !now.some((pid) => before.includes(pid));
