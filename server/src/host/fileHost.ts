/** The service's window on the file system. */
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import type { Host } from '../service';
import type { Excludes } from './exclude';
import { child, folderOf, isInside } from './paths';
import { readSource } from './readSource';
import { checkedFiles, type OnProblem } from './walk';

export interface FileHostOptions {
  /** Workspace folders. */
  readonly roots: readonly string[];
  /** Folders of installed packages. */
  readonly packages: readonly string[];
  readonly excluded?: Excludes;
  /** Told once a path. */
  readonly onProblem?: OnProblem;
  /** The workspace's files where they are known already; found by walking the roots where absent. */
  readonly files?: readonly string[];
  readonly tritonStrict?: boolean;
}

export class FileHost implements Host {
  private readonly told = new Set<string>();
  private readonly parents = new Set<string>();
  private listed: readonly string[] | undefined;
  private roots: readonly string[] | undefined;

  constructor(private readonly options: FileHostOptions) {
    this.listed = options.files;
  }

  read(path: string): { readonly text: string; readonly stamp: string } | undefined {
    const source = readSource(path);
    if ('text' in source) return source;
    if (source.reason !== 'does not exist' && this.isOwn(path)) this.tell(path, source.reason);
    return undefined;
  }

  isFile(path: string): boolean {
    try {
      return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
    } catch {
      return false;
    }
  }

  /** Workspace folders, their `src`, the folders that packages of checked files lie in, installed packages. */
  get importRoots(): readonly string[] {
    this.roots ??= [
      ...new Set([
        ...this.options.roots.flatMap((root) => [root, child(root, 'src')]),
        ...this.parents,
        ...this.options.packages,
      ]),
    ];
    return this.roots;
  }

  workspaceFiles(): readonly string[] {
    const { excluded } = this.options;
    const onProblem: OnProblem = (path, reason) => this.tell(path, reason);
    this.listed ??= [...new Set(this.options.roots.flatMap((root) => checkedFiles(root, { excluded, onProblem })))];
    return this.listed;
  }

  get tritonStrict(): boolean {
    return this.options.tritonStrict ?? false;
  }

  entries(folder: string): readonly { readonly name: string; readonly isFolder: boolean }[] | undefined {
    try {
      return readdirSync(folder, { withFileTypes: true })
        .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() || this.isLinkedFolder(folder, entry) }))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    } catch {
      return undefined;
    }
  }

  size(path: string): number | undefined {
    try {
      const found = statSync(path, { throwIfNoEntry: false });
      return found?.isFile() ? found.size : undefined;
    } catch {
      return undefined;
    }
  }

  bytes(path: string, start: number, length: number): Uint8Array | undefined {
    const size = this.size(path);
    if (size === undefined || start >= size) return undefined;
    let file;
    try {
      file = openSync(path, 'r');
      const piece = new Uint8Array(Math.min(length, size - start));
      return piece.subarray(0, readSync(file, piece, 0, piece.length, start));
    } catch {
      return undefined;
    } finally {
      if (file !== undefined) closeSync(file);
    }
  }

  /** Makes absolute imports work in a file: the folder that its outermost package lies in is an import root. */
  admit(path: string): void {
    let folder = folderOf(path);
    if (!this.isFile(child(folder, '__init__.py'))) return;
    while (folder !== folderOf(folder) && this.isFile(child(folder, '__init__.py'))) folder = folderOf(folder);
    if (this.parents.has(folder)) return;
    this.parents.add(folder);
    this.roots = undefined;
  }

  /** Forgets which files there are. */
  refresh(): void {
    this.listed = this.options.files;
    this.told.clear();
  }

  private isLinkedFolder(folder: string, entry: { readonly name: string; isSymbolicLink(): boolean }): boolean {
    if (!entry.isSymbolicLink()) return false;
    try {
      return statSync(child(folder, entry.name)).isDirectory();
    } catch {
      return false;
    }
  }

  private isOwn(path: string): boolean {
    return (
      this.options.roots.some((root) => isInside(path, root)) && !this.options.packages.some((at) => isInside(path, at))
    );
  }

  private tell(path: string, reason: string): void {
    if (this.told.has(path)) return;
    this.told.add(path);
    this.options.onProblem?.(path, reason);
  }
}
