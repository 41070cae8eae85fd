/** From import statements to files. */

/** What looking up needs of the host. */
export interface ImportHost {
  isFile(path: string): boolean;
  readonly importRoots: readonly string[];
}

/** Where a name of an import is looked for. */
const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/**
 * The file of a module: `a/b/__init__.py` before `a/b.py`; stubs are left out, they say no shapes.
 *
 * A folder without `__init__.py` is a namespace package: it has no file itself, but its modules are
 * found. The caller remembers answers.
 *
 * @param fromPath the importing file; relative imports count from its folder
 * @param level number of leading dots, 0 for an absolute import
 * @param module dotted path after the dots, possibly empty
 * @returns undefined where no file is found
 */
export function resolveImport(fromPath: string, level: number, module: string, host: ImportHost): string | undefined {
  const parts = module === '' ? [] : module.split('.');
  if (parts.some((part) => part === '' || part.includes('/'))) return undefined;
  if (level > 0) {
    let folder = folderOf(fromPath);
    for (let up = 1; up < level; up++) {
      if (folder === '' || !folder.includes('/')) return undefined;
      folder = folderOf(folder);
    }
    return moduleFile(folder, parts, host);
  }
  if (parts.length === 0) return undefined;
  for (const root of rootsFor(fromPath, host)) {
    const found = moduleFile(root, parts, host);
    if (found !== undefined) return found;
    // A regular package shadows those of the same name in later roots.
    if (isPackage(`${root}/${parts[0] as string}`, host)) return undefined;
  }
  return undefined;
}

const isPackage = (folder: string, host: ImportHost): boolean => host.isFile(`${folder}/__init__.py`);

/** A script sees the modules beside it before all others. */
function rootsFor(fromPath: string, host: ImportHost): readonly string[] {
  const own = folderOf(fromPath);
  const roots = host.importRoots.map((root) => (root.endsWith('/') ? root.slice(0, -1) : root));
  if (isPackage(own, host) || roots.includes(own)) return roots;
  return [own, ...roots];
}

function moduleFile(folder: string, parts: readonly string[], host: ImportHost): string | undefined {
  const path = [folder, ...parts].join('/');
  if (isPackage(path, host)) return `${path}/__init__.py`;
  return parts.length > 0 && host.isFile(`${path}.py`) ? `${path}.py` : undefined;
}
