/** The report of a comparison: what `tensorwright diff --format json` prints and what the Compare view draws. */

export interface CompareReport {
  readonly version: 1;
  readonly before: ComparedSide;
  readonly after: ComparedSide;
  /** Only what both sides have, or one of them, and could be looked at. */
  readonly sections: readonly CompareSection[];
}

export interface ComparedSide {
  /** As the user wrote it. */
  readonly name: string;
  /** Of the model, or of the configuration where there is no model. */
  readonly file: string;
  readonly bytes: number;
}

export type SectionId = 'signature' | 'graph' | 'weights' | 'config' | 'outputs' | 'latency' | 'origin';

/** `undecided`: measured, and no difference shown; `unknown`: it could not be compared; the summary says why. */
export type SectionVerdict = 'same' | 'undecided' | 'changed' | 'breaking' | 'unknown';

export interface CompareSection {
  readonly id: SectionId;
  readonly title: string;
  readonly verdict: SectionVerdict;
  /** A sentence or two. */
  readonly summary: string;
  /** The riskiest first. */
  readonly changes: readonly CompareChange[];
  /** Numbers that a gate or a chart may use. */
  readonly figures: Readonly<Record<string, number>>;
  /** Graph only: every pair of nodes with why they were taken for the same. */
  readonly pairs?: readonly ComparedPair[];
}

/** `breaking`: requests that were answered are refused, or answers mean something else. */
export type ChangeRisk = 'breaking' | 'high' | 'medium' | 'low';

export interface CompareChange {
  readonly kind: 'added' | 'removed' | 'changed' | 'moved';
  /** What it is about: `input x`, `Conv "/layer1/conv"`, `dynamic_batching.max_queue_delay_microseconds`. */
  readonly subject: string;
  readonly risk: ChangeRisk;
  readonly differences: readonly CompareDifference[];
  /** What follows from it, or why two nodes were taken for the same. */
  readonly reason?: string;
}

export interface CompareDifference {
  /** `dims`, `attribute strides`; empty where the subject says it. */
  readonly what: string;
  /** Absent where it was not there. */
  readonly before?: string;
  readonly after?: string;
}

export interface ComparedPair {
  readonly before: string;
  readonly after: string;
  readonly reason: string;
}
