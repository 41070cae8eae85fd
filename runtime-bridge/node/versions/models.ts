/** The models of a workspace: folders in the layout of a Triton repository, `<folder>/<name>/<number>/`. */
import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ModelList, ModelSummary, Pointer, VersionManifest, VersionSummary } from '../../../protocol/src/models';
import { Hashes } from './hashes';
import { formatOf, isModelName, manifestName, versionNumber } from './names';
import { pointerIn, pointerSentence } from './pointers';
import { signatureOf } from './signature';

export interface ListOptions {
  /** Folder that relative names start from, and whose `.tensorwright/cache` is used. */
  readonly workspace: string;
  /** Folders that hold models; none: every folder of the workspace that looks like a repository. */
  readonly folders: readonly string[];
  readonly signal?: AbortSignal;
}

export const hashesFile = (workspace: string): string => join(workspace, '.tensorwright', 'cache', 'hashes.json');

/** Lists models and versions. Files of registered versions are hashed where they changed since the last look. */
export async function listModels({ workspace, folders, signal }: ListOptions): Promise<ModelList> {
  const found = folders.length > 0 ? folders.map((folder) => resolve(workspace, folder)) : findRepositories(workspace);
  const hashes = new Hashes(hashesFile(workspace));
  const models: ModelSummary[] = [];
  for (const folder of found)
    for (const { name } of foldersIn(folder)) {
      const versions = await versionsOf(join(folder, name), name, hashes, signal);
      if (versions.length > 0) models.push({ name, folder: join(folder, name), versions });
    }
  hashes.save();
  return { version: 1, folders: found, models };
}

/** Folders that are never looked into. */
const skipped = new Set(['node_modules', 'site-packages', '__pycache__', 'venv', 'env', 'build', 'dist']);
const deepest = 5;
/** Folders of a workspace that are looked into; a larger one names its models in the settings. */
const mostFolders = 5000;
/** Entries of one folder; a folder of a data set has many more. */
const mostEntries = 10_000;

/** Folders with a model in them: a folder with numbered folders, of which one holds a model file. Breadth first. */
export function findRepositories(workspace: string): readonly string[] {
  const found = new Set<string>();
  let level = [workspace];
  let looked = 0;
  for (let depth = 0; depth < deepest && level.length > 0; depth++) {
    const next: string[] = [];
    for (const folder of level) {
      if (looked++ > mostFolders) return [...found].sort();
      const inside = foldersIn(folder).filter(({ name }) => !name.startsWith('.') && !skipped.has(name));
      if (inside.some(({ name }) => isModelFolder(join(folder, name)))) found.add(folder);
      else next.push(...inside.map(({ name }) => join(folder, name)));
    }
    level = next;
  }
  return [...found].sort();
}

function isModelFolder(folder: string): boolean {
  return foldersIn(folder).some(({ name }) => {
    if (versionNumber(name) === undefined) return false;
    const files = filesIn(join(folder, name));
    return files.includes(manifestName) || formatOf(files.map((file) => file.replace(/\.dvc$/, ''))) !== 'unknown';
  });
}

/** Numbers of a model's versions, highest first. */
export const versionNumbers = (model: string): readonly number[] =>
  foldersIn(model)
    .flatMap(({ name }) => versionNumber(name) ?? [])
    .sort((a, b) => b - a);

async function versionsOf(
  folder: string,
  model: string,
  hashes: Hashes,
  signal?: AbortSignal,
): Promise<readonly VersionSummary[]> {
  if (!isModelName(model)) return [];
  const found: VersionSummary[] = [];
  for (const number of versionNumbers(folder)) {
    const summary = await summaryOf(join(folder, String(number)), { model, number }, hashes, signal);
    // An empty folder is what a copy that is under way looks like.
    if (summary) found.push(summary);
  }
  return found;
}

