/** A view in a real Chromium, over a real bridge. */
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import { browser } from '../../scripts/browser.mjs';
import { dark, serveView, type ViewServer } from './editor';

export interface OpenView {
  readonly page: Page;
  readonly server: ViewServer;
  /** What the browser refused or what failed in the page. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-dev-shm-usage'];

/**
 * @param flags more of Chromium's
 * @throws Unavailable where there is no Chromium
 */
export async function openView(
  view: string,
  folders: readonly string[],
  flags: readonly string[] = [],
  theme = dark,
): Promise<OpenView> {
  const { outputFiles } = await build({
    entryPoints: ['test/views/page/host.ts'],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'chrome120',
  });
  const host = outputFiles[0]?.text ?? '';
  const dist = process.env['TENSORWRIGHT_DIST'] ?? 'dist';
  const executablePath: string = browser();
  const server = await serveView({ view, dist, folders, host, theme });
  let engine: Browser | undefined;
  try {
    engine = await chromium.launch({ executablePath, args: [...args, ...flags] });
    const page = await engine.newPage({ viewport: { width: 1200, height: 900 } });
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.goto(server.address);
    const open = engine;
    return {
      page,
      server,
      complaints,
      async close() {
        await open.close();
        server.close();
      },
    };
  } catch (error) {
    await engine?.close();
    server.close();
    throw error;
  }
}
