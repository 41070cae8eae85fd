/**
 * The state of the path that is being evaluated, and forking of paths.
 *
 * Expressions are evaluated in direct style. Where a question can't be decided, `fork` takes the
 * first answer and notes the others; `explore` evaluates the same expression again for each of
 * them from the same state. What was answered before is replayed, not evaluated again.
 */
import { Facts } from '../shape/facts';
import { Tape, useTape } from '../shape/fresh';
import { Bindings } from './bindings';
import type { Place } from '../text/place';
import {
  copyObject,
  emptyHeap,
  HEAP_SIZE,
  readHeap,
  writeHeap,
  type Construction,
  type Frame,
  type HeapObject,
  type HeapRoot,
} from './heap';
import type { Step, Trace } from './trace';
import { unknown, type ClassValue, type ReferenceValue, type Value } from './value';

/** An answer that a path took to a question that was not decided. */
export interface Condition {
  /** Names the question: equal keys are the same question. */
  readonly key: string;
  readonly answer: number;
  /** How many answers were possible. */
  readonly of: number;
  /** `flag`: an option of the user's; `rank`: the number of dims of an input; the rest are tests on sizes or unknown values. */
  readonly kind: 'flag' | 'rank' | 'size' | 'unknown';
  /** `use_bn is True`. */
  readonly label: string;
}
export type Conditions = ReadonlyMap<string, Condition>;

export interface State {
  readonly heap: HeapRoot;
  /** Objects of other modules' heaps that this path changed. */
  readonly overlay: ReadonlyMap<number, HeapObject>;
  readonly nextId: number;
  readonly facts: Facts;
  /** What arguments turned out to be. */
  readonly latents: ReadonlyMap<number, Value>;
  readonly conditions: Conditions;
  /** What was called, where that is kept. */
  readonly trace?: Trace | undefined;
}

export interface Branch<T> {
  readonly state: State;
  readonly value: T;
}

/** Thrown to end a path: it raises, or its conditions contradict each other. */
export class PathEnds {
  constructor(readonly raised: boolean) {}
}
/** Thrown by accessors: the operator's answer is unknown. */
export class Leave {
  constructor(readonly reason: string) {}
}
/** Thrown and caught where calls nest too deeply to follow. */
export class TooDeep {
  readonly reason = 'calls that nest too deeply to follow';
}

/** Thrown when a budget is spent: the entry ends without an answer. */
export class OutOfBudget {
  constructor(readonly reason: string) {}
}

/** Whether an evaluation was too much: its budget is spent, or what it looked through holds itself and filled the stack. */
export const isTooMuch = (error: unknown): boolean =>
  error instanceof OutOfBudget || (error instanceof RangeError && error.message.includes('call stack'));

interface Trail {
  readonly made: Branch<unknown>[];
  readonly others: { readonly position: number; readonly rest: readonly Branch<unknown>[] }[];
  next: number;
  /** Steps when the last question was answered. */
  mark: number;
  readonly tape: Tape;
}

/** Steps between two questions are fewer than this. */
const MOMENTS = 2 ** 32;

/** Thrown where an expression that was taken for simple has a question after all; thrown often, so without a stack. */
class NeedsExploring {
  constructor(readonly reason: string) {}
}
const NEEDS_EXPLORING = new NeedsExploring('a question');

/** Paths that one expression may split into; more are dropped, and nothing is claimed about them. */
const MAX_BRANCHES = 12;

/** The same where samples will do. */
const SAMPLED_BRANCHES = 3;

/** Heaps of modules, by the number above HEAP_SIZE in an id. */
export interface ModuleHeaps {
  heap(slot: number): HeapRoot | undefined;
}

export class Machine {
  heap: HeapRoot = emptyHeap();
  overlay: ReadonlyMap<number, HeapObject> = new Map();
  nextId = 1;
  facts: Facts = Facts.none;
  latents: ReadonlyMap<number, Value> = new Map();
  conditions: Conditions = new Map();
  trace: Trace | undefined;
  /** Where the operator that is being asked stands, for causes. */
  place: Place | undefined;
  /** The causes of the last refutation. */
  because: readonly { readonly text: string; readonly place?: Place | undefined }[] = [];
  steps = 0;
  /** How often something was asked that is known otherwise on another path. */
  pathLookups = 0;
  /** Whether a few of the paths will do: then nothing may be claimed about all of them. */
  samples = false;
  /** Whether questions are answered in the first way that can be. */
  private straight = false;
  private owner: object = {};
  private simple = false;
  private trail: Trail = this.newTrail([]);

