/** The diagnosis of a run folder: live while it grows, or all at once. Both give the same verdict. */
import { basename } from 'node:path';
import { type Diagnosis, Engine, type EngineOptions } from '../diagnosis/engine';
import { JournalTail, type SequencedRecord } from '../journal/tail';
import { journalsOf } from './folder';

interface Journal {
  readonly rank: number;
  readonly tail: JournalTail;
}

export interface Verdict {
  readonly findings: readonly Diagnosis[];
  readonly steps: number;
  /** What the agent says of its own cost. */
  readonly overhead: Readonly<Record<string, unknown>>;
  /** Journals that end in the middle of a frame, and where. */
  readonly torn: readonly string[];
  /** Whether there was any journal. */
  readonly journals: number;
}

/** Follows the journals of a run. */
export class Judge {
  private engine: Engine;
  private readonly journals = new Map<string, Journal>();

  constructor(
    private readonly folder: string,
    private readonly options: EngineOptions,
  ) {
    this.engine = new Engine(options);
  }

  /** Reads what has been written since the last look; answers with what is newly found. */
  look(): readonly Diagnosis[] {
    for (const { rank, path } of journalsOf(this.folder))
      if (!this.journals.has(path)) this.journals.set(path, { rank, tail: new JournalTail(path) });
    return [...this.journals.values()].flatMap(({ rank, tail }) =>
      tail.read().flatMap(({ record }) => this.engine.add(record, rank)),
    );
  }

  /** The verdict when nothing more is written. */
  finish(): Verdict {
    this.look();
    // What ranks say of each other depends on the order of reading: once more, in the order of time.
    if (this.journals.size > 1) this.engine = replayed(this.folder, this.options);
    const { overhead } = this.engine.run(0).end ?? {};
    return {
      findings: this.engine.findings(),
      steps: this.engine.steps,
      overhead: overhead ?? {},
      torn: [...this.journals.values()].flatMap(({ tail }) =>
        tail.torn ? [`${basename(tail.path)} is torn at byte ${tail.torn.at} (${tail.torn.why})`] : [],
      ),
      journals: this.journals.size,
    };
  }
}

/** The engine after all records, in the order of their times. */
function replayed(folder: string, options: EngineOptions): Engine {
  const engine = new Engine(options);
  const records = journalsOf(folder).flatMap(({ rank, path }, journal) =>
    new JournalTail(path).read().map((each: SequencedRecord) => ({ ...each, rank, journal })),
  );
  records.sort((a, b) => a.record.time - b.record.time || a.journal - b.journal || a.sequence - b.sequence);
  for (const { record, rank } of records) engine.add(record, rank);
  return engine;
}
