/** `--watch`: check again after each change, until Ctrl-C. */
import { existsSync, type FSWatcher, readdirSync, watch as watchFolder } from 'node:fs';
import { isLeftOutName } from '../../server/src/host/exclude';
import { child, folderOf } from '../../server/src/host/paths';
import { coloursFor } from './colours';
import type { ExitCode, Io } from './io';
import type { Target } from './targets';

/** Editors save in several steps; the check waits until nothing changed for this many milliseconds. */
const settleMillis = 80;

/**
 * Checks, then checks again after each change of a Python file or of the settings.
 *
 * @param round checks and writes once
 * @param reopen lists the files anew; its projects are used only where settings changed
 * @returns the exit code of the last check, after Ctrl-C
 */
export async function watch(
  targets: readonly Target[],
  io: Io,
  round: (targets: readonly Target[]) => Promise<ExitCode>,
  reopen: () => Promise<readonly Target[]>,
): Promise<ExitCode> {
  let now = targets;
  const folders = new WatchedFolders(io);
  const stopped = stopSignal();
  try {
    // Watched before the first check, so that what changes during it is seen.
    folders.watch(now);
    let code = await round(now);
    for (;;) {
      folders.watch(now);
      io.err.write(coloursFor(io.err, io.variables).faint('Watching for changes; Ctrl-C ends.\n'));
      const changed = await Promise.race([folders.changed(), stopped.asked]);
      if (!changed) return code;
      now = renew(now, changed, await reopen().catch(() => now));
      if (io.out.isTerminal) io.out.write('\u001b[2J\u001b[3J\u001b[H');
      code = await round(now);
    }
  } finally {
    folders.close();
    stopped.forget();
  }
}

/** The projects that were open go on with the new list of files, unless their settings changed. */
function renew(before: readonly Target[], changed: readonly string[], listed: readonly Target[]): readonly Target[] {
  return listed.map((target) => {
    const known = before.find(({ project }) => project.root === target.project.root);
    if (!known || changed.includes(child(known.project.root, 'pyproject.toml'))) return target;
    known.project.host.refresh();
    known.project.service.filesChanged(changed);
    return { project: known.project, files: target.files };
  });
}

function stopSignal(): { readonly asked: Promise<undefined>; forget(): void } {
  let stop: () => void = () => undefined;
  const asked = new Promise<undefined>((resolve) => (stop = () => resolve(undefined)));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  return {
    asked,
    forget() {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    },
  };
}

/** The folders that hold the checked files; one watcher each works the same on every system. */
class WatchedFolders {
  private readonly watchers = new Map<string, FSWatcher>();
  private readonly changes = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private settle: ((paths: readonly string[]) => void) | undefined;
  private complained = false;

  constructor(private readonly io: Io) {}

  watch(targets: readonly Target[]): void {
    const wanted = new Set(
      targets.flatMap(({ project, files }) => [project.root, ...files.flatMap(foldersAbove(project.root))]),
    );
    for (const [folder, watcher] of this.watchers)
      if (!wanted.has(folder) && !existsSync(folder)) {
        watcher.close();
        this.watchers.delete(folder);
      }
    for (const folder of wanted) if (!this.watchers.has(folder)) this.add(folder);
    if (this.changes.size > 0) this.start();
  }

  /** The paths that changed since the last answer; resolves once they are at rest. */
  changed(): Promise<readonly string[]> {
    return new Promise((resolve) => (this.settle = resolve));
  }

  close(): void {
    clearTimeout(this.timer);
    for (const watcher of this.watchers.values()) watcher.close();
  }

  private add(folder: string): void {
    try {
      const watcher = watchFolder(folder, (_event, name) => this.note(folder, name));
      watcher.on('error', () => {
        watcher.close();
        this.watchers.delete(folder);
      });
      this.watchers.set(folder, watcher);
    } catch (error) {
      if (this.complained || !existsSync(folder)) return;
      this.complained = true;
      this.io.err.write(`tensorwright: changes in some folders will not be seen: ${String(error)}\n`);
    }
  }

  private note(folder: string, name: string | null): void {
    const path = name === null ? folder : child(folder, name);
    const appeared = foldersIn(path);
    if (
      name !== null &&
      !/\.(?:py|pbtxt|onnx)$|^(?:pyproject\.toml|models\.config)$/.test(name) &&
      appeared.length === 0
    )
      return;
    // A new folder may be filled only later.
    for (const each of appeared) if (!this.watchers.has(each)) this.add(each);
    this.changes.add(path);
    this.start();
  }

  private start(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (!this.settle) return;
      const paths = [...this.changes];
      this.changes.clear();
      this.settle(paths);
      this.settle = undefined;
    }, settleMillis);
  }
}

/** The folder of a file and those above it, up to the root. */
const foldersAbove =
  (root: string) =>
  (file: string): readonly string[] => {
    const folders = [];
    for (let folder = folderOf(file); folder.length > root.length; folder = folderOf(folder)) folders.push(folder);
    return folders;
  };

/** A folder that may hold the user's code, and all below it; none where the path is no such folder. */
function foldersIn(path: string): readonly string[] {
  if (isLeftOutName(path.slice(path.lastIndexOf('/') + 1))) return [];
  try {
    const inside = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return [path, ...inside.flatMap(({ name }) => foldersIn(child(path, name)))];
  } catch {
    return [];
  }
}
