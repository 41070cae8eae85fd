/**
 * The facade of the static checker: documents in, findings, hovers and shapes out.
 *
 * Pure: files come through `Host`, the parser is handed in. Hosts (language server, command line,
 * tests) are equal. Paths are absolute with '/' separators; offsets are UTF-16 code units of the
 * document's current text.
 */
import type { Edit, Finding, Fix } from './core/finding';
import type { Hint, Hover, ShapeEntry, WhyEntry } from './core/infer/shown';
import type { Place, Span } from './core/text/place';
import type { Flow } from './flow/flow';
import type { Trial } from './flow/trial';
import type { CompletedConfig } from './triton/complete/print';
import type { TensorUses } from './triton/configFiles';
import type { CompletedView } from './triton/editor/completedView';
import type { Proposal } from './triton/editor/completion';
import type { OutlineEntry } from './triton/editor/outline';
import type { TextToken } from './triton/editor/tokens';
import type { NewConfig, NoNewConfig } from './triton/newConfig';

/** What the checker may ask of the world. Nothing here throws; what can't be read is undefined. */
export interface Host {
  /** Text of a file that is not open (decoded, BOM removed, limited in size), with a stamp that changes with it. */
  read(path: string): { readonly text: string; readonly stamp: string } | undefined;
  isFile(path: string): boolean;
  /** Folders that imports are looked up in, in order: workspace roots, then the Python environment's packages. */
  readonly importRoots: readonly string[];
  /** All files of the workspace (not of the environment) that are checked: Python and configurations. */
  workspaceFiles(): readonly string[];
  /** What lies in a folder, sorted by name; undefined where it can't be read. Absent where only texts are known. */
  entries?(folder: string): readonly { readonly name: string; readonly isFolder: boolean }[] | undefined;
  /** Size of a file in bytes. */
  size?(path: string): number | undefined;
  /** A piece of a file of any size. */
  bytes?(path: string, start: number, length: number): Uint8Array | undefined;
  /** Whether Triton is to be taken as started with `--disable-auto-complete-config`. */
  readonly tritonStrict?: boolean;
}

/** One edit in the order it was made; an absent span replaces the whole text. */
export interface TextChange {
  readonly span: Span | undefined;
  readonly text: string;
}

export type {
  CompletedConfig,
  CompletedView,
  Flow,
  NewConfig,
  NoNewConfig,
  Hint,
  Hover,
  OutlineEntry,
  Proposal,
  ShapeEntry,
  Trial,
  WhyEntry,
};
/** A module class of a file. */
export interface ModuleEntry {
  readonly name: string;
  /** Of the whole class. */
  readonly span: Span;
}

/** A line above another one. */
export interface Lens {
  readonly offset: number;
  readonly title: string;
  /** What a click does; absent where it only tells. */
  readonly does?: 'deploy' | 'dryRun';
}

export interface Service {
  open(path: string, text: string): void;
  change(path: string, changes: readonly TextChange[]): void;
  close(path: string): void;
  /** Files outside the editor changed, appeared or went. */
  filesChanged(paths: readonly string[]): void;
  /** Text of an open document or of a file. */
  text(path: string): string | undefined;
  /**
   * Findings in one file, most severe first, suppressed ones left out.
   * `cancelled` is asked between entries; undefined is the answer when it says so.
   */
  findings(path: string, cancelled?: () => boolean): readonly Finding[] | undefined;
  hover(path: string, offset: number): Hover | undefined;
  hints(path: string, span: Span): readonly Hint[];
  shapes(path: string): readonly ShapeEntry[];
  why(path: string): readonly WhyEntry[];
  /** The module classes of a file, in its order. */
  modules(path: string): readonly ModuleEntry[];
  /**
   * The flow of shapes through a module class. `chosen` are arguments in place of defaults, as of a call:
   * `x=(2, 3, 224, 224), classes=10`. Undefined where the file has no such class.
   */
  flow(path: string, name: string, chosen: string): Flow | undefined;
  /** Small numbers to try a module class with, where `chosen` leaves them open; a sentence where that can't be told. */
  trial(path: string, name: string, chosen: string): Trial | string;
  /** Shape annotations for the function whose signature is at an offset; undefined where there is nothing to say. */
  annotation(path: string, offset: number): Fix | undefined;
  /** What can be written at an offset of a configuration. */
  proposals(path: string, offset: number): readonly Proposal[];
  /** Lines to be shown above others. */
  lenses(path: string): readonly Lens[];
  /** The messages of a configuration as a tree. */
  outline(path: string): readonly OutlineEntry[];
  /** A configuration laid out; undefined where it is none or can't be read. */
  formatted(path: string): string | undefined;
  /** Where the name at an offset of a configuration is defined. */
  definition(path: string, offset: number): Place | undefined;
  /** The tensor that is named at an offset of a configuration, with every place that names it. */
  tensor(path: string, offset: number): TensorUses | undefined;
  /** The edits that give the tensor at an offset another name, or why it can't have it. */
  rename(path: string, offset: number, newName: string): readonly Edit[] | { readonly problem: string };
  /** What the words of a configuration are. */
  tokens(path: string): readonly TextToken[];
  /** A Triton model's configuration as the server completes it; undefined where the folder holds no model. */
  completedConfig(folder: string, gpus: number): CompletedConfig | undefined;
  /** The same as a document, of the model that a file or folder belongs to; undefined where it belongs to none. */
  completedView(path: string, gpus: number): CompletedView | undefined;
  /** A first configuration for the model that a file or folder belongs to, or why there can be none. */
  newConfig(path: string): NewConfig | NoNewConfig;
}
