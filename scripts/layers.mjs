/**
 * Who may import whom, room by room: the table of docs/architecture.md as data.
 *
 * ESLint shows a violation while it is written; test/layers.test.ts finds it in any case. A new room is one more entry.
 */
import { builtinModules } from 'node:module';
import { posix } from 'node:path';

/**
 * @typedef {object} Layer
 * @property {string} room a folder or a file without its ending; the longest that fits a path is its layer
 * @property {readonly string[]} uses rooms it may import from, its own always
 * @property {readonly string[]} [packages] npm packages; 'node' stands for Node's own modules
 */

/** @type {readonly Layer[]} */
export const layers = [
  // The checker, from the bottom up: no Node, no editor, no clock.
  { room: 'server/src/core/text', uses: [] },
  { room: 'server/src/core/finding', uses: ['server/src/core/text'] },
  { room: 'server/src/core/python', uses: ['server/src/core/text', 'server/src/core/shape'] },
  { room: 'server/src/core/shape', uses: ['server/src/core/text'] },
  { room: 'server/src/core', uses: [] },
  { room: 'server/src/operators', uses: ['server/src/core'] },
  { room: 'server/src/hyperparameters', uses: ['server/src/core'] },
  { room: 'server/src/flow', uses: ['server/src/core'] },
  { room: 'server/src/frameworks', uses: ['server/src/core', 'server/src/operators'] },
  { room: 'server/src/models', uses: ['server/src/core'] },
  { room: 'server/src/triton', uses: ['server/src/core', 'server/src/models'] },
  { room: 'server/src/deployPlan', uses: ['server/src/core', 'protocol/src'], packages: ['yaml'] },
  { room: 'server/src/rules', uses: ['server/src/core', 'server/src/triton'] },
  {
    room: 'server/src/service',
    uses: [
      'server/src/core',
      'server/src/flow',
      'server/src/operators',
      'server/src/frameworks',
      'server/src/rules',
      'server/src/triton',
    ],
  },
  {
    room: 'server/src/createService',
    uses: [
      'server/src/service',
      'server/src/core',
      'server/src/flow',
      'server/src/operators',
      'server/src/hyperparameters',
      'server/src/frameworks',
      'server/src/rules',
      'server/src/deployPlan',
      'server/src/triton',
    ],
  },
  // Its edge: files, the parser's WebAssembly, the Language Server Protocol.
  { room: 'server/src/loadParser', uses: ['server/src/core'], packages: ['node', 'web-tree-sitter'] },
  {
    room: 'server/src/host',
    uses: [
      'server/src/core',
      'server/src/flow',
      'server/src/service',
      'server/src/rules',
      'server/src/deployPlan',
      'server/src/triton',
      'protocol/src',
    ],
    packages: ['node', 'smol-toml'],
  },
  {
    room: 'server/src/lsp',
    uses: [
      'server/src/core',
      'server/src/flow',
      'server/src/service',
      'server/src/rules',
      'server/src/triton',
      'server/src/host',
      'protocol/src',
    ],
    packages: ['node', 'vscode-languageserver', 'vscode-languageserver-textdocument'],
  },
  {
    room: 'server/src/main',
    uses: [
      'server/src/createService',
      'server/src/host',
      'server/src/loadParser',
      'server/src/lsp',
      'server/src/rules',
      'package.json',
    ],
    packages: ['node', 'vscode-languageserver'],
  },
  { room: 'server/src/start', uses: ['server/src/host'], packages: ['node'] },
  // Its callers.
  {
    room: 'client/src',
    uses: ['protocol/src'],
    packages: ['node', 'vscode', 'vscode-languageclient', 'vscode-jsonrpc', 'ws'],
  },
  {
    room: 'cli/src',
    uses: [
      'server/src/core',
      'server/src/createService',
      'server/src/deployPlan',
      'server/src/flow',
      'server/src/host',
      'server/src/loadParser',
      'server/src/rules',
      'server/src/service',
      'runtime-bridge/node',
      'protocol/src',
      'package.json',
    ],
    packages: ['node', 'commander', 'sarif'],
  },
  // Views: each folder knows itself, what is shared, and the protocol.
  { room: 'webviews/src/shared', uses: ['protocol/src'], packages: ['chart.js', '@vscode-elements/elements'] },
  {
    room: 'webviews/src/canary',
    uses: ['webviews/src/shared', 'protocol/src'],
    packages: ['@vscode-elements/elements'],
  },
  {
    room: 'webviews/src/curves',
    uses: ['webviews/src/shared', 'protocol/src'],
    packages: ['chart.js', '@vscode-elements/elements'],
  },
  {
    room: 'webviews/src/layers',
    uses: ['webviews/src/shared', 'protocol/src'],
    packages: ['@vscode-elements/elements'],
  },
  { room: 'protocol/src', uses: [] },
  // The running training: journals, rules, sockets.
  { room: 'runtime-bridge/node/journal', uses: ['protocol/src'], packages: ['node'] },
  { room: 'runtime-bridge/node/diagnosis', uses: ['protocol/src'] },
  { room: 'runtime-bridge/node/store', uses: ['protocol/src'] },
  {
    room: 'runtime-bridge/node/files',
    uses: ['runtime-bridge/node/store', 'runtime-bridge/node/journal', 'protocol/src'],
    packages: ['node'],
  },
  {
    room: 'runtime-bridge/node/transport',
    uses: ['runtime-bridge/node/store', 'runtime-bridge/node/files', 'runtime-bridge/node/diagnosis', 'protocol/src'],
    packages: ['node', 'ws', 'vscode-jsonrpc'],
  },
  {
    room: 'runtime-bridge/node/runs',
    uses: ['runtime-bridge/node/journal', 'runtime-bridge/node/files', 'runtime-bridge/node/diagnosis', 'protocol/src'],
    packages: ['node'],
  },
  // Decides and never acts: no sockets, files, timers, clock.
  { room: 'runtime-bridge/node/deploy/engine', uses: ['protocol/src'] },
  // Acts on what the engine decides: logs, leases, targets.
  {
    room: 'runtime-bridge/node/deploy',
    uses: ['runtime-bridge/node/inference', 'server/src/models', 'server/src/triton', 'protocol/src'],
    packages: ['node'],
  },
  {
    room: 'runtime-bridge/node/compare/weights',
    uses: ['server/src/models'],
    packages: ['node'],
  },
  // Serving: one process a version, and the front before them.
  {
    room: 'runtime-bridge/node/inference',
    uses: [
      'runtime-bridge/node/deploy/engine',
      'runtime-bridge/node/pages',
      'server/src/triton',
      'server/src/deployPlan',
      'protocol/src',
      'package.json',
    ],
    packages: ['node', 'onnxruntime-node'],
  },
  {
    room: 'runtime-bridge/node/compare',
    uses: [
      'runtime-bridge/node/inference',
      'runtime-bridge/node/pages',
      'runtime-bridge/node/versions',
      'server/src/core/text',
      'server/src/models',
      'server/src/triton',
      'protocol/src',
    ],
    packages: ['node'],
  },
  {
    room: 'runtime-bridge/node/versions',
    uses: [
      'runtime-bridge/node/compare/weights',
      'runtime-bridge/node/journal',
      'runtime-bridge/node/runs',
      'server/src/models',
      'server/src/triton',
      'protocol/src',
    ],
    packages: ['node'],
  },
  { room: 'runtime-bridge/node/pages', uses: [] },
  {
    room: 'runtime-bridge/node',
    uses: ['protocol/src'],
    packages: ['node'],
  },
];

