/**
 * Where the installed Python packages lie, found by looking at folders; nothing is run.
 *
 * In order: what the user set, the active environment, one in the workspace, the first Python on PATH.
 */
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { child, folderOf, toServicePath } from './paths';

export interface PythonEnvironment {
  /** The environment's folder (what Python calls the prefix). */
  readonly folder: string;
  /** Folders to import from, in order; never empty. */
  readonly packages: readonly string[];
}

export interface EnvironmentQuestion {
  /** Interpreter or folder that the user set, relative to the first root; empty for none. */
  readonly setting: string;
  readonly roots: readonly string[];
  /** Variables of the process. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

export interface EnvironmentAnswer {
  readonly environment: PythonEnvironment | undefined;
  /** Why the setting could not be used. */
  readonly problem?: string;
}

/** The interpreter of an environment: the one that the setting names, else the one in its folder. */
export function interpreterOf(
  environment: PythonEnvironment | undefined,
  question: EnvironmentQuestion,
): string | undefined {
  const named = question.setting === '' ? '' : toServicePath(expandHome(question.setting), question.roots[0]);
  if (named !== '' && isFile(named)) return named;
  if (environment === undefined) return undefined;
  const names = process.platform === 'win32' ? ['Scripts/python.exe', 'python.exe'] : ['bin/python', 'bin/python3'];
  return names.map((name) => child(environment.folder, name)).find(isFile);
}

/** Finds the environment; a setting that names none is a problem and the search goes on. */
export function findEnvironment(question: EnvironmentQuestion): EnvironmentAnswer {
  const { setting, roots, variables } = question;
  if (setting !== '') {
    const named = environmentAt(toServicePath(expandHome(setting), roots[0]));
    if (named) return { environment: named };
    return { environment: discovered(roots, variables), problem: `no Python environment at '${setting}'` };
  }
  return { environment: discovered(roots, variables) };
}

function discovered(
  roots: readonly string[],
  variables: EnvironmentQuestion['variables'],
): PythonEnvironment | undefined {
  const active = [variables['VIRTUAL_ENV'], variables['CONDA_PREFIX']].filter((path) => path);
  const beside = roots.flatMap((root) => ['.venv', 'venv', 'env'].map((name) => child(root, name)));
  for (const folder of [...active.map((path) => toServicePath(path ?? '')), ...beside]) {
    const environment = isFolder(folder) ? environmentAt(folder) : undefined;
    if (environment) return environment;
  }
  return onPath(variables);
}

/** The environment of the first interpreter on PATH that has one. */
function onPath(variables: EnvironmentQuestion['variables']): PythonEnvironment | undefined {
  const windows = process.platform === 'win32';
  const names = windows ? ['python.exe', 'python3.exe'] : ['python3', 'python'];
  const folders = (variables['PATH'] ?? variables['Path'] ?? '')
    .split(windows ? ';' : ':')
    .filter((path) => path !== '');
  for (const folder of folders)
    for (const name of names) {
      const interpreter = child(toServicePath(folder), name);
      const environment = isFile(interpreter) ? environmentAt(interpreter) : undefined;
      if (environment) return environment;
    }
  return undefined;
}

/** The environment that an interpreter belongs to, or that a folder is. */
function environmentAt(path: string): PythonEnvironment | undefined {
  if (isFolder(path)) {
    if (path.endsWith('/site-packages')) return { folder: path, packages: withLinked([path]) };
    return environmentIn(path, undefined);
  }
  if (!isFile(path)) return undefined;
  const own = prefixOf(path);
  if (isFile(child(own, 'pyvenv.cfg'))) return environmentIn(own, undefined);
  // A link in /usr/local/bin belongs to where it leads, and its target's name tells the version.
  const real = realPath(path) ?? path;
  return environmentIn(prefixOf(real), versionOf(real)) ?? environmentIn(own, versionOf(real));
}

/** `x` for x/bin/python3 and x/Scripts/python.exe; the folder itself for x/python.exe. */
function prefixOf(interpreter: string): string {
  const folder = folderOf(interpreter);
  return /\/(?:bin|Scripts)$/i.test(folder) ? folderOf(folder) : folder;
}

const versionOf = (interpreter: string): string | undefined => /python(3\.\d+)/.exec(interpreter)?.[1];

function environmentIn(folder: string, version: string | undefined): PythonEnvironment | undefined {
  const configuration = readText(child(folder, 'pyvenv.cfg')) ?? '';
  const own = packageFolders(folder, version);
  const home = /^home\s*=\s*(.+?)\s*$/m.exec(configuration)?.[1];
  const sharesSystem = /^include-system-site-packages\s*=\s*true\s*$/im.test(configuration);
  const shared =
    sharesSystem && home !== undefined ? packageFolders(prefixOf(child(toServicePath(home), 'python')), version) : [];
  const packages = withLinked([...own, ...shared]);
  return packages.length > 0 ? { folder, packages } : undefined;
}

/** The package folders under a prefix, those of the newest Python first where the version isn't known. */
function packageFolders(prefix: string, version: string | undefined): readonly string[] {
  const found: string[] = [child(prefix, 'Lib/site-packages')];
  for (const library of ['lib', 'lib64', 'local/lib']) {
    const folder = child(prefix, library);
    const versions = namesIn(folder)
      .filter((name) => (version === undefined ? /^python3\.\d+t?$/.test(name) : name === `python${version}`))
      .sort((a, b) => minorOf(b) - minorOf(a));
    const newest = versions[0];
    if (newest !== undefined)
      found.push(child(folder, `${newest}/site-packages`), child(folder, `${newest}/dist-packages`));
    found.push(child(folder, 'python3/dist-packages'));
  }
  return found.filter(isFolder);
}

const minorOf = (name: string): number => Number(/\.(\d+)/.exec(name)?.[1] ?? 0);

/** The folders, each once, and those that their `.pth` files name (packages installed for editing). */
function withLinked(folders: readonly string[]): readonly string[] {
  const all = new Map<string, string>();
  for (const folder of folders)
    for (const path of [folder, ...linkedFrom(folder)]) {
      const real = realPath(path) ?? path;
      if (!all.has(real)) all.set(real, path);
    }
  return [...all.values()];
}

const linkedFrom = (folder: string): readonly string[] =>
  namesIn(folder)
    .filter((name) => name.endsWith('.pth'))
    .flatMap((name) => (readText(child(folder, name)) ?? '').split(/\r?\n/))
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#') && !/^import\s/.test(line))
    .map((line) => toServicePath(line, folder))
    .filter(isFolder);

const expandHome = (path: string): string => path.replace(/^~(?=$|[\\/])/, () => homedir());

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function realPath(path: string): string | undefined {
  try {
    return toServicePath(realpathSync(path));
  } catch {
    return undefined;
  }
}

const isFolder = (path: string): boolean => kindOf(path) === 'folder';
const isFile = (path: string): boolean => kindOf(path) === 'file';

function kindOf(path: string): 'file' | 'folder' | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found?.isDirectory() ? 'folder' : found?.isFile() ? 'file' : undefined;
  } catch {
    return undefined;
  }
}
