/**
 * What a piece of a file depends on: the top-level statements that bind the names it mentions, and
 * theirs in turn. Statements keep their identity while their text doesn't change, so that equal
 * lists mean that nothing it depends on has changed.
 */
import type { Expr, Stmt } from '../python/tree';
import type { Place } from '../text/place';

const mentionedNames = new WeakMap<Place, ReadonlySet<string>>();

export class Dependencies {
  /** Statements that bind a name or may change what it is bound to. */
  private readonly binders = new Map<string, number[]>();

  constructor(
    private readonly body: readonly Stmt[],
    private readonly textOf: (place: Place) => string,
  ) {
    body.forEach((stmt, index) => {
      for (const name of this.bound(stmt)) {
        const known = this.binders.get(name);
        if (known === undefined) this.binders.set(name, [index]);
        else known.push(index);
      }
    });
  }

  private names(place: Place): ReadonlySet<string> {
    let names = mentionedNames.get(place);
    if (names === undefined)
      mentionedNames.set(place, (names = new Set(this.textOf(place).match(/[A-Za-z_]\w*/g) ?? [])));
    return names;
  }

  /** Names that a statement binds; any other than a plain definition may change whatever it mentions. */
  private bound(stmt: Stmt): Iterable<string> {
    switch (stmt.kind) {
      case 'function':
      case 'class':
        return [stmt.name, ...stmt.decorators.flatMap((decorator: Expr) => [...this.names(decorator)])];
      case 'import':
        return stmt.names.map(({ path, alias }) => alias ?? path.split('.')[0] ?? path);
      case 'importfrom':
        return stmt.names.map(({ name, alias }) => alias ?? name);
      case 'assign':
        return stmt.targets.every((target) => target.kind === 'name')
          ? stmt.targets.map((target) => target.name)
          : this.names(stmt);
      case 'expr':
        return stmt.value.kind === 'str' ? [] : this.names(stmt);
      default:
        return this.names(stmt);
    }
  }

  /** Statements that give a name its value, with those that they depend on, in the order of the file. */
  ofName(name: string): readonly Stmt[] {
    const binders = this.binders.get(name);
    return binders === undefined ? [] : this.of(binders.flatMap((index) => this.body[index] ?? []));
  }

  /** Statements that these depend on, themselves included, in the order of the file. */
  of(places: readonly Place[]): readonly Stmt[] {
    const reached = new Set<number>();
    const waiting: Place[] = [...places];
    const own = new Set<Place>(places);
    const seen = new Set<string>();
    for (let place = waiting.pop(); place !== undefined; place = waiting.pop())
      for (const name of this.names(place)) {
        if (seen.has(name)) continue;
        seen.add(name);
        for (const index of this.binders.get(name) ?? []) {
          const stmt = this.body[index];
          if (stmt === undefined || reached.has(index)) continue;
          reached.add(index);
          if (!own.has(stmt)) waiting.push(stmt);
        }
      }
    this.body.forEach((stmt, index) => {
      if (own.has(stmt)) reached.add(index);
    });
    return [...reached].sort((a, b) => a - b).flatMap((index) => this.body[index] ?? []);
  }
}

export const sameList = <T>(a: readonly T[], b: readonly T[]): boolean =>
  a.length === b.length && a.every((item, i) => item === b[i]);
