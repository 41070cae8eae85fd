/** All runs below some folders, followed while they run; old ones are read in when there is time, or when asked for. */
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ChunkPool } from '../store/column';
import type { MakeJudge } from './judging';
import { Refused, RunFolder } from './runFolder';
import { SpillFile } from './spillFile';

export interface RunsOptions {
  /** Folders that hold run folders. */
  readonly folders: readonly string[];
  readonly makeJudge?: MakeJudge;
  /** Bytes of curves kept in memory; what is more goes to a temporary file. */
  readonly memoryBytes?: number;
  readonly onChange: (changed: { readonly runs: readonly RunFolder[]; readonly gone: readonly string[] }) => void;
}

/** How often running journals are looked at: a point is on its way within this time. */
const followMs = 40;
const searchMs = 300;
/** Of a turn, for each run's verdict. */
const judgeMs = 10;
/** Between two turns while verdicts are behind: the training needs the processor more. */
const judgePauseMs = 20;
/** Whether a process is still there. */
const lookMs = 1000;
/** Old runs are read in unasked while their journals have no more bytes than this together. */
const unaskedBytes = 256 * 1024 * 1024;
const defaultMemoryBytes = 160 * 1024 * 1024;

export class Runs {
  private readonly spill = new SpillFile();
  private readonly pool: ChunkPool;
  private readonly known = new Map<string, RunFolder>();
  private readonly wanted = new Set<RunFolder>();
  private readonly waiting = new Map<RunFolder, (() => void)[]>();
  private timer: NodeJS.Timeout | undefined;
  private searchedAt = 0;
  private lookedAt = 0;
  private unasked = 0;
  private disposed = false;

  constructor(private readonly options: RunsOptions) {
    this.pool = new ChunkPool(options.memoryBytes ?? defaultMemoryBytes, this.spill);
    this.turn();
  }

  all(): readonly RunFolder[] {
    return [...this.known.values()];
  }

  /** @throws Refused */
  get(id: string): RunFolder {
    const found = this.known.get(id);
    if (found === undefined) throw new Refused(`There is no run ${id}.`);
    return found;
  }

  /** Settles when all that the run has on the disk has been read. */
  load(run: RunFolder): Promise<void> {
    if (run.loaded) return Promise.resolve();
    this.wanted.add(run);
    return new Promise((settle) => this.waiting.set(run, [...(this.waiting.get(run) ?? []), settle]));
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.timer);
    this.spill.dispose();
  }

  /** One look at everything; journals are read a piece at a time, so requests are answered in between. */
  private turn(): void {
    if (this.disposed) return;
    const now = performance.now();
    const changed = new Set<RunFolder>();
    const gone: string[] = [];
    if (now - this.searchedAt >= searchMs || this.searchedAt === 0) {
      this.searchedAt = now;
      this.search(changed, gone);
    }
    if (now - this.lookedAt >= lookMs) {
      this.lookedAt = now;
      for (const run of this.known.values()) if (run.running && run.look()) changed.add(run);
    }
    const more = this.read(changed);
    const judging = !more && this.judge(changed);
    if (changed.size > 0 || gone.length > 0) this.options.onChange({ runs: [...changed], gone });
    this.timer = setTimeout(() => this.turn(), more ? 0 : judging ? judgePauseMs : followMs);
  }

  private search(changed: Set<RunFolder>, gone: string[]): void {
    for (const folder of this.options.folders)
      for (const name of foldersIn(folder)) {
        const path = resolve(join(folder, name));
        if ([...this.known.values()].some((run) => run.path === path)) continue;
        const run = RunFolder.open(path, this.pool, this.options.makeJudge);
        if (run === undefined || this.known.has(run.facts.id)) continue;
        run.look();
        if (run.running) void run.askGit();
        this.known.set(run.facts.id, run);
        changed.add(run);
        this.plan(run);
      }
    for (const [id, run] of this.known)
      if (!run.exists) {
        this.known.delete(id);
        this.settle(run);
        gone.push(id);
      }
  }

  private plan(run: RunFolder): void {
    const { bytes } = run;
    if (run.running || this.unasked + bytes <= unaskedBytes) {
      this.unasked += run.running ? 0 : bytes;
      this.wanted.add(run);
    }
  }

  /** @returns whether a journal has more to read at once */
  private read(changed: Set<RunFolder>): boolean {
    let waiting = false;
    for (const run of this.wanted) {
      const wasLoaded = run.loaded;
      const { changed: came, more } = run.read();
      if (came || run.loaded !== wasLoaded) changed.add(run);
      waiting ||= more;
      // What a run wrote last was read above, or its process was still there a moment ago.
      if (!more && !run.running) this.wanted.delete(run);
      if (!more) this.settle(run);
    }
    return waiting;
  }

  /** Curves never wait for verdicts: judging has what is left of a turn. @returns whether more is to be judged */
  private judge(changed: Set<RunFolder>): boolean {
    let waiting = false;
    for (const run of this.known.values()) {
      if (!run.loaded) continue;
      const { changed: came, more } = run.judge(judgeMs);
      if (came) changed.add(run);
      waiting ||= more;
    }
    return waiting;
  }

  private settle(run: RunFolder): void {
    for (const settle of this.waiting.get(run) ?? []) settle();
    this.waiting.delete(run);
    if (!run.exists) this.wanted.delete(run);
  }
}

function foldersIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch {
    return [];
  }
}
