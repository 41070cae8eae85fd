/**
 * The parser as the core sees it: what it needs of tree-sitter, so that the core loads no WebAssembly
 * and no Node. `server/src/loadParser.ts` makes one.
 */

/** Walks a tree; each step crosses into WebAssembly, so steps are few. Offsets are UTF-16 code units. */
export interface SyntaxCursor {
  readonly nodeTypeId: number;
  readonly currentFieldId: number;
  readonly startIndex: number;
  readonly endIndex: number;
  gotoFirstChild(): boolean;
  gotoNextSibling(): boolean;
  gotoParent(): boolean;
  delete(): void;
}

export interface SyntaxTree {
  readonly rootNode: { readonly hasError: boolean };
  walk(): SyntaxCursor;
  /** Frees the memory in WebAssembly, which is not garbage collected. */
  delete(): void;
}

export interface SyntaxParser {
  /** What node type ids mean. */
  readonly nodeTypes: readonly { readonly name: string; readonly named: boolean }[];
  /** What field ids mean; 0 is no field. */
  readonly fields: readonly string[];
  /** A tree of the text, to be deleted by the caller; undefined when the parser gives up. */
  parse(text: string): SyntaxTree | undefined;
}
