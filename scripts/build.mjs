/**
 * Bundles the product into `dist/`: client.js (editor side), server.js (language server), cli.js (command line),
 * bridge.js (training runs), front.js and inference-worker.js (serving), the views, the parser's WebAssembly and the licences of the packages that are inside.
 *
 * `node scripts/build.mjs` builds once; `--watch` builds again on every change; `--if-stale` only when a source is
 * newer than the bundles.
 */
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { build, context } from 'esbuild';
import { isMain } from './isMain.mjs';
import { licencesOf } from './licences.mjs';
import { parserFiles, pytorchScripts } from './parserFiles.mjs';
import { copyRuntime } from './onnxRuntime.mjs';
import { filesUnder, fromRoot, inRoot } from './paths.mjs';

/** Bundle name -> entry file. */
export const bundles = {
  client: inRoot('client', 'src', 'extension.ts'),
  server: inRoot('server', 'src', 'start.ts'),
  'server-main': inRoot('server', 'src', 'main.ts'),
  cli: inRoot('cli', 'src', 'start.ts'),
  'cli-main': inRoot('cli', 'src', 'main.ts'),
  bridge: inRoot('runtime-bridge', 'node', 'main.ts'),
  front: inRoot('runtime-bridge', 'node', 'inference', 'front', 'main.ts'),
  'inference-worker': inRoot('runtime-bridge', 'node', 'inference', 'worker.ts'),
  ...Object.fromEntries(views().map((name) => [viewBundle(name), inRoot('webviews', 'src', name, 'main.ts')])),
};

/**
 * The parser's package asks for two modules of Node by `import()`, which a program that is started with kept code
 * (server/src/host/keptCode.ts) can't do.
 */
const plainImports = {
  name: 'plain-imports',
  setup({ onLoad, onEnd }) {
    onLoad({ filter: /web-tree-sitter\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replaceAll('await import(', 'nodeRequire('),
      loader: 'js',
    }));
    onEnd(async ({ metafile }) => {
      for (const path of Object.keys(metafile?.outputs ?? {}).filter((file) => file.endsWith('-main.js')))
        if (/\bimport\(/.test(await readFile(inRoot(path), 'utf8')))
          throw new Error(`${path} holds an import(): kept code can't run it; require the module instead`);
    });
  },
};

/** ONNX Runtime's machine code lies in dist/onnxruntime, for this platform alone (scripts/onnxRuntime.mjs). */
const nativeRuntime = {
  name: 'native-runtime',
  setup({ onLoad }) {
    onLoad({ filter: /onnxruntime-node[\\/]dist[\\/]binding\.js$/ }, async ({ path }) => {
      const code = await readFile(path, 'utf8');
      const required = /require\(`[^`]*onnxruntime_binding\.node`\)/;
      if (!required.test(code)) throw new Error(`${path} loads its machine code in another way than before`);
      return {
        contents: code.replace(required, "nodeRequire(__dirname + '/onnxruntime/onnxruntime_binding.node')"),
        loader: 'js',
      };
    });
  },
};

/** The views: folders of webviews/src with a `main.ts`. Each becomes webviews/NAME.js and webviews/NAME.css. */
function views() {
  const source = inRoot('webviews', 'src');
  return readdirSync(source)
    .filter((name) => existsSync(join(source, name, 'main.ts')))
    .sort();
}
function viewBundle(name) {
  return `webviews/${name}`;
}

/** What went into each bundle of the last build, by bundle name. */
export const metafilePath = inRoot('.cache', 'metafiles.json');

const dist = inRoot('dist');

const options = (name) => ({
  entryPoints: [bundles[name]],
  outfile: join(dist, `${name}.js`),
  bundle: true,
  minify: true,
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  ...(name.startsWith('webviews/') ? pageOptions : programOptions(name)),
});

/** Views run in the editor's Chromium; their style sheet is imported by `main.ts` and lands beside the script. */
const pageOptions = { format: 'iife', platform: 'browser', target: 'chrome120' };

const programOptions = (name) => ({
  // The extension host of VS Code 1.91 loads CommonJS only; `dist/package.json` says so to Node.
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  // The last two: ws tries native helpers that nobody here installs.
  external: ['vscode', 'bufferutil', 'utf-8-validate'],
  // Packages written as ES modules ask for import.meta.url, which CommonJS lacks.
  define: { 'import.meta.url': 'bundleUrl' },
  banner: {
    js: `${name === 'cli' ? '#!/usr/bin/env node\n' : ''}const bundleUrl = require('node:url').pathToFileURL(__filename).href, nodeRequire = require;`,
  },
  // The editor packages' ES builds are the ones that bundle without dynamic requires.
  mainFields: ['module', 'main'],
  plugins: [plainImports, nativeRuntime],
});

function startDist() {
  mkdirSync(dist, { recursive: true });
  writeFileSync(join(dist, 'package.json'), '{ "type": "commonjs" }\n');
  copyAgent();
  copyRuntime(join(dist, 'onnxruntime'));
  for (const file of [...parserFiles, ...pytorchScripts]) copyFileSync(file, join(dist, basename(file)));
}

/** The Python agent goes along as it is: it runs in the user's own interpreter. */
function copyAgent() {
  const from = inRoot('runtime-bridge', 'agent');
  rmSync(join(dist, 'agent'), { recursive: true, force: true });
  for (const file of filesUnder('runtime-bridge/agent', (path) => path.endsWith('.py'))) {
    const to = join(dist, 'agent', relative(from, file));
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(file, to);
  }
}

/**
 * Builds all bundles.
 *
 * @returns {Promise<Record<string, import('esbuild').Metafile>>} what went into each bundle
 */
export async function buildAll() {
  startDist();
  const metafiles = {};
  for (const name of Object.keys(bundles)) {
    const { metafile } = await build(options(name));
    metafiles[name] = metafile;
  }
  mkdirSync(inRoot('.cache'), { recursive: true });
  writeFileSync(metafilePath, JSON.stringify(metafiles));
  writeFileSync(join(dist, 'licences.txt'), licencesOf(Object.values(metafiles)));
  chmodSync(join(dist, 'cli.js'), 0o755);
  return metafiles;
}

/** Whether a bundle is missing or older than a source it could have been made from. */
export function isStale() {
  const made = Object.keys(bundles).map((name) => join(dist, `${name}.js`));
  if (!made.every((file) => existsSync(file))) return true;
  const oldest = Math.min(...made.map((file) => statSync(file).mtimeMs));
  const sources = ['client', 'server', 'cli', 'protocol', 'runtime-bridge', 'webviews'].flatMap((folder) =>
    filesUnder(folder),
  );
  return [...sources, inRoot('package-lock.json'), inRoot('scripts', 'build.mjs')].some(
    (file) => statSync(file).mtimeMs > oldest,
  );
}

async function watch() {
  startDist();
  for (const name of Object.keys(bundles)) await (await context(options(name))).watch();
  console.error(`watching ${Object.values(bundles).map(fromRoot).join(', ')}`);
}

if (isMain(import.meta.url)) {
  if (process.argv.includes('--watch')) await watch();
  else if (!process.argv.includes('--if-stale') || isStale()) await buildAll();
}
