/**
 * Drives a VS Code workbench in Chromium in a user's words: open a file, read the problems, hover, apply a fix.
 *
 * Code is addressed by its text; «» marks the word meant inside a longer text: `'def «forward»(self'`.
 * Every wait has a limit and says what was there instead.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { browser } from '../../../scripts/browser.mjs';
import { serve } from '../../../scripts/workbench.mjs';
import { readEditor } from './editorPage.mjs';
import { limitMs, until } from './until.mjs';

/** High enough that the examples' findings are in view: what VS Code does not draw, the driver cannot see. */
const windowSize = { width: 1400, height: 1150 };

const readable = (text) =>
  text
    .replaceAll('\u00a0', ' ')
    .replace(/[\u200b-\u200f\u2060\ufeff]/g, '')
    .trim();

/**
 * Opens a folder in the workbench with the extension, and Chromium on it.
 * @param {{ folder: string, vsix: string, profile: string, trusted?: boolean, settings?: object, screenshots: string,
 *   log?: (line: string) => void }} options
 * @throws Unavailable where this machine lacks what it takes
 */
export async function openWorkbench({ screenshots, log, ...what }) {
  const executablePath = browser({ log });
  const server = await serve({ ...what, log });
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-dev-shm-usage'];
  const engine = await chromium.launch({ executablePath, args }).catch(async (error) => {
    await server.stop();
    throw error;
  });
  const page = await engine.newPage({ viewport: windowSize });
  page.setDefaultTimeout(limitMs);
  mkdirSync(screenshots, { recursive: true });
  const workbench = new Workbench(page, server, screenshots, async () => {
    await engine.close();
    await server.stop();
  });
  try {
    await page.goto(server.address);
    await page.locator('.monaco-workbench .part.statusbar').waitFor();
  } catch (error) {
    await workbench.screenshot('does-not-start').catch(() => {});
    await workbench.close();
    throw error;
  }
  return workbench;
}

/** More than any test opens. */
const MOST_EDITORS = 20;

export class Workbench {
  constructor(page, server, screenshots, close) {
    Object.assign(this, { page, server, screenshots, close });
  }

  /** Keeps a picture of the whole window. */
  async screenshot(name) {
    await this.page.screenshot({ path: join(this.screenshots, `${name}.png`) });
  }

  /** Runs a command of the palette by its full title. */
  command(title, how) {
    return this.#choose(`>${title}`, title, how);
  }

  /** Opens a file of the workspace by its path and waits for its text. */
  async openFile(path) {
    const name = path.split('/').at(-1);
    await this.#choose(path, name);
    await this.page.locator('.tab.active').filter({ hasText: name }).first().waitFor();
    await until(`text of ${path}`, async () => (await this.editor()).text.trim());
  }

