/** A run in a few words, for the tree, the status bar and pickers. */
import type { RunState, RunSummary } from '../../../protocol/src/bridge';

export const isGoing = ({ state }: Pick<RunSummary, 'state'>): boolean => state === 'running' || state === 'paused';

export const scriptName = ({ script }: Pick<RunSummary, 'script'>): string => script.split(/[\\/]/).at(-1) ?? script;

/** Newest first. */
export const byStart = (a: RunSummary, b: RunSummary): number => b.startedAt.localeCompare(a.startedAt);

export const stateIcon: Readonly<Record<RunState, string>> = {
  running: 'sync~spin',
  paused: 'debug-pause',
  finished: 'pass',
  raised: 'error',
  ended: 'circle-slash',
};

/** `step 120 · loss 0.532`; the newest value of what the run minimises, where it is known. */
export function progressOf({ step, values }: Pick<RunSummary, 'step' | 'values'>): string {
  const { loss } = values;
  return loss === undefined ? `step ${step}` : `step ${step} · loss ${short(loss)}`;
}

export const alertCount = ({ alerts }: Pick<RunSummary, 'alerts'>): string =>
  alerts === 0 ? '' : `${alerts} alert${alerts === 1 ? '' : 's'}`;

const short = (value: number): string =>
  Number.isFinite(value) ? String(Number(value.toPrecision(4))) : String(value);