const isIn = (path, room) => path === room || path.startsWith(`${room}/`);

/**
 * The layer of a source file.
 *
 * @param {string} path from the repository's root, with '/', with or without its ending
 * @returns {Layer | undefined}
 */
export function layerOf(path) {
  const bare = path.replace(/\.ts$/, '');
  return layers.filter(({ room }) => isIn(bare, room)).sort((a, b) => b.room.length - a.room.length)[0];
}

/**
 * Why a file may not import something, or undefined where it may.
 *
 * @param {string} path of the importing file, from the repository's root
 * @param {string} specifier as the import writes it
 * @returns {string | undefined}
 */
export function importProblem(path, specifier) {
  const layer = layerOf(path);
  if (layer === undefined) return `${path} belongs to no room; add one to scripts/layers.mjs`;
  return specifier.startsWith('.')
    ? roomProblem(layer, posix.join(posix.dirname(path), specifier))
    : packageProblem(layer, specifier);
}

function roomProblem(layer, target) {
  const allowed = [layer.room, ...layer.uses];
  if (allowed.some((room) => isIn(target, room))) return undefined;
  return `${layer.room} may not import ${target}; it may use ${layer.uses.join(', ') || 'nothing but itself'}`;
}

function packageProblem(layer, specifier) {
  const packages = layer.packages ?? [];
  const scoped = specifier.startsWith('@') ? 2 : 1;
  const bare = specifier.split('/').slice(0, scoped).join('/');
  const name = specifier.startsWith('node:') || builtinModules.includes(bare) ? 'node' : bare;
  if (packages.includes(name)) return undefined;
  return `${layer.room} may not import ${specifier}; it may use ${packages.join(', ') || 'no package'}`;
}