  /** Types into the quick input and clicks the entry with that label; again where the list came too late. */
  async #choose(typed, label, { thenCloses = true } = {}) {
    const input = this.page.locator('.quick-input-widget input.input');
    const row = this.page.locator('.quick-input-list .monaco-list-row', {
      has: this.page.getByText(label, { exact: true }),
    });
    await until(`${label} in the palette`, async () => {
      // Anew each time: a list that is open does not learn of commands that come later.
      await this.page.keyboard.press('Escape');
      await this.page.keyboard.press('F1');
      await input.fill(typed);
      const clicked = row.first().click({ timeout: 8000 });
      return clicked.then(
        () => true,
        async () => !(await input.isVisible()),
      );
    });
    if (thenCloses) await input.waitFor({ state: 'hidden' });
  }

  /** The active editor as it is drawn now. */
  editor() {
    return readEditor(this.page);
  }

  /** Underlined code, `['error: self.pool(x)']`, when it satisfies. */
  underlined(what, accept) {
    return until(
      what,
      async () => (await this.editor()).underlined.map(({ kind, text }) => `${kind}: ${text}`),
      accept,
    );
  }

  /** Inlay hints in view, when they satisfy. */
  hints(what, accept) {
    return until(what, async () => (await this.editor()).hints, accept);
  }

  async #boxOf(text) {
    return until(`${text} in the editor`, async () => (await this.editor()).boxOf(text));
  }

  async #middleOf(text) {
    const { x, y, width, height } = await this.#boxOf(text);
    return { x: x + width / 2, y: y + height / 2 };
  }

  /** Clicks into the middle of some code. */
  async click(text) {
    const { x, y } = await this.#middleOf(text);
    await this.page.mouse.click(x, y);
  }

  /** Selects some code and types over it. */
  async replace(text, typed) {
    const box = await this.#boxOf(text);
    await this.page.mouse.click(box.x + 1, box.y + box.height / 2);
    const length = /«(.*)»/.exec(text)?.[1].length ?? text.length;
    for (let i = 0; i < length; i++) await this.page.keyboard.press('Shift+ArrowRight');
    await this.page.keyboard.type(typed);
  }

  /** Rests the mouse on some code and reads the hover when it satisfies. */
  async hover(text, accept = Boolean) {
    const hover = this.#hovers();
    await this.rest();
    const { x, y } = await this.#middleOf(text);
    await this.page.mouse.move(x, y, { steps: 4 });
    const read = async () => readable((await hover.allInnerTexts()).join('\n'));
    return until(`a hover on ${text}`, read, accept);
  }

  #hovers() {
    return this.page.locator('.monaco-editor-hover, .monaco-resizable-hover').filter({ visible: true });
  }

  /** Takes the mouse away and closes hovers and menus. */
  async rest() {
    await this.page.mouse.move(700, 5);
    await this.page.keyboard.press('Escape');
    await until('hovers to go', async () => (await this.#hovers().count()) === 0);
  }

  /** Closes every editor without saving, and the panel, and clears what a test leaves behind. */
  async leave() {
    await this.rest();
    await this.command('Notifications: Clear All Notifications');
    const hidePanel = this.page.locator('.part.panel .action-label[aria-label^="Hide Panel"]');
    if (await hidePanel.isVisible()) await hidePanel.click();
    // Of several groups one after the other: closing the last editor of one leads to the next.
    const tab = this.page.locator('.tab.active').first();
    for (let left = MOST_EDITORS; await tab.isVisible(); left--) {
      if (left === 0) throw new Error('an editor does not close');
      await this.command('File: Revert File');
      await this.command('View: Close Editor');
    }
  }

  /** The Problems view's entries as drawn, file headings included, when they satisfy. */
  async problems(what, accept) {
    const view = this.page.locator('.markers-panel');
    if (!(await view.isVisible())) await this.command('Problems: Focus on Problems View');
    await view.waitFor();
    const rows = view.locator('.monaco-list-row');
    return until(what, async () => (await rows.allTextContents()).map(readable), accept);
  }

  /** The files that the Problems view lists, with their number of entries as drawn, when they satisfy. */
  async problemFiles(what, accept) {
    await this.problems('entries', () => true);
    await this.page.locator('.part.panel .title-actions .codicon-collapse-all').click();
    return this.problems(what, accept);
  }

  /** Titles offered by the light bulb at some code; the menu stays open for `applyFix`. */
  async fixesAt(text) {
    const rows = this.page.locator('.action-widget .monaco-list-row.action');
    return until(
      `fixes at ${text}`,
      async () => {
        if (!(await rows.first().isVisible())) {
          // Again each time: the text may have moved under the click before, or another view taken the keys.
          await this.click(text);
          await this.page.keyboard.press('ControlOrMeta+.');
          await rows
            .first()
            // Pressed again while the menu opens, the keys would take its first entry.
            .waitFor({ timeout: 10_000 })
            .catch(() => {});
        }
        return (await rows.allTextContents()).map(readable);
      },
      (titles) => titles.length > 0,
    );
  }

  /** Clicks an entry of the open light bulb menu. */
  async applyFix(title) {
    await this.page.locator('.action-widget .monaco-list-row.action', { hasText: title }).first().click();
  }

  /** Takes back the last edit in the active editor. */
  async undo() {
    await this.page.keyboard.press('ControlOrMeta+z');
  }

  /** Texts of the notifications shown now, when they satisfy. */
  notifications(what, accept) {
    const toasts = this.page.locator('.notification-toast .notification-list-item-message');
    return until(what, async () => (await toasts.allTextContents()).map(readable), accept);
  }

  /** Text of the open webview, which sits two frames deep, when it satisfies. */
  webviewText(what, accept) {
    const inner = this.page.frameLocator('iframe.webview').first().frameLocator('iframe');
    return until(
      what,
      () =>
        inner
          .locator('body')
          .innerText({ timeout: 1000 })
          .catch(() => ''),
      accept,
    );
  }

  /** Text of the active editor as drawn, when it satisfies. */
  text(what, accept) {
    return until(what, async () => (await this.editor()).text, accept);
  }

  /** Text of the editor beside the active one, when it satisfies. */
  otherEditor(what, accept) {
    return this.#drawn('.editor-group-container:not(.active) .view-lines', what, accept);
  }

  /** Text of the right side of the active comparison, when it satisfies. */
  diff(what, accept) {
    return this.#drawn('.editor-group-container.active .editor.modified .view-lines', what, accept);
  }

  #drawn(selector, what, accept) {
    const lines = this.page.locator(selector).first();
    const read = async () => ((await lines.isVisible()) ? (await lines.innerText()).replaceAll('\u00a0', ' ') : '');
    return until(what, read, accept);
  }

  /** Runs a command that asks for one entry of a list, and chooses it. */
  async pick(title, entry) {
    await this.command(title, { thenCloses: false });
    await this.entry(entry);
  }

  /** Chooses an entry of the list that is open, or opens next. */
  async entry(text) {
    const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: text });
    await row.first().click();
  }

  /** Waits for a dialog with that text, looks at it, and presses one of its buttons. */
  async dialog(text, look, button) {
    const box = this.page.locator('.monaco-dialog-box', { hasText: text });
    await box.waitFor();
    await look();
    await box.locator('.monaco-button', { hasText: button }).first().click();
    await box.waitFor({ state: 'hidden' });
  }

  /** Puts the cursor into some code and presses a key. */
  async press(text, key) {
    await this.click(text);
    await this.page.keyboard.press(key);
  }

  /** Gives what stands at some code another name by the editor's own rename. */
  async rename(text, newName) {
    await this.press(text, 'F2');
    const input = this.page.locator('.rename-box input.rename-input');
    await input.waitFor();
    await input.fill(newName);
    await this.page.keyboard.press('Enter');
    await input.waitFor({ state: 'hidden' });
  }

  /** The message that the editor shows at the cursor, when it has that text. */
  async message(part) {
    const box = this.page.locator('.monaco-editor-overlaymessage');
    return until(
      `a message with ${part}`,
      async () => ((await box.first().isVisible()) ? readable(await box.first().innerText()) : ''),
      (text) => text.includes(part),
    );
  }

  /** Waits until the window says that its folder is not trusted. */
  async restricted() {
    await this.page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor();
  }
}
