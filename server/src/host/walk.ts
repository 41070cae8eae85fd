/** Finding the files of a folder that are checked. */
import { readdirSync, realpathSync, statSync } from 'node:fs';
import { type Excludes, isLeftOutFolder, isLeftOutName } from './exclude';
import { child, insideOf, toServicePath } from './paths';
import { isPlanFile } from '../deployPlan/planFiles';
import { isConfigFile } from '../triton/configFiles';
import { unreadableReason } from './readSource';

/** Told what could not be looked at; `reason` is a clause after the path. */
export type OnProblem = (path: string, reason: string) => void;

export interface WalkOptions {
  readonly excluded?: Excludes;
  readonly onProblem?: OnProblem;
  /** Which files are meant; Python files where absent. */
  readonly accept?: (path: string) => boolean;
}

interface Folder {
  readonly path: string;
  /** Where it really is; a folder is walked once, however many links lead to it. */
  readonly real: string;
}

/**
 * All `*.py` files below a folder, sorted, each once.
 *
 * Links are followed after everything that is really there, so a file is named by its own place, and loops end.
 * A folder that can't be read is a problem, not the end.
 */
export function pythonFiles(root: string, options: WalkOptions = {}): readonly string[] {
  const walk = new Walk(root, options);
  return walk.run();
}

const isPython = (path: string): boolean => path.endsWith('.py');

/** The files that are checked: Python, configurations of model servers, plans of deployments. */
export const checkedFiles = (root: string, options: WalkOptions = {}): readonly string[] =>
  pythonFiles(root, { ...options, accept: (path) => isPython(path) || isConfigFile(path) || isPlanFile(path) });

class Walk {
  private readonly found: string[] = [];
  private readonly visited = new Set<string>();
  private readonly links: string[] = [];

  constructor(
    private readonly root: string,
    private readonly options: WalkOptions,
  ) {}

  run(): readonly string[] {
    this.visit({ path: this.root, real: this.realPath(this.root) ?? this.root });
    for (let link = this.links.shift(); link !== undefined; link = this.links.shift()) this.follow(link);
    return this.found.sort(byPath);
  }

  /** Walks with an explicit stack, so that depth costs no call depth. */
  private visit(start: Folder): void {
    const waiting = [start];
    for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
      if (this.visited.has(folder.real)) continue;
      this.visited.add(folder.real);
      waiting.push(...this.look(folder));
    }
  }

  /** Notes a folder's files and links; answers with its folders. */
  private look(folder: Folder): readonly Folder[] {
    const below = folder.path !== this.root;
    if (below && isLeftOutName(lastName(folder.path))) return [];
    const inside: Folder[] = [];
    let entries;
    try {
      entries = readdirSync(folder.path, { withFileTypes: true });
    } catch (error) {
      this.options.onProblem?.(folder.path, unreadableReason(error));
      return [];
    }
    const names = entries.map((entry) => entry.name);
    if (below && isLeftOutFolder(lastName(folder.path), names)) return [];
    for (const entry of entries) {
      const path = child(folder.path, entry.name);
      if (this.options.excluded?.(insideOf(path, this.root))) continue;
      if (entry.isSymbolicLink()) this.links.push(path);
      else if (entry.isDirectory()) inside.push({ path, real: child(folder.real, entry.name) });
      else if (entry.isFile() && this.accepts(path)) this.note(path, child(folder.real, entry.name));
    }
    return inside;
  }

  private follow(link: string): void {
    const real = this.realPath(link);
    if (real === undefined) return;
    try {
      const target = statSync(real);
      if (target.isDirectory()) this.visit({ path: link, real });
      else if (target.isFile() && this.accepts(link)) this.note(link, real);
    } catch {
      // Gone since it was listed: nothing to check.
    }
  }

  private accepts(path: string): boolean {
    return (this.options.accept ?? isPython)(path);
  }

  private note(path: string, real: string): void {
    if (this.visited.has(real)) return;
    this.visited.add(real);
    this.found.push(path);
  }

  /** Undefined for a link that leads nowhere or to itself. */
  private realPath(path: string): string | undefined {
    try {
      return toServicePath(realpathSync(path));
    } catch {
      return undefined;
    }
  }
}

const lastName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

const byPath = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
