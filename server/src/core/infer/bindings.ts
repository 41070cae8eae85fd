/**
 * The variables of a frame. A copy shares what was there before, so that the thousands of names of
 * a long module are not copied with every statement.
 */
import type { Value } from './value';

/** Own entries up to which a copy copies them; more become shared ones. */
const OWN_LIMIT = 48;

export class Bindings {
  private own: Map<string, Value>;
  /** Never changed; an own entry of the same name hides its. */
  private readonly shared: ReadonlyMap<string, Value> | undefined;

  private constructor(own: Map<string, Value>, shared: ReadonlyMap<string, Value> | undefined) {
    this.own = own;
    this.shared = shared;
  }

  static empty(): Bindings {
    return new Bindings(new Map(), undefined);
  }

  /** The same bindings, to be changed apart. */
  copy(): Bindings {
    if (this.own.size <= OWN_LIMIT) return new Bindings(new Map(this.own), this.shared);
    return new Bindings(
      new Map(),
      this.shared === undefined ? new Map(this.own) : new Map([...this.shared, ...this.own]),
    );
  }

  get(name: string): Value | undefined {
    return this.own.get(name) ?? this.shared?.get(name);
  }

  has(name: string): boolean {
    return this.own.has(name) || this.shared?.has(name) === true;
  }

  set(name: string, value: Value): void {
    this.own.set(name, value);
  }

  *[Symbol.iterator](): Generator<[string, Value]> {
    for (const [name, value] of this.shared ?? []) yield [name, this.own.get(name) ?? value];
    for (const entry of this.own) if (this.shared?.has(entry[0]) !== true) yield entry;
  }

  *keys(): Generator<string> {
    for (const [name] of this) yield name;
  }

  *values(): Generator<Value> {
    for (const [, value] of this) yield value;
  }

  /** Names that may differ from those of another copy. */
  namesBeside(other: Bindings): Iterable<string> {
    return this.shared === other.shared
      ? new Set([...this.own.keys(), ...other.own.keys()])
      : new Set([...this.keys(), ...other.keys()]);
  }

  /** Whether both bind the same names to equal values. */
  sameAs(other: Bindings, equal: (a: Value, b: Value) => boolean): boolean {
    for (const name of this.namesBeside(other)) {
      const [a, b] = [this.get(name), other.get(name)];
      if (a !== b && (a === undefined || b === undefined || !equal(a, b))) return false;
    }
    return true;
  }

  /** With values replaced by `change`; the same object where it changes none. */
  mapped(change: (value: Value) => Value): Bindings {
    let result: Bindings | undefined;
    for (const [name, value] of this) {
      const next = change(value);
      if (next !== value) (result ??= this.copy()).set(name, next);
    }
    return result ?? this;
  }
}
