/** The WebAssembly files that the product loads at run time; they lie beside the bundle that loads them. */
import { inRoot } from './paths.mjs';

const sources = { 'web-tree-sitter': 'web-tree-sitter.wasm', 'tree-sitter-python': 'tree-sitter-python.wasm' };

export const parserPackages = Object.keys(sources);
export const parserFiles = Object.entries(sources).map(([name, file]) => inRoot('node_modules', name, file));

/** What else lies beside the bundles: scripts that are handed to the user's interpreter by an order. */
export const pytorchScripts = ['observe.py', 'export.py'].map((file) => inRoot('server', 'src', 'host', file));
