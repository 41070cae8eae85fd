/**
 * Learning from requirements: what a relation between sizes says of their symbols.
 *
 * A `Draft` takes relations one by one from an agenda. Each is solved (a symbol is replaced or gets
 * a bound), found to hold, found to be impossible, or kept open and looked at again when one of its
 * symbols is learned about. Every step keeps exactly the solutions that there were.
 */
import {
  type Bounds,
  type Knowledge,
  type Reasons,
  type Relation,
  type Replacement,
  type Stretch,
  allOf,
  filledIn,
  isAbout,
  isZero,
  normalZero,
  rangesOf,
  reasonsFor,
  reasonsReplaced,
  relationKey,
} from './knowledge';
import { type Dim, type Sym, constantOf, contentOf, floorOf, num, sub, withoutTerm } from './polynomial';
import { rangeOf } from './range';
import { solveLeast, solveZero } from './solving';
import { substitute } from './substitution';

/** Work for one requirement: relations looked at, long ones counting for more. What is left over is kept unsolved. */
const mostWork = 100;
const sizeOfOneStep = 10;
/** Bounds passed on from one relation to another for one requirement. */
const mostPassedOn = 20;

export class Draft implements Knowledge {
  replaced: ReadonlyMap<number, Replacement>;
  bounds: ReadonlyMap<number, Bounds>;
  open: readonly Relation[];
  stretches: ReadonlyMap<number, Stretch>;
  names: ReadonlyMap<number, string>;
  /** The facts that can't all be true, once some were found. */
  refuted: Reasons | undefined;
  /** Whether anything was learned. */
  learned = false;
  private readonly agenda: Relation[] = [];
  private passedOn = 0;

  constructor(readonly from: Knowledge) {
    this.replaced = from.replaced;
    this.bounds = from.bounds;
    this.open = from.open;
    this.stretches = from.stretches;
    this.names = from.names;
  }

  /** Adds a relation and follows everything that it leads to. */
  require(kind: Relation['kind'], dims: readonly Dim[], why: Reasons): void {
    this.agenda.push({ kind, dims, why });
    let work = 0;
    while (this.agenda.length > 0 && this.refuted === undefined) {
      const next = this.agenda.shift() as Relation;
      if (work < mostWork) this.settle(next);
      else this.keep(next);
      work += 1 + next.dims.reduce((n, d) => n + d.size, 0) / sizeOfOneStep;
    }
  }

  /** Puts a relation that follows from the present one on the agenda. */
  also(kind: Relation['kind'], dims: readonly Dim[], why: Reasons): void {
    this.agenda.push({ kind, dims, why });
  }

  refute(why: Reasons): void {
    this.refuted ??= why;
  }

  private settle({ kind, dims, why }: Relation): void {
    const filled = dims.map((d) => filledIn(this, d));
    const reasons = filled.every((d, i) => d === dims[i])
      ? why
      : allOf(why, ...dims.map((d, i) => this.reasonsOfChange(d, filled[i])));
    const [first] = filled;
    if (first === undefined) return this.refute(reasons);
    if (kind === 'zero') solveZero(this, first, reasons);
    else if (kind === 'least') solveLeast(this, first, reasons);
    else if (kind === 'differ') this.differ(first, reasons);
    else this.any(filled, reasons);
  }

  /** Why a size became this one: replacements, and bounds where those decided a division or a choice. */
  private reasonsOfChange(d: Dim, filled: Dim | undefined): Reasons {
    if (filled === undefined || filled === d) return [];
    const isPlain = d.terms.every((t) => t.factors.every((f) => f.kind === 'sym'));
    return isPlain ? reasonsReplaced(this, d) : reasonsFor(this, [d]);
  }

  private differ(d: Dim, why: Reasons): void {
    const n = constantOf(d);
    if (n === 0) return this.refute(why);
    if (n !== undefined || d.constant % contentOf(d) !== 0) return;
    const normal = normalZero(d);
    const answer = isZero(this, normal);
    if (answer === 'no') return;
    if (answer === 'yes') return this.refute(allOf(why, this.reasonsAbout(normal)));
    const s = soleSymbol(normal);
    const { low, high } = s === undefined ? { low: -Infinity, high: Infinity } : rangesOf(this)(s);
    // normal is s + constant
    if (s !== undefined && low === -normal.constant)
      return this.atLeast(s, low + 1, allOf(why, this.reasonsAbout(normal)));
    if (s !== undefined && high === -normal.constant)
      return this.atMost(s, high - 1, allOf(why, this.reasonsAbout(normal)));
    this.keep({ kind: 'differ', dims: [normal], why });
  }

