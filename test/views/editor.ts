/** Serves a view to a browser as the editor does: its page, its policy, its relay to a real bridge. */
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { WebSocketServer } from 'ws';
import { BridgeLink } from '../../client/src/bridge/bridgeLink';
import { pageOf } from '../../client/src/webview/page';
import { Relay, type Rest } from '../../client/src/webview/relay';
import { decodeMessage, encodeMessage } from '../../protocol/src/binaryMessage';
import type { ToEditor } from '../../protocol/src/views';

export interface ViewServer {
  readonly address: string;
  readonly link: BridgeLink;
  /** What the view has asked the editor itself for. */
  readonly rest: readonly Rest[];
  close(): void;
}

export interface ViewServerOptions {
  readonly view: string;
  /** The product's bundles. */
  readonly dist: string;
  /** Folders of runs. */
  readonly folders: readonly string[];
  /** The bundled page/host.ts. */
  readonly host: string;
  /** CSS variables of a theme. */
  readonly theme: Readonly<Record<string, string>>;
}

export async function serveView({ view, dist, folders, host, theme }: ViewServerOptions): Promise<ViewServer> {
  const link = new BridgeLink({ module: join(dist, 'bridge.js'), folders, log: (line) => console.error(line) });
  const rest: Rest[] = [];
  const nonce = 'test';
  const page = pageOf({ title: view, script: `/${view}.js`, style: `/${view}.css`, source: "'self'", nonce })
    // The test's own way to the view.
    .replace("default-src 'none'", "default-src 'none'; connect-src 'self'")
    // Before the view's own script: what the editor gives its pages.
    .replace('<link', '<link rel="stylesheet" href="/theme.css"><link')
    .replace(
      '<body>',
      `<body class="${theme === dark ? 'vscode-dark' : 'vscode-light'}"><script nonce="${nonce}" src="/host.js"></script>`,
    );
  const variables = Object.entries(theme).map(([name, value]) => `${name}: ${value};`);
  const served: Readonly<Record<string, readonly [string, () => string | Promise<string>]>> = {
    '/': ['text/html', () => page],
    '/host.js': ['text/javascript', () => host],
    '/theme.css': [
      'text/css',
      () => `:root { ${variables.join(' ')} } body { background: var(--vscode-editor-background); }`,
    ],
    [`/${view}.js`]: ['text/javascript', () => readFile(join(dist, 'webviews', `${view}.js`), 'utf8')],
    [`/${view}.css`]: ['text/css', () => readFile(join(dist, 'webviews', `${view}.css`), 'utf8')],
  };
  const http = createServer((request, response) => {
    const found = served[request.url ?? ''];
    if (found === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': found[0] });
    void Promise.resolve(found[1]()).then((text) => response.end(text));
  });
  const sockets = new WebSocketServer({ server: http });
  sockets.on('connection', (socket) => {
    const relay = new Relay(
      link,
      (message) => socket.send(encodeMessage(message)),
      (message) => void rest.push(message),
    );
    socket.on('message', (bytes: Buffer) => relay.take(decodeMessage(bytes) as ToEditor));
    socket.on('close', () => relay.dispose());
  });
  await new Promise<void>((settle) => http.listen(0, '127.0.0.1', settle));
  return {
    address: `http://127.0.0.1:${(http.address() as AddressInfo).port}/`,
    link,
    rest,
    close() {
      link.dispose();
      for (const client of sockets.clients) client.terminate();
      http.close();
      http.closeAllConnections();
    },
  };
}

/** VS Code's dark theme, as far as the views use it. */
export const dark: Readonly<Record<string, string>> = {
  '--vscode-editor-background': '#1f1f1f',
  '--vscode-foreground': '#cccccc',
  '--vscode-descriptionForeground': '#9d9d9d',
  '--vscode-font-family': 'sans-serif',
  '--vscode-font-size': '13px',
  '--vscode-charts-lines': '#cccccc30',
  '--vscode-charts-blue': '#3794ff',
  '--vscode-charts-orange': '#d18616',
  '--vscode-charts-green': '#89d185',
  '--vscode-charts-purple': '#b180d7',
  '--vscode-charts-red': '#f14c4c',
  '--vscode-charts-yellow': '#cca700',
  '--vscode-editorError-foreground': '#f14c4c',
  '--vscode-editorWarning-foreground': '#cca700',
  '--vscode-editorInfo-foreground': '#3794ff',
  '--vscode-focusBorder': '#0078d4',
  '--vscode-editor-selectionBackground': '#264f78',
  '--vscode-list-hoverBackground': '#2a2d2e',
  '--vscode-list-inactiveSelectionBackground': '#37373d',
  '--vscode-textLink-foreground': '#4daafc',
};

/** Its light theme. */
export const light: Readonly<Record<string, string>> = {
  ...dark,
  '--vscode-editor-background': '#ffffff',
  '--vscode-foreground': '#3b3b3b',
  '--vscode-descriptionForeground': '#6e6e6e',
  '--vscode-charts-lines': '#3b3b3b40',
  '--vscode-editorError-foreground': '#e51400',
  '--vscode-editorWarning-foreground': '#bf8803',
  '--vscode-editorInfo-foreground': '#1a85ff',
  '--vscode-focusBorder': '#005fb8',
  '--vscode-list-hoverBackground': '#f2f2f2',
  '--vscode-list-inactiveSelectionBackground': '#e4e6f1',
  '--vscode-textLink-foreground': '#005fb8',
  '--vscode-settings-dropdownBackground': '#ffffff',
  '--vscode-settings-dropdownForeground': '#3b3b3b',
  '--vscode-settings-textInputBackground': '#ffffff',
  '--vscode-settings-textInputForeground': '#3b3b3b',
  '--vscode-button-secondaryBackground': '#e5e5e5',
  '--vscode-button-secondaryForeground': '#3b3b3b',
};
