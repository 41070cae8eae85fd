/** Operators' questions about sizes, answered from and taught to the facts of the present path. */
import { constantOf, freshSym, num, showDim, sym, symbolsOf, type Dim, type Sym } from '../shape/dim';
import { showShape } from '../shape/shape';
import { dimsOf, shapeOf, type Shape } from '../shape/shape';
import type { Answer, Cause, Learned } from '../shape/facts';
import { Leave, type Machine } from './machine';
import type { Solve } from './operator';
import type { TensorValue } from './value';

/** Usual names of sizes by the number of dims; for an open rank, of the last ones. */
const SHAPE_NAMES: Readonly<Record<number, readonly string[]>> = {
  1: ['N'],
  2: ['B', 'D'],
  3: ['B', 'N', 'D'],
  4: ['B', 'C', 'H', 'W'],
  5: ['B', 'C', 'T', 'H', 'W'],
};
const TAIL_NAMES: Readonly<Record<number, readonly string[]>> = {
  1: ['D'],
  2: ['N', 'D'],
  3: ['C', 'H', 'W'],
  4: ['C', 'T', 'H', 'W'],
};

export class PathSolve implements Solve {
  constructor(private readonly machine: Machine) {}

  private cause(why: string | undefined): Cause {
    return { text: why ?? 'required here', place: this.machine.place };
  }

  private learn(learned: Learned): boolean {
    if (learned.verdict === 'learned') this.machine.facts = learned.facts;
    if (learned.verdict === 'refuted') this.machine.because = learned.because;
    return learned.verdict !== 'refuted';
  }

  same(a: Dim, b: Dim, why?: string): boolean {
    const [left, right] = [constantOf(a), constantOf(b)];
    if (left !== undefined && right !== undefined) {
      this.machine.because = [];
      return left === right;
    }
    return this.learn(this.machine.facts.requireEqual(a, b, this.cause(why)));
  }

  atLeast(a: Dim, b: Dim | number, why?: string): boolean {
    return this.learn(this.machine.facts.requireAtLeast(a, typeof b === 'number' ? num(b) : b, this.cause(why)));
  }

  divides(k: Dim, a: Dim, why?: string): boolean {
    return this.learn(this.machine.facts.requireDivides(k, a, this.cause(why)));
  }

  equal(a: Dim, b: Dim): Answer {
    return this.machine.facts.equal(a, b);
  }

  less(a: Dim, b: Dim): Answer {
    return this.machine.facts.less(a, b);
  }

  implies(when: readonly [Dim, Dim], then: readonly [Dim, Dim]): boolean {
    const assumed = this.machine.facts.requireEqual(when[0], when[1], { text: '' });
    if (assumed.verdict === 'refuted') return true;
    const facts = assumed.verdict === 'learned' ? assumed.facts : this.machine.facts;
    return facts.equal(then[0], then[1]) === 'yes';
  }

  number(a: Dim): number | undefined {
    return constantOf(this.machine.facts.dim(a));
  }

  dim(a: Dim): Dim {
    return this.machine.facts.dim(a);
  }

  shape(t: TensorValue): Shape {
    return this.machine.facts.shape(t.shape);
  }

  dims(t: TensorValue): readonly Dim[] {
    const known = dimsOf(this.shape(t));
    if (known !== undefined) return known;
    const ranks = this.machine.facts.ranks(t.shape);
    if (ranks === undefined) throw new Leave('the number of dims is not known');
    const rest = this.shape(t).rest;
    this.machine.ask(
      { key: `rank ${rest?.id ?? 0} ${ranks.join()}`, kind: 'rank' },
      // The larger rank (with a batch) first: it is the common one, and the one that is shown.
      [...ranks]
        .sort((a, b) => b - a)
        .map((rank) => ({
          value: rank,
          label: `the input has ${rank} dims`,
          assume: () => this.learn(this.machine.facts.requireRank(t.shape, [rank], this.cause(undefined))),
        })),
    );
    const dims = dimsOf(this.shape(t));
    if (dims === undefined) throw new Leave('the number of dims is not known');
    this.christen(t);
    return dims;
  }

