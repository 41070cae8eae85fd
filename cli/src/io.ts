/** What a verb may use of the process that it runs in; tests hand in their own. */
import type { StartService } from '../../server/src/host/project';
import type { RuleText } from '../../server/src/core/infer/operator';

/** A way out for text. */
export interface Output {
  write(text: string): void;
  /** Somebody looks at it. */
  readonly isTerminal: boolean;
  /** Width in characters. */
  readonly columns: number;
}

export interface Io {
  /** Results. */
  readonly out: Output;
  /** Progress and messages. */
  readonly err: Output;
  /** Working directory, with '/'. */
  readonly cwd: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly rules: readonly RuleText[];
  /** Loads the parser; asked only by verbs that need it. */
  startService(): Promise<StartService>;
  /** The folder with the Python agent. */
  readonly agent?: string;
  /** Ends this process as a signal ended the script that it ran. */
  endBySignal?(signal: NodeJS.Signals): void;
  /** Scripts that run a module in the user's interpreter. */
  readonly pytorch?: { readonly observe: string; readonly export: string };
  /** Scripts of the processes that serve models. */
  readonly serving?: {
    /** `dist/front.js`. */
    readonly front: string;
    /** `dist/inference-worker.js`. */
    readonly worker: string;
  };
  /** Where work may be spread over threads. */
  readonly threads?: {
    /** The script that a thread runs. */
    readonly script: string;
    /** How many can run at once. */
    readonly processors: number;
  };
}

/** 0: nothing at error severity; 1: findings at error severity; 2: wrong use or internal failure. */
export type ExitCode = 0 | 1 | 2;

/** Wrong use: told in one line, ends with exit code 2. */
export class UsageError extends Error {}
