/** The files of a model repository as the host hands them in; nothing here throws. */

export interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
}

export interface Files {
  /** What lies in a folder, sorted by name; undefined where it is no folder or can't be read. */
  entries(folder: string): readonly Entry[] | undefined;
  text(path: string): string | undefined;
  /** Size in bytes; undefined where there is no such file. */
  size(path: string): number | undefined;
  /** A piece of a file; shorter at its end, undefined where it can't be read. */
  bytes(path: string, start: number, length: number): Uint8Array | undefined;
}

/** The name of what a path leads to. */
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The folder that a path lies in. */
export const parentOf = (path: string): string => path.slice(0, Math.max(path.lastIndexOf('/'), 0));

/** Strings as the server sorts them: by bytes. */
export const byBytes = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
