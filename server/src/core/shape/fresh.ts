/**
 * New symbols, stretches and arguments.
 *
 * An expression is evaluated again for each answer to a question in it (see `Machine.explore`). What stands before the
 * question is computed anew then, and must come to the same symbols: facts that were learned speak of those.
 */

interface Entry {
  readonly at: number;
  /** Its kind and its name. */
  readonly what: string;
  readonly made: object;
}

let last = 0;
let running: Tape | undefined;

/** Something new with an id that nothing else has; where a path is taken again, the one that was made here. */
export const fresh = <T extends object>(what: string, make: (id: number) => T): T =>
  running === undefined ? make(++last) : running.take(what, () => make(++last));

/** Takes from a tape from now on, from none with undefined; answers the tape that was in use. */
export function useTape(tape: Tape | undefined): Tape | undefined {
  const before = running;
  running = tape;
  return before;
}

/** What one evaluation made, with the moments at which it did. */
export class Tape {
  private readonly entries: Entry[];
  private next = 0;

  /**
   * @param clock moments of the evaluation: they only grow, and are the same when it is taken again
   * @param known what the evaluation that this one repeats had made
   */
  constructor(
    private readonly clock: () => number,
    known: readonly Entry[] = [],
  ) {
    this.entries = [...known];
  }

  take<T extends object>(what: string, make: () => T): T {
    const at = this.clock();
    // What was remembered in between is not asked for again.
    while ((this.entries[this.next]?.at ?? Infinity) < at) this.next++;
    const known = this.entries[this.next];
    if (known?.at === at && known.what === what) {
      this.next++;
      // What is made is of the kind that `what` begins with.
      return known.made as T;
    }
    const made = make();
    this.entries.splice(this.next++, 0, { at, what, made });
    return made;
  }

  /** What was made before a moment. */
  before(at: number): readonly Entry[] {
    return this.entries.filter((entry) => entry.at < at);
  }
}
