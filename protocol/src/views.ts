/**
 * What a view and the editor side of the extension say to each other with `postMessage`. Views ask the bridge through
 * it: only requests of `bridgeRequests` pass.
 */
import type { RunsChanged } from './bridge';
import type { SeriesKey } from './curves';

export type ToView =
  /** Answer to an `ask`. */
  | { readonly kind: 'answer'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly message: string }
  | { readonly kind: 'runs'; readonly changed: RunsChanged }
  /** The bridge is there, or is not and is started again. */
  | { readonly kind: 'bridge'; readonly connected: boolean }
  /** Shows a run, and a layer of it. */
  | { readonly kind: 'show'; readonly run: string; readonly layer?: string };

export type ToEditor =
  /** The view listens; all runs are sent to it. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'ask'; readonly id: number; readonly method: string; readonly params: unknown }
  /** Opens a line of the user's code; 1-based. */
  | { readonly kind: 'open'; readonly file: string; readonly line: number; readonly lineText?: string }
  /** Saves what the view has drawn. */
  | { readonly kind: 'save'; readonly name: string; readonly format: 'png' | 'svg'; readonly content: string }
  /** Allows commands to runs of this workspace that are started from now on, if the user agrees. */
  | { readonly kind: 'allowControl' }
  /** Saves every value of these curves. */
  | { readonly kind: 'saveValues'; readonly name: string; readonly series: readonly SeriesKey[] };
