/** What a model takes and gives, as its process tells it. */

export interface SignatureTensor {
  readonly name: string;
  /** The protocol's name of its type. */
  readonly datatype: string;
  /** -1 where a size is open. */
  readonly shape: readonly number[];
}

export interface Signature {
  readonly inputs: readonly SignatureTensor[];
  readonly outputs: readonly SignatureTensor[];
  readonly runtime: RuntimeReport;
}

/** What really computes. */
export interface RuntimeReport {
  readonly name: string;
  readonly version: string;
  /** Execution providers with the share of the nodes that ran there, largest first. */
  readonly providers: readonly { readonly name: string; readonly share: number }[];
  readonly threads: number;
}

/** What the process of a version is started with, as JSON in its argument. */
export interface WorkerOptions {
  readonly model: string;
  /** Threads within an operator. */
  readonly threads: number;
  readonly provider: string;
  /** Look with one profiled run where the nodes run. */
  readonly profile?: boolean;
  /** Descriptor of the memory that is shared with the front. */
  readonly scratch?: number;
}
