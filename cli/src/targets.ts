/** From the paths on the command line to the projects and files that are checked. */
import { existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import type { Settings } from '../../protocol/src/settings';
import { child, folderOf, insideOf, isInside, toServicePath } from '../../server/src/host/paths';
import { openProject, type Project } from '../../server/src/host/project';
import { checkedFiles } from '../../server/src/host/walk';
import { type Io, UsageError } from './io';

export interface Target {
  readonly project: Project;
  /** Absolute paths, sorted. */
  readonly files: readonly string[];
}

interface Named {
  readonly path: string;
  readonly isFolder: boolean;
  readonly root: string;
  /** Whether something in the root says that a project starts there. */
  readonly marked: boolean;
}

/** What marks the folder that a project starts in. */
const markers = ['pyproject.toml', 'setup.py', 'setup.cfg', '.git'];

/**
 * Opens the projects of some paths: a folder stands for the files below it that are checked, a file for itself.
 *
 * @param tell messages about settings and unreadable files
 * @throws UsageError where a path does not exist
 */
export async function openTargets(
  paths: readonly string[],
  io: Io,
  user: Partial<Settings>,
  tell: (sentence: string) => void,
): Promise<readonly Target[]> {
  const named = paths.map((path) => name(path, io.cwd));
  const startService = await io.startService();
  return [...new Set(named.map(({ root }) => root))].map((root) => {
    const here = named.filter((each) => each.root === root);
    const marked = here.some((each) => each.marked);
    const project = openProject({
      root,
      user,
      startService,
      variables: io.variables,
      ruleIds: io.rules.map(({ id }) => id),
      onSettingsProblem: tell,
      onFileProblem: tell,
      ...(marked ? {} : { files: listed(here, undefined, undefined) }),
    });
    return { project, files: listed(here, project, (path, reason) => tell(`${path} ${reason}`)) };
  });
}

function name(written: string, cwd: string): Named {
  const path = toServicePath(written, cwd);
  let isFolder;
  try {
    isFolder = statSync(path).isDirectory();
  } catch {
    throw new UsageError(`no such file or folder: ${written}`);
  }
  return { path, isFolder, ...rootOf(isFolder ? path : folderOf(path), cwd) };
}

/** The nearest folder upwards that is marked; else the working directory, where the path lies in it. */
function rootOf(start: string, cwd: string): { readonly root: string; readonly marked: boolean } {
  const home = toServicePath(homedir());
  for (let folder = start; ; folder = folderOf(folder)) {
    if (markers.some((marker) => existsSync(child(folder, marker)))) return { root: folder, marked: true };
    if (folder === folderOf(folder) || folder === home) break;
  }
  const usable = isInside(start, cwd) && cwd !== home && cwd !== folderOf(cwd);
  return { root: usable ? cwd : start, marked: false };
}

/** Named files are checked whatever the settings leave out; in folders the settings count. */
function listed(
  named: readonly Named[],
  project: Project | undefined,
  onProblem: ((path: string, reason: string) => void) | undefined,
): readonly string[] {
  const all = named.flatMap(({ path, isFolder, root }) => {
    if (!isFolder) return [path];
    const within = insideOf(path, root);
    const excluded = (relative: string): boolean => {
      const fromRoot = within === '' ? relative : child(within, relative);
      return project?.excludes(fromRoot) ?? false;
    };
    return checkedFiles(path, { excluded, ...(onProblem ? { onProblem } : {}) });
  });
  return [...new Set(all)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