async function summaryOf(
  folder: string,
  which: { readonly model: string; readonly number: number },
  hashes: Hashes,
  signal?: AbortSignal,
): Promise<VersionSummary | undefined> {
  const names = filesIn(folder).filter((name) => name !== manifestName);
  const read = manifestIn(folder);
  if (names.length === 0 && read === undefined) return undefined;
  const pointers = names.flatMap((name) => pointerIn(folder, name) ?? []);
  const manifest = read !== undefined && 'files' in read ? read : undefined;
  const signature = manifest?.signature ?? signatureOf(folder, names);
  return {
    ...which,
    folder,
    format: manifest?.format ?? formatOf(names.map((name) => name.replace(/\.dvc$/, ''))),
    sizeBytes: manifest?.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) ?? sizeOf(folder, names, pointers),
    ...(signature ? { signature } : {}),
    ...(manifest ? { manifest } : {}),
    pointers,
    problems: [
      ...(read !== undefined && 'problem' in read ? [read.problem] : []),
      ...pointers.map(pointerSentence),
      ...(manifest ? await differences(folder, manifest, pointers, hashes, signal) : []),
    ],
  };
}

function sizeOf(folder: string, names: readonly string[], pointers: readonly Pointer[]): number {
  const stood = new Map(pointers.map(({ path, sizeBytes }) => [path, sizeBytes]));
  const own = names.filter((name) => !name.endsWith('.dvc') && !stood.has(name));
  const here = own.reduce((sum, name) => sum + (sizeOfFile(join(folder, name)) ?? 0), 0);
  return pointers.reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, here);
}

/** What of a registered version is no longer as it was. */
async function differences(
  folder: string,
  manifest: VersionManifest,
  pointers: readonly Pointer[],
  hashes: Hashes,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const { path, sizeBytes, sha256 } of manifest.files) {
    if (pointers.some((pointer) => pointer.path === path)) continue;
    const file = join(folder, path);
    const size = sizeOfFile(file);
    if (size === undefined) problems.push(`${path} is missing, though ${manifestName} lists it.`);
    else if (size !== sizeBytes || (await hashes.of(file, signal).catch(() => undefined)) !== sha256)
      problems.push(`${path} is not the file that was registered; register it as a new version.`);
    signal?.throwIfAborted();
  }
  return problems;
}

const longestManifest = 4 * 1024 * 1024;

/** Undefined where there is none. */
export function manifestIn(folder: string): VersionManifest | { readonly problem: string } | undefined {
  const path = join(folder, manifestName);
  const size = sizeOfFile(path);
  if (size === undefined) return undefined;
  const problem = `${manifestName} can't be read as a manifest; restore it from Git, or register the version again.`;
  try {
    const read: unknown = size > longestManifest ? undefined : JSON.parse(readFileSync(path, 'utf8'));
    return isManifest(read) ? read : { problem };
  } catch {
    return { problem };
  }
}

function isManifest(value: unknown): value is VersionManifest {
  const { version, model, number, files, format, createdAt } = (value ?? {}) as Partial<
    Record<keyof VersionManifest, unknown>
  >;
  return (
    version === 1 &&
    typeof model === 'string' &&
    typeof number === 'number' &&
    typeof format === 'string' &&
    typeof createdAt === 'string' &&
    Array.isArray(files) &&
    files.every(isListedFile)
  );
}

/** Its path stays in the version's folder. */
function isListedFile(value: unknown): boolean {
  const { path, sizeBytes, sha256 } = (value ?? {}) as Partial<Record<string, unknown>>;
  return (
    typeof path === 'string' &&
    !/^[/\\]|^[a-z]:|\0/i.test(path) &&
    !path.split(/[/\\]/).includes('..') &&
    typeof sizeBytes === 'number' &&
    typeof sha256 === 'string'
  );
}

function foldersIn(folder: string): readonly Dirent[] {
  return entriesIn(folder).filter((entry) => entry.isDirectory());
}

/** Names of the files of a folder and of those below it, with '/'. */
function filesIn(folder: string, depth = 0): readonly string[] {
  return entriesIn(folder).flatMap((entry) => {
    if (!entry.isDirectory()) return [entry.name];
    return depth < 3 ? filesIn(join(folder, entry.name), depth + 1).map((name) => `${entry.name}/${name}`) : [];
  });
}

function entriesIn(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .slice(0, mostEntries)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}

function sizeOfFile(path: string): number | undefined {
  try {
    const stat = statSync(path);
    return stat.isFile() ? stat.size : undefined;
  } catch {
    return undefined;
  }
}
