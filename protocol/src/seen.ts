/** What a run saw of the user's files while it trained: shapes and dtypes by line. */
export interface SeenTensor {
  /** The layer's qualified name, or the function of torch that was called. */
  readonly name: string;
  readonly shape: readonly number[];
  /** As PyTorch writes it, without `torch.`. */
  readonly type: string;
}

export interface SeenLine {
  /** 1-based. */
  readonly line: number;
  /** In the order in which they were first seen; a size that changes from step to step gives several. */
  readonly tensors: readonly SeenTensor[];
}

export interface SeenFile {
  /** Absolute. */
  readonly path: string;
  readonly run: string;
  /** SHA-256 of the `comparableText` that ran: what was seen says nothing of another. */
  readonly text: string;
  readonly lines: readonly SeenLine[];
  /** The line that ended the run, and what it raised: `RuntimeError: mat1 and mat2 ...`. */
  readonly raised?: { readonly line: number; readonly message: string };
}

/** The text that is hashed to compare two texts of a file: without a mark at its start, and with one kind of line end. */
export const comparableText = (text: string): string => text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
