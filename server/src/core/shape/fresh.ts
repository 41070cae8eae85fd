/**
 * Ids of new symbols, stretches and arguments.
 *
 * An expression is evaluated again for each answer to a question in it (see `Machine.explore`). What stands before the
 * question is computed anew then, and must come to the same ids: facts that were learned speak of those.
 */

interface Entry {
  readonly at: number;
  readonly name: string;
  readonly id: number;
}

let last = 0;
let running: Tape | undefined;

/** An id that nothing else has; where a path is taken again, the one that it had here. */
export const freshId = (name: string): number => (running === undefined ? ++last : running.take(name));

/** Takes ids from a tape from now on, from none with undefined; answers the tape that was in use. */
export function useTape(tape: Tape | undefined): Tape | undefined {
  const before = running;
  running = tape;
  return before;
}

/** The ids that one evaluation took, with the moments at which it did. */
export class Tape {
  private readonly entries: Entry[];
  private next = 0;

  /**
   * @param clock moments of the evaluation: they only grow, and are the same when it is taken again
   * @param known what the evaluation that this one repeats had taken
   */
  constructor(
    private readonly clock: () => number,
    known: readonly Entry[] = [],
  ) {
    this.entries = [...known];
  }

  take(name: string): number {
    const at = this.clock();
    // What was remembered in between is not asked for again.
    while ((this.entries[this.next]?.at ?? Infinity) < at) this.next++;
    const known = this.entries[this.next];
    if (known?.at === at && known.name === name) {
      this.next++;
      return known.id;
    }
    const id = ++last;
    this.entries.splice(this.next++, 0, { at, name, id });
    return id;
  }

  /** What was taken before a moment. */
  before(at: number): readonly Entry[] {
    return this.entries.filter((entry) => entry.at < at);
  }
}
