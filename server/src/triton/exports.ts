/**
 * Which script of the workspace writes a model file, and from what: the tensors as PyTorch would trace them.
 *
 * Scripts are asked only if their text exports at all. A name that a script gives relative to nothing is looked for beside
 * the script, below the workspace, and, if it names model, version and file, at the end of the model file's own path.
 */
import type { ExportCall, ExportedValue } from '../core/infer/builtins/exports';
import type { Place } from '../core/text/place';
import { parentOf } from './files';

export interface ExportedTensor {
  readonly name: string;
  /** 'TYPE_FP32'; undefined where the element type is not known or Triton has no such type. */
  readonly type: string | undefined;
  /** -1 where a size is variable, undefined where it is not known; all undefined where their number is not. */
  readonly dims: readonly (number | undefined)[] | undefined;
}

export interface Exported {
  readonly inputs: readonly ExportedTensor[];
  readonly outputs: readonly ExportedTensor[];
  /** The call that writes the file. */
  readonly place: Place;
}

export interface ExportsOptions {
  /** The Python files of the workspace. */
  readonly scripts: () => readonly string[];
  readonly text: (path: string) => string | undefined;
  /** What a script exports when it is run. */
  readonly calls: (path: string) => readonly ExportCall[];
  /** Folders that relative names may start from. */
  readonly roots: () => readonly string[];
}

export class Exports {
  /** Whether the text of a script exports; made anew where it has changed. */
  private readonly exporting = new Map<string, boolean>();
  private listed: readonly string[] | undefined;

  constructor(private readonly options: ExportsOptions) {}

  /** What a model file is written from; undefined where no script does so, or not all in the same way. */
  of(path: string): Exported | undefined {
    const found = this.scripts().flatMap((script) =>
      this.options
        .calls(script)
        .filter((call) => this.means(call.file, script, path))
        .map((call) => exportedBy(script, call)),
    );
    const [first] = found;
    const same = (one: Exported | undefined): string => JSON.stringify([one?.inputs, one?.outputs]);
    return first && found.every((other) => same(other) === same(first)) ? first : undefined;
  }

  /** A file's text has changed. */
  forget(path: string): void {
    this.exporting.delete(path);
  }

  /** Files came or went. */
  forgetList(): void {
    this.listed = undefined;
    this.exporting.clear();
  }

  private scripts(): readonly string[] {
    this.listed ??= this.options.scripts();
    return this.listed.filter((script) => {
      const known = this.exporting.get(script) ?? (this.options.text(script) ?? '').includes('onnx.export(');
      this.exporting.set(script, known);
      return known;
    });
  }

  private means(written: string, script: string, path: string): boolean {
    const starts = written.startsWith('/')
      ? ['']
      : [parentOf(script), ...this.options.roots()].map((root) => `${root}/`);
    if (starts.some((start) => plain(`${start}${written}`) === path)) return true;
    const named = plain(written);
    return (
      !written.startsWith('/') && named.split('/').length >= 3 && !named.startsWith('..') && path.endsWith(`/${named}`)
    );
  }
}

/** A path without `.` and `..`. */
function plain(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '.' || (part === '' && parts.length > 0)) continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}

function exportedBy(script: string, { start, end, tensors }: ExportCall): Exported | undefined {
  if (!tensors) return undefined;
  const { inputs, outputs } = tensors;
  return {
    inputs: inputs.map(tensor),
    outputs: outputs.map(tensor),
    place: { at: { file: script, base: 0 }, start, end },
  };
}

const tensor = ({ name, dtype, dims }: ExportedValue): ExportedTensor => ({
  name,
  type: dtype === undefined ? undefined : types[dtype],
  dims,
});

/** Triton's name for PyTorch's element types. */
const types: Readonly<Record<string, string>> = {
  bool: 'TYPE_BOOL',
  uint8: 'TYPE_UINT8',
  uint16: 'TYPE_UINT16',
  uint32: 'TYPE_UINT32',
  uint64: 'TYPE_UINT64',
  int8: 'TYPE_INT8',
  int16: 'TYPE_INT16',
  int32: 'TYPE_INT32',
  int64: 'TYPE_INT64',
  float16: 'TYPE_FP16',
  bfloat16: 'TYPE_BF16',
  float32: 'TYPE_FP32',
  float64: 'TYPE_FP64',
};
