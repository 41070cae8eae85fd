/** Which model a file or folder of a repository belongs to. */
import { type Files, nameOf, parentOf } from '../files';

export interface Located {
  /** The model's folder. */
  readonly folder: string;
  /** The version folder that the path names or lies in. */
  readonly version?: number;
  /** The model file that the path names, by its path in the version folder. */
  readonly file?: string;
}

const isVersion = (name: string): boolean => /^(?:0|[1-9]\d{0,17})$/.test(name);

/** A version folder has at most so many folders of a model between it and a file. */
const DEEPEST = 4;

/**
 * The model of a path: its folder, its configuration, a version folder, or something in one.
 *
 * @returns undefined where no folder around the path looks like that of a model
 */
export function locate(files: Files, path: string): Located | undefined {
  const isFolder = files.entries(path) !== undefined;
  if (!isFolder && path.endsWith('.pbtxt')) {
    const folder = parentOf(path);
    return { folder: nameOf(folder) === 'configs' ? parentOf(folder) : folder };
  }
  for (let at = isFolder ? path : parentOf(path), depth = 0; depth < DEEPEST && at !== ''; at = parentOf(at), depth++) {
    if (!isVersion(nameOf(at))) continue;
    const folder = parentOf(at);
    const version = Number(nameOf(at));
    return at === path ? { folder, version } : { folder, version, file: path.slice(at.length + 1) };
  }
  if (!isFolder) return undefined;
  const inside = files.entries(path) ?? [];
  const isModel = inside.some((entry) => (entry.isFolder ? isVersion(entry.name) : entry.name === 'config.pbtxt'));
  return isModel ? { folder: path } : undefined;
}
