/** The versions of a model that a rollback can lead to: all that have served here. */
import type { DeploymentLog } from '../../../protocol/src/canary';

export interface Earlier {
  readonly version: string;
  /** When it gave its place to another one, in milliseconds since 1970. */
  readonly until: number;
  /** The deployment that took its place is not over, so it is still loaded. */
  readonly isWarm: boolean;
}

/**
 * @param logs of one model
 * @returns each version once, the one that served last first, without the one that serves now
 */
export function earlierVersions(logs: readonly DeploymentLog[]): readonly Earlier[] {
  const found = new Map<string, Earlier>();
  const see = (version: string | undefined, until: number, isWarm: boolean): void => {
    if (version === undefined) return;
    // Again, so that it comes last.
    found.delete(version);
    found.set(version, { version, until, isWarm });
  };
  const startOf = ({ records }: DeploymentLog): number => records[0]?.ts ?? 0;
  let current: string | undefined;
  for (const { records } of [...logs].sort((a, b) => startOf(a) - startOf(b))) {
    const [header, last] = [records[0]?.header, records.at(-1)];
    if (header === undefined || last === undefined) continue;
    const isOver = last.to === 'promoted';
    const isTaken = isOver || last.to === 'soaking';
    current = isTaken ? header.candidate : header.baseline;
    see(header.baseline, last.ts, !isOver);
    if (isTaken) see(header.candidate, last.ts, true);
  }
  return [...found.values()].filter(({ version }) => version !== current).reverse();
}