  constructor(
    readonly modules: ModuleHeaps,
    readonly slot: number,
    /** Steps past which the evaluation ends. */
    public budget: number,
  ) {}

  /** Counts work; ends the entry past its budget. */
  tick(cost = 1): void {
    this.steps += cost;
    if (this.steps > this.budget) throw new OutOfBudget('too much to evaluate');
  }

  /** Keeps the state; later writes copy. */
  seal(): State {
    this.owner = {};
    const { heap, overlay, nextId, facts, latents, conditions, trace } = this;
    return { heap, overlay, nextId, facts, latents, conditions, trace };
  }

  restore(state: State): void {
    this.owner = {};
    this.heap = state.heap;
    this.overlay = state.overlay;
    this.nextId = state.nextId;
    this.facts = state.facts;
    this.latents = state.latents;
    this.conditions = state.conditions;
    this.trace = state.trace;
  }

  /** Keeps a step of this path. */
  note(step: Step): void {
    this.trace = { step, before: this.trace };
  }

  // ---- objects

  private local(id: number): number | undefined {
    const slot = Math.floor(id / HEAP_SIZE);
    return slot === this.slot ? id % HEAP_SIZE : undefined;
  }

  read(id: number): HeapObject | undefined {
    const local = this.local(id);
    if (local !== undefined) return readHeap(this.heap, local);
    const written = this.overlay.get(id);
    if (written !== undefined) return written;
    const heap = this.modules.heap(Math.floor(id / HEAP_SIZE));
    return heap && readHeap(heap, id % HEAP_SIZE);
  }

  /** The object, owned by this path: it may be changed until the next `seal`. */
  write(id: number): HeapObject | undefined {
    const object = this.read(id);
    if (object === undefined || object.owner === this.owner) return object;
    const copy = copyObject(object, this.owner);
    this.store(id, copy);
    return copy;
  }

  private store(id: number, object: HeapObject | undefined): void {
    const local = this.local(id);
    if (local !== undefined) this.heap = writeHeap(this.heap, local, object, this.owner);
    else if (object !== undefined) this.overlay = new Map(this.overlay).set(id, object);
  }

  private allocate(object: HeapObject): number {
    if (this.nextId >= HEAP_SIZE) throw new OutOfBudget('too many objects');
    const id = this.slot * HEAP_SIZE + this.nextId++;
    this.store(id, object);
    return id;
  }

  /** The first of `count` new ids. */
  reserve(count: number): number {
    if (this.nextId + count >= HEAP_SIZE) throw new OutOfBudget('too many objects');
    const first = this.slot * HEAP_SIZE + this.nextId;
    this.nextId += count;
    return first;
  }

  /** Puts an object of another path into this one. */
  adopt(id: number, object: HeapObject): void {
    this.store(id, object);
  }

  free(id: number): void {
    this.store(id, undefined);
  }

  newFrame(parent: number | undefined): number {
    return this.allocate({ kind: 'frame', owner: this.owner, vars: Bindings.empty(), parent, captured: false });
  }

  newList(
    items: Value[] | undefined,
    form: 'list' | 'set' = 'list',
    element: Value = unknown('item of a list'),
  ): ReferenceValue {
    return { kind: 'ref', id: this.allocate({ kind: 'list', owner: this.owner, form, items, element, of: undefined }) };
  }

  newDict(
    entries: Iterable<readonly [string, { readonly key: Value; readonly value: Value }]> = [],
    open = false,
    missing?: Value,
  ): ReferenceValue {
    return {
      kind: 'ref',
      id: this.allocate({ kind: 'dict', owner: this.owner, entries: new Map(entries), open, missing }),
    };
  }

  newInstance(
    cls: ClassValue | string,
    attrs: Iterable<readonly [string, Value]> = [],
    built?: Construction,
  ): ReferenceValue {
    return {
      kind: 'ref',
      id: this.allocate({ kind: 'instance', owner: this.owner, cls, attrs: new Map(attrs), open: false, built }),
    };
  }

  frame(id: number): Frame | undefined {
    const object = this.read(id);
    return object?.kind === 'frame' ? object : undefined;
  }

  // ---- forks

