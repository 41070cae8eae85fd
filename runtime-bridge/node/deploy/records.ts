/** What the logs of a state folder say: deployments with where they stand, and which versions have served. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type DeployEntry, type DeployHeader, type DeployRecord, finalStates } from '../../../protocol/src/deploy';
import { changedLog, readLog, TamperedLog } from './logFile';

/** A deployment as its log tells it. */
export interface Recorded {
  readonly id: string;
  readonly path: string;
  readonly header: DeployHeader;
  readonly records: readonly DeployRecord[];
  readonly last: DeployEntry;
  /** Where the log does not fit its chain: nothing after that is known. */
  readonly broken?: string;
}

export const logFolder = (stateFolder: string): string => join(stateFolder, 'deployments');
export const leaseFolder = (stateFolder: string): string => join(stateFolder, 'leases');
export const logPath = (stateFolder: string, id: string): string => join(logFolder(stateFolder), `${id}.jsonl`);

/** `<model>-<time>-<four hex digits>`. */
const idForm = /^(.+)-\d{8}T\d{6}-[0-9a-f]{4}$/;

/**
 * The deployments of a model, oldest first. Logs without a header (cut off at once) are left out.
 *
 * @throws TamperedLog where not even the header of a log of the model can be believed; LogNotRead
 */
export const deploymentsOf = (stateFolder: string, model: string): readonly Recorded[] =>
  inOrder(
    idsIn(stateFolder)
      .filter((id) => modelOf(id) === model)
      .flatMap((id) => recorded(stateFolder, id) ?? []),
  );

/** A log of which nothing is known but its name. */
export interface Unreadable {
  readonly id: string;
  readonly model: string;
  /** What is the matter with it, and what to do. */
  readonly reason: string;
}

/** All deployments of a state folder, oldest first, and apart from them the logs that nothing can be read from. */
export function allDeployments(stateFolder: string): {
  readonly deployments: readonly Recorded[];
  readonly unreadable: readonly Unreadable[];
} {
  const found: Recorded[] = [];
  const unreadable: Unreadable[] = [];
  for (const id of idsIn(stateFolder))
    try {
      const each = recorded(stateFolder, id);
      if (each !== undefined) found.push(each);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      unreadable.push({ id, model: modelOf(id) ?? id, reason });
    }
  return { deployments: inOrder(found), unreadable };
}

const modelOf = (id: string): string | undefined => idForm.exec(id)?.[1];

function idsIn(stateFolder: string): readonly string[] {
  try {
    const names = readdirSync(logFolder(stateFolder)).filter((name) => name.endsWith('.jsonl'));
    return names.map((name) => name.slice(0, -'.jsonl'.length));
  } catch {
    return [];
  }
}

const inOrder = (deployments: readonly Recorded[]): readonly Recorded[] =>
  [...deployments].sort((a, b) => firstTime(a) - firstTime(b) || (a.id < b.id ? -1 : 1));

/**
 * A deployment by its log; undefined where there is none, or it has no header.
 *
 * @throws TamperedLog where the header can't be believed; LogNotRead
 */
export function recorded(stateFolder: string, id: string): Recorded | undefined {
  const path = logPath(stateFolder, id);
  if (!existsSync(path)) return undefined;
  const { records: read, broken } = readLog(path);
  // The chain says that these lines are as they were written, and only we write them.
  const records = read as unknown as readonly DeployRecord[];
  const header = records[0]?.header;
  const last = records.at(-1);
  if (broken !== undefined && header === undefined) throw new TamperedLog(changedLog(path, broken));
  if (header === undefined || last === undefined) return undefined;
  return { id, path, header, records, last, ...(broken === undefined ? {} : { broken }) };
}

const firstTime = ({ records }: Recorded): number => records[0]?.ts ?? 0;

export const isFinal = ({ last }: Recorded): boolean => finalStates.includes(last.to);

/** Versions that have served all traffic, in the order in which they did; the last one does now. */
export function servedVersions(deployments: readonly Recorded[]): readonly string[] {
  const served: string[] = [];
  const add = (version: string | undefined): void => {
    if (version !== undefined && served.at(-1) !== version) served.push(version);
  };
  for (const { header, last } of deployments) {
    add(header.baseline);
    if (last.to === 'promoted' || last.to === 'soaking') add(header.candidate);
  }
  return served;
}
