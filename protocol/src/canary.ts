/** What the Canary view and the editor side of the extension say to each other with `postMessage`. */
import type { DeployRecord } from './deploy';

/** A deployment's log as far as it has been read. */
export interface DeploymentLog {
  readonly id: string;
  /** The state folder whose deployment it is. */
  readonly stateFolder: string;
  /** The first one has the header. */
  readonly records: readonly DeployRecord[];
}

/** Verbs of the command line that the view has buttons for. */
export const canaryVerbs = ['promote', 'pause', 'resume', 'freeze', 'abort', 'rollback'] as const;
export type CanaryVerb = (typeof canaryVerbs)[number];

export type ToCanary =
  | { readonly kind: 'deployments'; readonly logs: readonly DeploymentLog[] }
  | { readonly kind: 'show'; readonly deployment: string }
  /** What came of a verb. */
  | { readonly kind: 'said'; readonly ok: boolean; readonly words: string };

export type FromCanary =
  /** The view listens; all deployments are sent to it. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'verb'; readonly deployment: string; readonly verb: CanaryVerb }
  | { readonly kind: 'explain' | 'export'; readonly deployment: string };
