/** Sizes with symbols filled in: by other sizes, or by numbers. */
import { broadcastDim, max, min } from './choice';
import { floorDiv, mod } from './division';
import { type Atom, type Dim, type Opaque, type Sym, add, floorOf, mul, opaque, power, sub } from './polynomial';
import { replaceAtoms } from './range';

/** The size with symbols replaced; those for which `get` has no answer stay. */
export const substitute = (d: Dim, get: (s: Sym) => Dim | undefined): Dim => {
  if (d.terms.length === 0 || !d.syms.some((s) => get(s) !== undefined)) return d;
  return replaceAtoms(d, (atom) => {
    if (atom.kind === 'sym') return get(atom.sym);
    return mapArguments(atom, (arg) => substitute(arg, get));
  });
};

/** The atom made again from changed arguments; undefined where none has changed. */
export const mapArguments = (atom: Exclude<Atom, { kind: 'sym' }>, change: (d: Dim) => Dim): Dim | undefined => {
  if (atom.kind === 'floordiv') {
    const [over, under] = [change(atom.over), change(atom.under)];
    return over === atom.over && under === atom.under ? undefined : floorDiv(over, under);
  }
  const args = atom.args.map(change);
  return args.every((d, i) => d === atom.args[i]) ? undefined : remade(atom, args);
};

const remade = (atom: Exclude<Atom, { kind: 'sym' | 'floordiv' }>, args: readonly Dim[]): Dim => {
  if (atom.kind === 'opaque') return remadeOpaque(atom, args);
  return args.reduce({ max, min, broadcast: broadcastDim }[atom.kind]);
};

/** With other arguments the operation may have an answer after all. */
const remadeOpaque = (atom: Opaque, args: readonly Dim[]): Dim => {
  const [a, b] = args;
  if (a !== undefined && b === undefined && atom.op.startsWith('power ')) return power(a, Number(atom.op.slice(6)));
  if (a === undefined || b === undefined) return opaque(atom.op, args);
  const again: Record<string, (x: Dim, y: Dim) => Dim> = {
    '+': add,
    '-': sub,
    '*': mul,
    '//': floorDiv,
    '%': mod,
    max,
    min,
    broadcast: broadcastDim,
  };
  return again[atom.op]?.(a, b) ?? opaque(atom.op, args);
};

/** The value for given symbols; undefined where it has none (division by 0, sizes that don't broadcast, past 2**53). */
export const evaluate = (d: Dim, get: (s: Sym) => number): number | undefined => {
  let total = d.constant;
  for (const term of d.terms) {
    let value = term.coef;
    for (const atom of term.factors) {
      const factor = evaluateAtom(atom, get);
      if (factor === undefined) return undefined;
      value *= factor;
    }
    total += value;
    if (!Number.isSafeInteger(value) || !Number.isSafeInteger(total)) return undefined;
  }
  return total + 0;
};

const evaluateAtom = (atom: Atom, get: (s: Sym) => number): number | undefined => {
  if (atom.kind === 'sym') return get(atom.sym);
  if (atom.kind === 'opaque') return undefined;
  const args: number[] = [];
  for (const d of atom.kind === 'floordiv' ? [atom.over, atom.under] : atom.args) {
    const value = evaluate(d, get);
    if (value === undefined) return undefined;
    args.push(value);
  }
  if (atom.kind === 'max') return Math.max(...args);
  if (atom.kind === 'min') return Math.min(...args);
  if (atom.kind === 'floordiv') return args[1] === 0 ? undefined : floorOf(args[0] ?? 0, args[1] ?? 1);
  const sizes = new Set(args.filter((n) => n !== 1));
  return sizes.size > 1 ? undefined : ([...sizes][0] ?? 1);
};
