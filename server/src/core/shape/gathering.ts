/**
 * Sizes multiplied out, gathered into products again: `A*B - A - B + 1` is `(A - 1)*(B - 1)`.
 *
 * The shifted atoms made here aren't in normal form; they serve writing and taking factors apart.
 */
import { floorDiv } from './division';
import { type Atom, type Dim, add, constantOf, mul, num, ofAtom, sub } from './polynomial';
import { replaceAtoms } from './range';

/** A size gathered into few terms: shared shifts stand inside divisions and brackets again. */
export const gathered = (d: Dim): Dim => {
  const divisions = gatherShifts(d, isNumberDivision);
  if (divisions.terms.length < 2) return divisions;
  const all = gatherShifts(divisions, (atom) => atom.kind === 'sym');
  return all.terms.length === 1 && all.constant === 0 ? all : divisions;
};

/** Only these keep one normal form when a multiple of the divisor moves in or out. */
const isNumberDivision = (atom: Atom): boolean => atom.kind === 'floordiv' && constantOf(atom.under) !== undefined;

/** The factors of a size that is one product plus a number: `coef * factors + constant`. */
export const asProduct = (d: Dim): { coef: number; factors: readonly Dim[]; constant: number } | undefined => {
  const dim = d.terms.length < 2 ? d : gatherShifts(d, (atom) => isNumberDivision(atom) || atom.kind === 'sym');
  const [term] = dim.terms;
  if (term === undefined || dim.terms.length > 1) return undefined;
  return { coef: term.coef, factors: term.factors.map(normalFactor), constant: dim.constant };
};

const normalFactor = (atom: Atom): Dim => {
  if (atom.kind === 'floordiv') return floorDiv(atom.over, atom.under);
  const [grouped] = atom.kind === 'opaque' && atom.op === 'group' ? atom.args : [];
  return grouped ?? ofAtom(atom);
};

/** `x + j` as one atom, for writing only. */
const shiftedAtom = (atom: Atom, j: number): Atom => {
  if (atom.kind !== 'floordiv') {
    const dim = add(ofAtom(atom), num(j));
    return { kind: 'opaque', op: 'group', args: [dim], key: `group(${dim.key})` };
  }
  const over = add(atom.over, mul(num(j), atom.under));
  return { ...atom, over, key: `shifted(${over.key})//(${atom.under.key})` };
};

const gatherShifts = (d: Dim, isMovable: (atom: Atom) => boolean): Dim => {
  let best = d;
  const atoms = new Map<string, Atom>();
  for (const term of d.terms) for (const atom of term.factors) if (isMovable(atom)) atoms.set(atom.key, atom);
  if (atoms.size > 6 || d.terms.length > 32) return d;
  for (const atom of atoms.values()) {
    for (const j of shiftsOf(best, atom)) {
      const local = shiftedAtom(atom, j);
      const moved = replaceAtoms(best, (a) => (a.key === atom.key ? sub(ofAtom(local), num(j)) : undefined));
      if (weight(moved) < weight(best)) best = moved;
    }
  }
  return best;
};

/** How long a sum is to read. */
export const weight = (d: Dim): number => d.terms.length + (d.constant === 0 ? 0 : 1);

/** The numbers j for which `c * rest * atom + c * j * rest` stands in the size. */
const shiftsOf = (d: Dim, atom: Atom): readonly number[] => {
  const shifts = new Set<number>();
  for (const term of d.terms) {
    const left = term.factors.filter((f) => f.key !== atom.key);
    if (left.length !== term.factors.length - 1) continue;
    const other =
      left.length === 0 ? d.constant : d.terms.find((t) => t.key === left.map((f) => f.key).join('*'))?.coef;
    const j = (other ?? 0) / term.coef;
    // `H//2 + 1` is easier to read than `(H + 2)//2`, `(H - 1)//2` easier than `(H + 1)//2 - 1`.
    if (j !== 0 && Number.isInteger(j) && (left.length > 0 || j < 0 || atom.kind === 'sym')) shifts.add(j);
  }
  return [...shifts];
};
