/** Loads tree-sitter and its Python grammar: the one place of the server that touches WebAssembly. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Language, Parser } from 'web-tree-sitter';
import type { SyntaxParser } from './core/python/syntax';

/** Calls of the parser's progress report after which a text is given up; real code needs a small part of it. */
const PATIENCE = 200_000;

/**
 * A parser for Python.
 *
 * @param folder where the two .wasm files lie: beside the bundle, where the build puts them.
 * @throws when a file is missing or is no WebAssembly.
 */
export async function loadParser(folder: string = dirname(fileURLToPath(import.meta.url))): Promise<SyntaxParser> {
  const read = (file: string): Promise<Uint8Array> => readFile(join(folder, file));
  const [runtime, grammar] = await Promise.all([read('web-tree-sitter.wasm'), read('tree-sitter-python.wasm')]);
  const module: Runtime = { wasmBinary: runtime };
  await Parser.init(module);
  shortenAccess(module);
  return wrap(await Language.load(grammar));
}

/** The parser's WebAssembly runtime, as far as it is touched here; what is optional is there once it runs. */
interface Runtime {
  readonly wasmBinary: Uint8Array;
  /** Made anew when the memory grows. */
  readonly HEAP32?: Int32Array;
  setValue?: (address: number, value: number, type: string) => void;
  getValue?: (address: number, type: string) => number;
}

/**
 * Each step of a cursor reads and writes eight numbers of the runtime's memory, which looks at the name of their type
 * every time: nearly all are `i32`, and that took longer than the parser did.
 */
function shortenAccess(runtime: Runtime): void {
  const { setValue, getValue } = runtime;
  // A process has one runtime: whoever loads the parser again is given the first.
  if (setValue === undefined || getValue === undefined) return;
  runtime.setValue = (address, value, type) => {
    if (type === 'i32' && runtime.HEAP32 !== undefined) runtime.HEAP32[address >> 2] = value;
    else setValue(address, value, type);
  };
  runtime.getValue = (address, type) =>
    (type === 'i32' ? runtime.HEAP32?.[address >> 2] : undefined) ?? getValue(address, type);
}

function wrap(language: Language): SyntaxParser {
  const parser = new Parser();
  parser.setLanguage(language);
  return {
    nodeTypes: Array.from({ length: language.nodeTypeCount }, (_, id) => ({
      name: language.nodeTypeForId(id) ?? '',
      named: language.nodeTypeIsNamed(id),
    })),
    fields: Array.from({ length: language.fieldCount + 1 }, (_, id) => language.fieldNameForId(id) ?? ''),
    parse(text) {
      let steps = 0;
      const tree = parser.parse(text, null, { progressCallback: () => ++steps > PATIENCE });
      // A parse that was given up would be resumed by the next one.
      if (tree === null) parser.reset();
      return tree ?? undefined;
    },
  };
}
