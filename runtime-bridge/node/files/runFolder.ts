/** A run's folder: its facts, its journals as they grow, and the file through which commands reach it. */
import { createHash, randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import type {
  Alert,
  ControlArguments,
  ControlCommand,
  ControlLine,
  JournalRead,
  LayerRow,
  RunState,
  RunSummary,
} from '../../../protocol/src/bridge';
import type { CodePlace, RunFacts } from '../../../protocol/src/journal';
import { comparableText, type SeenFile } from '../../../protocol/src/seen';
import { type JournalPlace, JournalTail } from '../journal/tail';
import { type GitFacts, gitFactsIn, keepGitFacts } from './git';
import { sourceLines } from './source';
import type { ChunkPool } from '../store/column';
import { RunStore } from '../store/run';
import { seenByFile } from '../store/seen';
import { Judging, type MakeJudge } from './judging';

/** Bytes of a journal read at once: a few milliseconds. */
const pieceBytes = 1024 * 1024;
/** Places in a journal that are remembered, so that a client can go on from a sequence number. */
const bytesBetweenPlaces = 4 * 1024 * 1024;

interface Followed {
  readonly tail: JournalTail;
  readonly places: JournalPlace[];
}

/** A request that can't be done; the sentence is for the user. */
export class Refused extends Error {}

export class RunFolder {
  readonly store: RunStore;
  private readonly judging: Judging | undefined;
  private readonly journals = new Map<number, Followed>();
  private git: GitFacts | undefined;
  private caughtUp = false;
  private alive = true;
  /** Lines of the user's files by path, as they were when the run started, as far as that is known. */
  private readonly sources = new Map<string, readonly string[]>();

  private constructor(
    readonly path: string,
    readonly facts: RunFacts,
    pool: ChunkPool,
    makeJudge: MakeJudge | undefined,
  ) {
    this.store = new RunStore(facts.id, pool);
    this.judging = makeJudge && new Judging(path, makeJudge(path));
    this.git = facts.git ?? gitFactsIn(path);
  }

  /** Undefined where the folder has no facts yet, or is none of a run. */
  static open(path: string, pool: ChunkPool, makeJudge?: MakeJudge): RunFolder | undefined {
    try {
      const facts = JSON.parse(readFileSync(join(path, 'run.json'), 'utf8')) as Partial<RunFacts>;
      if (typeof facts.id !== 'string' || typeof facts.script !== 'string') return undefined;
      return new RunFolder(path, facts as RunFacts, pool, makeJudge);
    } catch {
      return undefined;
    }
  }

  /** Bytes of the journals on the disk. */
  get bytes(): number {
    return this.journalFiles().reduce((sum, { path }) => sum + sizeOf(path), 0);
  }

  get loaded(): boolean {
    return this.caughtUp;
  }

  /** Reads on, a piece of each journal. Answers with whether something came, and whether more is waiting. */
  read(): { readonly changed: boolean; readonly more: boolean } {
    for (const { rank, path } of this.journalFiles())
      if (!this.journals.has(rank))
        this.journals.set(rank, { tail: new JournalTail(path, undefined, pieceBytes), places: [] });
    let [changed, waiting] = [false, false];
    for (const [rank, { tail, places }] of this.journals) {
      const { records, more } = tail.readPiece();
      for (const { sequence, record } of records) this.store.take(rank, sequence, record);
      if (tail.place.good - (places.at(-1)?.good ?? 0) >= bytesBetweenPlaces) places.push(tail.place);
      changed ||= records.length > 0;
      waiting ||= more;
    }
    if (!waiting && this.journals.size > 0) this.caughtUp = true;
    return { changed, more: waiting };
  }

  /** Judges on, for so long at most; answers with whether the verdict has changed and whether more is waiting. */
  judge(millis: number): { readonly changed: boolean; readonly more: boolean } {
    const journals = this.journalFiles();
    return this.judging?.judge(journals, millis, !this.alive) ?? { changed: false, more: false };
  }

  /** Looks whether the run's process is there; answers with whether that has changed. */
  look(): boolean {
    const alive =
      this.store.state.state === 'running' || this.store.state.state === 'paused' ? isAlive(this.facts.pid) : false;
    const changed = alive !== this.alive;
    this.alive = alive;
    return changed;
  }

  /** Asks git of a run that goes on; of one that is over it would say what is there by now. Settles in any case. */
  async askGit(): Promise<void> {
    this.git ??= await keepGitFacts(this.path, this.facts.cwd);
  }

  /** Whether more may come. */
  get running(): boolean {
    return this.alive;
  }

  summary(): RunSummary {
    const { facts, store } = this;
    const { state, error } = store.state;
    const gone = !this.alive && (state === 'running' || state === 'paused');
    return {
      id: facts.id,
      folder: this.path,
      script: facts.script,
      argv: facts.argv,
      cwd: facts.cwd,
      python: facts.python,
      platform: facts.platform,
      startedAt: facts.startedAt,
      pid: facts.pid,
      commit: this.git?.commit,
      dirty: this.git?.dirty,
      state: gone ? 'ended' : (state satisfies RunState),
      error: gone ? 'Its process is gone and did not say why.' : error,
      controllable: this.controllable,
      loaded: this.caughtUp,
      step: store.step,
      time: store.time,
      sequences: store.sequences,
      values: store.values,
      alerts: this.verdict.length,
      errors: this.verdict.filter(({ severity }) => severity === 'error').length,
      marks: store.marks.length,
    };
  }

  /** With each alert's line as it was when the run started, so that an edited file can be searched for it. */
  alerts(): readonly Alert[] {
    return this.verdict.map((alert) => ({ ...alert, lineText: this.lineOf(alert) }));
  }

  /** With each layer's line as it was when the run started. */
  layers(): readonly LayerRow[] {
    return this.store.layers.rows().map((layer) => ({ ...layer, lineText: this.lineOf(layer) }));
  }

  /** Shapes that were seen, of files whose text at the start is known. */
  seen(): readonly SeenFile[] {
    return seenByFile(this.store.seen, this.store.end).flatMap((found) => {
      const lines = this.linesOf(found.path);
      if (lines === undefined) return [];
      return [{ ...found, run: this.facts.id, text: textKey(lines.join('\n')) }];
    });
  }

  /**
   * Gives the run a command; its journal says when it took effect.
   * @throws Refused
   */
  control(command: ControlCommand, given: ControlArguments): string {
    if (!this.running) throw new Refused('The run has ended, so it takes no command.');
    if (!this.controllable)
      throw new Refused(
        'The run was started without control. Allow it with the setting tensorwright.control, or `tensorwright run --control`, and start again.',
      );
    const line: ControlLine = { id: randomUUID(), command, arguments: given };
    appendFileSync(join(this.path, 'control.jsonl'), `${JSON.stringify(line)}\n`);
    return line.id;
  }

  /** Records after a sequence number, from the file: a client goes on where it was. */
  journal(rank: number, after: number, limit: number): JournalRead {
    const followed = this.journals.get(rank);
    const path = this.journalFiles().find((one) => one.rank === rank)?.path;
    if (path === undefined) throw new Refused(`The run has no journal of rank ${rank}.`);
    const start = followed?.places.findLast(({ sequence }) => sequence <= after);
    const tail = new JournalTail(path, start, pieceBytes);
    const records: JournalRead['records'][number][] = [];
    for (let more = true; more && records.length <= limit;) {
      const piece = tail.readPiece();
      records.push(...piece.records.filter(({ sequence }) => sequence > after));
      ({ more } = piece);
    }
    const kept = records.slice(0, limit);
    return { records: kept, last: kept.at(-1)?.sequence ?? Math.max(after, 0), more: records.length > limit };
  }

  private get verdict(): readonly Alert[] {
    return this.judging?.alerts ?? [];
  }

  private get controllable(): boolean {
    return this.facts.control === true;
  }

  private journalFiles(): readonly { readonly rank: number; readonly path: string }[] {
    try {
      return readdirSync(this.path).flatMap((name) => {
        const rank = /^rank-(\d{1,5})\.journal$/.exec(name)?.[1];
        return rank === undefined ? [] : [{ rank: Number(rank), path: join(this.path, name) }];
      });
    } catch {
      return [];
    }
  }

  private lineOf({ file, line }: CodePlace): string | undefined {
    return file === null || line === null ? undefined : this.linesOf(file)?.[line - 1];
  }

  /** As they were when the run started. */
  private linesOf(file: string): readonly string[] | undefined {
    let lines = this.sources.get(file);
    if (lines === undefined) {
      lines = sourceLines(this.path, file) ?? this.unchangedLines(file);
      if (lines !== undefined) this.sources.set(file, lines);
    }
    return lines;
  }

  /** Where the run kept no copy, or not yet: the file counts as it was if nobody wrote it since. */
  private unchangedLines(file: string): readonly string[] | undefined {
    const path = isAbsolute(file) ? file : resolve(this.facts.cwd, file);
    try {
      if (statSync(path).mtimeMs > Date.parse(this.facts.startedAt)) return undefined;
      return readFileSync(path, 'utf8').split(/\r?\n/);
    } catch {
      return undefined;
    }
  }

  get exists(): boolean {
    return existsSync(this.path);
  }
}

const textKey = (text: string): string => createHash('sha256').update(comparableText(text)).digest('hex');

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}

function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