  private any(dims: readonly Dim[], why: Reasons): void {
    const left = new Map<string, Dim>();
    let reasons = why;
    for (const d of dims) {
      const normal = constantOf(d) === undefined ? normalZero(d) : d;
      const answer = isZero(this, normal);
      if (answer === 'yes') return;
      if (answer === 'maybe') left.set(normal.key, normal);
      else reasons = allOf(reasons, this.reasonsAbout(normal));
    }
    const kept = [...left.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    const [only] = kept;
    if (only === undefined) return this.refute(reasons);
    if (kept.length === 1) return this.also('zero', [only], reasons);
    this.keep({ kind: 'any', dims: kept, why: reasons });
    this.boundByChoices(kept, reasons);
  }

  /** `d is 1 or 512` puts d between them. */
  private boundByChoices(dims: readonly Dim[], why: Reasons): void {
    const symbols = dims.map(soleSymbol);
    const [s] = symbols;
    if (s === undefined || symbols.some((x) => x !== s)) return;
    const values = dims.map((d) => -d.constant);
    this.passOn(s, Math.min(...values), Math.max(...values), why);
  }

  /** Keeps a relation that nothing can be made of yet. */
  keep(relation: Relation): void {
    const key = relationKey(relation);
    if (this.open.some((r) => relationKey(r) === key)) return;
    this.open = [...this.open, relation];
    this.learned = true;
  }

  /** Takes an open relation away that something stronger has replaced. */
  drop(relation: Relation): void {
    this.open = this.open.filter((r) => r !== relation);
  }

  /** `s := by`; `by` holds no replaced symbol and not s. */
  replace(s: Sym, by: Dim, why: Reasons): void {
    const bounds = this.bounds.get(s.id);
    const replaced = new Map<number, Replacement>();
    for (const [id, other] of this.replaced) {
      const uses = other.by.syms.includes(s);
      replaced.set(
        id,
        uses
          ? { ...other, by: substitute(other.by, (x) => (x === s ? by : undefined)), why: allOf(other.why, why) }
          : other,
      );
    }
    this.replaced = replaced.set(s.id, { sym: s, by, why });
    if (bounds !== undefined) this.bounds = without(this.bounds, s.id);
    this.learned = true;
    this.lookAgain(s);
    if (s.lower > -Infinity) this.also('least', [sub(by, num(s.lower))], why);
    if (bounds !== undefined && bounds.low > s.lower)
      this.also('least', [sub(by, num(bounds.low))], allOf(why, bounds.whyLow));
    if (bounds !== undefined && bounds.high < Infinity)
      this.also('least', [sub(num(bounds.high), by)], allOf(why, bounds.whyHigh));
  }

  atLeast(s: Sym, low: number, why: Reasons): void {
    this.learned = true;
    this.bound(s, low, Infinity, why);
  }

  atMost(s: Sym, high: number, why: Reasons): void {
    this.learned = true;
    this.bound(s, -Infinity, high, why);
  }

  /** Bounds that follow from relations that are kept: nothing new, and only so often. */
  passOn(s: Sym, low: number, high: number, why: Reasons): void {
    if (this.passedOn >= mostPassedOn || this.replaced.has(s.id)) return;
    const now = rangesOf(this)(s);
    if (low <= now.low && high >= now.high) return;
    this.passedOn++;
    this.bound(s, low, high, why);
  }

  private bound(s: Sym, low: number, high: number, why: Reasons): void {
    if (Math.abs(low) > Number.MAX_SAFE_INTEGER) low = -Infinity;
    if (Math.abs(high) > Number.MAX_SAFE_INTEGER) high = Infinity;
    const now = this.bounds.get(s.id) ?? { sym: s, low: s.lower, high: Infinity, whyLow: [], whyHigh: [] };
    const next = {
      ...now,
      ...(low > now.low ? { low, whyLow: why } : {}),
      ...(high < now.high ? { high, whyHigh: why } : {}),
    };
    if (next.low === now.low && next.high === now.high) return;
    const reasons = allOf(next.whyLow, next.whyHigh);
    if (next.low > next.high) return this.refute(reasons);
    if (next.low === next.high) {
      this.bounds = without(this.bounds, s.id);
      return this.replace(s, num(next.low), reasons);
    }
    this.bounds = new Map(this.bounds).set(s.id, next);
    this.lookAgain(s);
  }

  private lookAgain(s: Sym): void {
    const again = this.open.filter((r) => isAbout(r, s));
    if (again.length === 0) return;
    this.open = this.open.filter((r) => !isAbout(r, s));
    this.agenda.push(...again);
  }

  /** Why a size that is filled in has the range it has, open relations included. */
  reasonsAbout(d: Dim): Reasons {
    const related = this.open.filter((r) => r.dims.some((x) => sameTerms(x, d)));
    return allOf(reasonsFor(this, [d]), ...related.map((r) => r.why));
  }

  /** Bounds of single symbols that follow from `d >= 0` (or `d == 0`). */
  passOnBounds(d: Dim, why: Reasons, isZeroToo: boolean): void {
    for (const term of d.terms) {
      const [atom] = term.factors;
      if (atom?.kind !== 'sym' || term.factors.length > 1) continue;
      const rest = withoutTerm(d, term);
      const { low, high } = rangeOf(rest, rangesOf(this));
      // coef * s >= -rest >= -high, and where d is 0 coef * s <= -low
      const least = high === Infinity ? undefined : -high;
      const most = isZeroToo && low !== -Infinity ? -low : undefined;
      const [from, to] = term.coef > 0 ? [least, most] : [most, least];
      const reasons = allOf(why, reasonsFor(this, [rest]));
      this.passOn(
        atom.sym,
        from === undefined ? -Infinity : -floorOf(-from, term.coef),
        to === undefined ? Infinity : floorOf(to, term.coef),
        reasons,
      );
      if (this.refuted !== undefined || this.replaced.has(atom.sym.id)) return;
    }
  }
}

const without = <T>(map: ReadonlyMap<number, T>, id: number): ReadonlyMap<number, T> => {
  const copy = new Map(map);
  copy.delete(id);
  return copy;
};

const sameTerms = (a: Dim, b: Dim): boolean =>
  a.terms.length === b.terms.length && a.terms.every((t, i) => t.key === b.terms[i]?.key);

/** The symbol s of `s + number`. */
const soleSymbol = (d: Dim): Sym | undefined => {
  const [term] = d.terms;
  const [atom] = d.terms.length === 1 && term?.coef === 1 && term.factors.length === 1 ? term.factors : [];
  return atom?.kind === 'sym' ? atom.sym : undefined;
};
