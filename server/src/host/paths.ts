/** Paths as the service names them: absolute, with '/' separators, a Windows drive letter in lower case. */
import { resolve } from 'node:path';

/** The service's name of a path of this machine; a relative one counts from `from`. */
export function toServicePath(path: string, from: string = process.cwd()): string {
  const absolute = resolve(from, path);
  if (process.platform !== 'win32') return absolute;
  return absolute.replaceAll('\\', '/').replace(/^[A-Z]:/, (drive) => drive.toLowerCase());
}

/** The folder that a path lies in; the root is its own folder. */
export function folderOf(path: string): string {
  const cut = path.lastIndexOf('/');
  if (cut > 0) return /^[a-z]:$/.test(path.slice(0, cut)) ? path.slice(0, cut + 1) : path.slice(0, cut);
  return '/';
}

/** Whether a path is the folder itself or lies in it. */
export const isInside = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);

/** A path inside a folder, seen from there: 'models/unet.py'; '' for the folder itself. */
export const insideOf = (path: string, folder: string): string =>
  path === folder ? '' : path.slice(folder.endsWith('/') ? folder.length : folder.length + 1);

/** Joins a folder and a name. */
export const child = (folder: string, name: string): string =>
  folder.endsWith('/') ? `${folder}${name}` : `${folder}/${name}`;