  /**
   * Takes one of the branches that `options` leave alive, each starting from the present state;
   * the others are explored later. An option answers `undefined` where its path is dead.
   */
  fork<T>(options: () => readonly Branch<T>[]): T {
    if (this.simple) throw NEEDS_EXPLORING;
    const trail = this.trail;
    const position = trail.next++;
    const replayed = trail.made[position];
    if (replayed !== undefined) {
      this.restore(replayed.state);
      trail.mark = this.steps;
      return replayed.value as T;
    }
    const tape = useTape(undefined);
    let alive: readonly Branch<T>[];
    try {
      alive = options();
    } finally {
      useTape(tape);
    }
    trail.mark = this.steps;
    const first = alive[0];
    if (first === undefined) throw new PathEnds(false);
    trail.made.push(first);
    if (alive.length > 1) trail.others.push({ position, rest: alive.slice(1) });
    this.restore(first.state);
    return first.value;
  }

  /** Splits on a question with a few answers; `assume` makes an answer true or says that it can't be. */
  ask<T>(
    question: { readonly key: string; readonly kind: Condition['kind'] },
    answers: readonly { readonly value: T; readonly label: string; readonly assume: () => boolean }[],
  ): T {
    const earlier = this.conditions.get(question.key);
    if (earlier !== undefined) {
      this.pathLookups++;
      const answer = answers[earlier.answer];
      if (answer !== undefined) return answer.value;
    }
    return this.fork(() => {
      const before = this.seal();
      const alive: { readonly index: number; readonly state: State; readonly value: T; readonly label: string }[] = [];
      answers.forEach(({ value, label, assume }, index) => {
        this.restore(before);
        if (assume()) alive.push({ index, state: this.seal(), value, label });
      });
      if (alive.length <= 1) return alive;
      const { key, kind } = question;
      return alive.slice(0, this.straight ? 1 : undefined).map(({ index, state, value, label }) => ({
        value,
        state: {
          ...state,
          conditions: new Map(state.conditions).set(key, { key, kind, label, answer: index, of: alive.length }),
        },
      }));
    });
  }

  /** Asks what chooses between two values: where samples will do, one of them does. */
  choose<T>(question: () => T): T {
    const outer = this.straight;
    this.straight = this.samples;
    try {
      return question();
    } finally {
      this.straight = outer;
    }
  }

  /**
   * Evaluates something that changes nothing before it is done, without keeping the state.
   * False where it turned out to have a question: then it is to be explored.
   */
  attempt(body: () => void): boolean {
    this.simple = true;
    try {
      body();
      return true;
    } catch (error) {
      if (error === NEEDS_EXPLORING) return false;
      throw error;
    } finally {
      this.simple = false;
    }
  }

  /**
   * Evaluates `body` from `start` once for each way its questions can be answered.
   * Paths that end are handed to `ended`.
   */
  explore<T>(start: State, body: () => T, ended: (state: State, raised: boolean) => void): Branch<T>[] {
    const outer = this.trail;
    const outerTape = useTape(undefined);
    const results: Branch<T>[] = [];
    const pending = [this.newTrail([])];
    const most = this.samples ? SAMPLED_BRANCHES : MAX_BRANCHES;
    try {
      for (let runs = 0; runs < most || (runs < MAX_BRANCHES && results.length === 0); runs++) {
        const trail = pending.pop();
        if (trail === undefined) break;
        this.trail = trail;
        this.restore(start);
        trail.mark = this.steps;
        useTape(trail.tape);
        try {
          const value = body();
          results.push({ value, state: this.seal() });
        } catch (error) {
          if (!(error instanceof PathEnds)) throw error;
          ended(this.seal(), error.raised);
        }
        for (const { position, rest } of trail.others.reverse())
          for (const branch of rest.slice().reverse())
            pending.push(this.newTrail([...trail.made.slice(0, position), branch], trail.tape));
      }
    } finally {
      this.trail = outer;
      useTape(outerTape);
    }
    return results;
  }

  /** A path that answers its first questions as `made` does; `repeated` is the tape of the one that asked the last. */
  private newTrail(made: Branch<unknown>[], repeated?: Tape): Trail {
    const tape = new Tape(
      () => trail.next * MOMENTS + this.steps - trail.mark,
      // The moment of the last question that is answered: what comes after it is another path's.
      repeated?.before(made.length * MOMENTS),
    );
    const trail: Trail = { made, others: [], next: 0, mark: 0, tape };
    return trail;
  }
}