  rank(t: TensorValue, ranks: readonly number[]): boolean {
    const dims = dimsOf(t.shape);
    if (dims !== undefined) return ranks.includes(dims.length);
    const possible = this.learn(
      this.machine.facts.requireRank(t.shape, ranks, this.cause(`a tensor of ${ranks.join(' or ')} dims is needed`)),
    );
    if (possible) this.christen(t);
    return possible;
  }

  minRank(t: TensorValue, n: number): boolean {
    const dims = dimsOf(t.shape);
    if (dims !== undefined) return dims.length >= n;
    return this.learn(
      this.machine.facts.requireMinRank(t.shape, n, this.cause(`a tensor of at least ${n} dims is needed`)),
    );
  }

  trailing(t: TensorValue, n: number): { readonly before: Shape; readonly last: readonly Dim[] } {
    if (n === 0) return { before: this.shape(t), last: [] };
    const { lead, rest, tail } = this.expose(t, 0, n);
    if (rest !== undefined && tail.length >= n)
      return { before: { lead, rest, tail: tail.slice(0, tail.length - n) }, last: tail.slice(tail.length - n) };
    const dims = this.overlapping(t, n);
    return { before: shapeOf(dims.slice(0, dims.length - n)), last: dims.slice(dims.length - n) };
  }

  leading(t: TensorValue, n: number): { readonly first: readonly Dim[]; readonly after: Shape } {
    if (n === 0) return { first: [], after: this.shape(t) };
    const { lead, rest, tail } = this.expose(t, n, 0);
    if (rest !== undefined && lead.length >= n)
      return { first: lead.slice(0, n), after: { lead: lead.slice(n), rest, tail } };
    const dims = this.overlapping(t, n);
    return { first: dims.slice(0, n), after: shapeOf(dims.slice(n)) };
  }

  /** A dim named from the front may be one of the last ones too: which one it is, the number of dims decides. */
  private overlapping(t: TensorValue, n: number): readonly Dim[] {
    const dims = this.dims(t);
    if (dims.length < n) throw new Leave('the number of dims is not known');
    return dims;
  }

  private expose(t: TensorValue, lead: number, tail: number): Shape {
    const exposed = this.machine.facts.expose(t.shape, lead, tail);
    this.machine.facts = exposed.facts;
    this.christen(t);
    return exposed.shape;
  }

  /** Names the sizes of an input as people do, until the user's own names are met. */
  private christen(t: TensorValue): void {
    const own = t.shape.rest?.name;
    if (own === undefined) return;
    const shape = this.shape(t);
    const known = dimsOf(shape);
    const dims = known ?? shape.tail;
    const names = (known === undefined ? TAIL_NAMES : SHAPE_NAMES)[dims.length];
    const automatic = new RegExp(`^${own}(_?\\d+)?$`);
    dims.forEach((dim, i) => {
      const [symbol] = symbolsOf(dim);
      const name = names?.[i];
      if (symbol === undefined || name === undefined || sym(symbol).key !== dim.key) return;
      const { facts } = this.machine;
      if (!automatic.test(facts.nameOf(symbol))) return;
      let free = name;
      for (let suffix = 2; facts.hasName(free); suffix++) free = `${name}${suffix}`;
      this.machine.facts = facts.named(symbol, free);
    });
  }

  fresh(name: string, lower = 0): Dim {
    return sym(freshSym(name, lower));
  }

  text(value: Dim | Shape | readonly Dim[]): string {
    const facts = this.machine.facts;
    const nameOf = (s: Sym): string => facts.nameOf(s);
    if (isDims(value)) return `[${value.map((dim) => showDim(facts.dim(dim), nameOf)).join(', ')}]`;
    // PyTorch's messages have shapes in brackets.
    return 'lead' in value
      ? showShape(facts.shape(value), nameOf).replace(/^\((.*?),?\)$/, '[$1]')
      : showDim(facts.dim(value), nameOf);
  }
}

const isDims = (value: Dim | Shape | readonly Dim[]): value is readonly Dim[] => Array.isArray(value);
