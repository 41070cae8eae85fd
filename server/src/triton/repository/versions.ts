/** Version folders: which there are, and which of them the version policy chooses. */
import type { Entry } from '../files';
import type { Message } from '../textFormat/message';

/** Folders of a model that are no versions. */
const reserved = new Set(['warmup', 'initial_state', 'configs']);

export interface VersionFolder {
  readonly name: string;
  /** What the server reads the name as; undefined for a folder that it passes over. */
  readonly number: number | undefined;
}

/** All sub-folders of a model that the server takes for versions, in its order. */
export const versionFolders = (entries: readonly Entry[]): readonly VersionFolder[] =>
  entries
    .filter(({ name, isFolder }) => isFolder && !reserved.has(name))
    .map(({ name }) => ({ name, number: numberOf(name) }));

/** As C++ `stoll` reads a name: spaces and a sign in front, anything after the digits. */
function numberOf(name: string): number | undefined {
  if (name.length > 1 && name.startsWith('0')) return undefined;
  const digits = /^\s*([+-]?\d+)/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** The versions that are loaded, highest first. */
export function chosenVersions(config: Message, folders: readonly VersionFolder[]): readonly number[] {
  const there = [...new Set(folders.flatMap(({ number }) => number ?? []))].sort((a, b) => b - a);
  const policy = config.one('version_policy');
  const latest = policy?.one('latest');
  const specific = policy?.one('specific');
  if (specific) return there.filter((version) => specific.numbers('versions').includes(version));
  if (latest) return there.slice(0, latest.number('num_versions'));
  return there;
}
